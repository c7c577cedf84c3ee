# SPDX-License-Identifier: Apache-2.0
"""Messages of a queue run that go the same way share a delivery child (deliver/in_order.h): who dies takes one message with him, none
is lost, and none is taken by the server before the one ahead of it is settled (D-queue-row)."""
from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
from collections import Counter

import pytest

from fault_steps import MOST_STEPS, recovered, steps_in
from world import ENVIRONMENT, World

ROUTERS = """kept:
  driver = accept
  local_parts = ^kept
  transport = maildir
all:
  driver = accept
  transport = lmtp
"""
TRANSPORTS = """lmtp:
  driver = lmtp
  socket = {root}/lmtp
  timeout = 30s
  user = {user}
maildir:
  driver = appendfile
  directory = {root}/mail/dir
  maildir_format
  user = {user}
"""


class Server:
    """Takes whatever comes, in a thread. `taken`: the subjects, in order. `before_answer(subject)` is called when a message has come to
    its end and nothing has been answered; None is an answer, too: the connection is closed."""

    def __init__(self, path: pathlib.Path):
        self.taken: list[str] = []
        self.begun: list[str] = []
        self.connections = 0
        self.before_answer = lambda subject: "250 taken"
        self.on_recipient = lambda address: "250 ok"
        self.says_goodbye_after_each = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        path.chmod(0o666)
        self.listener.listen(64)
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, client.makefile("rwb") as stream:
            self.talk(stream)

    def talk(self, stream) -> None:
        def say(text: str) -> None:
            stream.write(text.encode() + b"\r\n")
            stream.flush()
        say("220 ready")
        good = 0
        while line := stream.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                return say("221 bye")
            if verb == b"RCPT":
                answer = self.on_recipient(line.decode())
                good += answer.startswith("2")
                say(answer)
                continue
            if verb != b"DATA" or good == 0:
                say("250 ok" if verb != b"DATA" else "503 nobody")
                continue
            say("354 go on")
            lines = []
            while (text := stream.readline()) != b".\r\n":
                if not text.endswith(b"\n"):
                    return None                                    # gone in the middle
                lines.append(text)
                if text.startswith(b"Subject: "):
                    self.begun.append(text[9:].decode().strip())
            subject = next(text[9:].decode().strip() for text in lines if text.startswith(b"Subject: "))
            answer = self.before_answer(subject)
            if answer is None:
                return None
            self.taken.append(subject)
            say(answer)
            good = 0
            if self.says_goodbye_after_each:
                return None
        return None

    def close(self) -> None:
        """Its thread must not be left in accept(): it would take connections from whoever gets the descriptor's number next."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join()
        self.listener.close()


@pytest.fixture
def site(place, postern):
    world = World(place / "w", postern, routers=ROUTERS, transports=TRANSPORTS)
    server = Server(world.root / "lmtp")
    yield world, server
    server.close()


def message(subject: str) -> bytes:
    return f"From: a@b.example\nSubject: {subject}\nDate: Sun, 22 Nov 2020 04:11:02 +0000\nMessage-Id: <{subject}@b.example>\n\nbody\n".encode()


def fill(world: World, count: int, to=lambda n: f"m{n}@test.example") -> list[str]:
    """Their subjects are m0, m1 … in the order of the queue. Ids of one second go by process numbers, which may begin again at 1."""
    spool, subjects = world.root / "spool", [f"m{n}" for n in range(count)]
    while [re.search(rb"Subject: (\S+)", (spool / "input" / f"{id_}-H").read_bytes())[1].decode() for id_ in world.queue()] != subjects:
        for file in [*spool.glob("input/*"), *spool.glob("msglog/*")]:
            file.unlink()
        for n in range(count):
            assert world.send(to(n), message=message(f"m{n}"), how="-odq").code == 0
    return subjects


def children(pid: int) -> list[int]:
    return [int(text) for text in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def start_run(world: World, *more: str) -> subprocess.Popen:
    return subprocess.Popen([world.postern, "-C", str(world.config), "-q", *more], env=ENVIRONMENT, cwd="/")


class Processes:
    """Of a running `postern -q`: the runner, its worker, and the worker's delivery child."""

    def __init__(self, runner: subprocess.Popen):
        self.runner = runner.pid
        self.worker = children(self.runner)[0]
        self.child = children(self.worker)[0]


def watched_run(world: World, server: Server, at_message) -> subprocess.Popen:
    """A queue run; at_message(subject, processes) is called for each message before it is answered, and may say the answer."""
    started = threading.Event()
    runner: list[subprocess.Popen] = []

    def before_answer(subject: str):
        started.wait(30)
        return at_message(subject, Processes(runner[0]))
    server.before_answer = before_answer
    runner.append(start_run(world))
    started.set()
    runner[0].wait(120)
    server.before_answer = lambda subject: "250 taken"
    return runner[0]


def settled_lines(world: World, what: str = "=>") -> Counter:
    return Counter(re.findall(rf" {what} (m\d+)[ @]", world.log()))


def test_one_child_serves_many(site):
    world, server = site
    subjects = fill(world, 40)
    seen = []

    def look(subject, processes):
        seen.append(processes.child)
        return "250 taken"
    assert watched_run(world, server, look).returncode == 0
    assert server.taken == subjects and world.queue() == []
    assert server.connections == 1
    assert len(set(seen)) <= 7                                    # 1 + 2 + 4 + 8 + 16 + 9
    assert settled_lines(world) == Counter(subjects) and world.log().count(" Completed") == 40
    assert world.log("panic") == ""


def waits_for_its_parent(pid: int) -> bool:
    """The process sleeps in read() from a pipe."""
    call, *arguments = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()
    return call == "0" and os.readlink(f"/proc/{pid}/fd/{int(arguments[0], 16)}").startswith("pipe:")


def test_the_one_ahead_is_settled_first(site):
    """The server does not get the end of a message while the one before it is on the queue, so a crash can double only one. The worker
    is stopped while it could settle one, until its child has nothing to do but to wait."""
    world, server = site
    subjects = fill(world, 8)
    left, stopped = [], threading.Event()

    def go_on(processes, answered):
        while not waits_for_its_parent(processes.child) and len(left) == answered:
            time.sleep(0.001)
        stopped.clear()
        os.kill(processes.worker, signal.SIGCONT)

    def look(subject, processes):
        left.append((len(world.queue()), stopped.is_set()))
        if subject in ("m1", "m3", "m4"):                         # not the last of a row, nor alone
            stopped.set()
            os.kill(processes.worker, signal.SIGSTOP)
            threading.Thread(target=go_on, args=(processes, len(left)), daemon=True).start()
        return "250 taken"
    watched_run(world, server, look)
    assert server.taken == subjects
    assert left == [(count, False) for count in range(8, 0, -1)]


def test_no_other_messages_in_reach(site):
    """A child has the files of messages that go its way, not of one to somebody else that the worker has open as well."""
    world, server = site
    fill(world, 12, to=lambda n: ("kept" if n % 3 == 2 else "m") + f"{n}@test.example")
    to_others = {p.name[:-2] for p in (world.root / "spool" / "input").glob("*-H") if b"\nkept" in p.read_bytes()}
    assert len(to_others) == 4

    def look(subject, processes):
        links = [os.readlink(link) for link in pathlib.Path(f"/proc/{processes.child}/fd").iterdir()]
        seen.update(match[1] for link in links if (match := re.search(r"/(?:input|msglog)/([^/]+?)(?:-[DJH])?(?: \(deleted\))?$", link)))
        return "250 taken"
    seen: set[str] = set()
    watched_run(world, server, look)
    assert len(seen) == 8 and not seen & to_others
    assert world.queue() == [] and len(world.maildir()) == 4


@pytest.mark.parametrize("number, frozen", [(signal.SIGKILL, False), (signal.SIGSEGV, True)], ids=["killed", "crashed"])
@pytest.mark.parametrize("victim", ["m0", "m2", "m9", "m19"])
def test_a_dead_child_takes_one_message(site, victim, number, frozen):
    world, server = site
    subjects = fill(world, 20)

    def look(subject, processes):
        if subject != victim:
            return "250 taken"
        os.kill(processes.child, number)
        return None
    watched_run(world, server, look)
    others = [subject for subject in subjects if subject != victim]
    assert server.taken == others
    assert settled_lines(world) == Counter(others) and settled_lines(world, "==") == Counter([victim])
    assert len(world.queue()) == 1 and (" Frozen" in world.log() or "frozen" in world.log()) == frozen
    world.run("-qff")
    assert Counter(server.taken) == Counter(subjects) and world.queue() == []


@pytest.mark.parametrize("victim", ["m0", "m2", "m9", "m19"])
def test_a_dead_worker_is_replaced(site, victim):
    """Those that it had in hand are taken up again in the same run."""
    world, server = site
    subjects = fill(world, 20)
    of_victim = world.queue()[int(victim[1:])]
    struck = []

    def look(subject, processes):
        if subject == victim and not struck:
            struck.append(subject)
            os.kill(processes.worker, signal.SIGSEGV)
            return None
        return "250 taken"
    assert watched_run(world, server, look).returncode == 0
    assert world.log("panic").count("\n") == 1 and world.log("panic").endswith(" crashed with signal 11 while delivering " + of_victim + "\n")
    alone = victim != "m9"                                        # its row ended with it, so it was it, and is left for the next run
    assert Counter(server.taken) == Counter(subjects) - Counter([victim] * alone)
    world.run("-q")
    assert Counter(server.taken) == Counter(subjects) and world.queue() == []


def test_a_message_that_kills_every_worker(site):
    world, server = site
    subjects = fill(world, 20)

    def look(subject, processes):
        if subject != "m9":
            return "250 taken"
        os.kill(processes.worker, signal.SIGSEGV)
        return None
    assert watched_run(world, server, look).returncode == 0
    assert Counter(server.taken) == Counter(subjects) - Counter(["m9"])
    assert len(world.queue()) == 1


@pytest.mark.parametrize("victim", ["m0", "m2", "m9"])
def test_nothing_is_committed_without_the_parent(site, victim):
    """The child alone survives: the message in its hands is answered, the next ones are not given to the server."""
    world, server = site
    subjects = fill(world, 20)
    gone = threading.Event()

    def look(subject, processes):
        if subject == victim and not gone.is_set():
            child = os.pidfd_open(processes.child)
            os.kill(processes.runner, signal.SIGKILL)
            os.kill(processes.worker, signal.SIGKILL)
            gone.set()
            orphan.append(child)
        return "250 taken"
    orphan: list[int] = []
    assert watched_run(world, server, look).returncode == -signal.SIGKILL
    assert signal.pidfd_send_signal and wait_for_end(orphan[0])
    upto = subjects[:subjects.index(victim) + 1]
    assert server.taken == upto
    assert [s for s in server.begun if s not in upto][:1] in ([], [subjects[len(upto)]])
    world.run("-q")
    assert Counter(server.taken) == Counter(subjects) + Counter([victim]) and world.queue() == []


def wait_for_end(pidfd: int) -> bool:
    import select
    ready, _, _ = select.select([pidfd], [], [], 30)
    os.close(pidfd)
    return bool(ready)


def test_deferred_ones_stay(site):
    world, server = site
    subjects = fill(world, 20)
    server.on_recipient = lambda line: "450 later" if re.search(r"m\d*[37]@", line) else "250 ok"
    world.run("-q")
    later = [subject for subject in subjects if subject[-1] in "37"]
    assert server.taken == [subject for subject in subjects if subject not in later]
    assert settled_lines(world, "==") == Counter(later) and len(world.queue()) == len(later)
    assert server.connections == 1
    server.on_recipient = lambda line: "250 ok"
    world.run("-q")
    assert Counter(server.taken) == Counter(subjects)


def test_a_server_that_hangs_up_after_each(site):
    world, server = site
    subjects = fill(world, 20)
    server.says_goodbye_after_each = True
    world.run("-q")
    assert server.taken == subjects and world.queue() == []


def test_a_server_that_is_not_there(site):
    world, server = site
    subjects = fill(world, 20)
    server.close()
    (world.root / "lmtp").unlink()
    world.run("-q")
    assert settled_lines(world, "==") == Counter(subjects) and len(world.queue()) == 20


def test_a_slow_one_keeps_no_others_locked(site):
    """Not only when it has come to its end: a server that hangs may take minutes for that."""
    world, server = site
    subjects = fill(world, 16)
    ids = dict(zip(subjects, world.queue(), strict=True))

    def look(subject, processes):
        end = time.monotonic() + 20
        while subject == "m8" and time.monotonic() < end and not {"m9", "m14"} <= set(server.taken):   # the row is m7 ... m14
            for other in ("m9", "m14"):
                world.run("-M", ids[other])
        return "250 taken"
    watched_run(world, server, look)
    assert Counter(server.taken) == Counter(subjects) and world.queue() == []
    assert server.taken.index("m8") > max(server.taken.index("m9"), server.taken.index("m14"))


def test_two_runners(site):
    world, server = site
    subjects = fill(world, 60)
    runners = [start_run(world) for _ in range(3)]
    for runner in runners:
        assert runner.wait(120) == 0
    world.run("-q")                                               # what one of them had given back while the others passed
    assert Counter(server.taken) == Counter(subjects) and world.queue() == []


# ---- every step ----

COUNT = 5


def wait_until_all_are_gone(world: World) -> None:
    """Who was killed, or has lost his parent, may still hold locks for a moment."""
    def alive(process: pathlib.Path) -> bool:
        with contextlib.suppress(OSError):
            return os.fsencode(world.config) in (process / "cmdline").read_bytes()
        return False
    while any(alive(process) for process in pathlib.Path("/proc").glob("[0-9]*")):
        time.sleep(0.005)


def disturbed(world: World, server: Server, faultstep: str, action: str, step: int, number: int = 0) -> list:
    world.fresh()
    server.close()
    server.__init__(world.root / "lmtp")
    fill(world, COUNT)
    report = world.root.parent / "steps"
    world.run("-q", prefix=(faultstep, action, str(step), str(number), str(report)))
    wait_until_all_are_gone(world)
    return steps_in(report)


@pytest.mark.parametrize("action, number", [("killall", 0), ("killone", 0), ("error", errno.EIO), ("error", errno.ENOSPC)], ids=["killall", "killone", "EIO", "ENOSPC"])
def test_every_step(site, faultstep, action, number):
    world, server = site
    steps = disturbed(world, server, faultstep, "count", 0)
    assert 10 * COUNT < len(steps) < MOST_STEPS
    bad = []
    for n in range(1, len(steps) + 1):
        met = disturbed(world, server, faultstep, action, n, number)
        where = met[n - 1] if len(met) >= n else None
        recovered(world)
        taken = Counter(server.taken)
        lost = [f"m{i}" for i in range(COUNT) if not taken[f"m{i}"]]
        if lost or world.queue():
            bad.append(f"step {n} ({where}): lost {lost}, queue {world.queue()}")
        if sum(taken.values()) > COUNT + 1:
            bad.append(f"step {n} ({where}): {taken}")
    assert not bad, "\n".join(bad)
