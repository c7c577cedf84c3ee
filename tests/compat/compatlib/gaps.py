# SPDX-License-Identifier: Apache-2.0
"""tests/compat/gaps.txt: what should agree with exim4 and does not yet."""
import pathlib

FILE = pathlib.Path(__file__).resolve().parent.parent / "gaps.txt"


def known_gaps() -> dict[str, str]:
    lines = FILE.read_text().splitlines()
    return dict(line.split("  ", 1) for line in lines if line and not line.startswith("#"))


def short_id(nodeid: str) -> str:
    """tests/compat/test_x.py::test_y[a/b::c] is test_x.py::test_y[a/b::c]: slashes behind the file's name are the case's own."""
    path, colons, test = nodeid.partition("::")
    return path.rpartition("/")[2] + colons + test
