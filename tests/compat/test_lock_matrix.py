# SPDX-License-Identifier: Apache-2.0
"""Every set of lock options against every lock that somebody else may hold (appendfile.md 2.2, 7.4, 7.6, 7.7), and every
rule about an existing file against every kind of file (7.5)."""
import itertools

from compatlib import Case, Dir, Fifo, FifoReader, File, HardLink, Locked, MbxLockFile, Send, Symlink, compat, one_transport

OLD = "From old@x.ex Sun Nov 22 04:11:02 2020\nSubject: old\n\nold body\n\n"
SEND = (Send("box@test.example", sender="<>"),)
QUICK = "lock_interval = 0s\nlock_retries = 2\n"
BOX = File("mail/box", OLD, 0o600, "ptuser1")
LEFT = {"difference": "D-mbx-lock-left", "differs_in": ("mail",)}

OPTIONS = {
    "default": "",
    "no-lockfile": "no_use_lockfile",
    "lockfile-only": "no_use_fcntl_lock",
    "flock": "use_flock_lock",
    "flock-only": "use_flock_lock\nno_use_lockfile",
    "flock-fcntl": "use_flock_lock\nuse_fcntl_lock",
    "flock-fcntl-no-lockfile": "use_flock_lock\nuse_fcntl_lock\nno_use_lockfile",
    "mbx-lock": "use_mbx_lock",
    "mbx-lock-only": "use_mbx_lock\nno_use_lockfile",
    "mbx-lock-flock": "use_mbx_lock\nuse_flock_lock\nno_use_lockfile",
    "mbx-lock-flock-fcntl": "use_mbx_lock\nuse_flock_lock\nuse_fcntl_lock\nno_use_lockfile",
    "mbx": "mbx_format",
    "mbx-lockfile": "mbx_format\nuse_lockfile",
    "mbx-flock": "mbx_format\nuse_mbx_lock\nuse_flock_lock",
    "mbx-no-mbx-lock": "mbx_format\nno_use_mbx_lock",
}
HELD = {
    "nothing": (),
    "lockfile": (File("mail/box.lock", "", 0o600, "ptuser1"),),
    "fcntl": (Locked("mail/box", "fcntl"),),
    "fcntl-read": (Locked("mail/box", "fcntl-read"),),
    "flock": (Locked("mail/box", "flock"),),
    "flock-shared": (Locked("mail/box", "flock-shared"),),
    "mbx": (Locked("mail/box", "mbx"),),
}
LOCKS = [Case(f"lock-{options}-held-{held}", one_transport(QUICK + OPTIONS[options]), (BOX, *HELD[held]), SEND)
         for options, held in itertools.product(OPTIONS, HELD)]

MBX = "mbx_format\nno_use_lockfile\nuse_mbx_lock\n" + QUICK
LOCK_FILES = [
    Case("mbx-lock-file-" + name, one_transport(MBX + options), (BOX, *setup), SEND) for name, options, setup in [
        ("left-behind", "", (MbxLockFile("mail/box", owner="ptuser1"),)),
        ("left-behind-other-mode", "lockfile_mode = 0644", (MbxLockFile("mail/box", owner="ptuser1", mode=0o666),)),
        ("symlink", "", (MbxLockFile("mail/box", "symlink"),)),
        ("hard-link", "", (MbxLockFile("mail/box", "hardlink", owner="ptuser1"),)),
        ("directory", "", (MbxLockFile("mail/box", "directory", owner="ptuser1", mode=0o700),)),
        ("of-root", "", (MbxLockFile("mail/box"),)),
        ("of-another-writable", "", (MbxLockFile("mail/box", owner="ptuser2", mode=0o666),)),
        ("of-another-closed", "", (MbxLockFile("mail/box", owner="ptuser2", mode=0o400),)),
        ("mode-0", "lockfile_mode = 0", ()),
        ("mode-0400-left-behind", "lockfile_mode = 0400", (MbxLockFile("mail/box", owner="ptuser1", mode=0o400),)),
        ("timeouts", "lock_fcntl_timeout = 1s", ()),
    ]
]

RULES = {
    "default": "",
    "0660": "mode = 0660",
    "0640-narrower": "mode = 0640\nno_mode_fail_narrower",
    "group": "check_group",
    "no-owner": "no_check_owner\nmode = 0666\nno_mode_fail_narrower",
    "symlink": "allow_symlink",
    "fifo": "allow_fifo",
    "all": "allow_fifo\nallow_symlink\nno_check_owner\nno_mode_fail_narrower",
    "must-exist": "file_must_exist",
}
STATES = {
    "missing": (),
    "0600": (BOX,),
    "0660": (File("mail/box", OLD, 0o660, "ptuser1"),),
    "0640-group": (File("mail/box", OLD, 0o640, "ptuser1:mail"),),
    "6755": (File("mail/box", OLD, 0o6755, "ptuser1"),),
    "of-another": (File("mail/box", OLD, 0o666, "ptuser2"),),
    "of-root": (File("mail/box", OLD, 0o666, "root"),),
    "hard-link": (BOX, HardLink("mail/other", "mail/box")),
    "symlink": (File("mail/target", OLD, 0o600, "ptuser1"), Symlink("mail/box", "target", "ptuser1")),
    "symlink-of-root": (File("mail/target", OLD, 0o600, "ptuser1"), Symlink("mail/box", "target")),
    "symlink-to-two-names": (File("mail/target", OLD, 0o600, "ptuser1"), HardLink("mail/other", "mail/target"), Symlink("mail/box", "target", "ptuser1")),
    "symlink-to-fifo": (Fifo("mail/target", 0o600, "ptuser1"), FifoReader("mail/target"), Symlink("mail/box", "target", "ptuser1")),
    "symlink-to-nothing": (Symlink("mail/box", "target", "ptuser1"),),
    "symlink-to-directory": (Dir("mail/target", 0o700, "ptuser1"), Symlink("mail/box", "target", "ptuser1")),
    "fifo": (Fifo("mail/box", 0o600, "ptuser1"), FifoReader("mail/box")),
    "fifo-0644": (Fifo("mail/box", 0o644, "ptuser1"), FifoReader("mail/box")),
    "fifo-without-reader": (Fifo("mail/box", 0o600, "ptuser1"),),
    "directory": (Dir("mail/box", 0o700, "ptuser1"),),
}
FILES = [Case(f"file-{state}-rule-{rule}", one_transport(RULES[rule]), STATES[state], SEND)
         for state, rule in itertools.product(STATES, RULES)]

FIRST = {name: {"difference": "D-affix-first", "differs_in": ("mail",)} for name in ("late-failure", "headers-failure")}
FIFOS = [
    Case("fifo-" + name, one_transport("allow_fifo\n" + QUICK + options, "log_selector = +delivery_size"), STATES["fifo"], SEND, **FIRST.get(name, {})) for name, options in [
        ("bare", "message_prefix =\nmessage_suffix ="),
        ("bsmtp", "use_bsmtp"),
        ("crlf", "use_crlf"),
        ("mbx", "mbx_format"),
        ("mbx-locks", "use_mbx_lock"),
        ("no-locks-but-lockfile", "no_use_fcntl_lock"),
        ("flock", "use_flock_lock\nno_use_lockfile"),
        ("late-failure", "message_suffix = ${nosuch:x}"),
        ("headers-failure", "headers_add = ${nosuch:x}"),
    ]
]

test_locks = compat(LOCKS)
test_lock_files = compat(LOCK_FILES)
test_files = compat(FILES)
test_fifos = compat(FIFOS)
