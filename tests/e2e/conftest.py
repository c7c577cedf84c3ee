# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from world import World  # noqa: E402


@pytest.fixture(scope="session")
def faultstep(tmp_path_factory) -> str:
    """The compiled fault injector."""
    program = tmp_path_factory.mktemp("bin") / "faultstep"
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / "faultstep.c")], check=True)
    return str(program)


@pytest.fixture
def place():
    """A short private directory on a memory file system if there is one; gone afterwards."""
    import shutil
    import tempfile
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    root = pathlib.Path(tempfile.mkdtemp(prefix="pe", dir=base))
    root.chmod(0o755)
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def world(place, postern) -> World:
    return World(place / "w", postern)
