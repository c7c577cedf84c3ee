# SPDX-License-Identifier: Apache-2.0
"""Every step of a delivery to a command killed, and every step failed, by faultstep; then recovery (D-pipe-after-crash).

The command notes that it runs, and appends its input to a file, in two steps of its own. What was written down about it
when the fault came says what the next run may do: a command that has not begun is run, one that is known to have
succeeded is not, and for one whose end is unknown option after_crash decides. A fault that the delivery or the command
itself meets ends in a copy at the next run at the latest, as failed recipients are kept until there are bounces
(D-no-bounce-yet). No process and no file of the delivery's user stays behind.
"""
from __future__ import annotations

import errno
import pathlib
import pwd
from collections import Counter
from dataclasses import dataclass

import pytest

from delivery_user import files_of, processes_of, user_of_this_worker
from fault_steps import MOST_STEPS, Step, recovered, steps_in
from world import MESSAGE, Result, World

LARGE = MESSAGE + b"".join(b"line %06d of a message that needs several writes\n" % n for n in range(3000))
COMMAND = "echo run >>{root}/mail/runs\nexec cat >>{root}/mail/seen\n"
ROUTERS = """box:
  driver = accept
  transport = t
"""
TRANSPORTS = """t:
  driver = pipe
  command = /bin/sh {root}/command
  user = %s
"""
FILTER = "  transport_filter = /bin/sed s/last/LAST/\n"
CONFINED = "  confine\n  confine_read = /usr:/bin:/lib:/lib64:/etc:{root}/command\n  confine_write = {root}/mail\n"
UNKNOWN = "an earlier delivery to box@test.example by t transport was cut short; its command may have done its work"


@dataclass(frozen=True)
class Story:
    """stage: what is disturbed, handing in with delivery or delivering from the queue."""
    name: str
    stage: str
    options: str = ""
    message: bytes = MESSAGE

    def body(self) -> bytes:
        body = self.message.partition(b"\n\n")[2]
        return body.replace(b"last", b"LAST") if "transport_filter" in self.options else body


AT_ONCE, FROM_QUEUE, FROM_QUEUE_RUN = Story("at-once", "-odf"), Story("from-queue", "-M"), Story("queue-run", "-q")
LARGE_FROM_QUEUE = Story("large-from-queue", "-M", "", LARGE)
FILTERED_AT_ONCE, FILTERED = Story("filtered-at-once", "-odf", FILTER), Story("filtered-from-queue", "-M", FILTER)
CONFINED_FROM_QUEUE = Story("confined-from-queue", "-M", CONFINED)
DEFER = Story("defer", "-M", "  after_crash = defer\n")
FAIL, FAIL_AT_ONCE = Story("fail", "-M", "  after_crash = fail\n"), Story("fail-at-once", "-odf", "  after_crash = fail\n")


@pytest.fixture(scope="module")
def user() -> pwd.struct_passwd:
    return pwd.getpwnam(user_of_this_worker("pipefault"))


class Sweep:
    """One story with a fault at each of its steps, each time in a fresh world."""

    def __init__(self, place: pathlib.Path, postern: str, faultstep: str, user: pwd.struct_passwd, story: Story):
        self.world = World(place / "w", postern, "", ROUTERS, TRANSPORTS % user.pw_name + story.options)
        self.place, self.faultstep, self.user, self.story = place, faultstep, user, story
        self.directories_left = 0                # by deliveries that were killed
        self.met: Counter[str] = Counter()       # how often what was known of the command when the fault came

    def prepare(self) -> None:
        self.world.fresh()
        (self.world.root / "mail").chmod(0o777)
        (self.world.root / "command").write_text(COMMAND.format(root=self.world.root))
        if self.story.stage != "-odf":
            assert self.world.send("box@test.example", message=self.story.message, how="-odq").code == 0
            assert len(self.world.queue()) == 1

    def disturb(self, action: str, step: int, number: int) -> tuple[Result, list[Step]]:
        self.prepare()
        report = self.place / "steps"
        prefix = (self.faultstep, action, str(step), str(number), str(report))
        if self.story.stage == "-odf":
            result = self.world.send("box@test.example", message=self.story.message, prefix=prefix)
        else:
            result = self.world.run(self.story.stage, *(self.world.queue() if self.story.stage == "-M" else ()), prefix=prefix)
        return result, steps_in(report)

    def content(self, name: str) -> bytes:
        path = self.world.root / "mail" / name
        return path.read_bytes() if path.exists() else b""

    def runs(self) -> int:
        return self.content("runs").count(b"run\n")

    def copies(self) -> int:
        return self.content("seen").count(self.story.body())

    def known(self) -> str:
        """What the next run of the message can know."""
        if not self.world.queue():
            return "done"
        if any(p.stat().st_size for p in (self.world.root / "spool" / "input").glob("**/*-J")):
            return "done"
        records = "".join(p.read_text(errors="replace") for p in (self.world.root / "spool" / "intent").glob("*"))
        last = max(("pipe begun", "pipe delivered", "pipe refused"), key=records.rfind)
        if records.rfind(last) < 0 or last == "pipe refused":
            return "no run"
        return "unknown" if last == "pipe begun" else "delivered"

    def complaints_of_crash(self, known: str, accepted: bool, runs: int) -> list[str]:
        """Everything was killed: exactly what the records allow is done."""
        more, log, queue, copies = self.runs() - runs, self.world.log(), self.world.queue(), self.copies()
        found = []
        if known == "unknown" and "after_crash" in self.story.options:
            if more:
                found.append("run again although its end was unknown")
            verdict = "==" if "defer" in self.story.options else "**"
            if not any(f" {verdict} box@test.example R=box T=t" in line and UNKNOWN in line for line in log.splitlines()):
                found.append(f"no line {verdict}: {log[-300:]}")
            if len(queue) != 1:
                found.append(f"LOST: queue {queue}")
            return found
        want_more = {"no run": 1, "unknown": 1, "delivered": 0, "done": 0}[known]
        if accepted and more != want_more:
            found.append(f"{more} more runs, not {want_more}")
        if accepted and copies == 0:
            found.append(f"LOST: {log[-300:]}")
        if copies > 1 and known != "unknown":
            found.append(f"{copies} copies")
        if known == "unknown" and UNKNOWN + ": running it again" not in log:
            found.append(f"run again without a word: {log[-300:]}")
        if queue:
            found.append(f"still on the queue: {queue}: {log[-300:]}")
        return found

    def complaints_of_fault(self, known: str, accepted: bool, runs: int) -> list[str]:
        """One call or one process failed: what did not succeed is done by the next run."""
        more, log, queue, copies = self.runs() - runs, self.world.log(), self.world.queue(), self.copies()
        found = []
        if known in ("delivered", "done") and more:
            found.append("a command that had succeeded ran again")
        if more > 1:
            found.append(f"{more} more runs")
        if accepted and copies == 0:
            found.append(f"LOST: {log[-300:]}")
        if queue:
            found.append(f"still on the queue: {queue}: {log[-300:]}")
        return found

    def left_behind(self, action: str, step: Step | None) -> list[str]:
        """A private directory goes with the delivery process; if that one is killed or may not, with the next delivery."""
        excused = action != "error" or (step is not None and step.call in ("rmdir", "unlinkat"))
        return processes_of(self.user.pw_uid) + ([] if excused else files_of(self.user.pw_uid))

    def run(self, action: str, number: int = 0) -> list[str]:
        _, plain = self.disturb("count", 0, 0)
        assert self.copies() == self.runs() == 1 and 10 < len(plain) < MOST_STEPS, f"{len(plain)} steps: {self.world.log()}"
        bad = []
        for n in range(1, len(plain) + 1):
            result, steps = self.disturb(action, n, number)
            now = steps[n - 1] if len(steps) >= n else None
            accepted = result.code == 0 or bool(self.world.queue()) or self.story.stage != "-odf"
            known, runs = self.known(), self.runs()
            self.met[known] += 1
            left = self.left_behind(action, now)
            self.directories_left += len(files_of(self.user.pw_uid))
            recovered(self.world)
            judge = self.complaints_of_crash if action == "killall" else self.complaints_of_fault
            found = judge(known, accepted, runs)
            if files_of(self.user.pw_uid):    # the recovery has run no command
                assert self.world.send("box@test.example").code == 0
            found += [f"left behind: {one}" for one in left + processes_of(self.user.pw_uid) + files_of(self.user.pw_uid)]
            bad += [f"step {n} ({now}), exit {result.code}, {known}: {text}" for text in found]
        return bad


def named(story: Story) -> str:
    return story.name


@pytest.mark.parametrize("story", [AT_ONCE, FROM_QUEUE, FROM_QUEUE_RUN, LARGE_FROM_QUEUE, FILTERED_AT_ONCE, FILTERED, CONFINED_FROM_QUEUE, DEFER, FAIL, FAIL_AT_ONCE], ids=named)
def test_pipe_killed_at_every_step(place, postern, faultstep, user, story):
    sweep = Sweep(place, postern, faultstep, user, story)
    bad = sweep.run("killall")
    assert not bad, "\n".join(bad)
    assert {"no run", "unknown", "delivered", "done"} <= set(sweep.met), sweep.met
    assert (sweep.directories_left > 0) == ("confine" in story.options)


@pytest.mark.parametrize("story", [AT_ONCE, FROM_QUEUE, FILTERED, CONFINED_FROM_QUEUE], ids=named)
def test_pipe_one_process_killed_at_every_step(place, postern, faultstep, user, story):
    bad = Sweep(place, postern, faultstep, user, story).run("killone")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
@pytest.mark.parametrize("story", [AT_ONCE, FROM_QUEUE, FILTERED, CONFINED_FROM_QUEUE], ids=named)
def test_pipe_failed_at_every_step(place, postern, faultstep, user, story, number):
    bad = Sweep(place, postern, faultstep, user, story).run("error", number)
    assert not bad, "\n".join(bad)
