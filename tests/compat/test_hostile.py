# SPDX-License-Identifier: Apache-2.0
"""Input that nobody sane sends: it is stored and delivered byte for byte as exim4 does, or refused with the same words,
and the spool stays readable for exim4."""
from compatlib import Call, Case, Send, compat, conf, message

READABLE = (Call("-bp", by="exim"), Call("-Mvh @ID1@", by="exim"))


def hostile(name: str, text: bytes, to: tuple[str, ...] = ("box@test.example",), main: str = "", args: str = "-oep") -> list[Case]:
    return [Case(name + "-delivered", conf(main), calls=(Send(*to, message=text, sender="<>", args=args),)),
            Case(name + "-spooled", conf(main), calls=(Send(*to, message=text, how="-odq -oi", sender="<>", args=args), *READABLE))]


CASES = sum([
    hostile("nul-everywhere", b"Sub\0ject: x\0\nTo\0: y\n\0\n\nbo\0dy\0\n\0"),
    hostile("only-nuls", b"\0" * 5000),
    hostile("only-crs", b"\r" * 5000),
    hostile("only-newlines", b"\n" * 5000),
    hostile("cr-storm", b"Subject: a\r\rb\r\r\nTo: x\r\r\r\n\r\r\n\rbody\r\r\n"),
    hostile("mb-header-line", b"Subject: " + b"x" * 1_000_000 + b"\n\nbody\n"),
    hostile("too-large-header-line", b"Subject: " + b"x" * 1_100_000 + b"\n\nbody\n"),
    hostile("mb-folded-header", b"Subject: x\n" + b" y\n" * 300_000 + b"\nbody\n"),
    hostile("many-header-lines", b"X: y\n" * 100_000 + b"\nbody\n"),
    hostile("too-many-header-lines", b"X: y\n" * 300_000 + b"\nbody\n"),
    hostile("mb-body-line", message(b"x" * 3_000_000)),
    hostile("no-header", b"\nno header at all\n"),
    hostile("no-header-no-blank", b"no header and no empty line\n"),
    hostile("nothing", b""),
    hostile("one-byte", b"x"),
    hostile("one-colon", b":"),
    hostile("colons", b":\n::\n:::\n\nbody\n"),
    hostile("header-name-only", b"Subject:"),
    hostile("header-count-like", b"X: y\n012P Received: by spoof\n\nbody\n"),
    hostile("fake-spool-lines", b"-frozen 1\n1\nroot@x\n\nXX\n"),
    hostile("long-header-name", b"X" * 5000 + b": y\n\nbody\n"),
    hostile("999-byte-header", b"X: " + b"y" * 995 + b"\n\nbody\n"),
    hostile("1000-byte-header", b"X: " + b"y" * 996 + b"\n\nbody\n"),
    hostile("9999-byte-header", b"X: " + b"y" * 9995 + b"\n\nbody\n"),
    hostile("100000-byte-header", b"X: " + b"y" * 99_996 + b"\n\nbody\n"),
    hostile("all-bytes", bytes(range(256)) * 3),
    hostile("all-bytes-body", message(bytes(range(256)) * 3)),
    hostile("fake-received", b"Received: (from x) by y; Sun, 22 Nov 2020 04:11:02 +0000\nReceived : again\n\nbody\n"),
    hostile("address-bomb", b"To: " + b"(" * 3000 + b"a@b\n\nbody\n"),
    hostile("unclosed-quote", b"From: \"never closed <a@b>\nTo: (never closed\nCc: <never@closed\n\nbody\n"),
    hostile("many-addresses-in-to", b"To: " + b", ".join(b"u%d@x.ex" % n for n in range(20_000)) + b"\n\nbody\n"),
    hostile("recipient-with-newline", message(), ("a\nb@x.ex",)),
    hostile("recipient-long", message(), ("x" * 2000 + "@x.ex",)),
    hostile("recipient-control", message(), ("a\x01b@x.ex", '"a\x7f"@x.ex')),
    hostile("recipient-eight-bit", message(), ("ü@x.ex",)),
    hostile("recipient-percent-slash", message(), ("../../etc/passwd@x.ex", "/etc/passwd@x.ex")),
    hostile("recipients-1000", message(), tuple(f"u{n}@x.ex" for n in range(1000)), "log_selector = -all"),
], [])
CASES += [
    Case("recipients-16384-queued", conf(), calls=(Call("-t -oi -oep -odq -f <>", b"Bcc: " + b",\n ".join(b"u%d@x.ex" % n for n in range(16_384)) + b"\n\nbody\n"), Call("-bpc", by="exim"))),
    Case("recipients-100000", conf(), calls=(Call("-t -oi -oep -odq -f <>", b"Bcc: " + b",\n ".join(b"u%d@x.ex" % n for n in range(100_000)) + b"\n\nbody\n"), Call("-bpc", by="exim"))),
    Case("recipients-100000-small-header", conf("header_maxsize = 10M"), calls=(Call("-t -oi -oep -odq -f <>", b"Bcc: " + b",\n ".join(b"u%d@x.ex" % n for n in range(100_000)) + b"\n\nbody\n"), Call("-bpc", by="exim"))),
    Case("recipients-over-maximum", conf("recipients_max = 10\nheader_maxsize = 10M"), calls=(Call("-t -oi -oep -odq -f <>", b"Bcc: " + b",\n ".join(b"u%d@x.ex" % n for n in range(20_000)) + b"\n\nbody\n"),)),
]
test_hostile = compat(CASES)
