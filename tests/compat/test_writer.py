# SPDX-License-Identifier: Apache-2.0
"""What the message writer puts into a mailbox (message-writer.md): added lines, removals, rewriting, escaping, odd bytes."""
from compatlib import Case, File, Send, compat, conf, message, one_transport
from compatlib.case import BOX

OLD_LINES = message(b"Body\n", "Return-path: <old@x>", "Envelope-to: old@x", "Delivery-date: Sun, 22 Nov 2020 04:11:02 +0000",
                    "Delivery-Date : again", "Resent-Return-path: <kept@x>", "X-Other: kept")
MANY = message(b"Body\n", "To: second@x.ex", "Too: not to", "Subject: one", "subject : two", "X-A: a", "X-AB: ab", "X-Fold: a\n\tb", "Cc: c@x.ex")


def box(name: str, options: str, text: bytes = message(), to: tuple[str, ...] = ("box@test.example",), main: str = "", args: str = "",
        sender: str = "sender@b.example", **more) -> Case:
    return Case(name, one_transport(options, main), calls=(Send(*to, message=text, args=args, sender=sender),), **more)


ALL_THREE = "return_path_add\nenvelope_to_add\ndelivery_date_add"
ADDED_LINES = [
    box("plain", ""),
    box("return-path-add", "return_path_add"),
    box("envelope-to-add", "envelope_to_add"),
    box("delivery-date-add", "delivery_date_add"),
    box("all-three", ALL_THREE),
    box("all-three-null-sender", ALL_THREE, sender="<>"),
    box("all-three-body-only", ALL_THREE + "\nbody_only"),
    box("all-three-headers-only", ALL_THREE + "\nheaders_only"),
    box("all-three-crlf", ALL_THREE + "\nuse_crlf"),
    box("body-only", "body_only"),
    box("headers-only", "headers_only"),
    box("body-only-crlf", "body_only\nuse_crlf"),
    box("old-lines-removed", ALL_THREE, OLD_LINES),
    box("old-lines-kept", ALL_THREE, OLD_LINES, main="no_return_path_remove\nno_envelope_to_remove\nno_delivery_date_remove"),
    box("old-lines-no-adds", "", OLD_LINES),
    box("return-path-option", "return_path = other@$domain\nreturn_path_add"),
    box("return-path-option-forced-fail", "return_path = ${if eq{a}{b}{x}fail}\nreturn_path_add"),
    box("return-path-option-empty", "return_path =\nreturn_path_add"),
    box("return-path-option-failure", "return_path = ${nosuch:x}\nreturn_path_add"),
    box("return-path-quoted-sender", "return_path_add", sender='"odd one"@b.example'),
    Case("delivery-date-zone", one_transport("delivery_date_add\nreturn_path_add").replace("timezone = UTC", "timezone = Asia/Kolkata")),
    Case("log-zone", one_transport("delivery_date_add", "log_timezone").replace("timezone = UTC", "timezone = America/St_Johns")),
    Case("default-received-text", conf(own_received=False)),
    Case("default-received-text-two", conf(own_received=False), calls=(Send("a@test.example", "b@test.example"),)),
]

ROUTER = "r1:\n  driver = accept\n  transport = t1\n"
ALIASES = File("etc/aliases", "ali: box\nali2: box@test.example\nmulti: a, b, c\nloop: loop2\nloop2: loop\nnest: ali\nself: self, box\n")
ENVELOPE_TO = [
    box("batch", ALL_THREE + "\nbatch_max = 10", to=("a@test.example", "b@test.example", "C@Test.Example")),
    box("no-batch", ALL_THREE, to=("a@test.example", "b@test.example")),
    box("same-twice", ALL_THREE, to=("a@test.example", "a@test.example")),
    box("case-differs", ALL_THREE, to=("Box@test.example", "box@TEST.example")),
] + [
    Case(name, conf(routers="ali:\n  driver = redirect\n  data = ${lookup{$local_part}lsearch{@ETC@/aliases}}\n" + ROUTER,
                    transports=BOX + "  envelope_to_add\n" + more), (ALIASES,), (Send(*(f"{local}@test.example" for local in to.split())),))
    for name, more, to in [
        ("alias", "", "ali"), ("alias-and-target", "", "ali box"), ("target-and-alias", "", "box ali"), ("two-aliases", "", "ali ali2"),
        ("three-one-delivery", "", "ali ali2 box"), ("alias-batch", "  batch_max = 9\n", "multi x"), ("alias-loop", "", "loop loop2"),
        ("alias-nested", "", "nest ali"), ("alias-to-itself", "", "self"), ("alias-deep-and-batch", "  batch_max = 9\n", "nest multi other"),
    ]
]

HEADERS = [
    box("add-one", "headers_add = X-T: $local_part@$domain"),
    box("add-empty-expansion", "headers_add = ${if eq{a}{b}{X-T: x}}"),
    box("add-forced-fail", "headers_add = ${if eq{a}{b}{X-T: x}fail}"),
    box("add-failure", "headers_add = ${nosuch:x}"),
    box("add-second-fails", "headers_add = X-A: a\\n${nosuch:x}"),
    box("add-unquoted-newline", "headers_add = X-T: a\\n b\\nX-U: c"),
    box("add-quoted-newline", 'headers_add = "X-T: a\\n b\\nX-U: c\\n\\nX-V: d"'),
    box("add-separator", "headers_add = <; X-S1: s1; X-S2: s;;2"),
    box("add-repeated", "headers_add = X-A: a\nheaders_add = X-B: b"),
    box("add-no-header", "headers_add = notaheader"),
    box("add-trailing-newline", "headers_add = X-A: a\\n"),
    box("add-from-message", "headers_add = X-Subject: $h_subject:", message(b"B\n", "Subject: here")),
    box("add-batch", "headers_add = X-T: $local_part\nbatch_max = 5", to=("a@test.example", "b@test.example")),
    box("add-crlf", "headers_add = X-T: x\nuse_crlf"),
    box("remove-one", "headers_remove = Subject", MANY),
    box("remove-two", "headers_remove = subject : to", MANY),
    box("remove-blank-before-colon", "headers_remove = SUBJECT:X-AB", MANY),
    box("remove-glob", "headers_remove = X-*", MANY),
    box("remove-glob-contents", "headers_remove = X-A: a*", MANY),
    box("remove-repeated", "headers_remove = subject\nheaders_remove = cc", MANY),
    box("remove-doubled-colon", "headers_remove = X-A::a", MANY),
    box("remove-expanded", "headers_remove = ${if eq{$domain}{test.example}{cc}}", MANY),
    box("remove-forced-fail", "headers_remove = ${if eq{a}{b}{x}fail}:cc", MANY),
    box("remove-failure", "headers_remove = ${nosuch:x}", MANY),
    box("remove-received", "headers_remove = received", MANY),
    box("remove-separator", "headers_remove = <; Subject ; Cc", MANY),
    box("remove-all", "headers_remove = *", MANY),
    box("remove-and-add-same", "headers_remove = subject\nheaders_add = Subject: new", MANY),
    box("remove-not-added-lines", "headers_remove = return-path:envelope-to\nreturn_path_add\nenvelope_to_add", MANY),
] + [Case("router-" + name, conf(routers=routers), calls=(Send("box@test.example", message=MANY),)) for name, routers in [
    ("add", ROUTER + "  headers_add = X-R: $local_part"),
    ("add-two-lines", ROUTER + '  headers_add = "X-R: 1\\nX-R: 2"'),
    ("add-quoted-newline", ROUTER + "  headers_add = X-R: 1\\nX-R: 2"),
    ("add-forced-fail", ROUTER + "  headers_add = ${if eq{a}{b}{x}fail}\n  headers_add = X-R: 2"),
    ("add-failure", ROUTER + "  headers_add = ${nosuch:x}"),
    ("remove", ROUTER + "  headers_remove = subject:cc"),
    ("remove-failure", ROUTER + "  headers_remove = ${nosuch:x}"),
    ("add-and-remove-added", ROUTER + "  headers_add = X-R: 1\n  headers_remove = X-R"),
    ("two-routers", "ra:\n  driver = redirect\n  data = box\n  headers_add = X-R: first\n  headers_remove = X-A\n" + ROUTER + "  headers_add = X-R: second\n  headers_remove = cc"),
    ("unseen-not-inherited", "ra:\n  driver = accept\n  transport = t1\n  unseen\n  headers_add = X-R: first\n" + ROUTER + "  headers_add = X-R: second"),
]] + [
    Case("router-and-transport", conf(routers=ROUTER + "  headers_add = X-R: r\n  headers_remove = X-A", transports=BOX + "  headers_add = X-T: t\n  headers_remove = X-R:X-AB"),
         calls=(Send("box@test.example", message=MANY),)),
]

ADDRESSES = message(b"Body\n", "Sender: one@old.ex", "Reply-To: Two <two@old.ex>", "Cc: \"Q, x\" <three@old.ex>, four@new.ex (comment),\n\tfive@old.ex",
                    "Bcc: six@old.ex", "X-Addr: seven@old.ex", "Resent-To: eight@old.ex")
REWRITING = [box("rewrite-" + name, "headers_rewrite = " + rule, ADDRESSES) for name, rule in [
    ("all", "*@old.ex $1@new.example"), ("from", "*@b.example me@b.ex f"), ("cc-only", "*@old.ex $1@new.example c"), ("whole", "three@old.ex \"Three <3@x.ex>\" whc"),
    ("two-rules", "*@old.ex $1@mid.ex : *@mid.ex $1@new.ex"), ("quit", "*@old.ex $1@mid.ex q : *@mid.ex $1@new.ex"), ("star", "three@old.ex * : *@old.ex $1@new.ex"),
    ("forced-fail", "*@old.ex ${if eq{a}{b}{x}fail} : *@old.ex $1@new.ex"), ("long", "*@old.ex $1.very.long.local.part.indeed@a.very.long.domain.example.com"),
    ("qualify", "*@old.ex $1 Q"), ("lookup-lc", "*@* ${lc:$local_part}@$domain"), ("regex", "\\N^(.*)@old\\.ex$\\N $1@new.ex"), ("sender-reply", "*@old.ex $1@new.ex sr"),
]]

FROM = b"From the start\nFrom again\n>From quoted\nfrom lower\n From blank\nFrom\nFrom:\nlast\nFrom end\n"
ESCAPING = [
    box("from-lines", "", message(FROM)),
    box("from-lines-crlf", "use_crlf", message(FROM)),
    box("no-check-string", "check_string =\nescape_string =", message(FROM)),
    box("only-check-string", "check_string = X\nescape_string =", message(FROM)),
    box("own-check-string", "check_string = last\nescape_string = LAST", message(FROM)),
    box("check-string-dot", "check_string = .\nescape_string = ..", message(b".\n..\na.b\n.start\n")),
    box("check-string-newline", 'check_string = "\\1\\1\\1\\1\\n"\nescape_string = "\\1\\1\\1 \\n"', message(b"\1\1\1\1\n\1\1\1\1\nx\n\1\1\1\1\n"), difference="D-writer-escape", differs_in=("mail",)),
    box("escape-longer-crlf", 'use_crlf\nescape_string = "a\\nb From "', message(FROM)),
    box("directory-no-escape", "directory = @MAIL@/dir", message(FROM)),
    box("from-in-headers", "", message(b"B\n", "From-X: x", "X: From y\n From z")),
] + [box(f"from-at-{offset}-{tail}", "", message(b"x" * (offset - 1) + b"\nFrom here" + b"y" * tail + b"\n"))
     for offset in (8186, 8187, 8188, 8189, 8190, 8191, 8192, 8193, 8194, 16379, 16384, 24573) for tail in (0, 9000)] + [
    box(f"only-from-after-{offset}", "", message(b"x" * (offset - 1) + b"\nFrom \n" + b"last\n" * 2000)) for offset in (8187, 8188, 8189, 8190, 8191, 8192, 8193)
]

BODIES = [box("body-" + name, "", message(body)) for name, body in [
    ("empty", b""), ("one-newline", b"\n"), ("no-final-newline", b"no newline"), ("only-newlines", b"\n" * 50), ("nul", b"a\0b\n\0\n\0"), ("eight-bit", bytes(range(128, 256)) + b"\n"),
    ("control", bytes(range(1, 10)) + bytes(range(11, 13)) + bytes(range(14, 32)) + b"\x7f\n"), ("bare-cr", b"lone\rcr\r\rx\n"), ("crlf", b"one\r\ntwo\r\n\r\nthree\r\n"), ("mixed-ends", b"one\r\ntwo\nthree\rfour\n\r\n"),
    ("cr-at-end", b"last\r"), ("crlf-no-newline", b"a\r\nb"), ("long-line", b"x" * 100_000 + b"\n"), ("long-line-no-newline", b"x" * 8192), ("dots", b".\n..\n...\n.x\n"), ("dot-at-end", b"x\n."), ("utf8", "Grüße – ☃\n".encode()),
    ("many-lines", b"line\n" * 20_000), ("8191", b"y" * 8190 + b"\n"), ("8192", b"y" * 8191 + b"\n"), ("8193", b"y" * 8192 + b"\n"), ("cr-at-8192", b"y" * 8191 + b"\r\nz\n"), ("blank-lines-first", b"\n\n\nx\n"), ("from-first", b"From x\n"),
    ("form-feed", b"a\x0cb\n\x0c\n"), ("ctrl-z", b"a\x1ab\n"), ("delete", b"\x7f\n"),
]] + [box("body-crlf-output-" + name, "use_crlf", message(body)) for name, body in [
    ("plain", b"a\nb\n"), ("crlf", b"a\r\nb\r\n"), ("bare-cr", b"a\rb\n"), ("empty", b""), ("no-newline", b"x")]]

PREFIX_SUFFIX = [
    box("prefix-empty", "message_prefix =\nmessage_suffix ="),
    box("prefix-own", 'message_prefix = "--$local_part--\\n"\nmessage_suffix = "==$domain==\\n"'),
    box("prefix-failure", "message_prefix = ${nosuch:x}"),
    box("prefix-forced-fail", "message_prefix = ${if eq{a}{b}{x}fail}"),
    box("suffix-failure", "message_suffix = ${nosuch:x}"),
    box("mmdf", 'message_prefix = "\\1\\1\\1\\1\\n"\nmessage_suffix = "\\1\\1\\1\\1\\n"\ncheck_string = "\\1\\1\\1\\1\\n"\nescape_string = "\\1\\1\\1 \\n"'),
    box("prefix-crlf-not-applied", 'use_crlf\nmessage_prefix = "a\\n"\nmessage_suffix = "b\\n"'),
    box("null-sender-from-line", "", sender="<>"),
    box("bsmtp", "use_bsmtp", message(b".\n.x\nFrom y\n", ".dot: header", "X: y"), sender="sender@b.example"),
    box("bsmtp-batch", "use_bsmtp\nbatch_max = 10", to=("a@test.example", "B@test.example")),
    box("bsmtp-crlf", "use_bsmtp\nuse_crlf\nmessage_prefix = \"HELO x\\n\"\nmessage_suffix = \"end\\n\""),
    box("bsmtp-null-sender", "use_bsmtp", sender="<>"),
    Case("bsmtp-affixes", one_transport("use_bsmtp\nrcpt_include_affixes", routers=ROUTER + "  local_part_suffix = +*"), calls=(Send("a+x@test.example"),)),
    *(Case("bsmtp-affixes-" + name, one_transport("use_bsmtp\nrcpt_include_affixes\n" + options, routers=ROUTER + "  local_part_prefix = pre-\n  local_part_prefix_optional\n  local_part_suffix = +*\n  local_part_suffix_optional\n" + router),
           calls=(Send(*to, sender="<>"),)) for name, options, router, to in (
        ("batch", "batch_max = 5", "", ("pre-a+x@test.example", "b@test.example", "PRE-C@test.example")),
        ("not-local", "", "  no_log_as_local", ("pre-a+x@test.example",)),
        ("own-prefix", "message_prefix = X\\n", "", ("pre-a+x@test.example",)),
        ("bad-prefix", "message_prefix = ${nosuch:x}", "", ("pre-a+x@test.example",)),
        ("bad-suffix", "message_suffix = ${nosuch:x}", "", ("pre-a+x@test.example",)),
        ("bad-headers", "headers_add = ${nosuch:x}", "", ("pre-a+x@test.example",)),
        ("too-big", "message_size_limit = 1", "", ("pre-a+x@test.example",)))),
    Case("affixes-without-bsmtp", one_transport("rcpt_include_affixes", routers=ROUTER + "  local_part_suffix = +*\n  no_log_as_local"), calls=(Send("a+x@test.example"),)),
    Case("bsmtp-affixes-stripped", one_transport("use_bsmtp", routers=ROUTER + "  local_part_suffix = +*"), calls=(Send("a+x@test.example"),)),
]

SIZES = [box(f"size-limit-{name}", f"message_size_limit = {limit}", message(b"x" * 2000 + b"\n"), main="log_selector = +delivery_size", sender="<>") for name, limit in [
    ("large", "10K"), ("exact-1k", "1K"), ("expanded", "${if eq{$domain}{test.example}{100M}{1}}"), ("zero", "0"), ("word", "abc"), ("failure", "${nosuch:x}"), ("empty", "${if eq{a}{b}{1}}"), ("negative", "-1"), ("overflow", "99999999999")]] + [
    box("delivery-size", "return_path_add", message(FROM), main="log_selector = +delivery_size"),
    box("delivery-size-crlf", "use_crlf", message(FROM), main="log_selector = +delivery_size"),
]

test_added_lines = compat(ADDED_LINES)
test_envelope_to = compat(ENVELOPE_TO)
test_headers = compat(HEADERS)
test_rewriting = compat(REWRITING)
test_escaping = compat(ESCAPING)
test_bodies = compat(BODIES)
test_prefix_suffix = compat(PREFIX_SUFFIX)
test_sizes = compat(SIZES)
