# SPDX-License-Identifier: Apache-2.0
"""The programs that share a mailbox with Postern on real machines, and messages that can be told from each other.

A deliverer hands in one message and says whether it was taken, as a sending server sees it: what was not taken is handed
in again. A disturber is run over and over for as long as messages are being delivered: it holds the mailbox's locks, and
rewrites the mailbox or takes messages out of it.
"""
from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import pwd
import random
import re
import subprocess

from world import CONFIG, ENVIRONMENT, MAIL_USER

EXIM, EXIM_LOCK, PROCMAIL, LOCKFILE = "/usr/sbin/exim4", "/usr/sbin/exim_lock", "/usr/bin/procmail", "/usr/bin/lockfile"
DOVEADM, DOVECOT_LDA = "/usr/bin/doveadm", "/usr/lib/dovecot/dovecot-lda"
PROGRAMS = (EXIM, EXIM_LOCK, PROCMAIL, LOCKFILE, DOVEADM, DOVECOT_LDA)
EXIM_USER = "Debian-exim"                                  # exim4 knows its own user only
SENDER = "sender@b.example"
ROUTERS = "box:\n  driver = accept\n  transport = box\n"
CALL_TIMEOUT = 120
NUMBER = re.compile(rb"(?m)^X-Rival: (\d+)$")

DOVECOT = """mail_location = {location}
log_path = {base}/dovecot.log
base_dir = {base}/run
state_dir = {base}/run
stats_writer_socket_path =
ssl = no
hostname = mx.test.example
postmaster_address = postmaster@test.example
mbox_read_locks = dotlock fcntl
mbox_write_locks = dotlock fcntl
namespace inbox {{
  inbox = yes
  mailbox Archive {{
    auto = create
  }}
}}
"""
PROCMAILRC = """SHELL=/bin/sh
DEFAULT={target}
LOCKSLEEP=0
LOCKTIMEOUT=0
:0{lock}
{target}
"""


# ---- messages --------------------------------------------------------------------------------------------------------

def body_of(number: int) -> bytes:
    """A body that no other message has, of one to a hundred lines, with its own checksum in the first."""
    chance = random.Random(number)
    lines = b"".join(b"%06d %s\n" % (number, b"x" * chance.randrange(70)) for _ in range(chance.choice((1, 3, 10, 100))))
    return b"SHA-256 " + hashlib.sha256(lines).hexdigest().encode() + b"\n" + lines


def message_of(number: int) -> bytes:
    return (b"From: a@b.example\nTo: box@test.example\nX-Rival: %d\nSubject: rivals\nDate: Sun, 22 Nov 2020 04:11:02 +0000\n"
            b"Message-Id: <%d@rivals.example>\n\n" % (number, number)) + body_of(number)


def number_of(copy: bytes, endings: tuple[bytes, ...]) -> int:
    """The message that this is a whole copy of; each program ends a message in its own way, all ways are `endings`."""
    head, gap, body = copy.replace(b"\r\n", b"\n").partition(b"\n\n")
    (number,) = NUMBER.findall(head) or [b"-1"]
    wanted = body_of(int(number))
    assert gap and body.startswith(wanted) and body[len(wanted):] in endings, f"not whole, or not ours: {copy!r}"
    for header in message_of(int(number)).partition(b"\n\n")[0].split(b"\n"):
        assert head.count(header) == 1, f"{header!r} in {copy!r}"
    return int(number)


# ---- deliverers ------------------------------------------------------------------------------------------------------

def as_owner(*command: str) -> list[str]:
    user = pwd.getpwnam(MAIL_USER)
    return ["/usr/bin/setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def own(path: pathlib.Path, name: str = MAIL_USER) -> pathlib.Path:
    user = pwd.getpwnam(name)
    os.chown(path, user.pw_uid, user.pw_gid)
    return path


def run(command: list[str], stdin=subprocess.DEVNULL, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, stdin=stdin, capture_output=True, env={**ENVIRONMENT, **environment}, cwd="/",
                          timeout=CALL_TIMEOUT, check=False)


class Server:
    """exim4 or Postern with a spool and log of its own."""

    def __init__(self, binary: str, base: pathlib.Path, config: pathlib.Path, options: str):
        self.name, self.binary, self.base, self.config = base.name, binary, base, config
        for name in ("spool", "log"):
            (base / name).mkdir(parents=True)
            own(base / name, EXIM_USER)
        lines = "".join(f"  {line}\n" for line in options.splitlines())
        config.write_text(CONFIG.format(root=base, mta=EXIM_USER, main="", routers=ROUTERS,
                                        transports=f"box:\n  driver = appendfile\n  user = {MAIL_USER}\n{lines}"))

    def deliver(self, file) -> subprocess.CompletedProcess:
        return run([self.binary, "-C", str(self.config), "-odf", "-oi", "-f", SENDER, "box@test.example"], file)

    def run_queue(self) -> None:
        done = run([self.binary, "-C", str(self.config), "-qff"])
        assert done.returncode == 0, done.stderr

    def log(self, name: str = "main") -> str:
        path = self.base / "log" / f"{name}log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue(self) -> list[str]:
        return [path.name for path in (self.base / "spool").glob("input/**/*-H")]


class Procmail:
    name = "procmail"

    def __init__(self, base: pathlib.Path, target: str):
        base.mkdir()
        self.rc = base / "rc"
        self.rc.write_text(PROCMAILRC.format(target=target, lock="" if target.endswith("/") else ":"))

    def deliver(self, file) -> subprocess.CompletedProcess:
        return run(as_owner(PROCMAIL, "-t", "-Y", "-m", "-f", SENDER, str(self.rc)), file)


class Lockfile:
    """A script of the kind that people write: the lock file, and then append."""
    name = "lockfile"
    SCRIPT = ('lockfile -0 -r 1000 "$1.lock" || exit 75\n'
              '{ echo "From sender@b.example Sun Nov 22 04:11:02 2020" && cat && echo; } >>"$1"\n'
              'status=$?\nrm -f "$1.lock"; exit $status')

    def __init__(self, box: pathlib.Path):
        self.box = box

    def deliver(self, file) -> subprocess.CompletedProcess:
        return run(as_owner("/bin/sh", "-c", self.SCRIPT, "sh", str(self.box)), file)


class Dovecot:
    name = "dovecot-lda"

    def __init__(self, base: pathlib.Path, location: str):
        base.mkdir()
        (base / "run").mkdir()
        self.base, self.config = own(base), base / "conf"
        own(base / "run")
        self.config.write_text(DOVECOT.format(location=location, base=base))

    def _run(self, program: str, *arguments: str, file=subprocess.DEVNULL) -> subprocess.CompletedProcess:
        return run(as_owner(program, "-c", str(self.config), *arguments), file, HOME=str(self.base), USER=MAIL_USER)

    def deliver(self, file) -> subprocess.CompletedProcess:
        return self._run(DOVECOT_LDA, "-e", "-f", SENDER, file=file)

    def move_to_archive(self) -> subprocess.CompletedProcess:
        """As a reader who files away what has come: copies, and expunges from the mailbox."""
        return self._run(DOVEADM, "move", "Archive", "mailbox", "INBOX", "all")


# ---- disturbers ------------------------------------------------------------------------------------------------------

class EximLock:
    """exim_lock runs each of the scripts in turn while it holds the mailbox; $1 is the mailbox, $2 a private directory."""

    def __init__(self, base: pathlib.Path, box: pathlib.Path, kinds: tuple[str, ...], scripts: tuple[str, ...]):
        base.mkdir()
        self.taken = base / "taken"
        self.base, self.box, self.kinds, self.rounds, self.files = own(base), box, kinds, 0, []
        for number, script in enumerate(scripts):
            self.files.append(base / f"script{number}")
            self.files[-1].write_text("set -e\n" + script + '\necho done >>"$2/rounds"\n')

    def __call__(self) -> subprocess.CompletedProcess:
        script = self.files[self.rounds % len(self.files)]
        self.rounds += 1
        return run(as_owner(EXIM_LOCK, "-q", *self.kinds, "-retries", "60", "-interval", "1", str(self.box),
                            f"exec sh {script} {self.box} {self.base}"))

    def finished(self) -> int:
        path = self.base / "rounds"
        return path.read_text().count("done") if path.exists() else 0


REWRITE_IN_PLACE = 'cat "$1" >"$2/copy"\ncat "$2/copy" >"$1"'
REWRITE_BY_RENAME = 'cp -p "$1" "$1.new"\nmv "$1.new" "$1"'
TAKE_AND_EMPTY = 'cat "$1" >>"$2/taken"\n: >"$1"'
TAKE_MBX = 'tail -c +2049 "$1" >>"$2/taken"\n: >"$1"'
TAKE_BY_RENAME = 'cat "$1" >>"$2/taken"\n: >"$1.new"\nchmod 600 "$1.new"\nmv "$1.new" "$1"'


def flag_what_is_new(maildir: pathlib.Path) -> None:
    """What a mail reader does with a Maildir; what another one has moved meanwhile is left to it."""
    for path in sorted((maildir / "new").iterdir()):
        with contextlib.suppress(FileNotFoundError):
            path.rename(maildir / "cur" / f"{path.name}:2,S")
