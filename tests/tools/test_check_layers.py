# SPDX-License-Identifier: Apache-2.0
"""tools/check_layers.py, on small made-up trees."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "tools" / "check_layers.py"


def run(root):
    result = subprocess.run(["/usr/bin/python3", CHECKER, root], capture_output=True, text=True, check=False)
    return result.returncode, result.stderr


def tree(tmp_path, files):
    for name, text in files.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


LOWER_AND_UPPER = {
    "base/CMakeLists.txt": "postern_library(base)\n",
    "sys/CMakeLists.txt": "postern_library(sys\n    USES base\n    LINKS PkgConfig::PCRE2)\n",
    "base/text.h": "",
    "sys/os.cc": '#include "base/text.h"\n#include "sys/os.h"\n#include <vector>\n',
}


def test_this_repository_is_clean():
    assert run(ROOT) == (0, "")


def test_declared_and_own_folders_are_allowed(tmp_path):
    assert run(tree(tmp_path, LOWER_AND_UPPER)) == (0, "")


def test_undeclared_folder(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {"base/text.h": '\n#include "sys/os.h"\n'}))
    assert code == 1
    assert errors == 'src/base/text.h:2: includes "sys/os.h", but src/base/CMakeLists.txt does not declare sys\n'


def test_circle(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {"base/CMakeLists.txt": "postern_library(base USES sys)\n"}))
    assert code == 1
    assert "circle between folders: base -> sys -> base" in errors


def test_folder_without_declaration(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {"mail/address.h": ""}))
    assert code == 1
    assert "src/mail/CMakeLists.txt: 0 postern_library() declarations" in errors


def test_commented_out_declaration_does_not_count(tmp_path):
    code, _ = run(tree(tmp_path, LOWER_AND_UPPER | {"base/CMakeLists.txt": "# postern_library(base)\n"}))
    assert code == 1


def test_declared_folder_that_does_not_exist(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {"base/CMakeLists.txt": "postern_library(base USES nowhere)\n"}))
    assert code == 1
    assert "uses 'nowhere'" in errors


def test_only_tests_may_include_support(tmp_path):
    include = {"base/text_test.cc": '#include "support/fake_os.h"\n'}
    assert run(tree(tmp_path, LOWER_AND_UPPER | include)) == (0, "")
    code, _ = run(tree(tmp_path, {"base/text.cc": '#include "support/fake_os.h"\n'}))
    assert code == 1


def test_relative_include(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {"sys/os.cc": '#include "os.h"\n'}))
    assert code == 1
    assert 'as "sys/os.h"' in errors
