# SPDX-License-Identifier: Apache-2.0
"""What a case is made of: a configuration text, set-up steps and calls. Values only; bench.py runs them.

Every text may name the case's private directories: @SPOOL@ @LOG@ @MAIL@ @ETC@ @CONF@, and a port of its own, @PORT@. Paths of set-up steps are relative
to the case's root, so "mail/box" is @MAIL@/box. Both sides use the very same paths, one after the other.
"""
from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Union

SENDER = "sender@b.example"

MESSAGE = (b"From: Sender <sender@b.example>\nTo: box@test.example\nSubject: a test\n"
           b"Date: Sun, 22 Nov 2020 04:11:02 +0000\nMessage-Id: <1@b.example>\n\nBody line 1\nBody line 2\n")


def message(body: bytes | str = b"Body\n", *headers: bytes | str) -> bytes:
    """A complete message with the usual headers, the given ones after them, and a body taken as it is."""
    def raw(text): return text if isinstance(text, bytes) else text.encode()
    head = (b"From: Sender <sender@b.example>\nTo: box@test.example\nDate: Sun, 22 Nov 2020 04:11:02 +0000\n"
            b"Message-Id: <1@b.example>\n")
    return head + b"".join(raw(h) + b"\n" for h in headers) + b"\n" + raw(body)


# ---- set-up steps -------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class File:
    path: str
    content: bytes | str = b""
    mode: int = 0o644
    owner: str = "root"          # "user" or "user:group"


@dataclass(frozen=True)
class Dir:
    path: str
    mode: int = 0o755
    owner: str = "root"


@dataclass(frozen=True)
class Symlink:
    path: str
    target: str
    owner: str = "root"


@dataclass(frozen=True)
class HardLink:
    path: str
    to: str


@dataclass(frozen=True)
class Fifo:
    path: str
    mode: int = 0o600
    owner: str = "root"


@dataclass(frozen=True)
class Touch:
    """Sets a file's times back, so that it looks this old (and was last read then, or later)."""
    path: str
    seconds_ago: int
    read_seconds_ago: int | None = None


@dataclass(frozen=True)
class Locked:
    """Another process holds this lock on the file until the case's calls are over.

    kind: fcntl, fcntl-read, flock, flock-shared; mbx: as a c-client program that changes the mailbox.
    """
    path: str
    kind: str


@dataclass(frozen=True)
class Peer:
    """An LMTP server (lmtp_peer.py) for the time of the case. `script`: its answers. What it hears is the part "wire".

    `at`: "socket" (its path is @PEER@), "command" (the command line is @PEERCOMMAND@) or "IP:PORT"."""
    script: tuple[tuple[str, tuple[str, ...]], ...] = ()
    at: str = "socket"


@dataclass(frozen=True)
class FifoReader:
    """Somebody has this FIFO open for reading; what went through it is shown as the file PATH.read."""
    path: str


@dataclass(frozen=True)
class MbxLockFile:
    """Something lies where the MBX lock file of this mailbox would be. kind: file, symlink, hardlink, directory."""
    mailbox: str
    kind: str = "file"
    mode: int = 0o600
    owner: str = "root"


@dataclass(frozen=True)
class Comsat:
    """A listener on the biff port of 127.0.0.1; what it hears is shown as the file mail/comsat."""


@dataclass(frozen=True)
class Config:
    """The configuration file itself gets this mode and owner."""
    mode: int = 0o644
    owner: str = "root"


Setup = Union[Config, File, Dir, Symlink, HardLink, Fifo, FifoReader, MbxLockFile, Comsat, Touch, Locked, Peer]


# ---- calls --------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Call:
    """One command. args may name message ids as @ID1@, @ID2@ (in order of arrival on the queue at that moment).

    by: "mta" is the side under test; "exim" and "postern" name one of the two for interchange; a path names a tool.
    faults: (paths, strace's text after "inject="): these system calls fail when they are about these files, by name or
    by descriptor.
    """
    args: str | tuple[str, ...] = ()
    stdin: bytes | str = b""
    by: str = "mta"
    config: bool = True          # put -C @CONF@ first
    built_in: bool = False       # exim4 finds the configuration where it looks without -C: also its children of other users do
    faults: tuple[tuple[str, ...], str] | None = None

    def words(self) -> list[str]:
        return self.args.split() if isinstance(self.args, str) else list(self.args)


def Send(*recipients: str, message: bytes | str = MESSAGE, args: str | tuple[str, ...] = "", sender: str = SENDER,
         by: str = "mta", how: str = "-odf -oi", faults: tuple[tuple[str, ...], str] | None = None) -> Call:
    """Hands in a message and delivers it in the foreground."""
    extra = tuple(args.split()) if isinstance(args, str) else args
    return Call((*how.split(), "-f", sender, *extra, *recipients), message, by, faults=faults)


# ---- configuration ------------------------------------------------------------------------------------------------

# exim_user comes first: Postern has no user built in, and an error in a later line is already logged under that name
BASE = r"""exim_user = Debian-exim
exim_group = Debian-exim
primary_hostname = mx.test.example
qualify_domain = test.example
spool_directory = @SPOOL@
log_file_path = @LOG@/%slog
keep_environment =
timezone = UTC
"""
PLAIN_RECEIVED = r"""received_header_text = Received: by $primary_hostname id $message_exim_id
"""
RETRY = "* * F,2h,10m"
BOX = "t1:\n  driver = appendfile\n  file = @MAIL@/box\n  user = ptuser1\n"
ACCEPT = "r1:\n  driver = accept\n  transport = t1\n"


def conf(main: str = "", routers: str = ACCEPT, transports: str = BOX, retry: str = RETRY, rest: str = "", *,
         own_received: bool = True) -> str:
    """A whole configuration around the given parts; the first own line of main is always line 10 (or 9)."""
    head = BASE + (PLAIN_RECEIVED if own_received else "")
    text = head + main.strip("\n") + "\n"
    for name, body in (("routers", routers), ("transports", transports), ("retry", retry)):
        if body:
            text += f"begin {name}\n{body.strip(chr(10))}\n"
    return text + rest


def one_transport(options: str, main: str = "", routers: str = ACCEPT) -> str:
    """An accept router and one appendfile transport t1 with these options, run as ptuser1 unless they say `user`."""
    lines = [line.strip() for line in options.strip().splitlines()]
    if not any(line.startswith(("file ", "directory ", "file=", "directory=")) for line in lines):
        lines.insert(0, "file = @MAIL@/box")
    if not any(line.startswith(("user ", "no user")) for line in lines):
        lines.append("user = ptuser1")
    body = "".join(f"  {line}\n" for line in lines if line != "no user")
    return conf(main, routers, "t1:\n  driver = appendfile\n" + body)


# ---- the case -----------------------------------------------------------------------------------------------------

PARTS = ("exit", "stdout", "stderr", "log", "msglog", "spool", "mail", "wire")


@dataclass(frozen=True)
class Case:
    """name first. A known deliberate difference is named by its row in docs/differences.md together with the parts in
    which it shows; all other parts must agree, and the case fails as soon as those parts agree too."""
    name: str
    config: str = dataclasses.field(default_factory=conf)
    setup: tuple[Setup, ...] = ()
    calls: tuple[Call, ...] = (Send("box@test.example"),)
    difference: str | None = None
    differs_in: tuple[str, ...] = ()

    def __post_init__(self):
        assert bool(self.difference) == bool(self.differs_in), f"{self.name}: difference and differs_in go together"
        assert set(self.differs_in) <= set(PARTS), f"{self.name}: unknown part in differs_in"
