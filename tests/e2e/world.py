# SPDX-License-Identifier: Apache-2.0
"""A small private mail system for end-to-end stories: spool, log and mail directories and a configuration; no exim needed."""
from __future__ import annotations

import os
import pathlib
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}
MAIL_USER = "nobody"
MTA_USER = os.environ.get("E2E_USER", "mail")              # exim4 knows its own user only
MESSAGE = b"From: a@b.example\nTo: box@test.example\nSubject: story\nDate: Sun, 22 Nov 2020 04:11:02 +0000\nMessage-Id: <1@b.example>\n\nFirst line\nFrom here\nlast line\n"

MBX_START = b"*mbx*\r\n5fb9e3c600000000\r\n" + 30 * b"\r\n"
MBX_HEADER = MBX_START + bytes(2048 - len(MBX_START))
MBX_LINE = re.compile(rb"[^,\r\n]{26},(\d+);[0-9a-f]{12}-[0-9a-f]{8}\r\n")
FROM_LINE = re.compile(rb"From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n")

CONFIG = """primary_hostname = mx.test.example
qualify_domain = test.example
spool_directory = {root}/spool
log_file_path = {root}/log/%slog
exim_user = {mta}
exim_group = {mta}
keep_environment =
timezone = UTC
queue_run_in_order
{main}
begin routers
{routers}
begin transports
{transports}
begin retry
* * F,2h,10m
"""
ROUTERS = "".join(f"{transport}:\n  driver = accept\n  local_parts = {part}\n  transport = {transport}\n" for transport, part in
                  (("mbox", "box"), ("maildir", "dir"), ("mbx", "mbx"), ("store", "store"), ("plain", "plain"))) + """both:
  driver = redirect
  local_parts = both
  data = box, dir
"""
TRANSPORTS = """mbox:
  driver = appendfile
  file = {root}/mail/box
  user = {user}
  lock_interval = 0s
maildir:
  driver = appendfile
  directory = {root}/mail/dir
  maildir_format
  user = {user}
mbx:
  driver = appendfile
  file = {root}/mail/mbx
  mbx_format
  message_prefix =
  message_suffix =
  user = {user}
  lock_interval = 0s
store:
  driver = appendfile
  directory = {root}/mail/store
  mailstore_format
  user = {user}
plain:
  driver = appendfile
  directory = {root}/mail/plain
  user = {user}
"""


@dataclass
class Result:
    code: int
    out: str
    err: str


class World:
    def __init__(self, root: pathlib.Path, postern: str, main: str = "", routers: str = ROUTERS, transports: str = TRANSPORTS):
        self.root, self.postern = root, postern
        self.config = pathlib.Path(os.environ.get("E2E_CONFIG", root / "conf"))     # to try the stories on exim4: a trusted path
        self.texts = main, routers, transports
        self.fresh()

    def fresh(self) -> None:
        """Everything empty again."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(mode=0o755, parents=True)
        for parent in self.root.parents:
            if str(parent).startswith(("/tmp/", "/dev/shm/")):
                parent.chmod(parent.stat().st_mode | 0o011)
        mta, user = pwd.getpwnam(MTA_USER), pwd.getpwnam(MAIL_USER)
        for name, owner, mode in (("spool", mta, 0o750), ("log", mta, 0o750), ("mail", user, 0o755)):
            (self.root / name).mkdir()
            os.chown(self.root / name, owner.pw_uid, owner.pw_gid)
            (self.root / name).chmod(mode)
        main, routers, transports = self.texts
        fill = dict(root=self.root, mta=MTA_USER, user=MAIL_USER)
        self.config.write_text(CONFIG.format(main=main, routers=routers.format(**fill), transports=transports.format(**fill), **fill))

    def run(self, *args: str, stdin: bytes = b"", program: str | None = None, prefix: tuple[str, ...] = (), config: bool = True, env: dict | None = None) -> Result:
        command = [*prefix, program or self.postern, *(("-C", str(self.config)) if config else ()), *args]
        done = subprocess.run(command, input=stdin, capture_output=True, env={**ENVIRONMENT, **(env or {})}, cwd="/", timeout=120, check=False)
        return Result(done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1"))

    def send(self, *to: str, message: bytes = MESSAGE, how: str = "-odf", **more) -> Result:
        return self.run(how, "-oi", "-oep", "-f", "sender@b.example", *to, stdin=message, **more)

    # ---- what is there ----

    def tree(self) -> dict[str, tuple]:
        """Everything below the root: mode, owner, size, contents."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            info = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[str(path.relative_to(self.root))] = (oct(info.st_mode), info.st_uid, info.st_gid, content)
        return found

    def log(self, name: str = "main") -> str:
        path = self.root / "log" / f"{name}log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue(self) -> list[str]:
        return sorted(p.name[:-2] for p in (self.root / "spool" / "input").glob("**/*-H"))

    def mbox(self, path: str = "mail/box") -> list[bytes]:
        """The messages of an mbox, each from its From_ line to before the next one's."""
        file = self.root / path
        if not file.exists():
            return []
        records: list[bytes] = []
        for line in file.read_bytes().splitlines(keepends=True):
            if FROM_LINE.match(line) or not records:
                records.append(b"")
            records[-1] += line
        return records

    def maildir(self, part: str = "new", path: str = "mail/dir") -> list[bytes]:
        return [p.read_bytes() for p in sorted((self.root / path / part).glob("*"))]

    def mbx(self, path: str = "mail/mbx") -> list[bytes]:
        """The messages of an MBX, with plain line ends; what is torn at the end is the last of them, from its line on."""
        file = self.root / path
        content, records = file.read_bytes() if file.exists() else b"", []
        at = len(MBX_HEADER)
        while at < len(content):
            line = MBX_LINE.match(content, at)
            end = line.end() + int(line[1]) if line else len(content) + 1
            records.append(content[line.end() if line and end <= len(content) else at:end].replace(b"\r\n", b"\n"))
            at = end
        return records

    def mailstore(self, path: str = "mail/store") -> list[bytes]:
        """A message is there when its envelope is; if it has no other part, or half an envelope, that is b""."""
        return [file.read_bytes() if file.exists() and envelope.read_bytes().endswith(b"\n") else b""
                for envelope in sorted((self.root / path).glob("*.env")) for file in (envelope.with_suffix(".msg"),)]

    def plain(self, path: str = "mail/plain") -> list[bytes]:
        return [p.read_bytes() for p in sorted((self.root / path).glob("*")) if not p.name.startswith("temp.")]

    def leftovers(self) -> list[str]:
        """Lock files, hitching posts and unfinished files of the formats with a file a message."""
        def is_left(p: pathlib.Path) -> bool:
            no_envelope = p.suffix == ".msg" and not p.with_suffix(".env").exists()
            return ".lock" in p.name or p.parent.name == "tmp" or p.name.startswith("temp.") or p.suffix == ".tmp" or no_envelope
        return sorted(str(p.relative_to(self.root)) for p in (self.root / "mail").rglob("*") if is_left(p))
