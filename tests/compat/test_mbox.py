# SPDX-License-Identifier: Apache-2.0
"""appendfile into one file (appendfile.md 4–7, 11–14): names, creation, modes, owners, links, symlinks, locks, failure.

Messages have an empty sender, so that a failed delivery freezes the message instead of making a bounce.
"""
from compatlib import Case, Dir, Fifo, File, HardLink, Locked, Send, Symlink, Touch, compat, conf, one_transport

OLD_MAIL = "From old@x.ex Sun Nov 22 04:11:02 2020\nSubject: old\n\nold body\n\n"
SEND = (Send("box@test.example", sender="<>"),)
TWICE = (Send("box@test.example", sender="<>"), Send("box@test.example", sender="<>"))
QUICK = "lock_interval = 0s\nlock_retries = 2\n"


def box(name: str, options: str = "", *setup, calls=SEND, **more) -> Case:
    return Case(name, one_transport(options), setup, calls, **more)


def owned(path: str = "mail/box", mode: int = 0o600, owner: str = "ptuser1", content: str = OLD_MAIL) -> File:
    return File(path, content, mode, owner)


NAMES = [
    box("new"),
    box("append", "", owned()),
    box("append-twice", "", owned(), calls=TWICE),
    box("append-to-empty", "", owned(content="")),
    box("append-without-final-newline", "", owned(content="torn line without newline"), difference="D-mbox-torn", differs_in=("mail",)),
    box("relative", "file = relative/box"),
    box("relative-empty", "file = ${if eq{a}{b}{/x}}"),
    box("expansion-failure", "file = ${nosuch:x}"),
    box("expansion-forced", "file = ${if eq{a}{b}{x}fail}"),
    box("tainted", "file = @MAIL@/$local_part"),
    box("tainted-domain", "file = @MAIL@/$domain/box"),
    box("untainted-lookup", "file = @MAIL@/${lookup{$local_part}lsearch{@ETC@/users}{$value}fail}", File("etc/users", "box: mapped\n")),
    box("untainted-lookup-key", "file = @MAIL@/${lookup{$local_part}lsearch,ret=key{@ETC@/users}}", File("etc/users", "box: mapped\n")),
    box("untainted-dsearch", "file = @MAIL@/${lookup{$local_part}dsearch{@ETC@/names}}", Dir("etc/names"), File("etc/names/box")),
    Case("local-part-data", one_transport("file = @MAIL@/$local_part_data", routers="r1:\n  driver = accept\n  local_parts = box\n  transport = t1\n"), calls=(Send("Box@test.example", sender="<>"),)),
    Case("check-local-user", one_transport("file = @MAIL@/$local_part_data\nno user", routers="r1:\n  driver = accept\n  check_local_user\n  transport = t1\n"),
         calls=(Send("ptuser1@test.example", sender="<>"), Send("ptuser2@test.example", sender="<>"), Send("ptnobody@test.example", sender="<>"))),
    Case("mandatory-missing", conf(transports="t1:\n  driver = appendfile\n  user = ptuser1\n"), calls=SEND),
    box("dev-null", "file = /dev/null"),
    box("dev-null-spelled", "file = /dev/../dev/null"),
    box("double-slash", "file = @MAIL@//box"),
    box("maildir-format-with-file", "maildir_format"),
    box("name-too-long", "file = @MAIL@/" + "x" * 300),
]

DIRECTORIES = [
    box("create-directory", "file = @MAIL@/a/b/box"),
    box("create-directory-mode", "file = @MAIL@/a/b/box\ndirectory_mode = 0751"),
    box("create-directory-setgid", "file = @MAIL@/a/b/box\ndirectory_mode = 2770"),
    box("no-create-directory", "file = @MAIL@/a/b/box\nno_create_directory"),
    box("create-directory-refused", "file = @MAIL@/a/b/box", Dir("mail/a", 0o755)),
    box("parent-is-file", "file = @MAIL@/a/b/box", File("mail/a", "", 0o644)),
    box("directory-not-writable", "file = @MAIL@/a/box", Dir("mail/a", 0o755)),
    box("directory-not-searchable", "file = @MAIL@/a/box", Dir("mail/a", 0o700)),
    box("not-writable-but-box-exists", "file = @MAIL@/a/box", Dir("mail/a", 0o755), owned("mail/a/box")),
    box("not-writable-but-box-exists-fcntl", "file = @MAIL@/a/box\nno_use_lockfile", Dir("mail/a", 0o755), owned("mail/a/box")),
    box("group-writable-directory", "file = @MAIL@/a/box\ngroup = mail\nmode = 0660", Dir("mail/a", 0o2775, "root:mail")),
    box("box-is-directory", "file = @MAIL@/a", Dir("mail/a", 0o755, "ptuser1")),
]

CREATE = [
    box("create-" + name, f"home_directory = @MAIL@/home\n{options}", *setup)
    for name, options, setup in [
        ("anywhere", "create_file = anywhere\nfile = @MAIL@/box", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("inhome", "create_file = inhome\nfile = @MAIL@/home/box", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("inhome-below", "create_file = inhome\nfile = @MAIL@/home/sub/box", (Dir("mail/home", 0o700, "ptuser1"), Dir("mail/home/sub", 0o700, "ptuser1"))),
        ("inhome-outside", "create_file = inhome\nfile = @MAIL@/box", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("inhome-outside-exists", "create_file = inhome\nfile = @MAIL@/box", (Dir("mail/home", 0o700, "ptuser1"), owned())),
        ("inhome-double-slash", "create_file = inhome\nfile = @MAIL@/home//box", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("inhome-prefix-of-name", "create_file = inhome\nfile = @MAIL@/homebox", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("belowhome", "create_file = belowhome\nfile = ${lc:@MAIL@/home/a/b/box}", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("belowhome-outside", "create_file = belowhome\nfile = ${lc:@MAIL@/box}", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("belowhome-dotdot", "create_file = belowhome\nfile = ${lc:@MAIL@/home/../box}", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("belowhome-dotdot-later", "create_file = belowhome\nfile = ${lc:@MAIL@/home/a/../../box}", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("belowhome-symlink-out", "create_file = belowhome\nfile = ${lc:@MAIL@/home/out/box}", (Dir("mail/home", 0o700, "ptuser1"), Dir("mail/other", 0o777), Symlink("mail/home/out", "@MAIL@/other"))),
        ("belowhome-symlink-inside", "create_file = belowhome\nfile = ${lc:@MAIL@/home/in/box}", (Dir("mail/home", 0o700, "ptuser1"), Dir("mail/home/real", 0o700, "ptuser1"), Symlink("mail/home/in", "real"))),
        ("belowhome-clean", "create_file = belowhome\nfile = @MAIL@/home/$local_part", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("inhome-not-clean", "create_file = inhome\nfile = @MAIL@/home/$local_part", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("absolute", "create_file = @MAIL@/root\nfile = ${lc:@MAIL@/root/a/box}", (Dir("mail/home", 0o700, "ptuser1"), Dir("mail/root", 0o777))),
        ("absolute-outside", "create_file = @MAIL@/root\nfile = ${lc:@MAIL@/home/box}", (Dir("mail/home", 0o700, "ptuser1"), Dir("mail/root", 0o777))),
        ("absolute-trailing-slash", "create_file = @MAIL@/root/\nfile = ${lc:@MAIL@/root/box}", (Dir("mail/home", 0o700, "ptuser1"), Dir("mail/root", 0o777))),
        ("empty", "create_file =\nfile = @MAIL@/box", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("must-exist", "file_must_exist\nfile = @MAIL@/box", (Dir("mail/home", 0o700, "ptuser1"),)),
        ("must-exist-does", "file_must_exist\nfile = @MAIL@/box", (Dir("mail/home", 0o700, "ptuser1"), owned())),
    ]
]

CHECKS = [
    box("mode-default", ""),
    box("mode-0660", "mode = 0660"),
    box("mode-0644", "mode = 644"),
    box("mode-wider-existing", "", owned(mode=0o666)),
    box("mode-much-wider-existing", "mode = 0600", owned(mode=0o4777)),
    box("mode-narrower-existing", "mode = 0660", owned(mode=0o600)),
    box("mode-narrower-allowed", "mode = 0660\nno_mode_fail_narrower", owned(mode=0o600)),
    box("mode-different-existing", "mode = 0660", owned(mode=0o606)),
    box("mode-unreadable-existing", "mode = 0600", owned(mode=0o000)),
    box("wrong-owner", "", owned(owner="ptuser2")),
    box("wrong-owner-writable", "mode = 0666", owned(owner="ptuser2", mode=0o666)),
    box("wrong-owner-allowed", "no_check_owner\nmode = 0666", owned(owner="ptuser2", mode=0o666)),
    box("wrong-owner-allowed-not-writable", "no_check_owner", owned(owner="ptuser2")),
    box("wrong-group", "check_group", owned(owner="ptuser1:ptuser2")),
    box("wrong-group-not-checked", "", owned(owner="ptuser1:ptuser2")),
    box("root-owner", "", owned(owner="root", mode=0o666)),
    box("hard-link", "", owned(), HardLink("mail/other", "mail/box")),
    box("symlink", "", owned("mail/target"), Symlink("mail/box", "target", "ptuser1")),
    box("symlink-allowed", "allow_symlink", owned("mail/target"), Symlink("mail/box", "target", "ptuser1")),
    box("symlink-allowed-root-owned", "allow_symlink", owned("mail/target"), Symlink("mail/box", "target")),
    box("symlink-allowed-dangling", "allow_symlink", Symlink("mail/box", "target", "ptuser1")),
    box("symlink-allowed-to-other-owner", "allow_symlink", owned("mail/target", owner="ptuser2"), Symlink("mail/box", "target", "ptuser1")),
    box("symlink-dangling", "", Symlink("mail/box", "target", "ptuser1")),
    box("symlink-root-owned", "", owned("mail/target"), Symlink("mail/box", "target")),
    box("symlink-directory-above", "file = @MAIL@/link/box", Dir("mail/real", 0o777), Symlink("mail/link", "real")),
    box("fifo", "", Fifo("mail/box", 0o600, "ptuser1")),
    box("fifo-allowed-no-reader", "allow_fifo", Fifo("mail/box", 0o600, "ptuser1")),
    box("read-only-file", "mode = 0400", owned(mode=0o400)),
]

LOCKS = [
    box("dotlock-held", QUICK, owned(), owned("mail/box.lock", content="")),
    box("dotlock-held-by-other", QUICK, owned(), File("mail/box.lock", "", 0o600, "ptuser2")),
    box("dotlock-held-one-try", "lock_interval = 0s\nlock_retries = 1", owned(), owned("mail/box.lock", content="")),
    box("dotlock-held-retries-zero", "lock_interval = 0s\nlock_retries = 0", owned(), owned("mail/box.lock", content="")),
    box("dotlock-held-retries-negative", "lock_interval = 0s\nlock_retries = -1", owned()),
    box("dotlock-not-used", QUICK + "no_use_lockfile", owned(), owned("mail/box.lock", content="")),
    box("dotlock-timeout-young", QUICK + "lockfile_timeout = 1h", owned(), owned("mail/box.lock", content="")),
    box("dotlock-timeout-zero", QUICK + "lockfile_timeout = 0s", owned(), owned("mail/box.lock", content="")),
    box("dotlock-is-directory", QUICK, owned(), Dir("mail/box.lock", 0o700, "ptuser1")),
    box("dotlock-is-symlink", QUICK, owned(), Symlink("mail/box.lock", "/nope", "ptuser1")),
    box("dotlock-linked-twice", QUICK, owned(), owned("mail/box.lock", content=""), HardLink("mail/box.lock2", "mail/box.lock")),
    box("dotlock-mode", "lockfile_mode = 0644", owned()),
    box("fcntl-held", QUICK, owned(), Locked("mail/box", "fcntl")),
    box("fcntl-read-held", QUICK, owned(), Locked("mail/box", "fcntl-read")),
    box("fcntl-held-no-dotlock", QUICK + "no_use_lockfile", owned(), Locked("mail/box", "fcntl")),
    box("fcntl-held-timeout", "lock_interval = 1s\nlock_retries = 1\nlock_fcntl_timeout = 1s", owned(), Locked("mail/box", "fcntl")),
    box("fcntl-held-not-used", QUICK + "no_use_fcntl_lock", owned(), Locked("mail/box", "fcntl")),
    box("flock-held-not-used", QUICK, owned(), Locked("mail/box", "flock")),
    box("flock-held", QUICK + "use_flock_lock", owned(), Locked("mail/box", "flock")),
    box("flock-held-timeout", "lock_interval = 1s\nlock_retries = 1\nuse_flock_lock\nlock_flock_timeout = 1s", owned(), Locked("mail/box", "flock")),
    box("flock-and-fcntl-explicit", QUICK + "use_flock_lock\nuse_fcntl_lock", owned(), Locked("mail/box", "fcntl")),
    box("flock-turns-fcntl-off", QUICK + "use_flock_lock", owned(), Locked("mail/box", "fcntl")),
    box("all-locks", "use_flock_lock\nuse_fcntl_lock", owned()),
    box("two-recipients-one-locked", QUICK + "batch_max = 5", owned(), owned("mail/box.lock", content=""), calls=(Send("a@test.example", "b@test.example", sender="<>"),)),
]

TIMES = [
    box("times-kept", "", owned(), Touch("mail/box", 5000)),
    box("times-kept-on-failure", QUICK + "message_suffix = ${nosuch:x}", owned()),
    box("content-kept-on-late-failure", "message_suffix = ${if eq{a}{b}{x}fail}", owned(content="x" * 100)),
    box("late-failure-new-file", "message_suffix = ${nosuch:x}"),
    box("headers-failure-truncates", "headers_add = ${nosuch:x}", owned()),
    box("batch", "batch_max = 10", owned(), calls=(Send("a@test.example", "b@test.example", "c@other.example", sender="<>"),)),
    box("batch-limit", "batch_max = 2", calls=(Send("a@t.ex", "b@t.ex", "c@t.ex", "d@t.ex", "e@t.ex", sender="<>"),)),
    box("batch-local-part", "batch_max = 9\nfile = @MAIL@/box${if eq{$local_part}{a}{A}{B}}", calls=(Send("a@t.ex", "b@t.ex", "a@u.ex", sender="<>"),)),
    box("batch-domain", "batch_max = 9\nfile = @MAIL@/box${if eq{$domain}{t.ex}{T}{U}}", calls=(Send("a@t.ex", "b@t.ex", "a@u.ex", sender="<>"),)),
    box("batch-id", "batch_max = 9\nbatch_id = ${lc:$domain}", calls=(Send("a@t.ex", "b@u.ex", "c@t.ex", sender="<>"),)),
    box("batch-id-failure", "batch_max = 9\nbatch_id = ${nosuch:x}", calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
]

test_names = compat(NAMES)
test_directories = compat(DIRECTORIES)
test_create_file = compat(CREATE)
test_checks = compat(CHECKS)
test_locks = compat(LOCKS)
test_times = compat(TIMES)
