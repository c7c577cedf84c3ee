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


READER = "namespace postern {\n%s\n}  // namespace postern\n"


def test_two_classes_of_one_name(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {
        "base/text.h": READER % "class Reader;\nclass LineReader final : public Reader {\n  int x;\n};",
        "sys/os.cc": READER % "struct LineReader {\n  int y;\n};",
    }))
    assert code == 1
    assert errors == "src/sys/os.cc:2: defines postern::LineReader, as src/base/text.h:3 does\n"


def test_enumerations_and_nested_namespaces(tmp_path):
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {
        "base/text.h": "namespace postern::text {\nenum class Kind : int { a };\n}\n",
        "sys/os.cc": "namespace postern { inline namespace text {\nenum class Kind { b };\n} }\n",
    }))
    assert code == 1
    assert errors == "src/sys/os.cc:2: defines postern::text::Kind, as src/base/text.h:2 does\n"


def test_names_that_do_not_meet(tmp_path):
    same = "struct Line {\n  int x;\n};"
    allowed = {
        "base/text.h": READER % same,
        "sys/one.cc": READER % ("namespace {\n" + same + "\n}"),         # this file's own
        "sys/two.cc": READER % ("namespace other {\n" + same + "\n}"),
        "sys/three.cc": READER % ("struct Outer {\n" + same + "\n};"),
        "sys/four.cc": READER % ("void f() {\n" + same + "\n}"),
        "sys/five.cc": READER % "struct Line;\nstruct Line* g(struct Line& x);\n// struct Line {\nconst char* k = \"}}\";",
        "sys/six.cc": "#define OPEN {\n" + READER % "const char* k = R\"(\n} struct Line {\n)\"; char c = '}';",
        "sys/line_test.cc": READER % same,
    }
    assert run(tree(tmp_path, LOWER_AND_UPPER | allowed)) == (0, "")


def test_unnamed_namespace_of_a_header_is_everybodys(tmp_path):
    own = "namespace {\nstruct Line {};\n}\n"
    code, errors = run(tree(tmp_path, LOWER_AND_UPPER | {"base/text.h": own, "sys/line.h": own}))
    assert code == 1
    assert errors == "src/sys/line.h:2: defines Line, as src/base/text.h:2 does\n"
