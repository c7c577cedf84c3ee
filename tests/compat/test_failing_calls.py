# SPDX-License-Identifier: Apache-2.0
"""System calls that fail during a delivery into one file (appendfile.md 13, 14): strace makes them, for both sides, and
only where they are about the mailbox."""
import itertools

from compatlib import Case, File, Send, compat, message, one_transport

OLD = "From old@x.ex Sun Nov 22 04:11:02 2020\nSubject: old\n\nold body\n\n"
BOX_PATHS = ("@MAIL@/box", "box")            # Postern opens names relative to their directory
BOX = File("mail/box", OLD, 0o600, "ptuser1")
LARGE = message(b"a line of text in a long message\n" * 9000)


def fault(name: str, options: str, paths: tuple[str, ...], what: str, *setup, text: bytes = message(), **more) -> Case:
    return Case("fault-" + name, one_transport(options), setup, (Send("box@test.example", message=text, sender="<>", faults=(paths, what)),), **more)


FORMATS = {"mbox": "", "bare": "message_prefix =\nmessage_suffix =", "bsmtp": "use_bsmtp", "no-lockfile": "no_use_lockfile"}
ERRNOS = ("ENOSPC", "EDQUOT", "EIO", "EFBIG")
WRITES = [fault(f"{call}-{errno}-{form}-{'append' if setup else 'new'}", FORMATS[form], BOX_PATHS, f"{call}:error={errno}", *setup)
          for (call, errno, form), setup in zip(itertools.product(("write", "fsync"), ERRNOS, FORMATS), itertools.cycle(((BOX,), (BOX,), ())))]

OTHERS = [
    fault("write-fails-later", "", BOX_PATHS, "write:error=ENOSPC:when=2+", BOX, text=LARGE),
    fault("write-of-mbx", "mbx_format\nmessage_prefix =\nmessage_suffix =", BOX_PATHS, "write:error=ENOSPC", BOX, difference="D-mbx-lock-left", differs_in=("mail",)),
    fault("fsync-of-mbx", "mbx_format\nmessage_prefix =\nmessage_suffix =", BOX_PATHS, "fsync:error=EDQUOT", BOX, difference="D-mbx-lock-left", differs_in=("mail",)),
    fault("cut-back-fails", "message_suffix = ${nosuch:x}\nmessage_prefix =", BOX_PATHS, "ftruncate:error=EIO", difference="D-affix-first", differs_in=("mail",)),
    fault("chown", "", BOX_PATHS, "chown,fchown,fchownat:error=EPERM", difference="D-chown-line", differs_in=("stderr", "log")),
    fault("chmod", "", BOX_PATHS, "chmod,fchmod,fchmodat:error=EPERM"),
    fault("chmod-of-existing", "mode = 0600", BOX_PATHS, "chmod,fchmod,fchmodat:error=EPERM", File("mail/box", OLD, 0o666, "ptuser1")),
    fault("create", "", BOX_PATHS, "openat:error=ENOSPC"),
    fault("open", "", BOX_PATHS, "openat:error=EACCES", BOX),
    fault("open-of-many", "", BOX_PATHS, "openat:error=EMFILE", BOX),
    fault("lock", "lock_interval = 0s\nlock_retries = 2", BOX_PATHS, "fcntl:error=ENOLCK", BOX),
    fault("flock", "use_flock_lock\nlock_interval = 0s\nlock_retries = 2", BOX_PATHS, "flock:error=ENOLCK", BOX),
    fault("times", "", BOX_PATHS, "utimensat,utime,utimes:error=EPERM", BOX),
    fault("mkdir", "file = @MAIL@/a/box", ("@MAIL@/a", "a"), "mkdir,mkdirat:error=ENOSPC"),
]

test_writes = compat(WRITES)
test_others = compat(OTHERS)
