# SPDX-License-Identifier: Apache-2.0
"""What a user does with the whole binary: hand in mail under its other names, check a configuration, ask for an explanation."""
import json
import os

import pytest

from world import MESSAGE, TRANSPORTS, World


@pytest.mark.parametrize("name", ["sendmail", "exim", "postern"])
def test_other_names(world, place, name):
    """Called as sendmail or exim the binary is exim: message in, delivered, exit 0."""
    link = place / name
    os.symlink(world.postern, link)
    result = world.send("box@test.example", "dir@test.example", program=str(link))
    assert (result.code, result.out, result.err) == (0, "", "")
    assert len(world.mbox()) == 1 and len(world.maildir()) == 1 and world.queue() == []
    assert world.log().count(" Completed\n") == 1


def test_delivers_to_both_kinds(world):
    """Root's -C is no list member of exim4's trusted configurations, and still delivers as the recipients (D-no-lost-privilege)."""
    world.send("both@test.example")
    (copy,), (file,) = world.mbox(), world.maildir()
    assert b"\n>From here\n" in copy and b"\nFrom here\n" in file
    assert world.leftovers() == []


def test_spool_empty_after_delivery(world):
    world.send("box@test.example")
    left = [p for p in (world.root / "spool").rglob("*") if p.is_file() and p.parent.name in ("input", "msglog")]
    assert left == []


def test_queue_then_run(world):
    assert world.send("box@test.example", how="-odq").code == 0
    assert world.mbox() == [] and len(world.queue()) == 1
    listing = world.run("-bp")
    assert world.queue()[0] in listing.out and "box@test.example" in listing.out
    assert world.run("-q").code == 0
    assert len(world.mbox()) == 1 and world.queue() == []
    assert world.run("-bp").out == ""


def test_unroutable_stays_or_freezes(world):
    """Nothing is dropped: a recipient that failed is still to be seen on the queue."""
    result = world.run("-odf", "-oi", "-f", "<>", "nobody@test.example", stdin=MESSAGE)
    assert result.code == 0
    assert len(world.queue()) == 1
    assert "** nobody@test.example" in world.log()
    assert "nobody@test.example" in world.run("-bp").out


def test_defer_then_delivered(world):
    """A mailbox that cannot be made now gets the message in a later run, once."""
    mail = world.root / "mail"
    mail.chmod(0o000)
    os.chown(mail, 0, 0)
    assert world.send("box@test.example").code == 0
    assert len(world.queue()) == 1 and " == box@test.example " in world.log()
    os.chown(mail, 65534, 65534)
    mail.chmod(0o755)
    world.run("-M", world.queue()[0])
    assert len(world.mbox()) == 1 and world.queue() == []


def test_runs_side_by_side(world):
    """Twenty messages handed in at the same time into one mbox: all there, none interleaved."""
    import concurrent.futures
    def one(n): return world.send("box@test.example", message=MESSAGE + b"number %d\n" % n * 500)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = [r.code for r in pool.map(one, range(20))]
    assert codes == [0] * 20
    while world.queue():
        world.run("-M", *world.queue())
    boxes = world.mbox()
    assert len(boxes) == 20
    numbers = sorted({int(line.split()[1]) for line in copy.splitlines() if line.startswith(b"number ")}.pop() for copy in boxes)
    assert numbers == list(range(20))
    assert all(copy.count(b"\nnumber ") == 500 for copy in boxes)


# ---- check ----

def test_check_good(world):
    result = world.run("check", str(world.config), config=False)
    assert result.code == 0, result.err + result.out


def test_check_reports_every_error_with_file_and_line(world):
    lines = world.config.read_text().splitlines()
    lines[6:6] = ["nosuchoption = 1", "split_spool_directory = maybe", "auto_thaw = 5"]
    world.config.write_text("\n".join(lines) + "\n")
    result = world.run("check", str(world.config), config=False)
    text = result.out + result.err
    assert result.code != 0
    for number, name in ((7, "nosuchoption"), (8, "split_spool_directory"), (9, "auto_thaw")):
        assert any(f":{number}" in line and name in line for line in text.splitlines()), f"line {number} {name} not in:\n{text}"
        assert str(world.config) in text


def test_check_missing_file(world):
    result = world.run("check", "/nope/conf", config=False)
    assert result.code != 0 and "/nope/conf" in result.out + result.err


def test_check_changes_nothing(world):
    before = world.tree()
    world.run("check", str(world.config), config=False)
    assert world.tree() == before


# ---- explain ----

@pytest.mark.parametrize("address,words", [
    ("box@test.example", ("mbox", "/mail/box", "65534")), ("dir@test.example", ("maildir", "/mail/dir", "65534")), ("both@test.example", ("both", "/mail/box", "/mail/dir")),
    ("nobody@test.example", ("Unrouteable",)),
])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_explain_tells_and_changes_nothing(world, address, words, form):
    before = world.tree()
    result = world.run("explain", "-C", str(world.config), *form, address, config=False, stdin=MESSAGE)
    for word in words:
        assert word in result.out, f"{word} not in:\n{result.out}\n{result.err}"
    if form:
        json.loads(result.out)
    assert world.tree() == before


def test_explain_agrees_with_delivery(world):
    """What explain says about where, is where it goes."""
    told = world.run("explain", "-C", str(world.config), "--json", "dir@test.example", config=False, stdin=MESSAGE).out
    world.send("dir@test.example")
    assert str(world.root / "mail" / "dir") in told and len(world.maildir()) == 1


@pytest.mark.parametrize("words", [("check",), ("explain",), ("deliver",), ()], ids=lambda w: " ".join(w) or "none")
def test_help(world, words):
    result = world.run(*words, "--help", config=False)
    assert result.code == 0 and "sage" in result.out


def test_syntax_error_never_crashes(world):
    """Every prefix of a configuration is either good or refused with a text, never a crash."""
    text = world.config.read_text()
    for cut in range(0, len(text), 7):
        world.config.write_text(text[:cut] + "\n")
        result = world.run("-bP", "qualify_domain")
        assert result.code in (0, 1), f"cut at {cut}: exit {result.code}\n{result.err}"


def test_killed_reader_of_output(world):
    """A closed standard output is no reason to lose mail."""
    result = world.run("-odf", "-oi", "-f", "s@b.example", "box@test.example", stdin=MESSAGE, prefix=("sh", "-c", 'exec "$@" >&- 2>&-', "sh"))
    assert result.code == 0 and len(world.mbox()) == 1


def test_no_space_for_the_log(world):
    """When the main log can't be written the message is not lost."""
    (world.root / "log" / "mainlog").symlink_to("/dev/full")
    world.send("box@test.example")
    (world.root / "log" / "mainlog").unlink()
    for message in world.queue():
        world.run("-M", message)
    assert len(world.mbox()) in (0, 1, 2)


def test_mail_for_root_is_refused(place, postern):
    """A transport that would run as root does not run."""
    world = World(place / "w", postern, transports=TRANSPORTS.replace("user = {user}", "user = root", 1))
    world.send("box@test.example")
    assert world.mbox() == [] and "never_users" in world.log() + world.log("panic")


def test_dry_configuration_files(world):
    """The same configuration through an include and a macro."""
    inner = world.root / "inner.conf"
    inner.write_text(world.config.read_text())
    world.config.write_text(f"WHERE = {inner}\n.include WHERE\n")
    world.send("box@test.example")
    assert len(world.mbox()) == 1


def test_routers_are_named_in_log(world):
    world.send("both@test.example")
    log = world.log()
    assert " => box <both@test.example> R=mbox T=mbox" in log and " => dir <both@test.example> R=maildir T=maildir" in log
