# SPDX-License-Identifier: Apache-2.0
"""tools/check_docs.py, on small made-up trees."""

import subprocess
from pathlib import Path

CHECKER = Path(__file__).resolve().parents[2] / "tools" / "check_docs.py"

TREE = {
    "src/transports/CMakeLists.txt": "postern_transport(tee)\n",
    "src/transports/tee.cc": 'opt<&TeeOptions::file>("file"),\nopt<&TeeOptions::mode>("mode"),\n',
    "docs/options/tee.md": "# tee\n\n## file\n\nA name.\n\n## mode\n",
    "docs/differences.md": "| id | what |\n|---|---|\n| D-one | x |\n",
    "tests/compat/test_one.py": 'gap="D-one"\n',
}


def errors_of(tmp_path, changes):
    for name, text in (TREE | changes).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = subprocess.run(["/usr/bin/python3", CHECKER, tmp_path], capture_output=True, text=True, check=False)
    assert result.returncode == (1 if result.stderr else 0)
    return result.stderr


def test_everything_in_order(tmp_path):
    assert errors_of(tmp_path, {}) == ""


def test_driver_without_page(tmp_path):
    assert "docs/options/hop.md is missing" in errors_of(
        tmp_path, {"src/routers/CMakeLists.txt": "postern_router(hop)\n"})


def test_option_without_heading(tmp_path):
    assert errors_of(tmp_path, {"docs/options/tee.md": "## file\n"}) == \
        "docs/options/tee.md: no heading '## mode'\n"


def test_heading_without_option(tmp_path):
    assert "'speed' is no option" in errors_of(tmp_path, {"docs/options/tee.md": "## file\n## mode\n## speed\n"})


def test_difference_without_test(tmp_path):
    assert "no test names D-one" in errors_of(tmp_path, {"tests/compat/test_one.py": ""})


def test_difference_twice(tmp_path):
    assert "D-one is there twice" in errors_of(
        tmp_path, {"docs/differences.md": "| D-one | x |\n| D-one | y |\n"})


def test_dead_link(tmp_path):
    assert "README.md: leads nowhere: NOWHERE.md" in errors_of(
        tmp_path, {"README.md": "[a](docs/differences.md) [b](NOWHERE.md) [c](https://example.org)\n"})
