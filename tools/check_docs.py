#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the documentation and the code name the same things.

* Every driver of src/transports and src/routers has docs/options/NAME.md, with one heading "## option" for each of
  the driver's option rows, and no other.
* Every row of docs/differences.md has an id of its own, which some file below tests/ or some *_test.cc names.
* Every link in a Markdown file to a file of this repository leads somewhere.

usage: check_docs.py [ROOT]
"""

import re
import sys
from pathlib import Path

DRIVER = re.compile(r"^\s*postern_(?:transport|router)\((\w+)\)", re.MULTILINE)
OPTION_ROW = re.compile(r'\b(?:own_)?opt<[^>]*>\(\s*"(\w+)"')
HEADING = re.compile(r"^## `?(\w+)`?\s*$", re.MULTILINE)
DIFFERENCE = re.compile(r"^\| *(D-[\w-]+) *\|", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
SKIPPED = {"build", ".git"}


def text_of(path):
    return path.read_text(errors="replace") if path.exists() else ""


def check_options(root):
    for folder in ("transports", "routers"):
        declaration = re.sub(r"#.*", "", text_of(root / "src" / folder / "CMakeLists.txt"))
        for name in DRIVER.findall(declaration):
            page = root / "docs" / "options" / f"{name}.md"
            rows = set(OPTION_ROW.findall(text_of(root / "src" / folder / f"{name}.cc")))
            if not page.exists():
                yield f"docs/options/{name}.md is missing: {folder} driver with {len(rows)} options"
                continue
            headings = HEADING.findall(text_of(page))
            for option in sorted(rows - set(headings)):
                yield f"docs/options/{name}.md: no heading '## {option}'"
            for option in sorted(set(headings) - rows):
                yield f"docs/options/{name}.md: '{option}' is no option of src/{folder}/{name}.cc"


def check_differences(root):
    ids = DIFFERENCE.findall(text_of(root / "docs" / "differences.md"))
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"docs/differences.md: {repeated} is there twice"
    tests = [path for path in (root / "tests").rglob("*") if path.suffix in {".py", ".cc", ".toml", ".txt"}]
    tests += (root / "src").rglob("*_test.cc")
    named = set(re.findall(r"D-[\w-]+", "\n".join(text_of(path) for path in tests)))
    for lonely in sorted(set(ids) - named):
        yield f"docs/differences.md: no test names {lonely}"


def check_links(root):
    for page in sorted(root.rglob("*.md")):
        relative = page.relative_to(root)
        if relative.parts[0] in SKIPPED:
            continue
        for target in LINK.findall(text_of(page)):
            if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                yield f"{relative}: leads nowhere: {target}"


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else Path(__file__).resolve().parent.parent).resolve()
    errors = [*check_options(root), *check_differences(root), *check_links(root)]
    for error in errors:
        print(error, file=sys.stderr)
    print(f"check_docs: {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
