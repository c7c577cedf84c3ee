# SPDX-License-Identifier: Apache-2.0
"""What faultstep reports of a run, and what a host does after a crash."""
from __future__ import annotations

import pathlib
from dataclasses import dataclass

from world import World

MOST_STEPS = 600


@dataclass(frozen=True)
class Step:
    number: int
    process: int
    call: str
    object: str


def steps_in(report: pathlib.Path) -> list[Step]:
    steps = []
    for line in report.read_text(errors="replace").splitlines():
        head, _, thing = line.partition(" ")
        process, _, rest = thing.partition(" ")
        call, _, target = rest.partition(" ")
        steps.append(Step(int(head), int(process), call, target))
    return steps


def recovered(world: World) -> None:
    """What a host does after a crash: its clock goes on, so that stale lock files are old; then queue runs."""
    for lock in (world.root / "mail").glob("*.lock*"):
        lock.unlink()
    for _ in range(2):
        for message in world.queue():
            world.run("-M", message)
