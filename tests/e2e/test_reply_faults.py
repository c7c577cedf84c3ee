# SPDX-License-Identifier: Apache-2.0
"""Every step of an automatic reply killed, and every step failed, by faultstep: SQLite's calls on the `once` database among
them. Before the message is tried again another queue runner delivers all that it finds, so that nothing on the queue tells
whether there was a reply. In the end the sender has been answered once, and the database says so
(D-autoreply-once-order, D-autoreply-once-database).
"""
from __future__ import annotations

import errno
import pathlib
import sqlite3
from dataclasses import dataclass

import pytest

from fault_steps import MOST_STEPS, Step, recovered, steps_in
from reply_site import ROUTERS, TRANSPORTS
from world import World

MAIL = b"From: a@b.example\nTo: joe@test.example\nSubject: hello\nMessage-Id: <1@b.example>\n\nBody\n"
ONCE = "  once = {root}/mail/once\n  log = {root}/mail/log\n"
FLAT = ONCE + "  once_file_size = 10K\n"


@dataclass(frozen=True)
class Story:
    """stage: what is disturbed, handing in with delivery or delivering from the queue."""
    name: str
    stage: str
    options: str = ONCE
    known: bool = False                # the database is there, and says that somebody else was answered


AT_ONCE, FROM_QUEUE, QUEUE_RUN = Story("at-once", "-odf"), Story("from-queue", "-M"), Story("queue-run", "-q")
KNOWN, FLAT_FROM_QUEUE, PLAIN = Story("database-there", "-M", known=True), Story("flat-file", "-M", FLAT), Story("no-once", "-M", "")
STORIES = [AT_ONCE, FROM_QUEUE, QUEUE_RUN, KNOWN, FLAT_FROM_QUEUE, PLAIN]


class Sweep:
    """One story with a fault at each of its steps, each time in a fresh world."""

    def __init__(self, place: pathlib.Path, postern: str, faultstep: str, story: Story):
        self.world = World(place / "w", postern, "", ROUTERS, TRANSPORTS % story.options)
        self.place, self.faultstep, self.story = place, faultstep, story
        self.deferred = 0                # how often a fault of the database made the message wait

    def send(self, how: str, sender: str = "sender@b.example", prefix: tuple[str, ...] = ()):
        return self.world.run(how, "-oi", "-oep", "-f", sender, "joe@test.example", stdin=MAIL, prefix=prefix)

    def disturb(self, action: str, step: int, number: int):
        self.world.fresh()
        if self.story.known:
            assert self.send("-odf", "known@b.example").code == 0
            (self.world.root / "mail/out").unlink()
        if self.story.stage != "-odf":
            assert self.send("-odq").code == 0
        report = self.place / "steps"
        prefix = (self.faultstep, action, str(step), str(number), str(report))
        if self.story.stage == "-odf":
            return self.send("-odf", prefix=prefix), steps_in(report)
        return self.world.run(self.story.stage, *(self.world.queue() if self.story.stage == "-M" else ()), prefix=prefix), steps_in(report)

    def other_runner(self, original: str) -> None:
        for lock in (self.world.root / "mail").glob("out.lock*"):
            lock.unlink()
        for message in self.world.queue():
            if message != original:
                self.world.run("-M", message)

    def original(self) -> str:
        """The message that is answered: the one that came first."""
        return next((line.split()[2] for line in self.world.log().splitlines() if " <= sender@b.example " in line), "")

    def answered(self) -> list[str]:
        path = self.world.root / "mail/once"
        if "once_file_size" in self.story.options:
            return [text.decode() for text in path.read_bytes()[8:].split(b"\0")[:1]]
        with sqlite3.connect(path) as db:
            return [address for address, in db.execute("select cast(address as text) from once where sent <> 0 and claim = '' order by 1")]

    def complaints(self, accepted: bool) -> list[str]:
        replies, queue, log = len(self.world.mbox("mail/out")), self.world.queue(), self.world.log()
        found = []
        if replies > 1:
            found.append(f"{replies} replies: {log[-600:]}")
        if accepted and replies == 0:
            found.append(f"LOST: {log[-600:]}")
        if queue:
            found.append(f"still on the queue: {queue}: {log[-600:]}")
        want = (["known@b.example"] if self.story.known else []) + ["sender@b.example"]
        if accepted and self.story.options and self.answered() != want:
            found.append(f"once says {self.answered()}")
        return found

    def run(self, action: str, number: int = 0) -> list[str]:
        _, plain = self.disturb("count", 0, 0)
        assert len(self.world.mbox("mail/out")) == 1 and 10 < len(plain) < MOST_STEPS, f"{len(plain)} steps: {self.world.log()}"
        bad = []
        for n in range(1, len(plain) + 1):
            result, steps = self.disturb(action, n, number)
            now: Step | None = steps[n - 1] if len(steps) >= n else None
            accepted = result.code == 0 or bool(self.world.queue()) or self.story.stage != "-odf"
            if action == "error" and now and "/mail/once" in now.object and self.original() in self.world.queue():
                said = any(" == " in line and ("/mail/once" in line or "once file" in line) for line in self.world.log().splitlines())
                bad += [] if said else [f"step {n} ({now}): no word of it: {self.world.log()}"]
                self.deferred += 1
            self.other_runner(self.original())
            recovered(self.world)
            bad += [f"step {n} ({now}), exit {result.code}: {text}" for text in self.complaints(accepted)]
        return bad


def named(story: Story) -> str:
    return story.name


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_reply_killed_at_every_step(place, postern, faultstep, story):
    bad = Sweep(place, postern, faultstep, story).run("killall")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("story", [AT_ONCE, FROM_QUEUE, QUEUE_RUN], ids=named)
def test_reply_one_process_killed_at_every_step(place, postern, faultstep, story):
    bad = Sweep(place, postern, faultstep, story).run("killone")
    assert not bad, "\n".join(bad)


def test_message_removed_after_a_crash(place, postern, faultstep):
    """Whoever removes a message whose run was cut short does not remove the reply that had been recorded."""
    sweep = Sweep(place, postern, faultstep, FROM_QUEUE)
    _, plain = sweep.disturb("count", 0, 0)
    met = set()
    for n in range(1, len(plain) + 1):
        sweep.disturb("killall", n, 0)
        spool, original = sweep.world.root / "spool", sweep.original()
        recorded = any(b" reply " in path.read_bytes() for path in (spool / "intent").glob(original))
        if original not in sweep.world.queue():
            continue
        removed = sweep.world.run("-Mrm", original)
        assert removed.code == 0 or "does not exist" in removed.out, removed    # it was done, and only its files were there
        sweep.other_runner(original)
        assert len(sweep.world.mbox("mail/out")) == (1 if recorded else 0), (n, plain[n - 1], sweep.world.log())
        assert not recorded or not list(spool.glob("input/hdr.*.*")), (n, plain[n - 1])
        met.add(recorded)
    assert met == {True, False}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
@pytest.mark.parametrize("story", STORIES, ids=named)
def test_reply_failed_at_every_step(place, postern, faultstep, story, number):
    sweep = Sweep(place, postern, faultstep, story)
    bad = sweep.run("error", number)
    assert not bad, "\n".join(bad)
    assert sweep.deferred >= (3 if story.options else 0)
