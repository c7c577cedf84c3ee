# SPDX-License-Identifier: Apache-2.0
"""The bench itself: that it hides what may vary, and nothing else."""
import time

import pytest

from compatlib.case import Case, PARTS, conf
from compatlib.gaps import short_id
from compatlib.groups import judge
from compatlib.observe import BASE62, Normaliser, show, tree, unique_names


COLLECTED = time.time()    # when the "now" of the cases was; a case may run minutes later


@pytest.fixture
def normalise(tmp_path):
    return Normaliser(tmp_path, COLLECTED, "")


def now(form: str) -> str:
    return time.strftime(form, time.gmtime())


@pytest.mark.parametrize("text,want", [
    (now("%Y-%m-%d %H:%M:%S") + " x", "<STAMP> x"), (now("%Y-%m-%d %H:%M:%S") + ".123 +0000 [77] x", "<STAMP.mmm> +0000 [<PID>] x"), (now("%a, %d %b %Y %H:%M:%S +0000"), "<DATE +0000>"),
    (now("From a@b %a %b %d %H:%M:%S %Y"), "From a@b <BSDDATE>"), (f"{int(time.time())} 0", "<EPOCH> 0"), ("QT=3s DT=0.012s", "QT=<n>s DT=<n.nnn>s"), ("box.lock.mx.test.example.6b04c1d2.0000abcd", "box.lock.mx.test.example.<HITCH>"),
], ids=["log-stamp", "full-log-stamp", "date", "from-line", "epoch", "intervals", "hitching-post"])
def test_replaces_what_belongs_to_the_run(normalise, text, want):
    assert normalise(text) == want


@pytest.mark.parametrize("text", ["Date: Sun, 22 Nov 2020 04:11:02 +0000", "2001-01-01 00:00:00 x", "From a@b Sun Nov 22 04:11:02 2020", "1606018262 0", "1kgyAA-0001aB-2C", "S=1234", "T=t1 [77]"])
def test_leaves_everything_else(normalise, text):
    assert normalise(text) == text


def in_base_62(n: int) -> str:
    digits = ""
    while n:
        n, digit = divmod(n, 62)
        digits = BASE62[digit] + digits
    return digits


def test_ids_are_numbered_by_first_appearance(normalise):
    digits = in_base_62(int(time.time()))
    one, two = f"{digits}-0000aB-2C", f"{digits}-0000aB-3C"
    assert normalise(f"{two} {one} E{two} {one}-H") == "<ID1> <ID2> E<ID1> <ID2>-H"


def test_a_split_spool_does_not_depend_on_the_second(normalise, tmp_path):
    now = int(time.time())
    one, two, three = (f"{in_base_62(second)}-0000aB-2C" for second in (now - 1, now, now - 63))    # the third shares its directory with the first
    normalise(f"{one} {two} {three}")
    shown = []
    for ids in ((one, two), (one, three)):
        top = tmp_path / f"{len(shown)}"
        for name in ids:
            (top / "input" / name[5]).mkdir(parents=True, exist_ok=True)
            (top / "input" / name[5] / f"{name}-H").write_text("x\n")
        shown.append(tree(top, normalise, lambda path, label: path.read_text()).replace("<ID3>", "<ID2>"))
    assert shown[0] == shown[1] and shown[0].count("<SPLIT>/\n") == 1 and "<SPLIT>/<ID2>-H" in shown[0]


def test_wrong_header_count_is_seen(normalise):
    good = "id-H\nroot 0 0\n\n013  Subject: old\n005  X: y\n"
    assert "013  Subject: old\n005  X: y\n" in normalise.header_file(good)
    assert normalise.header_file(good.replace("013", "012")) != normalise.header_file(good)
    assert "not a header count" in normalise.header_file(good.replace("013", "012"))


def test_maildir_names_are_numbered_in_order_of_time():
    names = ["1795472899.M9P5.host", "1795472899.M10P5.host:2,S", "other"]
    assert unique_names(names) == {"1795472899.M9P5.host": "<MAILDIR1>.host", "1795472899.M10P5.host:2,S": "<MAILDIR2>.host:2,S"}


def test_odd_bytes_are_shown():
    assert show(b"a\0\xffb") == "a\\x00\\xffb<no newline>\n"
    assert show(b"a\n") != show(b"a\r\n")


SAME = {part: "x" for part in PARTS}


def test_equal_passes_and_unequal_fails():
    judge(None, (), set(), SAME, dict(SAME), same_binary=False)
    with pytest.raises(pytest.fail.Exception):
        judge(None, (), set(), SAME, {**SAME, "log": "y"}, same_binary=False)


def test_a_difference_must_be_a_row_and_must_still_differ():
    judge("D-x", ("log",), {"D-x"}, SAME, {**SAME, "log": "y"}, same_binary=False)
    with pytest.raises(AssertionError, match="no longer differs"):
        judge("D-x", ("log",), {"D-x"}, SAME, dict(SAME), same_binary=False)
    with pytest.raises(AssertionError, match="not a row"):
        judge("D-y", ("log",), {"D-x"}, SAME, {**SAME, "log": "y"}, same_binary=False)


def test_a_difference_covers_its_parts_only():
    with pytest.raises(pytest.fail.Exception):
        judge("D-x", ("log",), {"D-x"}, SAME, {**SAME, "log": "y", "mail": "y"}, same_binary=False)


def test_a_case_names_the_parts_of_its_difference():
    with pytest.raises(AssertionError):
        Case("x", conf(), difference="D-x")


@pytest.mark.parametrize("nodeid,want", [
    ("tests/compat/test_x.py::test_y[case]", "test_x.py::test_y[case]"), ("test_x.py::test_y[case]", "test_x.py::test_y[case]"), ("tests/compat/test_x.py::test_y", "test_x.py::test_y"),
    ("tests/compat/test_x.py::test_y[n-1-${reverse_ip:10.0.0.0/8}]", "test_x.py::test_y[n-1-${reverse_ip:10.0.0.0/8}]"), ("tests/compat/test_x.py::test_y[${mask:::1/64}]", "test_x.py::test_y[${mask:::1/64}]"),
], ids=["below", "alone", "no-parameter", "slash", "slash-and-colons"])
def test_a_gap_is_found_by_its_short_id(nodeid, want):
    assert short_id(nodeid) == want
