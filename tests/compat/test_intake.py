# SPDX-License-Identifier: Apache-2.0
"""How a message on standard input becomes a spooled one: -t, -f, dots, From_ lines, missing and odd headers, addresses.

Queued only (-odq), so that what is compared is the spool: -H, -D, the `<=` line and what the caller sees. Errors are asked for
on stderr (-oep): exim4 mails them in the background otherwise, which no comparison can wait for.
"""
from compatlib import Call, Case, MESSAGE, compat, conf, message, one_transport
from compatlib.case import ACCEPT, PARTS

BODY = b"\nBody\n"


def queued(name: str, text: bytes, args: str = "-oi -oep -f sender@b.example", to: str = "box@test.example", main: str = "", **more) -> Case:
    return Case(name, conf(main), calls=(Call(f"-odq {args} {to}", text),), **more)


def lines(*headers: str, body: bytes = BODY) -> bytes:
    return "".join(h + "\n" for h in headers).encode("utf-8") + body


DOTS = [
    queued("dot-ends", MESSAGE + b"before\n.\nafter\n", "-f sender@b.example"),
    queued("dot-oi", MESSAGE + b"before\n.\nafter\n", "-oi -f sender@b.example"),
    queued("dot-i", MESSAGE + b"before\n.\nafter\n", "-i -f sender@b.example"),
    queued("dot-oitrue", MESSAGE + b"before\n.\nafter\n", "-oitrue -f sender@b.example"),
    queued("double-dot", MESSAGE + b"..\n..x\n.x\n", "-f sender@b.example"),
    queued("dot-crlf", MESSAGE + b"before\r\n.\r\nafter\n", "-f sender@b.example"),
    queued("dot-in-headers", b"Subject: x\n.\nTo: y\n\nbody\n", "-f sender@b.example"),
    queued("dot-first", b".\n", "-f sender@b.example"),
    queued("dot-at-end-without-newline", MESSAGE + b".", "-f sender@b.example"),
]

HEADERS = [
    queued("nothing-at-all", b""),
    queued("one-newline", b"\n"),
    queued("no-header", b"\nBody only\n"),
    queued("body-without-blank-line", b"this is not a header\nnor this\n"),
    queued("header-then-body-line", b"Subject: x\nthis is not a header\nmore\n"),
    queued("headers-only-no-blank", b"Subject: x\nTo: y@z\n"),
    queued("header-no-final-newline", b"Subject: x"),
    queued("no-date", lines("From: a@b.ex", "To: c@d.ex", "Message-Id: <x@y>")),
    queued("no-from", lines("Date: Sun, 22 Nov 2020 04:11:02 +0000", "To: c@d.ex", "Message-Id: <x@y>")),
    queued("no-from-null-sender", lines("To: c@d.ex"), "-oi -f <>"),
    queued("no-message-id", lines("From: a@b.ex", "To: c@d.ex", "Date: Sun, 22 Nov 2020 04:11:02 +0000")),
    queued("no-to", lines("From: a@b.ex")),
    queued("two-from", lines("From: a@b.ex", "From: c@d.ex", "To: e@f.ex")),
    queued("two-message-ids", lines("Message-Id: <1@x>", "Message-Id: <2@x>")),
    queued("message-id-odd", lines("Message-Id: not an id at all")),
    queued("message-id-folded", lines("Message-Id:", "  <1@x>")),
    queued("sender-line", lines("From: a@b.ex", "Sender: s@b.ex")),
    queued("reply-to", lines("From: a@b.ex", "Reply-To: r@b.ex")),
    queued("bcc", lines("From: a@b.ex", "To: c@d.ex", "Bcc: secret@d.ex")),
    queued("bcc-empty", lines("Bcc:")),
    queued("bcc-only", lines("From: a@b.ex", "Bcc: secret@d.ex")),
    queued("resent", lines("Resent-From: a@b.ex", "Resent-To: c@d.ex", "From: o@p.ex", "To: q@r.ex", "Date: Sun, 22 Nov 2020 04:11:02 +0000")),
    queued("resent-date", lines("Resent-Date: Sun, 22 Nov 2020 04:11:02 +0000", "Resent-From: a@b.ex", "From: o@p.ex")),
    queued("resent-bcc", lines("Resent-To: c@d.ex", "Resent-Bcc: secret@d.ex", "Bcc: old@d.ex", "From: o@p.ex")),
    queued("resent-sender", lines("Resent-Sender: c@d.ex", "From: o@p.ex")),
    queued("unqualified", lines("From: alice", "To: bob, Carol <carol>, dave@x.ex", "Cc: eve (comment)", "Reply-To: frank", "Sender: gina", "Bcc: harry")),
    queued("unqualified-bnq", lines("From: alice", "To: bob"), "-oi -bnq -f sender@b.example"),
    queued("unqualified-separate", lines("From: alice", "To: bob"), main="qualify_recipient = rcpt.example"),
    queued("bad-addresses", lines("From: a@@b", "To: <unclosed@x.ex", "Cc: two words@x.ex")),
    queued("group", lines("To: Friends: a@x.ex, b;, c@x.ex", "Cc: undisclosed-recipients:;")),
    queued("folded", lines("Subject: one", " two", "\tthree", "To: a@x.ex,", "  b@x.ex")),
    queued("folded-blank-line", lines("Subject: one", "  ", "To: a@x.ex")),
    queued("continuation-first", b"  starts folded\nSubject: x\n\nbody\n"),
    queued("blank-before-colon", lines("Subject : x", "To\t: a@x.ex", "From  : b@x.ex")),
    queued("no-blank-after-colon", lines("Subject:x", "To:a@x.ex", "From:b@x.ex")),
    queued("odd-names", lines("X: y", "X-1_2: y", "0: z", "-: w", "X!#$%&'*+-.^_`|~: y")),
    queued("name-with-blank", lines("Not A Header: x")),
    queued("empty-name", lines(": x")),
    queued("eight-bit", lines("Subject: Grüße", "X-Ü: y")),
    queued("nul", b"Subject: a\0b\n\nbody\n"),
    queued("nul-in-name", b"Sub\0ject: a\n\nbody\n"),
    queued("bare-cr", b"Subject: a\rb\nTo: x@y\n\nbody\n"),
    queued("crlf", b"Subject: a\r\nTo: x@y.ex\r\n\r\nbody\r\n"),
    queued("crlf-first-then-lf", b"Subject: a\r\nTo: x@y.ex\nCc: z@y.ex\n\nbody\n"),
    queued("lf-first-then-crlf", b"Subject: a\nTo: x@y.ex\r\n\r\nbody\n"),
    queued("cr-only", b"Subject: a\rTo: x@y.ex\r\rbody\r"),
    queued("blank-line-with-blanks", b"Subject: a\n  \nbody\n"),
    queued("long-line", b"Subject: " + b"x" * 20_000 + b"\n\nbody\n"),
    queued("many-headers", b"".join(b"X-%d: y\n" % n for n in range(2000)) + b"\nbody\n"),
    queued("too-large-header", b"Subject: " + b"x" * 3000 + b"\n\nbody\n", main="header_maxsize = 2000"),
    queued("too-long-line", b"Subject: " + b"x" * 3000 + b"\n\nbody\n", main="header_line_maxsize = 2000"),
    queued("return-path-lines", lines("Return-path: <old@x>", "Envelope-to: e@x", "Delivery-date: today", "RETURN-PATH: x")),
    queued("received-lines", lines(*(f"Received: by host{n}" for n in range(31)))),
    queued("received-below-limit", lines(*(f"Received: by host{n}" for n in range(29)))),
    queued("mime", lines("MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=x", body=b"\n--x\n\npart\n--x--\n")),
    queued("dates-kept", lines("Date: yesterday", "Resent-Date: nonsense")),
    queued("message-id-options", lines("From: a@b.ex"), main="message_id_header_domain = ${lc:my_host.EX}\nmessage_id_header_text = ${lc:A b(c)}"),
    Case("received-text-empty", conf("received_header_text =", own_received=False), calls=(Call("-odq -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("received-text-own", conf("received_header_text = Received: $sender_address $received_protocol ${if def:received_for {for $received_for}} $recipients_count", own_received=False),
         calls=(Call("-odq -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("received-text-failure", conf("received_header_text = ${nosuch:x}", own_received=False), calls=(Call("-odq -oi -oep -f s@b.example box@test.example", MESSAGE),)),
    Case("received-text-not-received", conf("received_header_text = X-Received: x", own_received=False), calls=(Call("-odq -oi -f s@b.example box@test.example", MESSAGE),)),
]

FROM_LINE = [
    queued("from-line", b"From other@x.ex Mon Nov 23 12:00:00 2020\n" + MESSAGE, "-oi"),
    queued("from-line-with-f", b"From other@x.ex Mon Nov 23 12:00:00 2020\n" + MESSAGE),
    queued("from-line-uucp", b"From a!b Mon Nov 23 12:00:00 2020 remote from x\n" + MESSAGE, "-oi"),
    queued("from-line-quoted", b">From other@x.ex Mon Nov 23 12:00:00 2020\n" + MESSAGE, "-oi"),
    queued("from-line-not-one", b"From nobody in particular\n" + MESSAGE, "-oi"),
    queued("from-line-two", b"From a@x.ex Mon Nov 23 12:00:00 2020\nFrom b@x.ex Mon Nov 23 12:00:00 2020\n" + MESSAGE, "-oi"),
    queued("from-line-unqualified", b"From other Mon Nov 23 12:00:00 2020\n" + MESSAGE, "-oi"),
    queued("from-line-later", MESSAGE + b"From other@x.ex Mon Nov 23 12:00:00 2020\n", "-oi"),
]

SENDER = [
    queued("sender-default", MESSAGE, "-oi"),
    queued("sender-null", MESSAGE, "-oi -f <>"),
    Case("sender-empty-argument", calls=(Call(("-odq", "-oi", "-f", "", "box@test.example"), MESSAGE),)),
    queued("sender-joined", MESSAGE, "-oi -fjoined@b.example"),
    queued("sender-r", MESSAGE, "-oi -r r@b.example"),
    queued("sender-unqualified", MESSAGE, "-oi -f joe"),
    queued("sender-brackets", MESSAGE, "-oi -f <joe@b.example>"),
    Case("sender-phrase", calls=(Call(("-odq", "-oi", "-f", "Joe <joe@b.example>", "box@test.example"), MESSAGE),)),
    queued("sender-bad", MESSAGE, "-oi -f a@@b"),
    queued("sender-bad-no-domain", MESSAGE, "-oi -f a@"),
    queued("sender-quoted", MESSAGE, '-oi -f "a.b"@b.example'),
    queued("sender-route", MESSAGE, "-oi -f @x,@y:joe@b.example"),
    queued("sender-upper", MESSAGE, "-oi -f Joe@B.Example"),
    queued("sender-utf8", MESSAGE, "-oi -f jöe@b.example"),
    queued("sender-full-name", b"To: x@y\n\nB\n", ""),
    Case("sender-F", calls=(Call(("-odq", "-oi", "-F", "Real Name", "-f", "joe@b.example", "box@test.example"), b"To: x@y\n\nB\n"),)),
    Case("sender-F-odd", calls=(Call(("-odq", "-oi", "-F", 'R. "N" (x)', "-f", "joe@b.example", "box@test.example"), b"To: x@y\n\nB\n"),)),
    Case("sender-F-utf8", calls=(Call(("-odq", "-oi", "-F", "Jürgen", "-f", "joe@b.example", "box@test.example"), b"To: x@y\n\nB\n"),)),
    queued("protocol", MESSAGE, "-oi -oMr esmtp -oMt ident -oMa 10.0.0.1 -oMs host.ex -f s@b.example"),
    queued("protocol-p", MESSAGE, "-oi -pmyproto:my.host -f s@b.example"),
]

RECIPIENTS = [
    queued("several", MESSAGE, to="a@x.ex b@x.ex c@x.ex"),
    queued("comma-list", MESSAGE, to="a@x.ex,b@x.ex"),
    queued("unqualified", MESSAGE, to="box"),
    queued("unqualified-other-domain", MESSAGE, to="box", main="qualify_recipient = rcpt.example"),
    queued("duplicates", MESSAGE, to="a@x.ex a@x.ex A@x.ex a@X.ex"),
    queued("none", MESSAGE, to="", difference="D-usage", differs_in=("stderr",)),
    queued("bad", MESSAGE, to="a@@b"),
    queued("bad-and-good", MESSAGE, to="a@@b good@x.ex"),
    Case("bad-no-report", calls=(Call("-odq -oi -oem -f <> a@@b", MESSAGE),)),
    Case("phrase", calls=(Call(("-odq", "-oi", "-f", "s@b.example", "Joe <joe@x.ex>"), MESSAGE),)),
    Case("quoted", calls=(Call(("-odq", "-oi", "-f", "s@b.example", '"odd one"@x.ex', "a\\ b@x.ex"), MESSAGE),)),
    Case("empty-argument", calls=(Call(("-odq", "-oi", "-oep", "-f", "s@b.example", ""), MESSAGE),), difference="D-intake-no-recipient", differs_in=("stderr", "log", "spool")),
    queued("route", MESSAGE, to="@a,@b:joe@x.ex"),
    queued("domain-literal", MESSAGE, to="joe@[10.0.0.1]"),
    queued("trailing-dot", MESSAGE, to="joe@x.ex."),
    queued("trailing-dot-stripped", MESSAGE, to="joe@x.ex.", main="strip_trailing_dot"),
    queued("angle-doubled", MESSAGE, to="<<joe@x.ex>>"),
    queued("angle-doubled-stripped", MESSAGE, to="<<joe@x.ex>>", main="strip_excess_angle_brackets"),
    queued("upper-domain", MESSAGE, to="Joe@X.EX"),
    queued("long-local-part", MESSAGE, to="x" * 300 + "@x.ex"),
    queued("too-many", MESSAGE, to="a@x b@x c@x", main="recipients_max = 2"),
    queued("too-many-reject", MESSAGE, to="a@x b@x c@x", main="recipients_max = 2\nrecipients_max_reject"),
    queued("percent", MESSAGE, to="a%b@x.ex"),
    queued("bang", MESSAGE, to="host!user"),
    queued("pipe-like", MESSAGE, to="|cat@x.ex /file@x.ex"),
    queued("received-recipients", MESSAGE, to="a@x.ex b@x.ex", main="log_selector = +received_recipients +received_sender +subject +8bitmime"),
    queued("verify-selector-all", MESSAGE, to="a@x.ex", main="log_selector = +all -pid -arguments"),
]

DASH_T = [queued("t-" + name, text, "-t -oi -oep -f sender@b.example" + args, to=to, main=main) for name, text, args, to, main in [
    ("plain", lines("To: a@x.ex, Bee <b@x.ex>", "Cc: c@x.ex", "Bcc: d@x.ex"), "", "", ""),
    ("bcc-only", lines("Bcc: d@x.ex"), "", "", ""),
    ("none", lines("Subject: x"), "", "", ""),
    ("remove-argument", lines("To: a@x.ex, b@x.ex"), "", "a@x.ex", ""),
    ("remove-all", lines("To: a@x.ex"), "", "a@x.ex", ""),
    ("remove-case", lines("To: A@x.ex, b@x.ex"), "", "a@X.EX", ""),
    ("add-argument", lines("To: a@x.ex"), "", "b@x.ex", "no_extract_addresses_remove_arguments"),
    ("duplicates", lines("To: a@x.ex, A@x.ex, a@X.ex", "Cc: a@x.ex"), "", "", ""),
    ("resent", lines("To: a@x.ex", "Resent-To: r@x.ex", "Resent-Bcc: s@x.ex"), "", "", ""),
    ("resent-from-only", lines("To: a@x.ex", "Resent-From: r@x.ex"), "", "", ""),
    ("unqualified", lines("To: a, b@x.ex"), "", "", ""),
    ("bad", lines("To: a@@b, c@x.ex"), "", "", ""),
    ("all-bad", lines("To: a@@b"), "", "", ""),
    ("bad-null-sender", lines("To: a@@b, c@x.ex"), " -f <>", "", ""),
    ("group", lines("To: Friends: a@x.ex, b@x.ex;, c@x.ex"), "", "", ""),
    ("empty-group", lines("To: undisclosed-recipients:;", "Bcc: z@x.ex"), "", "", ""),
    ("folded", lines("To: a@x.ex,", "  b@x.ex,", "\tc@x.ex"), "", "", ""),
    ("comments", lines("To: a@x.ex (one, two), \"B, c\" <b@x.ex>"), "", "", ""),
    ("two-to", lines("To: a@x.ex", "To: b@x.ex"), "", "", ""),
    ("empty-to", lines("To:", "Cc: c@x.ex"), "", "", ""),
    ("dot-ends", lines("To: a@x.ex") + b".\nmore\n", "", "", ""),
    ("no-body", b"To: a@x.ex\n", "", "", ""),
    ("hundred-bad", lines("To: " + ",\n ".join(f"a{n}@@b" for n in range(100))), "", "", ""),
]] + [queued("t-flood", lines("To: " + ",\n ".join(f"a{n}@@b" for n in range(101))), "-t -oi -oep -f sender@b.example", to="",
             difference="D-bad-address-flood", differs_in=("stderr",))]

LIMITS = [
    queued("size-below", message(b"x" * 900 + b"\n"), main="message_size_limit = 2K"),
    queued("size-over", message(b"x" * 5000 + b"\n"), main="message_size_limit = 2K"),
    queued("size-over-null-sender", message(b"x" * 5000 + b"\n"), "-oi -oep -f <>", main="message_size_limit = 2K"),
    queued("size-over-oeq", message(b"x" * 5000 + b"\n"), "-oi -oeq -f <>", main="message_size_limit = 2K"),
    queued("size-expansion", MESSAGE, main="message_size_limit = ${nosuch:x}"),
    queued("acl-deny", MESSAGE, main="acl_not_smtp = deny", difference="D-config-refused", differs_in=PARTS),
    queued("acl-accept", MESSAGE, main="acl_not_smtp = accept"),
    queued("split-spool", MESSAGE, main="split_spool_directory"),
    queued("no-message-logs", MESSAGE, main="no_message_logs"),
    queued("localhost-number", MESSAGE, main="localhost_number = 3"),
    queued("queue-only", MESSAGE, main="queue_only"),
    Case("queue-only-overridden", conf("queue_only"), calls=(Call("-odf -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("queue-only-not-overridden", conf("queue_only\nno_queue_only_override"), calls=(Call("-odf -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("odi", calls=(Call("-odi -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("bm", calls=(Call("-bm -odf -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("ignored-options", calls=(Call("-odf -oi -m -n -U -x -h 3 -om -oo -B8BITMIME -f s@b.example box@test.example", MESSAGE),)),
    Case("end-of-options", calls=(Call("-odq -oi -f s@b.example -- box@test.example", MESSAGE),)),
    Case("warning-environment", conf().replace("keep_environment =\n", ""), calls=(Call("-odq -oi -f s@b.example box@test.example", MESSAGE),)),
    Case("preserve-message-logs", conf("preserve_message_logs"), calls=(Call("-odf -oi -f s@b.example box@test.example", MESSAGE),)),
]

LONG = "x" * 200
FOUND = [                                           # by random comparison with exim4
    queued("found-t-no-header-but-arguments", b"Subject: x\n\nB\n", "-t -oi -oep -f s@b.example", to="a@x.ex b@x.ex"),
    queued("found-t-domain-literal", lines("Cc: \"Q, x\" <q@x.ex>, a@[1.2.3.4]"), "-t -oi -oep -f s@b.example", to=""),
    queued("found-t-bad-with-cr", lines("TO : a\rb"), "-t -oi -oep -f s@b.example", to=""),
    queued("found-t-bad-with-fold", lines("To:", " a@b,", " c@d", " : @r:a@b"), "-t -oi -oep -f s@b.example", to=""),
    queued("found-t-bad-date-like", lines("TO : Sun, 22 Nov 2020 04:11:02 +0000"), "-t -oi -oep -f s@b.example", to=""),
    queued("found-t-bad-eight-bit", b"TO:\n @r:a@b\nfrom:\t\xfc\xff\nnot a header\n\nB\n", "-t -oi -oep -f s@b.example", to=""),
    queued("found-t-backslash", lines("To: a\\"), "-t -oi -oep -f s@b.example", to="", main="log_selector = +received_recipients"),
    Case("found-name-with-comment", calls=(Call(("-odq", "-oi", "-F", "Re (x) N.", "-f", "joe@b.example", "box@test.example"), b"To: x@y\n\nB\n"),)),
    queued("found-qualified-line-folds", lines("Bcc: joe, bob, <c@d>")),
    queued("found-qualified-line-folds-late", lines("Reply-To: Joe <j@x.ex>, joe, bob, <c@d>")),
    queued("found-qualified-line-folds-group", lines("Resent-Bcc: " + LONG + "group: a@b, c;", "Subject: , Joe.X <a@b>")),
    queued("found-qualified-many", lines("To: " + ", ".join(f"user{n}" for n in range(30)))),
    queued("found-qualified-folded", lines("To: one,", "  two (second), three,", "\tGroup: four, five;, \"s ix\"")),
    queued("found-qualified-backslash", b"From:a\\\nTo: b\n\nB\n"),
    queued("found-message-id-word", lines("Message-Id: a")),
    queued("found-message-id-nul", b"Message-Id:a\0b\n\nB\n"),
    queued("found-resent-message-id", lines("Resent-Message-Id: <r@x>", "Resent-From: a@b.ex")),
    queued("found-message-id-words", lines("Message-Id: \"Q, x\" <q@x.ex>")),
    queued("found-cr-then-dot", b"Subject: x\n\n\n\r.\nFrom x\nmore\n", "-oep -f sender@b.example"),
    queued("found-cr-then-dot-in-header", b"Subject: x\r.\nTo: y\n\nmore\n", "-oep -f sender@b.example"),
    queued("found-dot-crlf-variants", b"Subject: x\n\na\r\n.\nb\n.\r\nc\n", "-oep -f sender@b.example"),
    queued("found-last-line-longest", b"\n.\nFrom"),
    queued("found-crlf-then-lf-no-header", b"X: y\r\n..\n : <no-domain>\n\nReply-To: Joe <a@b>\n\n\r\nrest\n"),
    queued("found-crlf-then-lf-blank", b"X: y\r\nY: z\n\nbody\n\r\nrest\n"),
]
REWRITES = [Case("found-rewrite-" + name, one_transport("headers_rewrite = *@b.ex $1@new.ex"), calls=(Call("-odf -oi -oep -f <> box@test.example", text),)) for name, text in [
    ("bad-from", b"From : a@b\n\tc@d\nTo: x@y\n\nB\n"), ("bad-second", lines("From: =?utf-8?q?x?= <a@b.ex>, a@@b, c@b.ex")), ("empty", lines("Reply-To:", "Sender: ")), ("two-words", lines("Sender: a b", "Cc: a b@c"))]]


# Around the rules behind those cases.
FORTY = "y" * 40
FOLDS = [queued("fold-" + name, lines("To: " + value)) for name, value in [
    ("below", "x" * 21 + ", y@z"), ("at", "x" * 22 + ", y@z"), ("no-blank-below", "x" * 22 + ",y@z"), ("no-blank-at", "x" * 23 + ",y@z"),
    ("many-blanks", "x" * 20 + ",   y@z"), ("second-below", f"{FORTY}, " + "x" * 23 + ", y@z"), ("second-at", f"{FORTY}, " + "x" * 24 + ", y@z"),
    ("folded-before", "u@x,\n  " + "x" * 15 + ", y@z"), ("line-ends-there", f"{FORTY}, \n\ty@z"), ("comma-on-next-line", f"{FORTY}\n , y@z"),
    ("last", f"a, {FORTY}"), ("last-comma", f"{FORTY}, "), ("two-commas", f"{FORTY}, , {FORTY}"), ("comma-semicolon", f"{FORTY}, ;"),
    ("group-comment", f"g: {FORTY}; (d), y@z"), ("group-no-comma", f"g:{FORTY};y@z"), ("group-last", f"g: {FORTY} ; (d)"),
    ("qualified-between", f"a@b, {FORTY}, y@z, {FORTY}, u@v, w"), ("bad-behind", f"{FORTY}, bad bad, y"), ("brackets", f"Joe <{FORTY}>, {FORTY}"),
]]
MESSAGE_IDS = [queued(f"id-{n}", lines("Message-Id: " + text)) for n, text in enumerate(
    ["<a>", "a.b", "\"x y\"", "x <a>", "a (c)", "a b", "a, b", "a@", "<a@ b>", "u\x01v", "ü", "a@[x]", "<a@[x]>", "", "<>"])]
LONGEST = [queued(f"longest-{name}-{n}", text, args) for name, args in (("oi", "-oi -f s@b.example"), ("dot", "-f s@b.example")) for n, text in enumerate(
    [b"X: y\n\nabcdefgh", b"X: y\n\nabcdefgh\r", b"X: y\n\na\rabcdefgh", b"\n.abcdefgh", b"X: y\n\nabcdefgh\n.", b"X: abcdefgh", b"abcdefgh", b"X: y\n\nabcdefgh\nab"])]
COLONS = [queued("colon-" + name, text, "-t -oi -oep -f s@b.example", to="x@y", main="no_extract_addresses_remove_arguments\nlog_selector = +subject") for name, text in [
    ("next-line", b"To\n : a@b\n\nB\n"), ("third-line", b"To \n \t\n : a@b\n\nB\n"), ("form-feed", b"To\f: a@b\n\nB\n"), ("bare-cr", b"To\r: a@b\n\nB\n"),
    ("crlf", b"To\r\n : a@b\r\n\nB\n"), ("subject", b"Subject\n : s\n\nB\n"), ("others", b"From\n : a\nSender\v: b\nReturn-path\n : x\nDate\n : d\nMessage-Id\n : i\n\nB\n"),
    ("text-between", b"To\n x: a@b\n\nB\n"), ("space-first", b"\f: a@b\n\nB\n"), ("lf-behind-crlf", b"X: y\r\nba\n:Z\nR: a\n\n"), ("lf-no-colon", b"X: y\r\nb a\nZ\nR: a\n\n"),
]]
NAMES = [Case(f"name-{n}", calls=(Call(("-odq", "-oi", "-F", name, "-f", "joe@b.example", "box@test.example"), b"To: x@y\n\nB\n"),)) for n, name in enumerate([
    "N. (x) Re", "(x) N.", "Re (x) N. (y) Z", "a (c.d) e", "a.b (c.d) e", "a (b (c) d) e.", "a (c)b.", "  a.  ", "a (b) ", "R. \"N\" (x)", "N.  \"x\"", "\"x\" N. y",
    "a \"b", "a \"b\" c\"d", "a.b \"c", "\"x\" (y.z) N. w", "x (\"y\") z", "().", "a\tb", "ü (x) ", "  "])]
NAMES.append(Case("name-word-last", calls=(Call(("-odq", "-oi", "-F", "Re \"x\" N.", "-f", "joe@b.example", "box@test.example"), b"To: x@y\n\nB\n"),),
                  difference="D-intake-phrase", differs_in=("spool", "log", "msglog")))
T_TEXTS = [queued(f"t-text-{n}", text.encode("latin-1"), "-t -oi -oep -f s@b.example" + args, to=to, main=main) for n, (text, args, to, main) in enumerate([
    ("To: a@@b  \n\nB\n", "", "", ""), ("To: a@@b,\n c@d\x01\xfc\n\nB\n", "", "", ""), ("To: a@b \x01\n\nB\n", "", "", ""), ("To: a@b\n c@d\n e@f\n\nB\n", "", "", ""),
    ("To: \"a\n  b\"@c\n\nB\n", "", "", ""), ("To: x@y,\n  \"a\n b\"@@c, y\n\nB\n", "", "", ""), ("To: a\\\n b\n\nB\n", "", "", ""),
    ("To: g: x@@y;\n\nB\n", "", "", ""), ("To: g: a@b, x@@y; d\n\nB\n", "", "", ""), ("To: g (x\n y): a@@b\n\nB\n", "", "", ""), ("To: Sun, 22 Nov 2020 04:11:02, x y, z\n\nB\n", "", "", ""),
    ("To: a b\nCc: c d, e@f g\n\nB\n", "", "", ""), ("To: a, b@c\n\nB\n", " -bnq", "", ""), ("To: x:;\n\nB\n", "", "a@x", ""), ("To: a@x\nResent-From: b\n\nB\n", "", "a@x", ""),
    ("To: b@c, a@[x], g: c@[1.2.3.4];\n\nB\n", "", "", ""), ("To: a@[x]\n\nB\n", "", "", "allow_domain_literals"), ("To: <a@[1.2.3.4]>, c@[1.2.3.4]\n\nB\n", "", "", ""),
    ("To: <a@[1.2.3.4]>, <b@[x]>\n\nB\n", "", "", "allow_domain_literals"), ("To: a@[], a@[x y]\n\nB\n", "", "", ""),
])]
BACKSLASHES = [Case(f"backslash-{n}", conf("log_selector = +received_recipients"), calls=(Call(("-odq", "-oi", "-oep", "-f", "s@b.example", address), MESSAGE),)) for n, address in enumerate(
    ["a\\", "\\", "\\\\", "a\\\\", "a\\@b", "\\@b", "\\\\@b", "a.\\", "\"a@b\"", "\"a@b\\\\\"", "\"a@b\".\\@c"])]
LITERALS = [Case(f"literal-{n}", conf(routers="r0:\n  driver = redirect\n  domains = d.example\n  data = " + address + "\n" + ACCEPT, rest='begin rewrite\n*@b.ex "' + address + '"\n'), calls=(
    Call(("-bt", address)), Call(("-bv", address)), Call(("-brw", address)), Call(("-bt", "q@d.example")), Call(("-brw", "q@b.ex")), Call(("-be", "${address:" + address + "}")),
    Call(("-odq", "-oi", "-oep", "-f", "s@b.example", address), MESSAGE)))
    for n, address in enumerate(["a@[x]", "<a@[x]>", "J <a@[1.2.3.4]>", "a@[1.2.3.4] (c)", "@r:a@[1.2.3.4]", "@[1.2.3.4]:a@b"])]

ODD_SENDERS = [Case(f"sender-odd-{n}{'-' + main if main else ''}", conf(main), calls=(
    Call(("-odq", "-oi", "-f", address, "box@test.example"), MESSAGE), Call(("-be", "-f", address, "$sender_address"))))
    for main in ("", "allow_domain_literals", "strip_trailing_dot")
    for n, address in enumerate([
        "<a@[1.2.3.4]>", "J <a@[1.2.3.4]>", "a@[1.2.3.4] (c)", "a@[1.2.3.4]", "@r:a@[1.2.3.4]", "a@[x]", "a@[IPv6:::1]", "a@c.example.", "<a@c.example.>",
        "J <a@c.example.>", "a@c.example..", "a@c.", "a.", "<a.>", '"a b"', '""', '"a@b"', "a\\@b", "ä", "a(b", "a!b", "a..b@c.example", "a\nb@c.example"])]

# What headers_rewrite says: to the main log if the delivering process has it open or the recipient may, else on standard error.
REWRITTEN = lines("To: a@b.ex, c@@d")
BOTH = "r0:\n  driver = redirect\n  local_parts = bad\n  data = a@@b\n" + ACCEPT


def rewriting(name: str, *calls: Call, options: str = "", rule: str = "*@b.ex $1@new.ex", **more) -> Case:
    return Case("rewrite-log-" + name, one_transport(f"headers_rewrite = {rule}\n{options}", "log_selector = +address_rewrite", BOTH), calls=calls, **more)


NOW, LATER = "-odf -oi -oep -f <> ", "-odq -oi -oep -f <> "
REWRITE_LOG = [
    rewriting("at-once", Call(NOW + "box@test.example", REWRITTEN)),
    rewriting("second-address", Call(NOW + "box@test.example two@test.example", REWRITTEN)),
    rewriting("after-routing-trouble", Call(NOW + "box@test.example bad@test.example", REWRITTEN)),
    rewriting("queue-run", Call(LATER + "box@test.example two@test.example", REWRITTEN), Call("-qf")),
    rewriting("forced", Call(LATER + "box@test.example", REWRITTEN), Call("-M @ID1@")),
    rewriting("exim-user", Call(NOW + "box@test.example", REWRITTEN), options="user = Debian-exim"),
    rewriting("exim-user-panic", Call(NOW + "box@test.example", REWRITTEN), options="user = Debian-exim", rule="*@b.ex $1"),
    rewriting("quiet", Call(NOW + "box@test.example", REWRITTEN), options="disable_logging"),
    rewriting("panic", Call(NOW + "box@test.example", REWRITTEN), rule="*@b.ex $1", difference="D-rewrite-panic", differs_in=("stderr", "log", "msglog", "spool", "mail")),
]

test_found = compat(FOUND + REWRITES)
test_rules = compat(FOLDS + MESSAGE_IDS + LONGEST + COLONS + NAMES + T_TEXTS + BACKSLASHES + LITERALS)
test_rewrite_log = compat(REWRITE_LOG)
test_dots = compat(DOTS)
test_headers = compat(HEADERS)
test_from_line = compat(FROM_LINE)
test_sender = compat(SENDER + ODD_SENDERS)
test_recipients = compat(RECIPIENTS)
test_dash_t = compat(DASH_T)
test_limits = compat(LIMITS)
