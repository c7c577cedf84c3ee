# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the compat and end-to-end suites. The binary under test is $POSTERN, else build/release/bin/postern.

POSTERN=/usr/sbin/exim4 runs exim4 against itself: everything must pass, which shows that the bench is deterministic.
POSTERN_COMPAT_KEEP=DIR keeps every case's configuration and both sides' directories there.
POSTERN_COMPAT_SHOW=1 with pytest -s prints what exim4 did in each case.
"""
import os
import pathlib
import re
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
REPOSITORY = TESTS.parent
sys.path.insert(0, str(TESTS / "compat"))

from compatlib import bench as bench_module, gaps as gaps_module  # noqa: E402


def binary_under_test() -> pathlib.Path:
    return pathlib.Path(os.environ.get("POSTERN", REPOSITORY / "build" / "release" / "bin" / "postern"))


def pytest_configure(config):
    if not os.access(binary_under_test(), os.X_OK) and not config.option.collectonly:
        raise pytest.UsageError(f"{binary_under_test()} is not there: ./dev build, or POSTERN=/path/to/postern")


def pytest_collection_modifyitems(items):
    if binary_under_test() == bench_module.EXIM:
        return
    gaps = gaps_module.known_gaps()
    for item in items:
        why = gaps.get(gaps_module.short_id(item.nodeid))
        if why:
            item.add_marker(pytest.mark.xfail(reason=why, strict=True))


@pytest.fixture(scope="session")
def postern() -> str:
    return str(binary_under_test().absolute())


@pytest.fixture(scope="session")
def bench(postern):
    bench_module.prepare_host()
    bench = bench_module.Bench(postern)
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def differences() -> set[str]:
    """The row names of docs/differences.md."""
    text = (REPOSITORY / "docs" / "differences.md").read_text()
    return set(re.findall(r"(?m)^\| *(D-[\w-]+) *\|", text))
