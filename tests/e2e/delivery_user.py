# SPDX-License-Identifier: Apache-2.0
"""A user of a test worker's own: whatever processes and files it has after a delivery, the delivery has left behind."""
from __future__ import annotations

import os
import pathlib
import pwd
import subprocess

from compatlib.bench import host_lock


def user_of_this_worker(purpose: str) -> str:
    """Its name; it is made if it is not there. Several workers do not see each other's."""
    name = f"pt{purpose}-" + os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with host_lock():
        try:
            pwd.getpwnam(name)
        except KeyError:
            subprocess.run(["useradd", "-M", "-d", "/nonexistent", "-s", "/bin/sh", name], check=True)
    return name


def processes_of(uid: int) -> list[str]:
    """Those that live: what is dead and waits for a lazy init, as containers have them, does nothing any more."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid == uid and "\nState:\tZ" not in (path / "status").read_text():
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            pass
    return found


def files_of(uid: int) -> list[str]:
    found = []
    for path in pathlib.Path("/tmp").glob("postern-*"):
        try:
            if path.stat().st_uid == uid:
                found.append(str(path))
        except OSError:
            pass
    return found
