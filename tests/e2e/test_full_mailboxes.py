# SPDX-License-Identifier: Apache-2.0
"""Quotas with many real deliveries at once: the limit is never passed, and nothing is refused that would have fitted had
the deliveries come one after the other."""
import os
import pwd
import random
import re
import subprocess

import pytest

from world import ENVIRONMENT, MAIL_USER, World

TOGETHER = 64
FITTING = 11
FULL = re.compile(r" == \S+ R=box T=t1 defer \(-22\): mailbox is full \(MTA-imposed (?:filecount )?quota exceeded while writing to ")


def system(place, postern, options: str) -> World:
    routers = "box:\n  driver = accept\n  transport = t1\n"
    return World(place / "w", postern, "received_header_text = Received: by mx id $message_exim_id",
                 routers, "t1:\n  driver = appendfile\n  user = {user}\n  lock_retries = 100\n" + options)


def message(body_size: int) -> bytes:
    return (b"From: a@b.example\nTo: box@test.example\nDate: Sun, 22 Nov 2020 04:11:02 +0000\nMessage-Id: <1@b.example>\n\n"
            + b"x" * (body_size - 1) + b"\n")


def deliver_at_once(world: World, sizes: list[int]) -> None:
    running = []
    for size in sizes:
        process = subprocess.Popen([world.postern, "-C", str(world.config), "-odf", "-oi", "-f", "", "box@test.example"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        running.append((process, size))
    for process, size in running:                          # they all wait for their text: now they start together
        process.stdin.write(message(size))
        process.stdin.close()
    for process, _ in running:
        assert process.wait(timeout=120) == 0


def files_below(path) -> list[int]:
    return [p.stat().st_size for p in path.rglob("*") if p.is_file()]


def queued_sizes(world: World) -> list[int]:
    return [int(size) for size in re.findall(r"<= <> U=\S+ P=local S=(\d+)", world.log())]


def fill(world: World, path: str, count: int, size: int = 10) -> None:
    user = pwd.getpwnam(MAIL_USER)
    top = world.root / "mail"
    for part in path.split("/"):
        top = top / part
        top.mkdir(exist_ok=True)
        os.chown(top, user.pw_uid, user.pw_gid)
    for n in range(count):
        (top / f"{n}.M1P1.old").write_bytes(b"y" * size)


def expect_exactly(world: World, delivered: int) -> None:
    log = world.log()
    assert log.count(" => box ") == delivered, log
    assert len(FULL.findall(log)) == TOGETHER - delivered, log
    assert len(world.queue()) == TOGETHER - delivered
    assert world.leftovers() == []
    assert world.log("panic") == ""


# the size on the queue of message(1000) there; with the id's fixed length it never changes
SIZE = 1000 + len(message(1)) - 1 + len("Received: by mx id 1xWkrN-0008DT-0V;\n\tFri, 27 Nov 2026 01:34:45 +0000\n")

MAILDIR = "  directory = {root}/mail/dir\n  maildir_format\n"
PLAIN = "  directory = {root}/mail/dir\n  directory_file = ${{base62:$tod_epoch}}-$inode\n"


@pytest.mark.parametrize("name,options,old", [
    ("maildir", MAILDIR + f"  quota = {SIZE * FITTING}\n", 0),
    ("maildir-less-a-byte", MAILDIR + f"  quota = {SIZE * (FITTING + 1) - 1}\n", 0),
    ("size-file", MAILDIR + f"  maildir_use_size_file\n  quota = {SIZE * FITTING}\n", 0),
    ("size-file-count", MAILDIR + f"  maildir_use_size_file\n  quota = 1G\n  quota_filecount = {FITTING}\n", 0),
    ("count", MAILDIR + f"  quota = 1G\n  quota_filecount = {FITTING + 3}\n", 0),
    ("plain", PLAIN + f"  quota = {SIZE * FITTING}\n", 0),
    ("remembered", MAILDIR + f"  quota = {SIZE * FITTING + 1500 * 10}\n", 1500),
])
def test_directory(place, postern, name, options, old):
    world = system(place, postern, options)
    if old:
        fill(world, "dir/cur", old)
    deliver_at_once(world, [1000] * TOGETHER)
    assert set(queued_sizes(world)) == {SIZE}
    expect_exactly(world, FITTING)
    assert sum(files_below(world.root / "mail" / "dir")) - 10 * old - length_of_size_file(world) == SIZE * FITTING
    check_size_file(world, FITTING)
    world.run("-q")                                        # alone, in sequence: still none of them fits
    assert world.log().count(" => box ") == FITTING


def length_of_size_file(world: World) -> int:
    file = world.root / "mail" / "dir" / "maildirsize"
    return file.stat().st_size if file.exists() else 0


def check_size_file(world: World, count: int) -> None:
    file = world.root / "mail" / "dir" / "maildirsize"
    if not file.exists():
        return
    lines = [line.split() for line in file.read_text().splitlines()[1:]]
    assert (sum(int(a) for a, _ in lines), sum(int(b) for _, b in lines)) == (SIZE * count, count), file.read_text()


@pytest.mark.parametrize("options", [MAILDIR, MAILDIR + "  maildir_use_size_file\n", PLAIN])
def test_directory_with_all_sizes(place, postern, options):
    limit = 40_000
    world = system(place, postern, options + f"  quota = {limit}\n")
    chance = random.Random(4711)
    deliver_at_once(world, [chance.randrange(10, 6000) for _ in range(TOGETHER)])
    messages = files_below(world.root / "mail" / "dir" / ("new" if "maildir_format" in options else ""))
    room = limit - sum(messages)
    refused = queued_sizes(world)
    for size in messages:
        refused.remove(size)
    assert room >= 0 and len(messages) + len(refused) == TOGETHER
    assert all(size > room for size in refused), (room, sorted(refused))


def test_mbox(place, postern):
    envelope = len("From MAILER-DAEMON Fri Nov 27 01:34:45 2026\n") + len("\n")
    limit = (SIZE + envelope) * (FITTING - 1) + SIZE       # the rule knows nothing of the separator lines
    world = system(place, postern, "  file = {root}/mail/box\n" + f"  quota = {limit}\n")
    deliver_at_once(world, [1000] * TOGETHER)
    expect_exactly(world, FITTING)
    assert (world.root / "mail" / "box").stat().st_size == (SIZE + envelope) * FITTING


@pytest.mark.parametrize("more", ["", "  maildir_use_size_file\n"])
def test_one_warning_for_one_crossing(place, postern, more):
    text = 'quota_warn_message = "To: admin@test.example\\nSubject: warned\\n\\nx\\n"'
    world = system(place, postern, MAILDIR.replace("mail/dir", "mail/${{if eq{{$local_part}}{{box}}{{dir}}{{admin}}}}")
                   + more + f"  {text}\n  quota_warn_threshold = {SIZE * FITTING + 1}\n")
    deliver_at_once(world, [1000] * TOGETHER)
    assert world.log().count(" => box ") == TOGETHER
    assert len(world.maildir(path="mail/admin")) == 1
    assert len(re.findall(r" <= <> R=\S+ U=root P=local S=", world.log())) == 1


def test_what_a_crash_left_is_counted(place, postern):
    """Only files that a delivery is writing right now are left out."""
    world = system(place, postern, MAILDIR + f"  quota = {SIZE * 2}\n")
    fill(world, "dir/tmp", 1, SIZE)
    deliver_at_once(world, [1000] * 2)
    assert world.log().count(" => box ") == 1


def test_cache_is_out_of_the_users_reach(place, postern):
    world = system(place, postern, MAILDIR + "  quota = 1G\n")
    fill(world, "dir/cur", 1200)
    assert world.send("box@test.example").code == 0
    user = pwd.getpwnam(MAIL_USER)
    cache = world.root / "spool" / "db" / "quota" / str(user.pw_uid)
    info = cache.stat()
    assert (info.st_uid, info.st_mode & 0o7777) == (user.pw_uid, 0o700)
    assert (cache.parent.stat().st_uid, len(list(cache.iterdir()))) == (0, 1)
    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run(["ls", str(cache)], check=True, user=MAIL_USER, capture_output=True)


def test_small_mailboxes_have_no_cache(place, postern):
    world = system(place, postern, MAILDIR + "  quota = 1G\n")
    assert world.send("box@test.example").code == 0
    assert [p for p in (world.root / "spool" / "db").rglob("*") if p.is_file()] == []


def test_cache_sees_what_others_did(place, postern):
    """The remembered size follows additions and removals, and a broken cache is none."""
    world = system(place, postern, MAILDIR + f"  quota = {1200 * 10 + SIZE * 3}\n")
    fill(world, "dir/cur", 1200)
    new = world.root / "mail" / "dir" / "new"

    def sends(count: int) -> int:
        before = world.log().count(" => box ")
        for _ in range(count):
            assert world.run("-odf", "-oi", "-f", "", "box@test.example", stdin=message(1000)).code == 0
        return world.log().count(" => box ") - before
    assert sends(5) == 3
    next(iter(new.iterdir())).unlink()
    assert sends(2) == 1
    next(iter(new.iterdir())).unlink()
    (world.root / "mail" / "dir" / "cur" / "other").write_bytes(b"z" * SIZE)
    assert sends(1) == 0
    (world.root / "mail" / "dir" / "cur" / "other").unlink()
    (cache,) = [p for p in (world.root / "spool" / "db" / "quota").rglob("*") if p.is_file()]
    for broken in (b"", b"postern-usage 1\n", cache.read_bytes()[:-3], cache.read_bytes().replace(b"1200", b"0001")):
        cache.write_bytes(broken)
        assert sends(1) == (1 if broken == b"" else 0)
