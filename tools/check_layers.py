#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the folders of src/ include only what they declare.

Reads the postern_library(NAME USES ...) line of every src/*/CMakeLists.txt and every #include "folder/..." below
src/. Fails on an include of a folder that is not declared, on a circle between folders, on a folder without a
declaration, and on a declared folder that does not exist. *_test.cc may include "support/..." as well.
Fails as well on two classes of one name in one namespace: each translation unit would take its own for both, without a
word from compiler or linker. Those of unnamed namespaces count only in headers, those of *_test.cc not.
There is no list of exceptions.

usage: check_layers.py [ROOT]
"""

import re
import sys
from pathlib import Path

DECLARATION = re.compile(r"^\s*postern_library\(([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
KEYWORDS = {"USES", "LINKS"}
# What is no code is taken out first, so that a brace in it does not count.
NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^[ \t]*#(?:\\\n|[^\n])*',
                     re.DOTALL | re.MULTILINE)
# In a scope of namespaces: a namespace opens, a class or an enumeration is defined, any other brace opens or closes.
SCOPE = re.compile(r"""
    (?:\binline\s+)?\bnamespace\s*(?P<namespace>[\w:]*)\s*\{
  | \b(?P<kind>class|struct|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[[^\]]*\]\]\s*)*(?P<name>[\w:]+(?:<[^{};]*>)?)
        (?:\s+final)?\s*(?::[^{};]*)?\{
  | (?P<brace>[{}])
""", re.VERBOSE)


def read_declarations(src):
    """Returns ({folder: set of used folders}, [errors])."""
    uses, errors = {}, []
    for folder in sorted(p for p in src.iterdir() if p.is_dir()):
        name = folder.name
        declaration = folder / "CMakeLists.txt"
        text = declaration.read_text() if declaration.exists() else ""
        text = re.sub(r"#.*", "", text)
        matches = DECLARATION.findall(text)
        if len(matches) != 1:
            errors.append(f"src/{name}/CMakeLists.txt: {len(matches)} postern_library() declarations, want one")
            continue
        words = matches[0].split()
        if not words or words[0] != name:
            errors.append(f"src/{name}/CMakeLists.txt: declares '{words[0] if words else ''}', not '{name}'")
            continue
        section, used = None, set()
        for word in words[1:]:
            if word in KEYWORDS:
                section = word
            elif section == "USES":
                used.add(word)
        uses[name] = used
    for name, used in sorted(uses.items()):
        for other in sorted(used - uses.keys()):
            errors.append(f"src/{name}/CMakeLists.txt: uses '{other}', which is no folder of src/ with a declaration")
    return uses, errors


def find_circle(uses):
    """Returns the folders of one circle, the first repeated at the end, or None."""
    state, path = {}, []

    def visit(name):
        state[name] = "open"
        path.append(name)
        for other in sorted(uses.get(name, ())):
            if state.get(other) == "open":
                return path[path.index(other):] + [other]
            if other not in state:
                circle = visit(other)
                if circle:
                    return circle
        path.pop()
        state[name] = "done"
        return None

    for name in sorted(uses):
        if name not in state:
            circle = visit(name)
            if circle:
                return circle
    return None


def check_file(path, relative, folder, allowed):
    errors = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        where = f"src/{relative}:{number}"
        target = match.group(1)
        if "/" not in target or target.startswith("."):
            errors.append(f'{where}: "{target}": write it from the root of src/, as "{folder}/{Path(target).name}"')
            continue
        other = target.split("/", 1)[0]
        if other == folder or other in allowed:
            continue
        if other == "support" and path.name.endswith("_test.cc"):
            continue
        errors.append(f'{where}: includes "{target}", but src/{folder}/CMakeLists.txt does not declare {other}')
    return errors


def class_definitions(text):
    """Yields (line, "namespace::Name", in an unnamed namespace) for each class that is defined in namespaces only."""
    text = NO_CODE.sub(lambda match: "\n" * match.group().count("\n"), text)
    scopes = []    # a namespace's name ("" if unnamed), or None for any other brace
    for match in SCOPE.finditer(text):
        if match["brace"] == "}":
            if scopes:
                scopes.pop()
        elif match["brace"]:
            scopes.append(None)
        elif match["namespace"] is not None:
            scopes.append(match["namespace"])
        else:
            if None not in scopes:
                line = text.count("\n", 0, match.start()) + 1
                yield line, "::".join([name for name in scopes if name] + [match["name"]]), "" in scopes
            scopes.append(None)


def find_namesakes(files):
    """Returns an error for each class of `files`, {name: text}, that has the name of an earlier one in another file."""
    places, errors = {}, []
    for name, text in sorted(files.items()):
        for line, definition, unnamed in class_definitions(text):
            if unnamed and not name.endswith(".h"):
                continue
            first = places.setdefault(definition, (name, line))
            if first[0] != name:
                errors.append(f"src/{name}:{line}: defines {definition}, as src/{first[0]}:{first[1]} does")
    return errors


def check(root):
    src = root / "src"
    uses, errors = read_declarations(src)
    circle = find_circle(uses)
    if circle:
        errors.append("circle between folders: " + " -> ".join(circle))
    sources = {}
    for path in sorted(src.rglob("*")):
        if path.suffix not in {".h", ".cc", ".inc"} or not path.is_file():
            continue
        relative = path.relative_to(src)
        if len(relative.parts) < 2:
            errors.append(f"src/{relative}: sources live in a folder of src/")
            continue
        folder = relative.parts[0]
        if folder in uses:
            errors += check_file(path, relative, folder, uses[folder])
        sources[str(relative)] = path.read_text(errors="replace")
    errors += find_namesakes({name: text for name, text in sources.items() if not name.endswith("_test.cc")})
    return errors, len(sources), len(uses)


def main(arguments):
    root = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).resolve().parent.parent
    errors, files, folders = check(root)
    for error in errors:
        print(error, file=sys.stderr)
    print(f"check_layers: {folders} folders, {files} files, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
