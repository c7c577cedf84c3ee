# SPDX-License-Identifier: Apache-2.0
"""The lmtp transport against a scripted server (lmtp.md): the bytes on the wire, verdicts, log lines, what stays on the queue."""
from compatlib import Call, Case, Config, Dir, File, Peer, Send, Symlink, compat, conf, message

ONE = ("box@test.example",)
TWO = ("box@test.example", "b@test.example")
THREE = ("a@test.example", "b@test.example", "c@test.example")


def lmtp(name: str, answers: dict | None = None, to=ONE, options: str = "", at: str = "socket", main: str = "", routers: str = "", sender: str = "<>", text=None,
         setup=(), calls=None, args="", **more) -> Case:
    """One message to `to` in one session. An empty sender: what fails stays frozen instead of bouncing."""
    server = {"socket": "socket = @PEER@", "command": "command = @PEERCOMMAND@"}[at]
    own = [line.strip() for line in options.splitlines() if line.strip()]
    names = {line.split()[0] for line in own}
    usual = [] if names & {"socket", "command", "hosts"} else [server]
    usual += [line for line in ("batch_max = 100", "user = ptuser1", "timeout = 5s") if line.split()[0] not in names]
    block = "".join(f"  {line}\n" for line in ("driver = lmtp", *usual, *own))
    script = tuple((question, tuple(told)) for question, told in (answers or {}).items())
    extra = {} if text is None else {"message": text}
    return Case(name, conf(main, routers or "r1:\n  driver = accept\n  transport = t1\n", "t1:\n" + block), (Peer(script, at), *setup),
                calls or (Send(*to, sender=sender, args=args, **extra),), **more)


NO, LATER, ODD = "550 5.1.1 no", "450 4.2.0 later", "354 what"

PLAIN = [
    lmtp("one"),
    lmtp("two", to=TWO),
    lmtp("twenty", to=tuple(f"u{n}@test.example" for n in range(20))),
    lmtp("sender", sender="sender@b.example"),
    lmtp("command", at="command"),
    lmtp("command-two", to=TWO, at="command"),
    lmtp("batch-default", to=THREE, options="batch_max = 1", difference="D-lmtp-reuse", differs_in=("wire",)),
    lmtp("batch-two", to=THREE, options="batch_max = 2", difference="D-lmtp-reuse", differs_in=("wire",)),
    lmtp("batch-id", to=("a@x.ex", "b@y.ex", "c@x.ex"), options="batch_id = $domain", difference="D-lmtp-reuse", differs_in=("wire",)),
    lmtp("batch-id-forced", to=THREE, options="batch_id = ${if eq{a}{b}{x}fail}", difference="D-lmtp-reuse", differs_in=("wire",)),
    lmtp("caseful", to=("JoE@TEST.example",)),
    lmtp("affix", to=("pre-box+tag@test.example",), routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  local_part_suffix = +*\n  transport = t1\n"),
    lmtp("affix-kept", to=("pre-box+tag@test.example",), options="rcpt_include_affixes", routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  local_part_suffix = +*\n  transport = t1\n"),
    lmtp("quoted-local-part", to=('"a b"@test.example',)),
    lmtp("return-path", options="return_path = bounce-$local_part@test.example", sender="s@b.example"),
    lmtp("return-path-empty", options="return_path = ", sender="s@b.example"),
    lmtp("added-lines", options="return_path_add\nenvelope_to_add\ndelivery_date_add", to=TWO),
    lmtp("headers-add", options="headers_add = X-A: b\nheaders_remove = subject"),
    lmtp("headers-add-failure", options="headers_add = ${nosuch:x}", difference="D-lmtp-headers-first", differs_in=("wire",)),
    lmtp("filter", options="transport_filter = /bin/cat"),
    lmtp("filter-dots", options="transport_filter = /bin/sed s/^S/.S/", text=message(b".\n..\nS\n")),
    lmtp("filter-no-last-newline", options="transport_filter = /bin/sh -c \"cat >/dev/null; printf 'Subject: x\\n\\n.y'\""),
    lmtp("filter-fails", options="transport_filter = /bin/sh -c 'cat >/dev/null; exit 3'", difference="D-lmtp-headers-first", differs_in=("wire",)),
    lmtp("filter-missing", options="transport_filter = /no/such", difference="D-lmtp-headers-first", differs_in=("wire",)),
    lmtp("filter-bad-expansion", options="transport_filter = /bin/cat ${nosuch:x}"),
    lmtp("body-only", options="body_only"),
    lmtp("headers-only", options="headers_only"),
    lmtp("disable-logging", options="disable_logging"),
    lmtp("size-in-log", main="log_selector = +delivery_size"),
    lmtp("selectors", main="log_selector = +sender_on_delivery +return_path_on_delivery +delivery_size +all_parents +queue_time", sender="s@b.example"),
    lmtp("no-confirmation", main="log_selector = -smtp_confirmation"),
    lmtp("dont-deliver", calls=(Send("box@test.example", how="-odq -oi -N"), Call("-qff"))),
    lmtp("dont-deliver-command", calls=(Send("box@test.example", how="-odq -oi -N"), Call("-qff")), at="command"),
    lmtp("redirected", to=("list@test.example",), routers="al:\n  driver = redirect\n  local_parts = list\n  data = a, b, a\nr1:\n  driver = accept\n  transport = t1\n"),
    lmtp("errors-to", sender="s@b.example", routers="r1:\n  driver = accept\n  errors_to = e@test.example\n  transport = t1\n"),
    lmtp("queue-run-of-three", calls=(*(Send(f"{who}@test.example", how="-odq -oi") for who in "abc"), Call("-q")), main="queue_run_in_order", difference="D-lmtp-reuse", differs_in=("wire",)),
    *(lmtp("queue-run-of-ten-" + name, answers, calls=(*(Send(f"{who}{n}@test.example", how="-odq -oi", sender="<>") for n, who in enumerate("abcdefghij")), Call("-q")), main="queue_run_in_order", options=options,
           routers=routers, difference="D-lmtp-reuse", differs_in=("wire",))                                            # D-queue-row: most of them share a child
      for name, answers, options, routers in (
          ("good", {}, "", ""),
          ("deferred", {"RCPT": [*["250 ok"] * 3, LATER, *["250 ok"] * 2, LATER, "250 ok"]}, "", ""),
          ("refused", {"RCPT": [*["250 ok"] * 2, NO, *["250 ok"] * 6, NO]}, "", ""),
          ("cut", {"MESSAGE": [*["250 ok"] * 4, "@close", "250 ok"]}, "", ""),
          ("captures", {}, "headers_add = X-A: $1/$2/$local_part/$message_exim_id\nreturn_path = $1@test.example", "r1:\n  driver = accept\n  local_parts = ^(.)(.)\\$\n  transport = t1\n"),
          ("directories", {}, "home_directory = /srv/${if match{$local_part}{[aeiou]}{vowel}{}}\ncurrent_directory = /", ""))),
    lmtp("queue-run-of-three-command", calls=(*(Send(f"{who}@test.example", how="-odq -oi") for who in "abc"), Call("-q")), main="queue_run_in_order", at="command"),
    lmtp("queued-then-run", calls=(Send("box@test.example", how="-odq -oi"), Call("-q")), main="queue_run_in_order"),
    lmtp("user-unset", options="user = Debian-exim"),
    lmtp("size-limit", options="message_size_limit = 10"),
    Case("shadow", conf("", "r1:\n  driver = accept\n  transport = t1\n", "t1:\n  driver = appendfile\n  file = @MAIL@/box\n  user = ptuser1\n  shadow_transport = t2\n"
                        "t2:\n  driver = lmtp\n  socket = @PEER@\n  user = ptuser1\n"), (Peer(),)),
]

BODIES = [
    lmtp("body-" + name, text=text) for name, text in {
        "dot": message(b".\n"), "dots": message(b"..\n...\n.x\nx.\n"), "empty": message(b""), "no-newline": message(b"x"), "one-newline": message(b"\n"),
        "bare-cr": message(b"a\rb\n\r.\nx\n"), "crlf": message(b"a\r\n.\r\nb\r\n"), "eight-bit": message(bytes(range(128, 256)) + b"\n"),
        "long-line": message(b"x" * 5000 + b"\n.\n"), "long": message(b"0123456789.\n.\n" * 20000), "nul": message(b"a\0b\n"),
        "dot-at-8191": message(b"x" * 8190 + b"\n.\n"), "dot-at-8192": message(b"x" * 8191 + b"\n.\n"), "dot-at-65536": message(b"x" * 65535 + b"\n.\n" * 3),
    }.items()
]

GREETING = [
    lmtp("greeting-several-lines", {"greeting": ["220-a\n220-b\n220 c"]}),
    lmtp("greeting-bare", {"greeting": ["220"]}),
    lmtp("greeting-lf-only", {"greeting": ["@raw 220 a\n"]}),
    lmtp("greeting-4xx", {"greeting": ["421 busy"]}),
    lmtp("greeting-3xx", {"greeting": ["354 what"]}),
    lmtp("greeting-1xx", {"greeting": ["120 wait"]}),
    lmtp("greeting-5xx", {"greeting": ["554 5.3.2 no"]}, difference="D-lmtp-greeting", differs_in=("log", "spool", "msglog")),
    lmtp("greeting-close", {"greeting": ["@close"]}),
    lmtp("greeting-half-then-close", {"greeting": ["@raw 220 a|@close"]}),
    lmtp("greeting-malformed", {"greeting": ["hello there"]}),
    lmtp("greeting-blank", {"greeting": ["@raw \r\n"]}),
    lmtp("greeting-two-digits", {"greeting": ["22 a"]}),
    lmtp("greeting-no-separator", {"greeting": ["220x"]}),
    lmtp("greeting-malformed-second", {"greeting": ["220-a\nb"]}),
    lmtp("greeting-silence", {"greeting": ["@silence"]}, options="timeout = 1s"),
]

HELLO = [
    lmtp("hello-several-lines", {"LHLO": ["250-a\n250-b\n250 c"]}),
    lmtp("hello-name", main="primary_hostname = other.test.example"),
    lmtp("hello-4xx", {"LHLO": [LATER]}),
    lmtp("hello-5xx", {"LHLO": [NO]}, difference="D-lmtp-greeting", differs_in=("log", "spool", "msglog")),
    lmtp("hello-3xx", {"LHLO": [ODD]}),
    lmtp("hello-close", {"LHLO": ["@close"]}),
    lmtp("hello-silence", {"LHLO": ["@silence"]}, options="timeout = 1s"),
    lmtp("hello-malformed", {"LHLO": ["250-a\nfoo"]}),
    lmtp("hello-long", {"LHLO": ["\n".join(f"250-EXTENSION{n} WITH PARAMETERS" for n in range(20)) + "\n250 END"]}, difference="D-lmtp-long-replies", differs_in=("log", "spool", "msglog", "wire")),
    lmtp("hello-ignorequota", {"LHLO": ["250-a\n250 IGNOREQUOTA"]}),
    lmtp("ignore-quota", {"LHLO": ["250-a\n250-IGNOREQUOTA\n250 X"]}, options="ignore_quota", to=TWO),
    lmtp("ignore-quota-last", {"LHLO": ["250-a\n250 IGNOREQUOTA"]}, options="ignore_quota"),
    lmtp("ignore-quota-not-offered", {"LHLO": ["250-a\n250 XIGNOREQUOTA"]}, options="ignore_quota"),
    lmtp("ignore-quota-refused", {"LHLO": ["250-a\n250 IGNOREQUOTA"], "RCPT": [NO]}, options="ignore_quota"),
    lmtp("ignore-quota-lower-case", {"LHLO": ["250-a\n250 ignorequota"]}, options="ignore_quota", difference="D-lmtp-keywords", differs_in=("wire",)),
    lmtp("hello-extensions-unknown", {"LHLO": ["250-a\n250-XFOO\n250-HELP\n250 ENHANCEDSTATUSCODES"]}),
]

MAIL = [
    lmtp("mail-4xx", {"MAIL": [LATER]}),
    lmtp("mail-452-several-lines", {"MAIL": ["452-4.3.1 full\n452 4.3.1 try later"]}, to=TWO),
    lmtp("mail-5xx", {"MAIL": [NO]}),
    lmtp("mail-5xx-two", {"MAIL": ["550-a\n550 b"]}, to=TWO),
    lmtp("mail-3xx", {"MAIL": [ODD]}),
    lmtp("mail-close", {"MAIL": ["@close"]}),
    lmtp("mail-silence", {"MAIL": ["@silence"]}, options="timeout = 1s"),
    lmtp("mail-malformed", {"MAIL": ["ok"]}),
]

RCPT = [
    lmtp("rcpt-5xx", {"RCPT": [NO]}),
    lmtp("rcpt-4xx", {"RCPT": [LATER]}),
    lmtp("rcpt-3xx", {"RCPT": [ODD]}),
    lmtp("rcpt-1xx", {"RCPT": ["150 hm"]}),
    lmtp("rcpt-several-lines", {"RCPT": ["550-a \"quoted\"\n550-b\\c\n550 d\te"]}),
    lmtp("rcpt-eight-bit-text", {"RCPT": ["550 \xe4\xf6"]}),
    lmtp("rcpt-eight-bit-text-ok", {"RCPT": ["550 \xe4\xf6"]}, main="print_topbitchars"),
    lmtp("rcpt-first-refused", {"RCPT": [NO, "250 ok"]}, to=THREE),
    lmtp("rcpt-last-refused", {"RCPT": ["250 ok", "250 ok", NO]}, to=THREE),
    lmtp("rcpt-middle-later", {"RCPT": ["250 ok", LATER, "250 ok"]}, to=THREE),
    lmtp("rcpt-all-refused", {"RCPT": [NO, LATER, NO]}, to=THREE),
    lmtp("rcpt-all-later", {"RCPT": [LATER]}, to=THREE),
    lmtp("rcpt-421", {"RCPT": ["421 closing"]}, to=ONE),
    lmtp("rcpt-close-one", {"RCPT": ["@close"]}),
    lmtp("rcpt-close-second", {"RCPT": ["250 ok", "@close"]}, to=THREE),
    lmtp("rcpt-silence", {"RCPT": ["250 ok", "@silence"]}, to=THREE, options="timeout = 1s"),
    lmtp("rcpt-malformed", {"RCPT": ["250 ok", "fine"]}, to=THREE),
    lmtp("rcpt-refused-then-close", {"RCPT": [NO, "@close"]}, to=THREE, difference="D-lmtp-own-verdict", differs_in=("log", "spool", "msglog")),
]

DATA = [
    lmtp("data-4xx", {"DATA": [LATER]}, to=TWO),
    lmtp("data-5xx", {"DATA": [NO]}, to=TWO),
    lmtp("data-2xx", {"DATA": ["250 fine"]}),
    lmtp("data-close", {"DATA": ["@close"]}),
    lmtp("data-silence", {"DATA": ["@silence"]}, options="timeout = 1s"),
    lmtp("data-malformed", {"DATA": ["go on"]}),
    lmtp("data-several-lines", {"DATA": ["354-go\n354 on"]}),
    lmtp("data-4xx-after-refusal", {"RCPT": [NO, "250 ok"], "DATA": [LATER]}, to=TWO, difference="D-lmtp-own-verdict", differs_in=("log", "spool", "msglog")),
    lmtp("data-5xx-after-later", {"RCPT": [LATER, "250 ok"], "DATA": [NO]}, to=TWO, difference="D-lmtp-own-verdict", differs_in=("log", "spool", "msglog")),
]

END = [
    lmtp("end-several-lines", {"MESSAGE": ['250-2.0.0 multi\n250 2.0.0 "quoted" \\ done']}),
    lmtp("end-long-confirmation", {"MESSAGE": ["250 " + "x" * 240]}),
    lmtp("end-5xx", {"MESSAGE": ["552 5.2.2 full"]}),
    lmtp("end-4xx", {"MESSAGE": ["452 4.2.2 full"]}),
    lmtp("end-3xx", {"MESSAGE": [ODD]}),
    lmtp("end-mixed", {"MESSAGE": ["250 ok", "552 full", "452 later"]}, to=THREE),
    lmtp("end-mixed-other-order", {"MESSAGE": ["452 later", "552 full", "250 ok"]}, to=THREE),
    lmtp("end-one-refused-before", {"RCPT": ["250 ok", NO, "250 ok"], "MESSAGE": ["250 first", "450 last"]}, to=THREE),
    lmtp("end-close-at-once", {"MESSAGE": ["@close"]}, to=TWO),
    lmtp("end-close-after-one", {"MESSAGE": ["250 ok", "@close"]}, to=THREE),
    lmtp("end-close-after-refusal", {"MESSAGE": ["550 no", "@close"]}, to=THREE),
    lmtp("end-silence-after-one", {"MESSAGE": ["250 ok", "@silence"]}, to=THREE, options="timeout = 1s"),
    lmtp("end-malformed-after-one", {"MESSAGE": ["250 ok", "fine"]}, to=THREE),
    lmtp("end-all-in-one-packet", {"MESSAGE": ["@raw 250 a\r\n250 b\r\n250 c\r\n", "@raw "]}, to=THREE),
    lmtp("end-then-run-again", {"MESSAGE": ["250 ok", "450 later", "250 ok"]}, to=TWO, calls=(Send(*TWO, sender="<>"), Call("-qff"))),
    lmtp("end-close-then-run-again", {"MESSAGE": ["250 ok", "@close", "250 later"]}, to=THREE, calls=(Send(*THREE, sender="<>"), Call("-qff"))),
]

QUIT = [
    lmtp("quit-refused", {"QUIT": ["500 no"]}),
    lmtp("quit-close", {"QUIT": ["@close"]}),
    lmtp("quit-silence", {"QUIT": ["@silence"]}),
    lmtp("quit-malformed", {"QUIT": ["bye"]}),
]

COMMAND = [
    lmtp("command-greeting-4xx", {"greeting": ["421 busy"]}, at="command"),
    lmtp("command-rcpt-mixed", {"RCPT": ["250 ok", NO]}, to=TWO, at="command"),
    lmtp("command-end-mixed", {"MESSAGE": ["250 ok", "452 later"]}, to=TWO, at="command"),
    lmtp("command-data-5xx", {"DATA": [NO]}, at="command"),
    lmtp("command-exit-at-once", {"greeting": ["@exit 3"]}, at="command"),
    lmtp("command-exit-after-mail", {"MAIL": ["@exit 0"]}, at="command"),
    lmtp("command-exit-at-end", {"MESSAGE": ["250 ok", "@exit 1"]}, to=TWO, at="command"),
    lmtp("command-bad-status-after-quit", {"QUIT": ["@exit 9"]}, at="command"),
    lmtp("command-missing", options="command = /no/such/program", difference="D-lmtp-command-errors", differs_in=("log", "msglog")),
    lmtp("command-not-executable", options="command = /etc/passwd", difference="D-lmtp-command-errors", differs_in=("log", "msglog")),
    lmtp("command-no-path-search", options="command = true", difference="D-lmtp-command-errors", differs_in=("log", "msglog")),
    lmtp("command-true", options="command = /bin/true"),
    lmtp("command-empty", options="command ="),
    lmtp("command-blank", options='command = "   "'),
    lmtp("command-arguments", options="command = /usr/bin/printf '%s\\n' $pipe_addresses", to=TWO),
    lmtp("command-environment", options="command = /bin/sh -c 'env|sort'", main="add_environment = A=b"),
    lmtp("command-cat", options="command = /bin/cat", setup=()),
    lmtp("command-bad-expansion", options="command = /bin/echo ${nosuch:x}"),
    lmtp("command-forced-failure", options="command = /bin/echo ${if eq{a}{b}{x}fail}"),
    lmtp("command-tainted", options="command = /bin/echo $local_part"),
    lmtp("command-stderr", {"MAIL": ["@stderr warning: x|250 ok"]}, at="command", difference="D-lmtp-stderr", differs_in=("log", "spool", "msglog", "wire")),
]

SOCKET = [
    lmtp("socket-missing", options="socket = @MAIL@/none"),
    lmtp("socket-is-file", options="socket = @MAIL@/file", setup=(File("mail/file"),)),
    lmtp("socket-is-directory", options="socket = @MAIL@"),
    lmtp("socket-not-permitted", options="socket = @MAIL@/closed/s", setup=(Dir("mail/closed", 0o700),)),
    lmtp("socket-through-link", options="socket = @MAIL@/link", setup=(Symlink("mail/link", "@PEER@"),)),
    lmtp("socket-expanded", options="socket = ${if eq{a}{a}{@PEER@}}"),
    lmtp("socket-bad-expansion", options="socket = ${nosuch:x}"),
    lmtp("socket-forced-failure", options="socket = ${if eq{a}{b}{x}fail}"),
    lmtp("socket-empty-expansion", options="socket = ${if eq{a}{b}{x}}"),
    lmtp("socket-long-name", options="socket = @MAIL@/" + "x" * 100, difference="D-lmtp-socket-name", differs_in=("log", "msglog")),
    lmtp("socket-name-longest", options="socket = @MAIL@/" + "x" * (107 - len("/dev/shm/pt/w00/mail/"))),
    lmtp("socket-tainted", options="socket = @MAIL@/$local_part"),
    lmtp("socket-two-recipients-missing", options="socket = @MAIL@/none", to=TWO),
]


ALL_OFFERS = "250-a\n250-PIPELINING\n250-SIZE 10000\n250-8BITMIME\n250-SMTPUTF8\n250 DSN"
DIFFERENT = [
    lmtp("offers", {"LHLO": [ALL_OFFERS]}, to=TWO, text=message(b"\xe4\n"), difference="D-lmtp-extensions", differs_in=("wire",)),
    lmtp("offer-size", {"LHLO": ["250-a\n250 SIZE 100"], "MAIL": ["552 5.3.4 too big"]}, difference="D-lmtp-extensions", differs_in=("log", "spool", "msglog", "wire")),
    lmtp("offer-pipelining-same-bytes", {"LHLO": ["250-a\n250 PIPELINING"]}, to=TWO),
    lmtp("offer-pipelining-mixed", {"LHLO": ["250-a\n250 PIPELINING"], "RCPT": [NO, "250 ok", LATER], "MESSAGE": ["452 full"]}, to=THREE),
    lmtp("offer-pipelining-all-refused", {"LHLO": ["250-a\n250 PIPELINING"], "RCPT": [NO], "DATA": ["503 5.5.1 nobody"]}, to=THREE, difference="D-lmtp-extensions", differs_in=("wire",)),
    lmtp("offer-pipelining-message-for-nobody", {"LHLO": ["250-a\n250 PIPELINING"], "RCPT": [NO]}, to=THREE, difference="D-lmtp-extensions", differs_in=("wire",)),
    lmtp("offer-pipelining-mail-refused", {"LHLO": ["250-a\n250 PIPELINING"], "MAIL": [LATER], "RCPT": ["503 5.5.1 no MAIL"]}, to=TWO, difference="D-lmtp-extensions", differs_in=("wire",)),
    lmtp("offer-chunking", {"LHLO": ["250-a\n250 CHUNKING"]}, text=message(b".\n"), difference="D-lmtp-extensions", differs_in=("wire",)),
    lmtp("header-dots", text=b".From: a\nSubject: x\n.X-A: b\n\n.\n", difference="D-lmtp-header-dots", differs_in=("wire",)),
    lmtp("nul-in-reply", {"RCPT": ["@raw 250 a\0b\r\n"]}, options="timeout = 1s", difference="D-lmtp-reply-form", differs_in=("log", "msglog")),
    lmtp("other-code-in-reply", {"RCPT": ["250-ok\n550 no"]}, difference="D-lmtp-reply-form", differs_in=("log", "spool", "msglog", "wire")),
    lmtp("answers-before-the-message", {"DATA": ["354 go\n250 done"], "MESSAGE": ["@raw "]}, difference="D-lmtp-early", differs_in=("log", "spool", "msglog", "wire")),
    lmtp("answer-too-much-after-the-end", {"MESSAGE": ["250 a\n250 b", "452 c", "250 d"]}, to=THREE),      # nobody can tell whose they are
    lmtp("two-answers-to-mail", {"MAIL": ["250 ok\n250 ok"], "RCPT": ["@raw "]}, difference="D-lmtp-early", differs_in=("log", "spool", "msglog", "wire")),
    lmtp("reuse-after-refusal", {"RCPT": ["250 ok", NO, "250 ok"]}, to=THREE, options="batch_max = 1", difference="D-lmtp-reuse", differs_in=("wire",)),
    lmtp("reuse-reset-refused", {"RSET": ["500 what"]}, to=TWO, options="batch_max = 1", difference="D-lmtp-reuse", differs_in=("wire",)),
    lmtp("reuse-closed-meanwhile", {"MESSAGE": ["250 ok|@close"]}, to=TWO, options="batch_max = 1"),
    lmtp("bytes-of-an-earlier-delivery", {"greeting": ["220 ok", "@silence"], "RSET": ["@close"]}, to=TWO, options="batch_max = 1\ntimeout = 1s", difference="D-lmtp-byte-count", differs_in=("log", "msglog", "wire")),
]


def read(name: str, options: str, **more) -> Case:
    return Case("config-" + name, conf("", "", "t1:\n  driver = lmtp\n" + "".join(f"  {line}\n" for line in options.splitlines())), (), (Call("-bP transport t1"),), **more)


OWN = {"difference": "D-lmtp-tcp", "differs_in": ("stdout",)}     # -bP shows the options that Exim has not
CONFIGURATION = [
    read("neither", ""),
    read("both", "command = /x\nsocket = /y"),
    read("empty-command", "command =", **OWN),
    read("empty-socket", "socket =", **OWN),
    read("user-without-group", "socket = /x\nuser = 12345"),
    read("unknown-option", "socket = /x\numask = 022"),
    read("negative-batch", "socket = /x\nbatch_max = -1", **OWN),
    read("bad-time", "socket = /x\ntimeout = 5"),
]

test_plain = compat(PLAIN)
test_bodies = compat(BODIES)
test_greeting = compat(GREETING)
test_hello = compat(HELLO)
test_mail = compat(MAIL)
test_rcpt = compat(RCPT)
test_data = compat(DATA)
test_end = compat(END)
test_quit = compat(QUIT)
test_command = compat(COMMAND)
test_socket = compat(SOCKET)
test_different = compat(DIFFERENT)
test_configuration = compat(CONFIGURATION)
