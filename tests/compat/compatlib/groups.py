# SPDX-License-Identifier: Apache-2.0
"""Turns tables of cases into pytest tests."""
from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass

import pytest

from . import case as c
from .bench import EXIM, run_command

DIFF_LIMIT = 160


def compat(cases: list[c.Case]):
    """test_name = compat(CASES): one test a case."""
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), f"case names twice: {sorted(n for n in names if names.count(n) > 1)}"

    @pytest.mark.parametrize("case", cases, ids=names)
    def test(case, bench, differences):
        theirs, ours = bench.run(case, "exim"), bench.run(case, "postern")
        if os.environ.get("POSTERN_COMPAT_SHOW"):
            print("".join(f"\n===== {case.name}: {part}\n{text}" for part, text in theirs.parts.items()))
        judge(case.difference, case.differs_in, differences, theirs.parts, ours.parts,
              same_binary=bench.binaries["postern"] == EXIM)
    return test


def judge(difference, differs_in, rows, theirs: dict[str, str], ours: dict[str, str], same_binary: bool) -> None:
    unequal = [part for part in c.PARTS if theirs.get(part) != ours.get(part)]
    if difference and not same_binary:
        assert difference in rows, f"{difference} is not a row of docs/differences.md"
        stray = [part for part in unequal if part not in differs_in]
        if not stray:
            assert unequal, f"no longer differs from exim4: take the mark {difference} away"
            return
        unequal = stray
    if unequal:
        pytest.fail("\n".join(diff_of(part, theirs.get(part, ""), ours.get(part, "")) for part in unequal), pytrace=False)


def diff_of(part: str, theirs: str, ours: str) -> str:
    lines = list(difflib.unified_diff(theirs.splitlines(), ours.splitlines(), f"{part} exim4", f"{part} postern", lineterm="", n=2))
    lines = [line if len(line) < 400 else line[:400] + f"… ({len(line)})" for line in lines]
    if len(lines) > DIFF_LIMIT:
        lines = lines[:DIFF_LIMIT] + [f"… {len(lines) - DIFF_LIMIT} more lines"]
    return "\n".join(lines)


# ---- many one-line questions in one run --------------------------------------------------------------------------

@dataclass(frozen=True)
class Lines:
    """A group of -be lines that share a configuration, files and (optionally) arguments; one test a line.

    All lines of a group go through one process, separated by marker lines; if a side does not answer all of them, its
    lines are run one by one, so that a crash shows at the line that causes it.
    """
    name: str
    lines: tuple[str | tuple[str, str], ...]           # text, or (text, difference row)
    config: str = ""
    setup: tuple[c.Setup, ...] = ()
    args: str = "-be"
    stdin_first: str = ""


_answers: dict[tuple[str, str], list[str]] = {}


def answers(bench, group: Lines, side: str) -> list[str]:
    key = (group.name, side)
    if key in _answers:
        return _answers[key]
    texts = [line if isinstance(line, str) else line[0] for line in group.lines]
    whole = ask(bench, group, side, texts)
    if len(whole) != len(texts):
        whole = [(ask(bench, group, side, [text]) or ["<no answer>"])[0] for text in texts]
    _answers[key] = whole
    return whole


def ask(bench, group: Lines, side: str, texts: list[str]) -> list[str]:
    feed = "".join(f"{text}\n@@@{n}\n" for n, text in enumerate(texts))
    case = c.Case(group.name, group.config or c.conf(), group.setup, (c.Call(group.args, feed),))
    parts = bench.run(case, side).parts
    out = parts["stdout"].split("\n", 1)[1]
    pieces = re.split(r"(?m)^(?:> )?@@@\d+\n", out)
    return pieces[:-1]


def compat_lines(groups: list[Lines]):
    rows = [(group, n) for group in groups for n in range(len(group.lines))]

    def label(row):
        group, n = row
        text = group.lines[n] if isinstance(group.lines[n], str) else group.lines[n][0]
        return f"{group.name}-{n + 1}-" + re.sub(r"[^!-~]", "_", text)[:60]

    @pytest.mark.parametrize("row", rows, ids=[label(row) for row in rows])
    def test(row, bench, differences):
        group, n = row
        difference = None if isinstance(group.lines[n], str) else group.lines[n][1]
        theirs, ours = answers(bench, group, "exim")[n], answers(bench, group, "postern")[n]
        judge(difference, ("stdout",) if difference else (), differences, {"stdout": theirs}, {"stdout": ours},
              same_binary=bench.binaries["postern"] == EXIM)
    return test
