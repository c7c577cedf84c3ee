# SPDX-License-Identifier: Apache-2.0
"""Runs one case on one side in a private place and observes what is there afterwards.

A bench owns a numbered slot: a root directory of fixed length (/dev/shm/pt/wNN) and a configuration file
(/var/tmp/postern-compat/wNN.conf). The slot is held by a file lock, so any number of pytest workers and engineers can
run at once. All slots' configuration files stand in /etc/exim4/trusted_configs, else exim4 drops root in the process that delivers.
"""
from __future__ import annotations

import contextlib
import fcntl
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from . import case as c
from .observe import Observed, Normaliser, exim_time, mbx_lock_path

EXIM = "/usr/sbin/exim4"
PEER = pathlib.Path(__file__).resolve().parent / "lmtp_peer.py"
SLOTS = 30                                     # exim reads at most 32 lines of the trusted list
STATE = pathlib.Path("/var/tmp/postern-compat")
TRUSTED = pathlib.Path("/etc/exim4/trusted_configs")
USERS = ("ptuser1", "ptuser2", "ptuser3")
OLD = 1_000_000_000                            # times of every file that a case brings along
CALL_TIMEOUT = 90
ID_TICK = 0.005                                # seconds: the last digits of a message id count these
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC", "PERL_HASH_SEED": "0", "PERL_PERTURB_KEYS": "0", "HOME": "/root", "LOGNAME": "root", "USER": "root"}


@contextlib.contextmanager
def host_lock():
    """One at a time may change users and the trusted list of this host."""
    STATE.mkdir(mode=0o755, exist_ok=True)
    with open(STATE / "host.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_host() -> None:
    if os.geteuid() != 0:
        raise RuntimeError("the compat suite delivers as several users, so it must run as root")
    if not os.access(EXIM, os.X_OK):
        raise RuntimeError(f"{EXIM} is the oracle: apt-get install exim4-daemon-heavy")
    with host_lock():
        for user in USERS:
            with contextlib.suppress(KeyError):
                pwd.getpwnam(user)
                continue
            subprocess.run(["useradd", "-m", "-s", "/bin/sh", user], check=True)
        with contextlib.suppress(KeyError):
            grp.getgrnam("ptshared")
            return trust_slots()
        subprocess.run(["groupadd", "ptshared"], check=True)
        for user in USERS[:2]:
            subprocess.run(["usermod", "-a", "-G", "ptshared", user], check=True)
        trust_slots()


def trust_slots() -> None:
    wanted = [str(slot_config(n)) for n in range(SLOTS)]
    present = TRUSTED.read_text().splitlines() if TRUSTED.exists() else []
    if wanted == [line for line in present if line in wanted]:
        return
    others = [line for line in present if line not in wanted]
    fresh = TRUSTED.with_suffix(".new")
    fresh.write_text("\n".join(wanted + others) + "\n")
    fresh.chmod(0o644)
    fresh.rename(TRUSTED)


def slot_config(n: int) -> pathlib.Path:
    return STATE / f"w{n:02}.conf"


def root_of_slots() -> pathlib.Path:
    shm = pathlib.Path("/dev/shm")
    return (shm if os.access(shm, os.W_OK) else pathlib.Path("/tmp")) / "pt"


def ids_of(owner: str) -> tuple[int, int]:
    user, _, group = owner.partition(":")
    entry = pwd.getpwnam(user)
    return entry.pw_uid, grp.getgrnam(group).gr_gid if group else entry.pw_gid


class Bench:
    """One slot, used by one pytest worker for all its cases."""

    def __init__(self, postern: str):
        self.binaries = {"exim": EXIM, "postern": postern}
        self.root_parent = root_of_slots()
        self.root_parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._take_slot()
        self._labels: dict[str, str] = {}

    def _take_slot(self) -> None:
        for n in range(SLOTS):
            lock = open(STATE / f"w{n:02}.lock", "a")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            self._slot_lock = lock
            self.root = self.root_parent / f"w{n:02}"
            self.config = slot_config(n)
            return
        raise RuntimeError(f"all {SLOTS} compat slots are in use")

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.config.unlink(missing_ok=True)
        self._slot_lock.close()

    # ---- one case on one side ----

    def run(self, case: c.Case, side: str) -> Observed:
        """side is "exim" or "postern"."""
        started = time.time()
        self._fresh_tree(case)
        results = []
        with contextlib.ExitStack() as held:
            for step in case.setup:
                self._set_up(step, held)
            for call in case.calls:
                results.append(self.call(call, side))
        normaliser = Normaliser(self.root, started, self._version_label(side, case))
        observed = Observed.of(self.root, results, normaliser)
        self._remove_mbx_locks()
        if keep := os.environ.get("POSTERN_COMPAT_KEEP"):
            shutil.copytree(self.root, pathlib.Path(keep) / case.name / side, symlinks=True, dirs_exist_ok=True,
                            ignore=lambda d, names: [n for n in names if (pathlib.Path(d) / n).is_fifo()])
            shutil.copy(self.config, pathlib.Path(keep) / case.name / "conf")
        return observed

    def text(self, template: str) -> str:
        root = str(self.root)
        for name in ("SPOOL", "LOG", "MAIL", "ETC"):
            template = template.replace(f"@{name}@", f"{root}/{name.lower()}")
        template = template.replace("@PEER@", f"{root}/etc/peer.sock")
        template = template.replace("@PEERCOMMAND@", f"/usr/bin/python3 {root}/etc/peer.py {root}/etc/peer.json {root}/wire/heard")
        return template.replace("@CONF@", str(self.config))

    def write_config(self, text: str) -> None:
        self.config.write_text(self.text(text), encoding="latin-1")
        os.chown(self.config, 0, 0)
        self.config.chmod(0o644)

    def _fresh_tree(self, case: c.Case) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(mode=0o755)
        exim_uid, exim_gid = ids_of("Debian-exim")
        for name, mode in (("spool", 0o750), ("log", 0o750)):
            (self.root / name).mkdir(mode=mode)
            os.chown(self.root / name, exim_uid, exim_gid)
        for name, mode in (("mail", 0o1777), ("etc", 0o755)):
            (self.root / name).mkdir()
            (self.root / name).chmod(mode)
        self.write_config(case.config)

    def _set_up(self, step: c.Setup, held: contextlib.ExitStack) -> None:
        if isinstance(step, c.Config):
            os.chown(self.config, *ids_of(step.owner))
            self.config.chmod(step.mode)
            return
        if isinstance(step, c.Peer):
            return self._set_up_peer(step, held)
        if isinstance(step, c.Comsat):
            held.enter_context(comsat_heard(self.root / "mail" / "comsat"))
            return
        if isinstance(step, c.MbxLockFile):
            put_mbx_lock_file(self.root / step.mailbox, step)
            return
        path = self.root / step.path
        if isinstance(step, c.File):
            content = step.content if isinstance(step.content, bytes) else self.text(step.content).encode()
            path.write_bytes(content)
            os.chown(path, *ids_of(step.owner))
            path.chmod(step.mode)
            os.utime(path, (OLD, OLD))
        elif isinstance(step, c.Dir):
            path.mkdir()
            os.chown(path, *ids_of(step.owner))
            path.chmod(step.mode)
        elif isinstance(step, c.Symlink):
            path.symlink_to(self.text(step.target))
            os.lchown(path, *ids_of(step.owner))
        elif isinstance(step, c.HardLink):
            os.link(self.root / step.to, path)
        elif isinstance(step, c.Fifo):
            os.mkfifo(path)
            os.chown(path, *ids_of(step.owner))
            path.chmod(step.mode)
        elif isinstance(step, c.Touch):
            then = time.time() - step.seconds_ago
            read = then if step.read_seconds_ago is None else time.time() - step.read_seconds_ago
            os.utime(path, (read, then))
        elif isinstance(step, c.FifoReader):
            held.enter_context(fifo_read(path))
        elif isinstance(step, c.Locked):
            held.enter_context(lock_held(path, step.kind))
        else:
            raise TypeError(step)

    def _set_up_peer(self, step: c.Peer, held: contextlib.ExitStack) -> None:
        wire, script = self.root / "wire", self.root / "etc" / "peer.json"
        wire.mkdir()
        wire.chmod(0o1777)
        script.write_text(json.dumps({question: list(answers) for question, answers in step.script}))
        shutil.copy(PEER, self.root / "etc" / "peer.py")    # where the delivery's user can read it
        if step.at != "command":
            where = self.text("@PEER@") if step.at == "socket" else step.at
            held.enter_context(peer_running([str(PEER), str(script), str(wire / "heard"), where]))

    def _remove_mbx_locks(self) -> None:
        for path in (self.root / "mail").rglob("*"):
            for lock in (mbx_lock_path(path), mbx_lock_path(path).with_name(mbx_lock_path(path).name + ".link")):
                if lock.is_dir() and not lock.is_symlink():
                    lock.rmdir()
                else:
                    lock.unlink(missing_ok=True)

    def call(self, call: c.Call, side: str) -> tuple[int, bytes, bytes]:
        who = side if call.by == "mta" else call.by
        command = [self.binaries.get(who, who)]
        if call.config and who in self.binaries:
            command += ["-C", str(self.config)]
        ids = self._queued_ids()
        for word in call.words():
            word = re.sub(r"@ID(\d+)@", lambda m: ids[int(m[1]) - 1] if int(m[1]) <= len(ids) else m[0], word)
            command.append(self.text(word))
        if call.faults:
            paths, what = call.faults
            about = [word for path in paths for word in ("-P", self.text(path))]
            command = ["strace", "-f", "-qqq", "-o", "/dev/null", *about, "-e", "inject=" + what, *command]
        stdin = call.stdin if isinstance(call.stdin, bytes) else self.text(call.stdin).encode()
        result = run_command(command, stdin)
        if stdin:
            leave_id_tick()
        return result

    def _queued_ids(self) -> list[str]:
        names = [p.name[:-2] for p in (self.root / "spool" / "input").glob("**/*-H")]
        return sorted(names, key=lambda name: (name[:6], name[14:], name))

    def _version_label(self, side: str, case: c.Case) -> str:
        """The version text inside Received: lines, when this case uses the default received_header_text; else empty."""
        if "received_header_text" in case.config:
            return ""
        if side not in self._labels:
            template = run_command([self.binaries[side], "-C", "/dev/null", "-bP", "received_header_text"], b"")[1].decode()
            number = run_command([self.binaries[side], "-C", "/dev/null", "-be", "$version_number"], b"")[1].decode().strip()
            found = re.search(r"\(\w+ \$version_number\)", template)
            self._labels[side] = (found[0] if found else "(Exim $version_number)").replace("$version_number", number)
        return self._labels[side]


def leave_id_tick() -> None:
    """Of two messages with ids of one tick exim4 lists either first, so the next one shall not share it. exim4 is too slow
    to take in two messages in one tick; Postern is not."""
    time.sleep(ID_TICK - time.time() % ID_TICK + 1e-5)


def run_command(command: list[str], stdin: bytes) -> tuple[int, bytes, bytes]:
    with tempfile.TemporaryFile() as given:        # a file, not a pipe: a program may end without reading it all
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
                                   cwd="/", start_new_session=True)
        try:
            out, err = process.communicate(timeout=CALL_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return -999, out, err + f"\n<no end after {CALL_TIMEOUT} s>\n".encode()
        return process.returncode, out, err


@contextlib.contextmanager
def peer_running(arguments: list[str]):
    peer = subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert peer.stdout.readline() == b"listening\n"
    try:
        yield
    finally:
        peer.stdin.close()
        try:
            peer.wait(timeout=10)
        except subprocess.TimeoutExpired:
            peer.kill()
            peer.wait()
        peer.stdout.close()


@contextlib.contextmanager
def fifo_read(path: pathlib.Path):
    """The pipe's own buffer holds what a case sends."""
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield
        heard = b""
        while piece := os.read(reader, 65536):
            heard += piece
        path.with_name(path.name + ".read").write_bytes(heard)
    finally:
        os.close(reader)


@contextlib.contextmanager
def comsat_heard(into: pathlib.Path):
    """One case at a time: there is one port."""
    with open(STATE / "comsat.lock", "a") as lock, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        fcntl.flock(lock, fcntl.LOCK_EX)
        listener.bind(("127.0.0.1", socket.getservbyname("biff", "udp")))
        listener.setblocking(False)
        yield
        heard = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                heard += listener.recv(4096) + b"\n"
        into.write_bytes(heard)


def put_mbx_lock_file(mailbox: pathlib.Path, step: c.MbxLockFile) -> None:
    lock = mbx_lock_path(mailbox)
    if step.kind == "symlink":
        lock.symlink_to("/tmp/nowhere")
        return
    if step.kind == "directory":
        lock.mkdir(step.mode)
    else:
        lock.touch()
    if step.kind == "hardlink":
        os.link(lock, lock.with_name(lock.name + ".link"))
    os.chown(lock, *ids_of(step.owner))
    lock.chmod(step.mode)


@contextlib.contextmanager
def lock_held(path: pathlib.Path, kind: str):
    """A separate process holds the lock: a lock of our own would also do, but fcntl locks are per process."""
    program = ("import fcntl,sys\nkind=sys.argv[2]\n"
               "def lock(name,mode,op):\n global kept\n f=open(name,mode); kept=globals().get('kept',[])+[f]; fcntl.lockf(f,op)\n"
               "if kind=='mbx': lock(sys.argv[1],'r+b',fcntl.LOCK_SH); lock(sys.argv[3],'a+b',fcntl.LOCK_EX)\n"
               "elif kind=='fcntl': lock(sys.argv[1],'r+b',fcntl.LOCK_EX)\n"
               "elif kind=='fcntl-read': lock(sys.argv[1],'r+b',fcntl.LOCK_SH)\n"
               "else: f=open(sys.argv[1],'r+b'); fcntl.flock(f,fcntl.LOCK_SH if kind=='flock-shared' else fcntl.LOCK_EX)\n"
               "print('held',flush=True)\nsys.stdin.read()\n")
    holder = subprocess.Popen([sys.executable, "-c", program, str(path), kind, str(mbx_lock_path(path))], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    if kind == "mbx":
        os.chown(mbx_lock_path(path), path.stat().st_uid, path.stat().st_gid)      # it was made by the mailbox's reader
    try:
        yield
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()
