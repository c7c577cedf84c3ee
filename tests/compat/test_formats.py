# SPDX-License-Identifier: Apache-2.0
"""appendfile's other formats (appendfile.md 7.3, 9.3, 11.4, 11.5, 15, 18): MBX, Mailstore, BSMTP and MMDF in all of them,
file_format, addresses that are files or directories, comsat."""
import pytest

from compatlib import Case, Comsat, Dir, File, Send, Symlink, Touch, compat, conf, message, one_transport

SEND = (Send("box@test.example", sender="<>"),)
TWICE = SEND * 2
MBX = "mbx_format\nmessage_prefix =\nmessage_suffix =\n"
SIZES = "log_selector = +delivery_size"
OLD_MBX = (b"*mbx*\r\n" + b"5fb9e5c600000003\r\n" + b"\r\n" * 30).ljust(2048, b"\0") + \
    b"22-Nov-2020 04:11:02 +0000,15;000000000001-00000002\r\nS: old\r\n\r\nold\r\n"
OLD_MBOX = "From old@x.ex Sun Nov 22 04:11:02 2020\nSubject: old\n\nold body\n\n"
LINES = b"From the start\n.dot\n\r\nbare\rcr\nmixed\r\nFrom x\n"


def of(name: str, options: str, *setup, calls=SEND, main: str = SIZES, **more) -> Case:
    return Case(name, one_transport(options, main), setup, calls, **more)


def box(content=OLD_MBX, mode: int = 0o600, owner: str = "ptuser1") -> File:
    return File("mail/box", content, mode, owner)


LEFT = {"difference": "D-mbx-lock-left", "differs_in": ("mail",)}
MBX_CASES = [
    of("mbx-new", MBX),
    of("mbx-twice", MBX, calls=TWICE),
    of("mbx-default-affixes", "mbx_format"),
    of("mbx-default-affixes-from-lines", "mbx_format", calls=(Send("box@test.example", message=message(LINES), sender="<>"),)),
    of("mbx-own-affixes", 'mbx_format\nmessage_prefix = "p\\n"\nmessage_suffix = "s\\n"'),
    of("mbx-append", MBX, box()),
    of("mbx-append-to-empty", MBX, box(b"")),
    of("mbx-append-to-mbox", MBX, box(OLD_MBOX)),
    of("mbx-append-to-torn", MBX, box(OLD_MBX[:-3])),
    of("mbx-append-to-short-header", MBX, box(OLD_MBX[:100])),
    of("mbx-times", MBX, box(), Touch("mail/box", 5000)),
    of("mbx-lines", MBX, calls=(Send("box@test.example", message=message(LINES), sender="<>"),)),
    of("mbx-empty-body", MBX, calls=(Send("box@test.example", message=message(b""), sender="<>"),)),
    of("mbx-no-final-newline", MBX, calls=(Send("box@test.example", message=message(b"x"), sender="<>"),) * 2),
    of("mbx-nul", MBX, calls=(Send("box@test.example", message=message(b"a\0b\n"), sender="<>"),)),
    of("mbx-large", MBX, calls=(Send("box@test.example", message=message(b"line of text\n" * 20_000), sender="<>"),)),
    of("mbx-check-string", MBX + "check_string = bare\nescape_string = BARE BARE", calls=(Send("box@test.example", message=message(LINES), sender="<>"),)),
    of("mbx-use-crlf", MBX + "use_crlf"),
    of("mbx-adds", MBX + "return_path_add\nenvelope_to_add\ndelivery_date_add"),
    of("mbx-body-only", MBX + "body_only"),
    of("mbx-headers-only", MBX + "headers_only"),
    of("mbx-batch", MBX + "batch_max = 5\nenvelope_to_add", calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
    of("mbx-bsmtp", MBX + "use_bsmtp"),
    of("mbx-bsmtp-crlf", MBX + "use_bsmtp\nuse_crlf", calls=(Send("a@t.ex", message=message(LINES), sender="<>"),)),
    of("mbx-bsmtp-affixes", 'mbx_format\nuse_bsmtp\nmessage_prefix = "p\\n"\nmessage_suffix = "s\\n"'),
    of("mbx-mode", MBX + "mode = 0640\nlockfile_mode = 0644"),
    of("mbx-prefix-failure", "mbx_format\nmessage_prefix = ${nosuch:x}", box(), **LEFT),
    of("mbx-suffix-failure", "mbx_format\nmessage_suffix = ${nosuch:x}", box(), **LEFT),
    of("mbx-headers-failure", MBX + "headers_add = ${nosuch:x}", box(), **LEFT),
    of("mbx-dot-lock-too", MBX + "use_mbx_lock\nuse_lockfile", box()),
    of("mbx-without-mbx-lock", MBX + "use_fcntl_lock", box()),
    of("mbx-flock", MBX + "use_mbx_lock\nuse_flock_lock", box()),
    of("mbx-zone", MBX, main=SIZES + "\ntimezone = America/New_York"),
    of("mbx-symlink", MBX + "allow_symlink", File("mail/target", OLD_MBX, 0o600, "ptuser1"), Symlink("mail/box", "target", "ptuser1")),
    of("mbx-lock-on-mbox", "use_mbx_lock"),
    of("mbx-lock-on-mbox-alone", "use_mbx_lock\nno_use_lockfile", box(OLD_MBOX)),
    of("mbx-lock-only", "use_mbx_lock\nno_use_lockfile\nno_use_fcntl_lock", box(OLD_MBOX)),
    of("mbx-no-locking", "mbx_format\nno_use_mbx_lock\nno_use_lockfile\nno_use_fcntl_lock"),
    of("mbx-plain-directory", MBX + "directory = @MAIL@/dir"),
    of("mbx-maildir", MBX + "directory = @MAIL@/dir\nmaildir_format\nmaildir_tag = ,S=$message_size,L=$message_linecount"),
    of("mbx-mailstore", MBX + "directory = @MAIL@/dir\nmailstore_format"),
]

STORE = "directory = @MAIL@/store\nmailstore_format\n"
MAILSTORE_CASES = [
    of("mailstore-" + name, STORE + options if "directory =" not in options else options, *setup, calls=calls) for name, options, setup, calls in [
        ("new", "", (), SEND),
        ("twice", "", (), TWICE),
        ("exists", "", (Dir("mail/store", 0o700, "ptuser1"), File("mail/store/other.env", "x", 0o600, "ptuser1")), SEND),
        ("sender", "", (), (Send("box@test.example"),)),
        ("return-path-is-not-the-sender", "return_path = other@x.ex\nreturn_path_add", (), (Send("box@test.example"),)),
        ("prefix", "mailstore_prefix = first", (), SEND),
        ("prefix-lines", 'mailstore_prefix = "one\\ntwo\\n"', (), SEND),
        ("prefix-empty", "mailstore_prefix =", (), SEND),
        ("prefix-empty-expansion", "mailstore_prefix = ${if eq{a}{b}{x}}", (), SEND),
        ("prefix-forced", "mailstore_prefix = ${if eq{a}{b}{x}fail}", (), SEND),
        ("prefix-failure", "mailstore_prefix = ${nosuch:x}", (), SEND),
        ("suffix", "mailstore_suffix = last $local_part@$domain $message_size", (), SEND),
        ("suffix-empty-expansion", "mailstore_suffix = ${if eq{a}{b}{x}}", (), SEND),
        ("suffix-forced", "mailstore_suffix = ${if eq{a}{b}{x}fail}", (), SEND),
        ("suffix-failure", "mailstore_suffix = ${nosuch:x}", (), SEND),
        ("both", 'mailstore_prefix = "<\\n"\nmailstore_suffix = ">\\n"', (), SEND),
        ("basename", "mailstore_prefix = $mailstore_basename\nmessage_prefix = <$mailstore_basename>", (), SEND),
        ("basename-in-headers", "headers_add = X-Base: $mailstore_basename\nmessage_suffix = $mailstore_basename", (), SEND),
        ("batch", "batch_max = 5", (), (Send("Ann@t.ex", "bob@u.ex", "ann@t.ex"),)),
        ("several", "", (), (Send("a@t.ex", "b@t.ex"),)),
        ("message-affixes", 'message_prefix = "p\\n"\nmessage_suffix = "s\\n"', (), SEND),
        ("no-escape", "", (), (Send("box@test.example", message=message(LINES), sender="<>"),)),
        ("check-string", "check_string = From\nescape_string = FROM", (), (Send("box@test.example", message=message(LINES), sender="<>"),)),
        ("crlf", "use_crlf", (), SEND),
        ("bsmtp", "use_bsmtp", (), SEND),
        ("bsmtp-batch-crlf", "use_bsmtp\nuse_crlf\nbatch_max = 3", (), (Send("A@t.ex", "b@t.ex"),)),
        ("mmdf", 'message_prefix = "\\1\\1\\1\\1\\n"\nmessage_suffix = "\\1\\1\\1\\1\\n"', (), SEND),
        ("adds", "return_path_add\nenvelope_to_add\ndelivery_date_add", (), SEND),
        ("mode", "mode = 0644\ndirectory_mode = 2755", (), SEND),
        ("group", "mode = 0660\ngroup = mail\ndirectory_mode = 0770", (), SEND),
        ("no-create", "no_create_directory", (), SEND),
        ("nested", "directory = @MAIL@/aa/bb/cc\nmailstore_format", (), SEND),
        ("not-writable", "", (Dir("mail/store", 0o755),), SEND),
        ("is-file", "", (File("mail/store", "x", 0o600, "ptuser1"),), SEND),
        ("symlink", "", (Dir("mail/real", 0o700, "ptuser1"), Symlink("mail/store", "real")), SEND),
        ("headers-failure", "headers_add = ${nosuch:x}", (), SEND),
        ("late-failure", "message_suffix = ${nosuch:x}", (), SEND),
        ("trailing-slash", "directory = @MAIL@/store/\nmailstore_format\nmailstore_prefix = $mailstore_basename", (), SEND),
        ("relative", "directory = store\nmailstore_format", (), SEND),
        ("tainted", "directory = @MAIL@/$local_part\nmailstore_format", (), SEND),
        ("inhome", "directory = @MAIL@/home/store\nmailstore_format\ncreate_file = inhome\nhome_directory = @MAIL@/home", (Dir("mail/home", 0o700, "ptuser1"),), SEND),
        ("outside", "directory = @MAIL@/store\nmailstore_format\ncreate_file = inhome\nhome_directory = @MAIL@/home", (Dir("mail/home", 0o700, "ptuser1"),), SEND),
        ("belowhome", "directory = ${lc:@MAIL@/home/aa/bb}\nmailstore_format\ncreate_file = belowhome\nhome_directory = @MAIL@/home", (Dir("mail/home", 0o700, "ptuser1"),), SEND),
        ("with-file", "file = @MAIL@/box\nmailstore_format", (), SEND),
        ("caseful", "", (), (Send("CamelCase@T.EX"),)),
    ]
]


# ---- file_format -----------------------------------------------------------------------------------------------------

def switch(name: str, options: str, *setup, others: str = "", calls=SEND, **more) -> Case:
    one = f"t1:\n  driver = appendfile\n  file = @MAIL@/box\n  user = ptuser1\n" + "".join(f"  {line}\n" for line in options.splitlines())
    return Case("format-" + name, conf(SIZES, transports=one + others), setup, calls, **more)


T2 = "t2:\n  driver = appendfile\n  file = @MAIL@/box\n  mbx_format\n  message_prefix =\n  message_suffix =\n"
T3 = "t3:\n  driver = appendfile\n  file = @MAIL@/box\n  message_prefix = \"\\1\\1\\1\\1\\n\"\n  message_suffix = \"\\1\\1\\1\\1\\n\"\n"
BOTH = 'file_format = "From       : t1 :\\\n  *mbx*      : t2 :\\\n  \\1\\1\\1\\1\\n   : t3"'


def read_since(content) -> tuple:
    """A mailbox that was read after the last delivery: looking at its first bytes changes nothing then."""
    return box(content), Touch("mail/box", 5000, 10)


FORMAT_CASES = [
    switch("missing", BOTH, others=T2 + T3),
    switch("empty", BOTH, *read_since(b""), others=T2 + T3),
    switch("own", BOTH, *read_since(OLD_MBOX), others=T2 + T3),
    switch("mbx", BOTH, *read_since(OLD_MBX), others=T2 + T3),
    switch("mmdf", BOTH, *read_since(b"\1\1\1\1\nSubject: x\n\nx\n\1\1\1\1\n"), others=T2 + T3),
    switch("unknown", BOTH, *read_since("something\n"), others=T2 + T3),
    switch("shorter-than-test", BOTH, *read_since("Fro"), others=T2 + T3),
    switch("case-matters", BOTH, *read_since("from x\n"), others=T2 + T3),
    switch("transport-missing", "file_format = From : t1 : X : nosuch", *read_since("X\n")),
    switch("odd-last-item", "file_format = From : t1 : X", *read_since("X\n")),
    switch("one-item", "file_format = From", *read_since(OLD_MBOX)),
    switch("empty-test-matches-all", "file_format = From : t1 : : t2", *read_since("anything\n"), others=T2),
    switch("other-separator", "file_format = <; From ; t1 ; *mbx* ; t2", *read_since(OLD_MBX), others=T2),
    switch("doubled-separator", "file_format = From:: : t2 : From : t1", *read_since("From: x\n"), others=T2),
    switch("first-pair-wins", "file_format = F : t2 : From : t1", *read_since(OLD_MBOX), others=T2),
    switch("longest-does-not-win", "file_format = From : t1 : From old : t2", *read_since(OLD_MBOX), others=T2),
    switch("not-expanded", "file_format = $local_part : t2 : From : t1", *read_since("$local_part\n"), others=T2),
    switch("chain", "file_format = *mbx* : t2", *read_since(OLD_MBX), others=T2 + "  file_format = From : t1 : *mbx* : t3\n" + T3),
    switch("chain-back-to-itself", "file_format = *mbx* : t2", *read_since(OLD_MBX), others=T2 + "  file_format = *mbx* : t2\n"),
    switch("chain-into-unknown", "file_format = *mbx* : t2", *read_since(OLD_MBX), others=T2 + "  file_format = From : t1\n"),
    switch("circle", "file_format = *mbx* : t2", *read_since(OLD_MBX), others=T2 + "  file_format = *mbx* : t1\n",
           difference="D-format-circle", differs_in=("stderr", "log", "msglog", "spool")),
    switch("other-file", "file_format = *mbx* : t2", *read_since(OLD_MBX), others="t2:\n  driver = appendfile\n  file = @MAIL@/other\n"),
    switch("into-directory", "file_format = *mbx* : t2", *read_since(OLD_MBX), others="t2:\n  driver = appendfile\n  directory = @MAIL@/md\n  maildir_format\n"),
    switch("options-of-the-other", "headers_add = X-T1: yes\nreturn_path_add\nfile_format = *mbx* : t2", *read_since(OLD_MBX), others=T2 + "  headers_add = X-T2: $local_part\n  envelope_to_add\n  mode = 0640\n  no_mode_fail_narrower\n"),
    switch("other-fails", "file_format = *mbx* : t2", *read_since(OLD_MBX), others=T2 + "  headers_add = ${nosuch:x}\n", **LEFT),
    switch("other-has-no-target", "file_format = *mbx* : t2", *read_since(OLD_MBX), others="t2:\n  driver = appendfile\n"),
    switch("unreadable", "file_format = From : t1", box(OLD_MBX, 0o200)),
    switch("wrong-owner", "file_format = *mbx* : t2 : From : t1", box(OLD_MBX, 0o644, "ptuser2"), Touch("mail/box", 5000, 10), others=T2),
    switch("symlink", "file_format = *mbx* : t2 : From : t1\nallow_symlink", File("mail/target", OLD_MBX, 0o600, "ptuser1"), Touch("mail/target", 5000, 10), Symlink("mail/box", "target", "ptuser1"), others=T2),
    switch("batch", "batch_max = 4\nfile_format = *mbx* : t2", *read_since(OLD_MBX), others=T2, calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
    switch("looking-is-not-reading", "file_format = From : t1", box(OLD_MBOX), difference="D-format-atime", differs_in=("mail",)),
]


# ---- addresses that are files and directories ------------------------------------------------------------------------

def redirected(name: str, data: str, options: str = "", *setup, router: str = "", calls=SEND, **more) -> Case:
    routers = f"r1:\n  driver = redirect\n  data = {data}\n  file_transport = t1\n  directory_transport = t2\n  user = ptuser1\n" + "".join(f"  {line}\n" for line in router.splitlines())
    both = "".join(f"{t}:\n  driver = appendfile\n" + "".join(f"  {line}\n" for line in options.splitlines()) for t in ("t1", "t2"))
    return Case("address-" + name, conf(SIZES, routers, both), setup, calls, **more)


FORMATS = {"mbox": "", "bare": "message_prefix =\nmessage_suffix =\ncheck_string =\nescape_string =", "maildir": "maildir_format", "mailstore": "mailstore_format",
           "mbx": "mbx_format", "bsmtp": "use_bsmtp", "mmdf": 'message_prefix = "\\1\\1\\1\\1\\n"\nmessage_suffix = "\\1\\1\\1\\1\\n"\ncheck_string = "\\1\\1\\1\\1\\n"\nescape_string = "\\1\\1\\1 \\n"',
           "crlf": "use_crlf\nenvelope_to_add\nreturn_path_add"}
ADDRESS_CASES = [redirected(f"{form}-{kind}", f"@MAIL@/{target}", options, calls=(Send("Box@test.example", message=message(LINES)),))
                 for form, options in FORMATS.items() for kind, target in (("file", "saved"), ("directory", "saved/"))] + [
    redirected("nested-file", "@MAIL@/aa/bb/saved"),
    redirected("nested-directory", "@MAIL@/aa/bb/saved/"),
    redirected("no-create-directory", "@MAIL@/aa/bb/saved", "no_create_directory"),
    redirected("not-permitted", "@MAIL@/dir/saved", "", Dir("mail/dir", 0o755)),
    redirected("not-permitted-no-lock", "@MAIL@/dir/saved", "no_use_lockfile", Dir("mail/dir", 0o755)),
    redirected("missing-no-lock", "@MAIL@/dir/saved", "no_use_lockfile\nno_create_directory"),
    redirected("exists", "@MAIL@/box", "", box(OLD_MBOX)),
    redirected("is-directory", "@MAIL@/dir", "", Dir("mail/dir", 0o700, "ptuser1")),
    redirected("is-file", "@MAIL@/box/", "", box(OLD_MBOX)),
    redirected("wrong-mode", "@MAIL@/box", "mode = 0660", box(OLD_MBOX)),
    redirected("dev-null", "/dev/null"),
    redirected("dev-null-directory", "/dev/null/"),
    redirected("inhome", "@MAIL@/saved", "create_file = inhome\nhome_directory = @MAIL@"),
    redirected("belowhome", "@MAIL@/aa/bb/saved", "create_file = belowhome\nhome_directory = @MAIL@"),
    redirected("outside", "@MAIL@/saved", "create_file = belowhome\nhome_directory = @MAIL@/home", Dir("mail/home", 0o700, "ptuser1")),
    redirected("outside-directory", "@MAIL@/saved/", "create_file = inhome\nhome_directory = @MAIL@/home", Dir("mail/home", 0o700, "ptuser1")),
    redirected("must-exist", "@MAIL@/saved", "file_must_exist"),
    redirected("two", "@MAIL@/one, @MAIL@/two/"),
    redirected("twice-the-same", "@MAIL@/one, @MAIL@/one"),
    redirected("file-option-wins", "@MAIL@/saved", "file = @MAIL@/other"),
    redirected("file-option-and-variable", "@MAIL@/saved", "file = @MAIL@/other${if def:address_file{-$address_file}}"),
    redirected("directory-option-wins", "@MAIL@/saved", "directory = @MAIL@/other\nmaildir_format"),
    redirected("batched", "@MAIL@/saved", "batch_max = 5\nenvelope_to_add", calls=(Send("a@t.ex", "b@u.ex", sender="<>"),)),
    redirected("batched-bsmtp", "@MAIL@/saved", "batch_max = 5\nuse_bsmtp", calls=(Send("A@t.ex", "b@u.ex", sender="<>"),)),
    redirected("batched-mailstore", "@MAIL@/saved/", "batch_max = 5\nmailstore_format", calls=(Send("A@t.ex", "b@u.ex", sender="<>"),)),
    redirected("not-batched", "@MAIL@/saved", "", calls=(Send("a@t.ex", "b@u.ex", sender="<>"),)),
    redirected("forbidden", "@MAIL@/saved", "", router="forbid_file"),
    redirected("local-part", "@MAIL@/saved", 'message_prefix = "$local_part $domain $address_file\\n"'),
    redirected("double-slash", "@MAIL@//saved"),
    redirected("directory-double-slash", "@MAIL@/saved//"),
    redirected("maildir-tag", "@MAIL@/saved/", "maildir_format\nmaildir_tag = ,S=$message_size"),
    redirected("maildir-folder", "@MAIL@/.folder/", "maildir_format\nmaildirfolder_create_regex = /\\.[^/]+/?\\$"),
    redirected("mbx-lock", "@MAIL@/saved", "mbx_format\nuse_mbx_lock"),
    redirected("format", "@MAIL@/box", "file_format = *mbx* : t2 : From : t1", *read_since(OLD_MBX)),
    redirected("long-path-fails", "@MAIL@/" + "d" * 200 + "/" + "f" * 100, "create_file = inhome\nhome_directory = @MAIL@/home", Dir("mail/home", 0o700, "ptuser1"),
               difference="D-long-path", differs_in=("stderr", "log", "msglog", "spool")),
    redirected("long-path", "@MAIL@/" + "d" * 200 + "/" + "f" * 100, difference="D-long-path", differs_in=("stderr", "log")),
]

# ---- who is told -----------------------------------------------------------------------------------------------------

COMSAT_CASES = [
    of("comsat-" + name, "notify_comsat\n" + options, Comsat(), *setup, calls=calls) for name, options, setup, calls in [
        ("new", "", (), SEND),
        ("append", "", (box(OLD_MBOX),), TWICE),
        ("mbx", MBX, (box(),), SEND),
        ("maildir", "directory = @MAIL@/md\nmaildir_format", (), SEND),
        ("plain", "directory = @MAIL@/dir", (), SEND),
        ("mailstore", STORE, (), SEND),
        ("batch", "batch_max = 3", (), (Send("a@t.ex", "b@t.ex", sender="<>"),)),
        ("batch-same-local-part", "batch_max = 3", (), (Send("a@t.ex", "a@u.ex", sender="<>"),)),
        ("failed", "headers_add = ${nosuch:x}", (), SEND),
        ("long-name", "", (), (Send("n" * 230 + "@t.ex", sender="<>"),)),
        ("upper-case", "", (), (Send("UPPER@t.ex", sender="<>"),)),
        ("dev-null", "file = /dev/null", (), SEND),
    ]
] + [
    redirected("comsat", "@MAIL@/saved", "notify_comsat", Comsat()),
    of("comsat-nobody-listens", "notify_comsat"),
]

test_mbx = compat(MBX_CASES)
test_mailstore = compat(MAILSTORE_CASES)
test_file_format = compat(FORMAT_CASES)
test_addresses = compat(ADDRESS_CASES)
test_comsat = pytest.mark.xdist_group("comsat")(compat(COMSAT_CASES))
