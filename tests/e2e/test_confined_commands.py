# SPDX-License-Identifier: Apache-2.0
"""Hostile commands behind `confine`: each ends in a clear verdict, and leaves no process and no file behind.

All of them are bounded in themselves (limits, counts, short sleeps), so that a missing confinement fails a test, not the machine.
They run as a user of their own; what that user's processes and files are afterwards is what is looked at.
"""
from __future__ import annotations

import os
import pathlib
import pwd
import signal
import subprocess
import time
from dataclasses import dataclass

import pytest

from delivery_user import files_of, processes_of, user_of_this_worker
from world import World

LIMITS = "confine\n  confine_cpu_time = 1s\n  confine_processes = 20\n  confine_file_size = 1M\n  confine_memory = 256M\n  timeout = 5s\n"


@pytest.fixture(scope="module")
def user() -> str:
    return user_of_this_worker("confined")


@dataclass(frozen=True)
class Hostile:
    """script: for /bin/sh, @ROOT@ is the world's root. log: what the log must say; seen: what the command may print at most."""
    name: str
    script: str
    log: str = "=> box"
    seen: str = ""
    options: str = ""


CORPUS = [
    Hostile("harmless", "cat >/dev/null; echo fine; echo x >$TMPDIR/x; cat $TMPDIR/x", seen="fine"),
    Hostile("fork-bomb", "cat >/dev/null; bomb() { [ $1 -gt 9 ] && return; bomb $(($1 + 1)) & bomb $(($1 + 1)) & wait; }; bomb 0 2>/dev/null; echo over", log="box"),
    Hostile("output-flood", "while :; do echo 0123456789012345678901234567890123456789; done", log="** box@test.example R=r T=t: Child process of t transport"),
    Hostile("endless-sleep", "exec sleep 100", log="pipe delivery process timed out"),
    Hostile("endless-loop", "while :; do :; done", log="** box@test.example R=r T=t: "),
    Hostile("memory", "exec perl -e '$x = \"x\" x 400_000_000; print \"got it\"' 2>/dev/null", log="** box@test.example R=r T=t: Child process of t transport"),
    Hostile("descriptor-scan", "ls /proc/self/fd /proc/$PPID/fd 2>/dev/null && echo listed; echo end", seen="end"),
    Hostile("read-outside", "cat @ROOT@/secret 2>/dev/null && echo read; cat /var/log/* 2>/dev/null | head -c 1; echo end", seen="end"),
    Hostile("signal-parent", "kill -9 $PPID 2>/dev/null && echo sent; kill -9 -1 2>/dev/null; echo end", log="box"),
    Hostile("signal-parent-quietly", "kill -0 $PPID 2>/dev/null && echo sent; echo end", seen="end"),
    Hostile("write-outside", "(exec 2>/dev/null; echo x >@ROOT@/open/new && echo wrote; echo x >>@ROOT@/open/old && echo wrote; rm @ROOT@/open/old && echo removed; ln -s /etc @ROOT@/open/l && echo linked); echo end", seen="end"),
    Hostile("truncate-outside", "perl -e 'truncate(\"@ROOT@/open/old\", 0) && print \"cut\"; open(F, \"+<\", \"@ROOT@/open/old\") && print \"opened\"; print \"end\\n\"'", seen="end"),
    Hostile("connect-out", "perl -MSocket -e 'for my $f (AF_INET, AF_INET6, AF_UNIX) { socket(my $s, $f, SOCK_STREAM, 0) && print \"socket $f \"; } print \"end\\n\"'", seen="end"),
    Hostile("daemonise", "perl -e 'use POSIX; exit 0 if fork; POSIX::setsid() and print \"session\\n\"; open STDIN, \"</dev/null\"; open STDOUT, \">/dev/null\"; open STDERR, \">/dev/null\"; exit 0 if fork; sleep 100'"),
    Hostile("daemonise-holding-output", "sleep 100 & sleep 100 & echo left", seen="left"),
    Hostile("new-group", "perl -e 'setpgrp(0, 0) and print \"group \"; print \"end\\n\"'", seen="end"),
    Hostile("fill-the-disk-one-file", "head -c 3000000 /dev/zero >$TMPDIR/big; ls -l $TMPDIR/big | wc -l; exit 3", log="returned 3"),
    Hostile("many-files-and-deep", "cd $TMPDIR; i=0; while [ $i -lt 200 ]; do mkdir d || exit 4; echo x >d/f; chmod 500 . ; cd d; i=$((i + 1)); done; chmod 0 .; exit 3", log="returned 3"),
    Hostile("setuid", "su root -c id 2>/dev/null; [ $(id -u) = 0 ] && echo root; echo end", seen="end"),
    Hostile("namespaces", "unshare -Ur true 2>/dev/null && echo new; echo end", seen="end"),
    Hostile("environment-of-others", "cat /proc/1/environ /proc/$PPID/environ 2>/dev/null; echo end", seen="end"),
    Hostile("limits-as-set", "ulimit -n; cat >/dev/null", seen="64"),
    Hostile("limits-of-others", "perl -e 'syscall(302, $ENV{PPID} || getppid(), 7, 0, 0) == 0 and print \"looked \"; print \"end\\n\"'", seen="end"),
]


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda h: h.name)
def test_hostile_command(hostile: Hostile, postern, user):
    uid = pwd.getpwnam(user).pw_uid
    root = pathlib.Path("/tmp") / f"pt-confined.{os.getpid()}"
    routers = "r:\n  driver = accept\n  transport = t\n"
    transports = f"t:\n  driver = pipe\n  user = {user}\n  command = /bin/sh {root}/cmd\n  log_output\n  {LIMITS}  confine_read = /usr:/bin:/lib:/lib64:/etc:{root}/cmd\n{hostile.options}"
    world = World(root, postern, "", routers, transports)
    (root / "cmd").write_text(hostile.script.replace("@ROOT@", str(root)) + "\n")
    (root / "secret").write_text("secret")
    (root / "open").mkdir()
    (root / "open" / "old").write_text("old")
    for path, mode in ((root / "open", 0o777), (root / "open" / "old", 0o666), (root / "secret", 0o644)):
        path.chmod(mode)
    try:
        started = time.monotonic()
        world.run("-odf", "-oi", "-f", "<>", "box@test.example", stdin=b"Subject: x\n\nbody\n")
        assert time.monotonic() - started < 30
        log = world.log()
        assert hostile.log in log, log
        if hostile.seen:
            assert f"transport output: {hostile.seen}\n" in log, log
        assert (root / "open" / "old").read_text() == "old"
        assert sorted(p.name for p in (root / "open").iterdir()) == ["old"]
        assert processes_of(uid) == []
        assert files_of(uid) == []
    finally:
        subprocess.run(["rm", "-rf", str(root)], check=False)


def parent_of(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def until(condition, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_command_ends_with_a_delivery_process_that_is_killed(postern, user):
    uid = pwd.getpwnam(user).pw_uid
    root = pathlib.Path("/tmp") / f"pt-confined.{os.getpid()}"
    transports = f"t:\n  driver = pipe\n  user = {user}\n  command = /bin/sleep 100\n  confine\n  confine_read = /usr:/bin:/lib:/lib64:/etc\n"
    world = World(root, postern, "", "r:\n  driver = accept\n  transport = t\n", transports)
    asleep: list[int] = []

    def command_runs() -> bool:
        asleep[:] = [int(path.parent.name) for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if is_command(path)]
        return bool(asleep)

    def is_command(path: pathlib.Path) -> bool:
        try:
            return path.parent.stat().st_uid == uid and path.read_text() == "/bin/sleep\0" + "100\0"
        except OSError:
            return False

    try:
        world.run("-odb", "-oi", "-f", "<>", "box@test.example", stdin=b"Subject: x\n\nbody\n")
        assert until(command_runs), world.log()
        os.kill(parent_of(asleep[0]), signal.SIGKILL)
        assert until(lambda: processes_of(uid) == []), processes_of(uid)
        assert until(lambda: " == box@test.example " in world.log()), world.log()
    finally:
        subprocess.run(["rm", "-rf", str(root)], check=False)
