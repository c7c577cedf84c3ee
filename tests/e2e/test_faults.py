# SPDX-License-Identifier: Apache-2.0
"""Every step of a delivery killed, and every step failed, by faultstep; then recovery. Nothing lost, nothing torn, nothing twice
(D-intent-records).

The steps are all calls of all processes of one `postern` run that change files, processes or identity, in their real order.
"""
from __future__ import annotations

import errno
import os
import pwd
import re
from dataclasses import dataclass

import pytest

from fault_steps import MOST_STEPS, recovered, steps_in
from world import MBX_HEADER, MESSAGE, World

LARGE = MESSAGE + b"".join(b"line %06d of a message that needs several writes\n" % n for n in range(3000))


@dataclass(frozen=True)
class Story:
    """to: recipient; stage: what is disturbed: handing in with delivery, handing in only, or delivering from the queue."""
    name: str
    to: str
    stage: str
    message: bytes = MESSAGE


STORIES = [
    Story("mbox-at-once", "box", "-odf"), Story("mbox-from-queue", "box", "-M"), Story("maildir-at-once", "dir", "-odf"), Story("maildir-from-queue", "dir", "-M"),
    Story("mbox-large-from-queue", "box", "-M", LARGE), Story("maildir-large-from-queue", "dir", "-M", LARGE), Story("both-from-queue", "both", "-M"), Story("spooling", "box", "-odq"),
    Story("spooling-large", "dir", "-odq", LARGE), Story("queue-run", "box", "-q"),
    Story("mbx-at-once", "mbx", "-odf"), Story("mbx-from-queue", "mbx", "-M"), Story("mbx-large-from-queue", "mbx", "-M", LARGE),
    Story("mailstore-at-once", "store", "-odf"), Story("mailstore-from-queue", "store", "-M"), Story("plain-from-queue", "plain", "-M"),
]
OLD_MAIL = b"From old@x.ex Sun Nov 22 04:11:02 2020\nSubject: old\n\nold body\n\n"
OLD_TEXT = b"Subject: old\n\nold body\n"
OLD_MBX = MBX_HEADER + b"22-Nov-2020 04:11:02 +0000,%d;000000000000-00000000\r\n" % (len(OLD_TEXT) + 3) + OLD_TEXT.replace(b"\n", b"\r\n")


def prepared(world: World, story: Story) -> None:
    world.fresh()
    user = pwd.getpwnam("nobody")
    for name, content in (("box", OLD_MAIL), ("mbx", OLD_MBX)):
        box = world.root / "mail" / name
        box.write_bytes(content)
        os.chown(box, user.pw_uid, user.pw_gid)
        box.chmod(0o600)
    if story.stage in ("-M", "-q"):
        assert world.send(f"{story.to}@test.example", message=story.message, how="-odq").code == 0
        assert len(world.queue()) == 1


def disturbed(world: World, story: Story, faultstep: str, action: str, step: int, number: int = 0, reads: bool = False):
    """One prepared run with the fault; returns its result and the steps it made."""
    prepared(world, story)
    report = world.root.parent / "steps"
    prefix = (faultstep, action, str(step), str(number), str(report))
    env = {"FAULTSTEP_READS": "1"} if reads else {}
    if story.stage in ("-odf", "-odq"):
        result = world.send(f"{story.to}@test.example", message=story.message, how=story.stage, prefix=prefix, env=env)
    elif story.stage == "-q":
        result = world.run("-q", prefix=prefix, env=env)
    else:
        result = world.run("-M", world.queue()[0], prefix=prefix, env=env)
    return result, steps_in(report)


def whole(copy: bytes, story: Story) -> bool:
    """A copy in a mailbox holds the message to its last line and nothing behind it."""
    body = story.message.partition(b"\n\n")[2]
    return copy.partition(b"\n\n")[2].replace(b">From ", b"From ").rstrip(b"\n") == body.rstrip(b"\n") and b"Subject: story\n" in copy


def copies(world: World, story: Story) -> dict[str, list[bytes]]:
    found = {}
    if story.to in ("box", "both"):
        records = world.mbox()
        assert records and records[0] == OLD_MAIL, "the old mail was changed"
        found["box"] = records[1:]
    if story.to in ("dir", "both"):
        found["dir"] = world.maildir()
    if story.to == "mbx":
        assert (world.root / "mail" / "mbx").read_bytes().startswith(OLD_MBX), "the old mail was changed"
        found["mbx"] = world.mbx()[1:]
    if story.to in ("store", "plain"):
        found[story.to] = world.mailstore() if story.to == "store" else world.plain()
    return found


def complaints(world: World, story: Story, accepted: bool) -> list[str]:
    found = []
    for box, messages in copies(world, story).items():
        torn = [m for m in messages if not whole(m, story)]
        if torn:
            found.append(f"{box}: torn: {torn[0][:200]!r}… of {len(torn[0])} bytes")
        count = len(messages) - len(torn)
        if accepted and count == 0:
            found.append(f"{box}: LOST, queue {world.queue()}")
        if count > 1:
            found.append(f"{box}: {count} copies")
    if world.queue():
        found.append(f"still on the queue: {world.queue()}: {world.log()[-300:]}")
    return found


def swept(world: World, story: Story, faultstep: str, action: str, number: int = 0, reads: bool = False) -> list[str]:
    _, plain = disturbed(world, story, faultstep, "count", 0, reads=reads)
    assert 10 < len(plain) < MOST_STEPS, f"{len(plain)} steps"
    bad = []
    for n in range(1, len(plain) + 1):
        result, steps = disturbed(world, story, faultstep, action, n, number, reads)
        accepted = story.stage in ("-M", "-q") or result.code == 0
        now = steps[n - 1] if len(steps) >= n else None
        left = world.leftovers()
        recovered(world)
        for text in complaints(world, story, accepted):
            bad.append(f"step {n} ({now}), exit {result.code}: {text}")
        handled = action == "error" and now and not now.call.startswith(("unlink", "rename", "link", "fork", "clone", "set", "vfork"))
        if handled and [f for f in left if "hdr." not in f]:
            bad.append(f"step {n} ({now}): left behind {left}")
    return bad


@pytest.mark.parametrize("story", STORIES, ids=[s.name for s in STORIES])
def test_killed_at_every_step(world, story, faultstep):
    bad = swept(world, story, faultstep, "killall")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("story", [s for s in STORIES if s.stage == "-M" and s.message is MESSAGE], ids=[s.name for s in STORIES if s.stage == "-M" and s.message is MESSAGE])
def test_one_process_killed_at_every_step(world, story, faultstep):
    bad = swept(world, story, faultstep, "killone")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT], ids=["ENOSPC", "EIO", "EDQUOT"])
@pytest.mark.parametrize("story", STORIES, ids=[s.name for s in STORIES])
def test_failed_at_every_step(world, story, number, faultstep):
    if number == errno.EDQUOT and story.stage != "-M":
        pytest.skip("a disk quota is met in deliveries")
    bad = swept(world, story, faultstep, "error", number)
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("number", [errno.EINTR, errno.EMFILE, errno.EACCES, errno.ENOLCK], ids=["EINTR", "EMFILE", "EACCES", "ENOLCK"])
def test_failed_at_every_read_open_and_lock(world, number, faultstep):
    bad = []
    for story in (STORIES[1], STORIES[3]):
        bad += [line for line in swept(world, story, faultstep, "error", number, reads=True) if not re.search(r"still on the queue|left behind", line)]
    assert not bad, "\n".join(bad)
