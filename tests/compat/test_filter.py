# SPDX-License-Identifier: Apache-2.0
"""transport_filter (message-writer.md 10, 12) in front of appendfile and pipe: bytes, words, ends, timeouts."""
from compatlib import Case, Dir, File, Send, compat, conf, message

ACCEPT = "r1:\n  driver = accept\n  transport = t1\n"
SEND = (Send("box@test.example", sender="<>"),)
FROM = (Send("box@test.example", sender="<>", message=message("From here\n.dot\nplain\nFrom there\n")),)
LARGE = (Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)
BYTES = File("etc/bytes", "#!/bin/sh\nexec cat >>@MAIL@/seen\n", 0o755)
BOX = "driver = appendfile\nfile = @MAIL@/box"
MAILDIR = "driver = appendfile\ndirectory = @MAIL@/dir\nmaildir_format"
PIPE = "driver = pipe\ncommand = @ETC@/bytes"


def on(name: str, transport: str, options: str, *setup, calls=SEND, main: str = "", **more) -> Case:
    lines = [line.strip() for line in (transport + "\n" + options).strip().splitlines()] + ["user = ptuser1"]
    body = "".join(f"  {line}\n" for line in lines)
    return Case(name, conf(main, ACCEPT, "t1:\n" + body), (BYTES, *setup), calls, **more)


def script(name: str, transport: str, text: str, options: str = "", *setup, **more) -> Case:
    return on(name, transport, f"transport_filter = @ETC@/filter\n{options}", File("etc/filter", "#!/bin/sh\n" + text + "\n", 0o755), *setup, **more)


WORDS = [
    on("cat", BOX, "transport_filter = /bin/cat"),
    on("cat-maildir", MAILDIR, "transport_filter = /bin/cat"),
    on("cat-pipe", PIPE, "transport_filter = /bin/cat"),
    on("empty", BOX, "transport_filter ="),
    on("empty-first-word", BOX, "transport_filter = ${if eq{a}{b}{x}} a"),
    on("words", BOX, "transport_filter = /bin/sed 's/Body/BODY/' \"-e\" \"s/ line/\\\\tline/\""),
    on("words-expanded", BOX, "transport_filter = /bin/sed s/${uc:b}ody/x${lc:Y}/"),
    on("words-addresses", BOX, "transport_filter = /bin/echo ($pipe_addresses)"),
    on("words-addresses-batch", BOX, "transport_filter = /bin/sh -c 'cat >/dev/null; echo \\$*' x $pipe_addresses\nbatch_max = 5", calls=(Send("a@test.example", "b@test.example", sender="<>"),)),
    on("words-expansion-fails", BOX, "transport_filter = /bin/cat $nosuch"),
    on("words-expansion-fails-pipe", PIPE, "transport_filter = /bin/cat $nosuch"),
    on("words-tainted", BOX, "transport_filter = /bin/cat $local_part"),
    on("words-tainted-pipe", PIPE, "transport_filter = /bin/cat $local_part"),
    on("words-too-many", BOX, "transport_filter = /bin/cat " + "x " * 61),
    on("words-no-path", BOX, "transport_filter = cat"),
    on("words-name-in-directory", BOX, "transport_filter = ./filter\ncurrent_directory = @ETC@", File("etc/filter", "#!/bin/sh\nexec sed s/Body/BODY/\n", 0o755)),
]

BYTE_CASES = [
    script("added-lines", BOX, "exec sed s/Body/BODY/", "return_path_add\nenvelope_to_add\ndelivery_date_add\nheaders_add = X-Added: yes\nheaders_remove = subject"),
    script("body-only", BOX, "exec sed s/Body/BODY/", "body_only"),
    script("headers-only", BOX, "exec sed s/Body/BODY/", "headers_only"),
    script("crlf", BOX, "exec sed s/Body/BODY/", "use_crlf"),
    script("crlf-pipe", PIPE, "exec sed s/Body/BODY/", "use_crlf"),
    script("escape", BOX, "exec cat", calls=FROM),
    script("escape-pipe", PIPE, "exec cat", "check_string = .\nescape_string = ..", calls=FROM),
    script("escape-header-lines", BOX, "sed 's/^Subject/From Subject/'", calls=FROM),
    script("escape-first-line", BOX, "sed '1s/^/From x\\n/'", calls=FROM, difference="D-filter-first-line", differs_in=("mail",)),
    script("bsmtp", PIPE, "exec cat", "use_bsmtp", calls=FROM),
    script("bsmtp-box", BOX, "exec cat", "use_bsmtp\nuse_crlf", calls=FROM),
    script("no-final-newline", BOX, "cat >/dev/null; printf 'no newline'"),
    script("no-final-newline-pipe", PIPE, "cat >/dev/null; printf 'no newline'", "use_bsmtp"),
    script("nothing", BOX, "cat >/dev/null"),
    script("nothing-pipe", PIPE, "cat >/dev/null"),
    script("stderr", BOX, "cat; echo error >&2"),
    script("umask", BOX, "cat >/dev/null; umask"),
    script("identity", BOX, "cat >/dev/null; id -u; id -g; pwd", "home_directory = /usr"),
    script("environment", BOX, "cat >/dev/null; env | sort", main="add_environment = A=b"),
    script("reads-little", BOX, "head -c 10"),
    script("reads-little-pipe", PIPE, "head -c 10"),
    script("size-in-log", BOX, "sed s/Body/BODY/; echo more", main="log_selector = +delivery_size"),
    script("size-in-log-pipe", PIPE, "sed s/Body/BODY/; echo more", main="log_selector = +delivery_size"),
    script("tag-size", MAILDIR, "sed s/Body/BODY/; echo more", "maildir_tag = ,S=$message_size"),
    script("large", BOX, "exec cat", calls=LARGE),
    script("large-pipe", PIPE, "exec cat", calls=LARGE),
    script("large-sorted", BOX, "exec sort", calls=LARGE),
    script("large-doubled", BOX, "sed p", calls=LARGE),
    script("large-output-first", BOX, "head -c 300000 /dev/zero | tr '\\0' x; exec cat", calls=LARGE),
]

ENDS = [
    script(f"{end}-{place}", transport, text, options, *setup, calls=calls)
    for place, transport in (("box", BOX), ("maildir", MAILDIR))
    for end, text, options, setup, calls in [
        ("exit-1", "cat; exit 1", "", (), SEND),
        ("exit-75", "cat; exit 75", "", (), SEND),
        ("exit-1-large", "cat; exit 1", "", (), LARGE),
        ("exit-127", "cat >/dev/null; exit 127", "", (), SEND),
        ("signal", "cat >/dev/null; kill -9 $$", "", (), SEND),
        ("timeout", "exec sleep 1000", "transport_filter_timeout = 1s", (), SEND),
        ("timeout-half", "head -c 10; exec sleep 1000", "transport_filter_timeout = 1s", (), SEND),
    ]
]
# the command has run all the same with exim4
ENDS += [
    script("exit-1-pipe", PIPE, "cat; exit 1", difference="D-pipe-before-start", differs_in=("mail",)),
    script("exit-127-pipe", PIPE, "cat >/dev/null; exit 127", difference="D-pipe-before-start", differs_in=("mail",)),
    script("signal-pipe", PIPE, "cat >/dev/null; kill -9 $$", difference="D-pipe-before-start", differs_in=("mail",)),
    script("timeout-pipe", PIPE, "exec sleep 1000", "transport_filter_timeout = 1s", difference="D-pipe-before-start", differs_in=("mail",)),
    script("timeout-defer-pipe", "driver = pipe\ncommand = /bin/cat", "exec sleep 1000", "transport_filter_timeout = 1s\ntimeout_defer"),
    on("missing", BOX, "transport_filter = /no/such/filter a"),
    on("missing-maildir", MAILDIR, "transport_filter = /no/such/filter a"),
    on("missing-pipe", "driver = pipe\ncommand = /bin/cat", "transport_filter = /no/such/filter a"),
    on("directory", BOX, "transport_filter = /usr"),
    script("keeps-mailbox", BOX, "cat; exit 1", "", File("mail/box", "From old\n\nold\n", 0o600, "ptuser1")),
    script("stops-reading-large", BOX, "head -c 10; exit 0", calls=LARGE),
    script("stops-reading-large-pipe", PIPE, "head -c 10; exit 0", calls=LARGE, difference="D-filter-stops-reading", differs_in=("log", "mail", "msglog", "spool", "stderr")),
    script("headers-fail", BOX, "cat", "headers_add = $nosuch", difference="D-filter-why", differs_in=("log", "msglog", "stderr")),
    script("headers-fail-pipe", "driver = pipe\ncommand = /bin/cat", "cat", "headers_add = $nosuch", difference="D-filter-why", differs_in=("log", "msglog", "stderr")),
    script("sleeps-a-little", BOX, "sleep 1; cat", "transport_filter_timeout = 5s"),
    script("timeout-none", BOX, "sleep 1; cat", "transport_filter_timeout = 0s"),
]

test_words = compat(WORDS)
test_bytes = compat(BYTE_CASES)
test_ends = compat(ENDS)
