# SPDX-License-Identifier: Apache-2.0
"""Automatic replies: every byte of the reply as it is delivered, the log lines of both messages, log and once files.

The reply is delivered by the same configuration into @MAIL@/box. Deliveries run as the exim user, whose `exim -t` may read
the case's configuration; what other users' replies look like is in test_of_a_user. Postern's protection against loops
is off here (docs/options/autoreply.md says how a configuration asks whether it is there), so the router has to see to it
that no reply is answered: exim4 would go on for ever.
"""
from compatlib import Call, Case, Dir, Fifo, File, Send, Symlink, compat, conf, message

PROTECTION_OFF = ".ifdef _OPT_TRANSPORT_AUTOREPLY_LOOP_PROTECTION\n  no_loop_protection\n.endif\n"
NO_MIME = "\n.ifdef _OPT_TRANSPORT_AUTOREPLY_MIME\nno_mime\n.endif\n"
ROUTERS = """r1:
  driver = accept
  domains = test.example
  condition = ${if !eq{$h_auto-submitted:}{auto-replied}}
  transport = t1
r2:
  driver = accept
  transport = box
"""
BOX = "box:\n  driver = appendfile\n  file = @MAIL@/box\n  user = ptuser2\n"
TO = "to = $sender_address\n"
HELLO = TO + "text = hello\n"


def transport(options: str, user: str = "Debian-exim") -> str:
    lines = "".join(f"  {line.strip()}\n" for line in options.strip().splitlines())
    return f"t1:\n  driver = autoreply\n{lines}  user = {user}\n{PROTECTION_OFF}{BOX}"


def reply(name: str, options: str, text: bytes = message(), *, main: str = "", to=("joe@test.example",), sender="sender@b.example",
          user="Debian-exim", args="", routers=ROUTERS, how="-odf -oi", calls=None, **more) -> Case:
    calls = calls or (Send(*to, message=text, sender=sender, args=args, how=how),)
    return Case(name, conf(main, routers, transport(options, user)), calls=calls, **more)


def filtered(name: str, script: str, text: bytes = message(), **more) -> Case:
    """A copy of the message that passes through a shell script."""
    options = HELLO + "return_message\ntransport_filter = @ETC@/filter"
    return reply(name, options, text, setup=(File("etc/filter", "#!/bin/sh\n" + script + "\n", 0o755),), **more)


def with_id(message_id: bytes, *headers: bytes) -> bytes:
    """A message with this Message-Id: field (b"" for none) and more header lines."""
    head = b"From: Sender <sender@b.example>\nTo: joe@test.example\nSubject: a test\nDate: Sun, 22 Nov 2020 04:11:02 +0000\n"
    return head + message_id + b"".join(h + b"\n" for h in headers) + b"\nBody\n"


HEADERS = [
    reply("nothing-but-to", TO),
    reply("every-header", TO + "from = joe@test.example\nreply_to = other@test.example\ncc = c@b.example\nbcc = d@b.example\nsubject = Re: $h_subject:\nheaders = X-One: 1\\nX-Two: 2\ntext = hello"),
    reply("from-phrase", HELLO + 'from = "Joe Doe" <joe@test.example>'),
    reply("to-phrase", 'to = "Sender, The" <$sender_address>\ntext = hi'),
    reply("two-recipients", "to = $sender_address, other@b.example\ntext = hi"),
    reply("cc-only", "cc = c@b.example\ntext = hi"),
    reply("bcc-only", "bcc = c@b.example\ntext = hi"),
    reply("group", "to = Team: a@b.example, c@b.example;\ntext = hi"),
    reply("reply-address", "to = $reply_address\ntext = hi", message(b"B\n", "Reply-To: answer@b.example")),
    reply("folded-value", TO + 'headers = "X-A: a\\n  b"\ntext = hi'),
    reply("folded-subject", TO + 'subject = "a\\n b"\ntext = hi'),
    reply("empty-subject", TO + "subject =\ntext = hi"),
    reply("subject-from-message", HELLO + "subject = Re: $h_subject:", message(b"B\n", "Subject: your bill")),
    reply("subject-raw-encoded", HELLO + "subject = Re: $rh_subject:", message(b"B\n", "Subject: =?utf-8?Q?caf=C3=A9?="),
          difference="D-autoreply-encoding", differs_in=("log", "mail")),
    reply("subject-rfc2047", HELLO + "subject = ${rfc2047:Re: $h_subject:}", message(b"B\n", "Subject: =?utf-8?Q?caf=C3=A9?=")),
    reply("subject-tab", HELLO + 'subject = "a\\tb"'),
    reply("headers-message-id", HELLO + "headers = Message-Id: <own@b.example>"),
    reply("headers-date", HELLO + "headers = Date: Sun, 22 Nov 2020 04:11:02 +0000"),
    reply("headers-mime", HELLO + "headers = MIME-Version: 1.0\\nContent-Type: text/plain; charset=utf-8"),
    reply("headers-to", HELLO + "headers = To: second@b.example"),
    reply("headers-resent", HELLO + "headers = Resent-To: second@b.example"),
    reply("headers-precedence", HELLO + "headers = Precedence: bulk"),
    reply("headers-trailing-newline", HELLO + 'headers = "X-A: a\\n"', difference="D-autoreply-headers", differs_in=("mail", "log")),
    reply("headers-eight-bit", HELLO + "headers = X-A: caf\xe9"),
    reply("variables", TO + "from = $local_part@$domain\nsubject = $local_part $domain $sender_address $message_exim_id $primary_hostname\ntext = $h_from: $message_body"),
]

IDS = [
    reply("id-none", HELLO, with_id(b"")),
    reply("id-plain", HELLO, with_id(b"Message-Id: <m1@b>\n")),
    reply("id-odd-name", HELLO, with_id(b"MESSAGE-ID:<m1@b>\n")),
    reply("id-no-domain", HELLO, with_id(b"Message-Id: <m1>\n"), main="log_selector = -msg_id"),
    reply("id-folded", HELLO, with_id(b"Message-Id:\n <m1@b>\n")),
    reply("id-two-lines", HELLO, with_id(b"Message-Id: <m1@b>\nMessage-Id: <m2@b>\n")),
    reply("id-comment", HELLO, with_id(b"Message-Id: <m1@b> (comment)\n"), difference="D-autoreply-message-id", differs_in=("mail", "log")),
    reply("id-empty", HELLO, with_id(b"Message-Id:\n", b"References: <only@b>"), difference="D-autoreply-message-id", differs_in=("mail", "log")),
    reply("id-no-brackets", HELLO, with_id(b"Message-Id: m1@b\n"), difference="D-autoreply-message-id", differs_in=("mail", "log")),
    reply("references-one", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b>")),
    reply("references-fifteen", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: " + b" ".join(b"<r%d@b>" % n for n in range(1, 16)))),
    reply("references-twelve", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: " + b" ".join(b"<r%d@b>" % n for n in range(1, 13)))),
    reply("references-thirteen", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: " + b" ".join(b"<r%d@b>" % n for n in range(1, 14)))),
    reply("references-folded", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b>\n <r2@b>\n\t<r3@b>")),
    reply("references-comment", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b> (c (d) \\) e) <r2@b>")),
    reply("references-bogus", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b> bogus <r2@b>")),
    reply("references-no-domain", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b> <r2> <r3@b>")),
    reply("references-commas", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b>, <r2@b>")),
    reply("references-joined", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: <r1@b><r2@b>")),
    reply("references-quoted", HELLO, with_id(b"Message-Id: <m1@b>\n", b'References: <"r 1"@b> <r2@[1.2.3.4]> <r3@b.c>')),
    reply("references-empty", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References:")),
    reply("references-no-id", HELLO, with_id(b"", b"References: <r1@b> <r2@b>")),
    reply("in-reply-to", HELLO, with_id(b"Message-Id: <m1@b>\n", b"In-Reply-To: <i1@b>")),
    reply("in-reply-to-text", HELLO, with_id(b"Message-Id: <m1@b>\n", b"In-Reply-To: your mail of today <i1@b>")),
    reply("in-reply-to-and-references", HELLO, with_id(b"Message-Id: <m1@b>\n", b"In-Reply-To: <i1@b>", b"References: <r1@b>")),
    reply("in-reply-to-no-id", HELLO, with_id(b"", b"In-Reply-To: <i1@b>")),
    reply("references-case", HELLO, with_id(b"Message-Id: <m1@b>\n", b"REFERENCES: <r1@b>")),
    reply("references-blank-before-colon", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References : <r1@b>")),
    reply("references-long", HELLO, with_id(b"Message-Id: <m1@b>\n", b"References: " + b" ".join(b"<%s%d@b>" % (b"r" * 120, n) for n in range(1, 13))),
          difference="D-autoreply-long-lines", differs_in=("mail", "log")),
]

FILE = "file = @ETC@/answer\n"
ANSWER = File("etc/answer", "line one\n$sender_address is $local_part\nlast ${nosuch:x} line\n${if eq{a}{a}{yes}{no}}\n")
BODY = [
    reply("text-newline", TO + 'text = "a\\n"'),
    reply("text-two-newlines", TO + 'text = "a\\n\\n"'),
    reply("text-empty", TO + "text ="),
    reply("text-empty-and-file", TO + "text =\n" + FILE, setup=(ANSWER,)),
    *(reply(f"text-{name}{how}", TO + f"text = {text}" + off, **more)
      for name, text in (("eight-bit", "caf\xe9"), ("utf-8", "caf\xc3\xa9"), ("long-eight-bit", "caf\xe9 " * 200))
      for how, off, more in (("", "", dict(difference="D-autoreply-mime", differs_in=("mail", "log"))), ("-no-mime", NO_MIME, {}),
                             ("-declared", "\nheaders = Content-Type: text/plain; charset=x-own", {}))),
    reply("text-dot", TO + 'text = "a\\n.\\nb"'),
    reply("text-from", TO + 'text = "From me\\nb"'),
    reply("text-message-body", TO + "text = $message_body $message_body_size"),
    reply("file", TO + FILE, setup=(ANSWER,)),
    reply("file-and-text", HELLO + FILE, setup=(ANSWER,)),
    reply("file-expand", HELLO + FILE + "file_expand", setup=(ANSWER,)),
    reply("file-no-final-newline", HELLO + FILE, setup=(File("etc/answer", "one\ntwo"),)),
    reply("file-expand-no-final-newline", HELLO + FILE + "file_expand", setup=(File("etc/answer", "one\n$local_part"),)),
    reply("file-empty", HELLO + FILE, setup=(File("etc/answer", ""),)),
    reply("file-missing", HELLO + FILE),
    reply("file-missing-optional", HELLO + FILE + "file_optional"),
    reply("file-unreadable", HELLO + FILE, setup=(File("etc/answer", "x\n", 0o600),)),
    reply("file-unreadable-optional", HELLO + FILE + "file_optional", setup=(File("etc/answer", "x\n", 0o600),)),
    reply("file-tainted", HELLO + "file = @ETC@/$local_part"),
    reply("file-tainted-optional", HELLO + "file = @ETC@/$local_part\nfile_optional"),
    reply("file-is-directory", HELLO + "file = @ETC@/answer", setup=(Dir("etc/answer"),), difference="D-autoreply-file", differs_in=("mail", "log", "spool", "msglog")),
    reply("file-link", HELLO + FILE, setup=(Symlink("etc/answer", "@ETC@/other"), File("etc/other", "through a link\n"))),
    reply("file-dev-null", HELLO + "file = /dev/null"),
    reply("file-nul", HELLO + FILE, setup=(File("etc/answer", b"a\0b\nc\n"),), difference="D-autoreply-file", differs_in=("mail", "log")),
    reply("file-long-line", HELLO + FILE + "file_expand", setup=(File("etc/answer", "x" * 20000 + "\n$local_part\n"),), difference="D-autoreply-mime", differs_in=("mail", "log")),
    reply("file-long-line-no-mime", HELLO + FILE + "file_expand" + NO_MIME, setup=(File("etc/answer", "x" * 20000 + "\n$local_part\n"),)),
    reply("return-message", HELLO + "return_message"),
    reply("return-message-file-no-newline", HELLO + FILE + "return_message", setup=(File("etc/answer", "one\ntwo"),)),
    reply("return-message-headers-only", HELLO + "return_message\nheaders_only"),
    reply("return-message-body-only", HELLO + "return_message\nbody_only"),
    reply("return-message-added", HELLO + "return_message\nreturn_path_add\nenvelope_to_add\ndelivery_date_add\nheaders_add = X-Added: $local_part\nheaders_remove = subject"),
    reply("return-message-rewritten", HELLO + "return_message\nheaders_rewrite = *@b.example new@c.example f"),
    reply("return-message-no-text", TO + "return_message"),
    filtered("return-message-filtered", "exec sed 's/^Subject: /Subject: filtered /; s/Body/BODY/'"),
    filtered("return-message-filtered-over-limit", "exec sed s/0123/abcd/", message(b"0123456789abcde\n" * 1875), main="bounce_return_size_limit = 10K"),
    filtered("return-message-filter-grows-past-limit", "cat; exec cat /usr/share/common-licenses/GPL-3", main="bounce_return_size_limit = 10K"),
    filtered("return-message-filter-fails", "cat; exit 1", difference="D-autoreply-copy", differs_in=("log", "mail", "msglog", "spool")),
    reply("return-message-headers-add-fails", HELLO + "return_message\nheaders_add = ${if}", difference="D-autoreply-copy", differs_in=("log", "mail", "msglog", "spool")),
    reply("return-message-no-newline", HELLO + "return_message", message(b"no newline at the end")),
    reply("return-message-eight-bit", HELLO + "return_message", message(b"caf\xe9 \xff\r\n"), difference="D-autoreply-mime", differs_in=("mail", "log")),
    reply("return-message-eight-bit-no-mime", HELLO + "return_message" + NO_MIME, message(b"caf\xe9 \xff\r\n")),
    reply("return-message-exactly-limit", HELLO + "return_message", message(b"0123456789abcde\n" * 512), main="bounce_return_size_limit = 8192"),
] + [
    reply(f"return-message-limit-{limit}", HELLO + "return_message" + extra, message(b"0123456789abcde\n" * 1875), main=f"bounce_return_size_limit = {limit}")
    for limit, extra in (("10K", ""), ("8191", ""), ("8192", ""), ("1", ""), ("0", ""), ("29K", ""), ("100K", ""), ("10K", "\nheaders_only"), ("10K", "\nbody_only"))
    if not (extra and limit != "10K")
][:7] + [
    reply("return-message-limit-headers-only", HELLO + "return_message\nheaders_only", message(b"0123456789abcde\n" * 1875), main="bounce_return_size_limit = 10K"),
    reply("return-message-limit-body-only", HELLO + "return_message\nbody_only", message(b"0123456789abcde\n" * 1875), main="bounce_return_size_limit = 10K"),
]

LOG = "log = @MAIL@/replies\n"
LOGS = [
    reply("log", HELLO + LOG),
    reply("log-all", HELLO + LOG + "from = joe@test.example\ncc = c@b.example\nbcc = d@b.example\nsubject = s\nreply_to = r@b.example\nheaders = X-A: a\\nX-B: b"),
    reply("log-mode", HELLO + LOG + "mode = 0664"),
    reply("log-appends", HELLO + LOG, setup=(File("mail/replies", "before\n", 0o640, "Debian-exim"),)),
    reply("log-cannot-be-opened", HELLO + "log = @ETC@/replies"),
    reply("log-directory-missing", HELLO + "log = @MAIL@/none/replies"),
    reply("log-twice", HELLO + LOG, calls=(Send("joe@test.example"), Send("joe@test.example"))),
    reply("log-tainted", HELLO + "log = @MAIL@/$local_part", difference="D-autoreply-log", differs_in=("log", "spool", "mail", "msglog", "stderr")),
    reply("log-empty", HELLO + "log ="),
]

NEVER = "to = A <a@b.example>, b@b.example , \"q,uo\" <c@b.example>\ntext = hi\n"
NEVER_MAIL = [
    reply("never-one", NEVER + "never_mail = b@b.example"),
    reply("never-two", NEVER + "never_mail = a@b.example : c@b.example"),
    reply("never-last", NEVER + "never_mail = c@b.example"),
    reply("never-all", NEVER + "never_mail = *@b.example"),
    reply("never-all-of-to", NEVER + "cc = d@c.example\nnever_mail = *@b.example"),
    reply("never-caseless", NEVER + "never_mail = B@B.EXAMPLE"),
    reply("never-not", NEVER + "never_mail = ! a@b.example : *"),
    reply("never-none", NEVER + "never_mail = x@y.example"),
    reply("never-expanded", NEVER + "never_mail = ${if eq{a}{a}{b@b.example}}"),
    reply("never-empty", NEVER + "never_mail ="),
    reply("never-cc-bcc", HELLO + "cc = c@b.example\nbcc = d@b.example\nnever_mail = c@b.example : d@b.example"),
    reply("never-fails", HELLO + "never_mail = ${nosuch:x}", sender="<>"),
    reply("never-regex", NEVER + "never_mail = ^b@"),
    reply("never-group", "to = Team: a@b.example, c@b.example;\ntext = hi\nnever_mail = c@b.example"),
    reply("never-in-headers", HELLO + "headers = Cc: a@b.example, c@b.example\nnever_mail = c@b.example", difference="D-autoreply-lists", differs_in=("log", "mail")),
    reply("never-lookup-defers", NEVER + "never_mail = +nolist", difference="D-autoreply-lists", differs_in=("log", "stderr", "spool", "msglog", "mail")),
    reply("never-no-file", NEVER + "never_mail = lsearch;@ETC@/none", difference="D-autoreply-lists", differs_in=("log", "stderr", "spool", "msglog", "mail")),
]

FAILURES = [
    reply(f"fails-{name}", (HELLO if name not in ("to", "text") else "") + f"{name} = ${{nosuch:x}}", sender="<>")
    for name in ("from", "reply_to", "to", "cc", "bcc", "subject", "headers", "text", "file", "log", "once", "once_repeat")
] + [
    reply("fails-forced", HELLO + "cc = ${if eq{a}{b}{x}fail}", sender="<>"),
    reply("fails-order", "to = ${nosuch:to}\nfrom = ${nosuch:from}", sender="<>"),
    reply("control-in-file", HELLO + 'file = "/a\\nb"', sender="<>"),
    reply("control-in-log", HELLO + 'log = "/a\\001b"', sender="<>"),
    reply("eight-bit-file", HELLO + "file = /caf\xe9", sender="<>"),
    reply("eight-bit-file-printed", HELLO + "file = /caf\xe9", main="print_topbitchars"),
    reply("once-repeat-no-unit", HELLO + "once_repeat = 1", sender="<>"),
    reply("once-repeat-word", HELLO + "once_repeat = never", sender="<>"),
    reply("size-limit", HELLO + "message_size_limit = 10", sender="<>"),
]

ENVELOPE = [
    reply("several-recipients", HELLO, to=("joe@test.example", "ann@test.example")),
    reply("several-recipients-background-order", HELLO, to=("joe@test.example", "ann@test.example"), how="-odi -oi"),
    reply("unseen", HELLO, routers="r0:\n  driver = accept\n  domains = test.example\n  transport = box\n  unseen\n" + ROUTERS),
    reply("return-path-ignored", HELLO + "return_path = other@b.example", main="log_selector = +return_path_on_delivery"),
    reply("selectors", HELLO + "subject = s", main="log_selector = +all -pid -queue_time -queue_time_overall -deliver_time -arguments -receive_time"),
    reply("disable-logging", HELLO + "disable_logging"),
    reply("rewriting", HELLO + "from = joe@test.example"),
    reply("bounce-authentication", HELLO, main="bounce_sender_authentication = postmaster@test.example"),
    Case("shadow", conf("", ROUTERS.replace("transport = t1", "transport = file"), "file:\n  driver = appendfile\n  file = @MAIL@/first\n  user = ptuser2\n  shadow_transport = t1\n" + transport(HELLO)), calls=(Send("joe@test.example"),)),
]

# From the queue. queue_only keeps exim4 from delivering a reply beside the run, where its log lines come in either order.
QUEUE_ONLY = "queue_only\nqueue_only_override = false\nqueue_run_in_order"
QUEUED = Send("joe@test.example")
FLAT_ONCE = HELLO + "once = @MAIL@/once\nonce_file_size = 100\nlog = @MAIL@/replies\n"
RUN, FORCED, LIST = Call("-qff"), Call("-M @ID1@"), Call("-bp")


def queued(name: str, *calls, options: str = HELLO, **more) -> Case:
    return reply("queued-" + name, options, main=QUEUE_ONLY, calls=calls, **more)


FROM_QUEUE = [
    queued("run", QUEUED, RUN),
    queued("run-second-delivers", QUEUED, RUN, RUN),
    queued("forced", QUEUED, FORCED),
    queued("forced-then-reply", QUEUED, FORCED, LIST, FORCED, LIST),
    queued("run-of-several", QUEUED, Send("ann@test.example", sender="other@b.example"), RUN, LIST, RUN),
    queued("several-recipients", Send("joe@test.example", "ann@test.example"), FORCED, LIST, RUN),
    queued("run-once", QUEUED, QUEUED, Send("joe@test.example", sender="other@b.example"), RUN, RUN, options=FLAT_ONCE),
    queued("forced-once", QUEUED, QUEUED, FORCED, FORCED, RUN, options=FLAT_ONCE),
    queued("return-message", QUEUED, FORCED, Call("-Mvb @ID1@"), RUN, options=HELLO + "return_message\nreturn_path_add\nenvelope_to_add"),
    queued("reply-removed", QUEUED, FORCED, Call("-Mrm @ID1@"), RUN, options=FLAT_ONCE),
    queued("from-exim", Send("joe@test.example", by="exim"), FORCED, FORCED),
    queued("reply-by-exim", QUEUED, FORCED, Call("-Mvh @ID1@"), Call("-M @ID1@", by="exim")),
]


def of_a_user(name: str, options: str, user: str = "ptuser1", main: str = "", **more) -> Case:
    send = Send("joe@test.example")
    return reply(name, options, user=user, main=main, calls=(Call(send.args, send.stdin, built_in=True),), **more)


OF_A_USER = [
    of_a_user("user-no-from", HELLO),
    of_a_user("user-from-other", HELLO + "from = joe@test.example"),
    of_a_user("user-from-own", HELLO + "from = ptuser1@test.example"),
    of_a_user("user-from-own-phrase", HELLO + "from = Me <ptuser1@test.example>"),
    of_a_user("user-no-check", HELLO + "from = joe@test.example", main="no_local_from_check"),
    of_a_user("user-trusted", HELLO + "from = joe@test.example", main="trusted_users = ptuser1"),
    of_a_user("user-sender-line", HELLO + "headers = Sender: boss@test.example"),
    of_a_user("user-sender-retained", HELLO + "headers = Sender: boss@test.example", main="no_local_from_check\nlocal_sender_retain"),
    of_a_user("user-log-and-once", HELLO + "log = @MAIL@/replies\nonce = @MAIL@/once\nonce_file_size = 100"),
    of_a_user("user-received", HELLO + "return_message", main="log_selector = +received_sender +received_recipients +subject"),
    of_a_user("user-authentication", HELLO, main="bounce_sender_authentication = postmaster@test.example"),
    of_a_user("user-other", HELLO, user="ptuser3"),
]

NOBODY = [
    reply("nobody", "text = hello", difference="D-autoreply-nobody", differs_in=("log", "stderr")),
    reply("null-sender", HELLO, sender="<>", difference="D-autoreply-nobody", differs_in=("log", "stderr")),
    reply("one-unreadable", "to = a@b.example, <bad, c@d.example\ntext = hello", difference="D-autoreply-addresses", differs_in=("log", "stderr", "mail")),
    reply("unreadable-in-headers", HELLO + "headers = Cc: good@b.example, <bad", difference="D-autoreply-addresses", differs_in=("log", "stderr", "mail")),
    reply("unreadable-from", HELLO + "from = <bad\nreply_to = <bad\ncc = <bad", difference="D-autoreply-addresses", differs_in=("log", "stderr", "mail")),
    reply("empty-cc", HELLO + "cc =\nbcc =", difference="D-autoreply-addresses", differs_in=("log", "mail")),
    reply("empty-from", HELLO + "from =\nreply_to =", difference="D-autoreply-addresses", differs_in=("log", "mail")),
    reply("group-of-nobody", "to = Nobody:;\nbcc = d@b.example\ntext = hello"),
    reply("all-unreadable", "to = <bad\ntext = hello", difference="D-autoreply-addresses", differs_in=("log", "stderr", "spool", "msglog")),
]

HOSTILE = [
    reply("subject-decoded", HELLO + "subject = Re: $h_subject:", message(b"B\n", "Subject: =?utf-8?Q?caf=C3=A9?="),
          difference="D-autoreply-encoding", differs_in=("log", "mail", "spool", "msglog")),
    reply("subject-newline", HELLO + 'subject = "a\\nBcc: x@y.example"', difference="D-autoreply-encoding", differs_in=("log", "mail", "spool", "msglog")),
    reply("from-eight-bit", HELLO + "from = J\xf6rg <joe@test.example>", difference="D-autoreply-encoding", differs_in=("log", "mail", "spool", "msglog")),
    reply("headers-blank-line", HELLO + 'headers = "X-A: a\\n\\nX-B: b"', difference="D-autoreply-headers", differs_in=("mail", "log")),
    reply("headers-auto-submitted", HELLO + "headers = Auto-Submitted: auto-replied (vacation)", difference="D-autoreply-headers", differs_in=("mail", "log")),
]

ONCE = "once = @MAIL@/once\nonce_file_size = 100\n"
OLD = (1_000_000_000).to_bytes(8, "little")


def once_record(text: str, when: bytes = OLD) -> bytes:
    return when + text.encode() + b"\0"


TWICE = (Send("joe@test.example"), Send("joe@test.example"))
OTHERS = tuple(Send("joe@test.example", sender=f"sender{n}@b.example") for n in range(6))
ONCE_FLAT = [
    reply("once-first", HELLO + ONCE),
    reply("once-twice", HELLO + ONCE, calls=TWICE),
    reply("once-twice-log", HELLO + ONCE + LOG, calls=TWICE),
    reply("once-others", HELLO + ONCE, calls=OTHERS),
    reply("once-several-senders", HELLO + "once = @MAIL@/once\nonce_file_size = 60\n", calls=OTHERS[:3] + TWICE + OTHERS[1:3], difference="D-autoreply-once-file", differs_in=("mail",)),
    reply("once-known", HELLO + ONCE, setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-known-repeat", HELLO + ONCE + "once_repeat = 1d", setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-repeat-position", HELLO + ONCE + "once_repeat = 1d", setup=(File("mail/once", once_record("a@b.example") + once_record("sender@b.example") + once_record("z@b.example"), 0o600, "Debian-exim"),)),
    reply("once-repeat-too-early", HELLO + ONCE + "once_repeat = 10000d", setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-repeat-zero", HELLO + ONCE + "once_repeat = 0s", setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-other-text", "to = The Sender <$sender_address>\ntext = x\n" + ONCE, setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-case", "to = ${uc:$sender_address}\ntext = x\n" + ONCE, setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-empty-file", HELLO + ONCE, setup=(File("mail/once", b"", 0o600, "Debian-exim"),)),
    reply("once-mode", HELLO + ONCE + "mode = 0640"),
    reply("once-cc", "to = $sender_address\ncc = c@b.example\ntext = x\n" + ONCE, calls=TWICE),
    reply("once-bcc-only", "bcc = $sender_address\ntext = x\n" + ONCE, calls=TWICE),
    reply("once-empty-name", HELLO + "once =\nonce_file_size = 100", calls=TWICE),
    reply("once-tainted", HELLO + "once = @MAIL@/$local_part\nonce_file_size = 100"),
    reply("once-directory-missing", HELLO + "once = @MAIL@/none/once\nonce_file_size = 100"),
    reply("once-is-directory", HELLO + ONCE, setup=(Dir("mail/once"),)),
    reply("once-not-ours", HELLO + ONCE, setup=(File("mail/once", b"", 0o600, "root"),)),
    reply("once-drop-one", HELLO + ONCE, setup=(File("mail/once", b"".join(once_record(f"sender-{n}@b.example") for n in range(3)), 0o600, "Debian-exim"),), difference="D-autoreply-once-file", differs_in=("mail",)),
    reply("once-drop-two", HELLO + ONCE, setup=(File("mail/once", b"".join(once_record(f"s{n}@b.example") for n in range(5)), 0o600, "Debian-exim"),), difference="D-autoreply-once-file", differs_in=("mail",)),
    reply("once-drop-long", HELLO + ONCE, setup=(File("mail/once", once_record("x" * 80), 0o600, "Debian-exim"),), difference="D-autoreply-once-file", differs_in=("mail",)),
    reply("once-never-mail", HELLO + ONCE + "never_mail = *@b.example"),
    reply("once-file-missing", HELLO + ONCE + FILE),
    reply("once-known-file-missing", HELLO + ONCE + FILE, setup=(File("mail/once", once_record("sender@b.example"), 0o600, "Debian-exim"),)),
    reply("once-link", HELLO + ONCE, setup=(Symlink("mail/once", "@MAIL@/once-there"), File("mail/once-there", b"", 0o600, "Debian-exim"))),
]

test_once_flat = compat(ONCE_FLAT)
test_of_a_user = compat(OF_A_USER)
test_headers = compat(HEADERS)
test_ids = compat(IDS)
test_body = compat(BODY)
test_logs = compat(LOGS)
test_never_mail = compat(NEVER_MAIL)
test_failures = compat(FAILURES)
test_envelope = compat(ENVELOPE)
test_from_queue = compat(FROM_QUEUE)
test_nobody = compat(NOBODY)
test_hostile = compat(HOSTILE)
