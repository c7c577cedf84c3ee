# SPDX-License-Identifier: Apache-2.0
"""Input that nobody sane sends is either spooled so that it can be listed and delivered, or refused with a text; never a crash,
never an unreadable -H. (tests/compat/test_hostile.py compares the same with exim4.)"""
import random

import pytest

from world import MESSAGE, World

INPUTS = {
    "nothing": b"", "nul": b"\0", "nuls": b"\0" * 100_000, "crs": b"\r" * 100_000, "newlines": b"\n" * 100_000, "colons": b":\n" * 10_000, "blanks": b" \n" * 10_000,
    "long-header": b"Subject: " + b"x" * 1_000_000 + b"\n\nb\n", "too-long-header": b"Subject: " + b"x" * 2_000_000 + b"\n\nb\n", "many-headers": b"X: y\n" * 150_000 + b"\nb\n", "folds": b"X: y\n" + b" z\n" * 200_000 + b"\nb\n",
    "open-quote": b'From: "' + b"x" * 100_000 + b"\n\nb\n", "parens": b"To: " + b"(" * 100_000 + b"\n\nb\n", "nested": b"To: " + b"(a" * 20_000 + b")" * 20_000 + b" box@test.example\n\nb\n", "angles": b"To: " + b"<" * 50_000 + b"\n\nb\n",
    "commas": b"To: " + b"," * 100_000 + b"\n\nb\n", "no-end": b"Subject: x", "cr-then-nothing": b"Subject: x\r", "spool-lines": b"-frozen 1\nXX\n1\nroot\n\n099P x\n", "8-bit": bytes(range(256)) * 40, "received": b"Received: x\n" * 5000 + b"\nb\n",
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("how", [(), ("-t",)], ids=["arguments", "dash-t"])
def test_spooled_readable_or_refused(world, name, how):
    recipients = () if how else ("box@test.example",)
    result = world.run("-odq", "-oi", "-oep", *how, "-f", "<>", *recipients, stdin=INPUTS[name])
    assert 0 <= result.code < 100, f"exit {result.code}: {result.err[-500:]}"
    if result.code != 0:
        assert result.err.strip(), "refused without a word"
        assert world.queue() == []
        return
    assert len(world.queue()) == 1
    listing = world.run("-bp")
    assert "***" not in listing.out, listing.out
    world.run("-M", world.queue()[0])
    if "Too many" in world.log():                      # a suspected loop is not delivered
        return
    assert world.queue() == [] and len(world.mbox()) >= 1


@pytest.mark.parametrize("count", [16_384, 16_385, 100_000])
def test_many_recipients(place, postern, count):
    """More recipients than exim4 can read back from -H (16384): refused, or readable; never accepted and lost."""
    world = World(place / "w", postern, main="recipients_max = 0\nheader_maxsize = 10M")
    text = b"Bcc: " + b",\n ".join(b"u%d@test.example" % n for n in range(count)) + b"\n\nbody\n"
    result = world.run("-odq", "-oi", "-oep", "-t", "-f", "<>", stdin=text)
    if result.code != 0:
        assert result.err.strip() and world.queue() == []
        return
    listing = world.run("-bp")
    assert "***" not in listing.out
    assert listing.out.count("@test.example") == count


def test_random_bytes(world):
    """Two hundred random inputs made of the pieces that parsers stumble over."""
    pieces = [b"\0", b"\r", b"\n", b"\r\n", b":", b" ", b"\t", b"From ", b".\n", b"Subject", b"To: a@b\n", b'"', b"(", b"<", b"@", b",", b";", b"\\", b"\xff", b"x" * 300, b"=?utf-8?Q?", b"\n\n", b"Received: ", b"$", b"{"]
    chance = random.Random(1)
    for n in range(200):
        text = b"".join(chance.choice(pieces) for _ in range(chance.randrange(60)))
        result = world.run("-odq", "-oi", "-oep", "-f", "<>", "box@test.example", stdin=text)
        assert result.code in (0, 1), f"{text!r}: exit {result.code}: {result.err[-300:]}"
        if result.code == 0:
            queued = world.queue()
            assert len(queued) == 1, text
            world.run("-M", queued[0])
            assert world.queue() == [], f"{text!r}: {world.log()[-300:]}"


@pytest.mark.parametrize("argument", ["", "@", "a@", "@b", "a@@b", "<", "<>", '"', "(", "a b@c", "\n", "a\nb@c", "\x01@x", "x" * 5000 + "@y", "a@" + "y" * 5000, "ü@ü", "|x", "/x", ":include:/etc/passwd", ">x", "a@b,c@d", "-x", "a%b", "\\", "$x", "${x"])
def test_odd_recipients(world, argument):
    result = world.run("-odq", "-oi", "-oep", "-f", "<>", "--", argument, stdin=MESSAGE)
    assert 0 <= result.code < 100, f"exit {result.code}: {result.err[-300:]}"
    assert "***" not in world.run("-bp").out


@pytest.mark.parametrize("command", ["-M", "-Mrm", "-Mvh", "-Mvb", "-Mvl", "-Mf", "-Mt", "-bP", "-bt", "-be", "-q", "-C", "-D", "-f", "-oM", "-d", "-o", "-b", "-bz"])
def test_odd_commands(world, command):
    """Arguments that are missing, empty or nonsense never crash."""
    for rest in ((), ("",), ("nonsense",), ("../../../etc/passwd",), ("1aaaaa-000000-00",), ("x" * 10_000,)):
        result = world.run(command, *rest)
        assert 0 <= result.code < 128, f"{command} {rest}: exit {result.code}: {result.err[-300:]}"
