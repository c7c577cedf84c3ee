# SPDX-License-Identifier: Apache-2.0
"""`once` databases that exim4, or Berkeley DB itself, has written are taken over by `postern once import`
(D-autoreply-once-database)."""
import os
import pathlib
import random
import sqlite3
import subprocess

import pytest

from compatlib import Case, Dir, Send, conf
from compatlib.bench import EXIM

ROUTERS = """r1:
  driver = accept
  domains = test.example
  transport = t1
r2:
  driver = accept
  transport = box
"""
TRANSPORTS = """t1:
  driver = autoreply
  to = $h_x-name: <$sender_address>
  text = hello
  once = @MAIL@/once
  mode = 0640
  user = Debian-exim
.ifdef _OPT_TRANSPORT_AUTOREPLY_LOOP_PROTECTION
  no_loop_protection
.endif
box:
  driver = appendfile
  file = @MAIL@/box
  user = ptuser2
"""
# Of one length and of another, and longer than a page of the database.
NAMES = {"short": b"", "quoted": b'"Quoted, Name"', "long": b"x" * 900, "longer": b" ".join(b"y" * 900 for _ in range(6))}
MAKE = r"""use DB_File; use Fcntl; my ($file, $form, $page) = @ARGV; my %h;
my $i = $form eq 'hash' ? DB_File::HASHINFO->new : DB_File::BTREEINFO->new; $i->{$form eq 'hash' ? 'bsize' : 'psize'} = $page;
tie(%h, 'DB_File', $file, O_RDWR|O_CREAT, 0600, $i) or die $!;
while (my $line = <STDIN>) { my ($key, $when) = split(/\t/, $line); if ($when < 0) { delete $h{"$key\0"} } else { $h{"$key\0"} = pack('q', $when) } }
untie %h;"""


def letter(name: str) -> Send:
    sender = f"{name}@b.example"
    text = b"From: %s\nTo: joe@test.example\nX-Name: %s\nSubject: s\nMessage-Id: <m@b>\n\nBody\n" % (sender.encode(), NAMES[name])
    return Send("joe@test.example", message=text, sender=sender)


def once(postern: str, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run([postern, "once", *arguments], input=stdin, capture_output=True, cwd="/", timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def replies(bench) -> int:
    return (bench.root / "mail/box").read_bytes().count(b"\nAuto-Submitted: auto-replied\n")


@pytest.mark.parametrize("way", ["in-place", "from-file", "from-stdin"])
def test_whom_exim4_answered_is_not_answered_again(bench, postern, way):
    if postern == EXIM:
        pytest.skip("exim4 imports nothing")
    bench.run(Case("takeover", conf("", ROUTERS, TRANSPORTS), (), tuple(letter(name) for name in NAMES)), "exim")
    path = bench.root / "mail/once"
    assert path.read_bytes()[12:16] == b"\x61\x15\x06\0" and replies(bench) == len(NAMES)
    owner = path.stat()
    code, dump, _ = once(postern, "dump", str(path))
    assert code == 0 and sorted(line.split(" ", 1)[1] for line in dump.splitlines()) == sorted(
        f"{text.decode()} <{name}@b.example>".strip() if text else f" <{name}@b.example>" for name, text in NAMES.items())

    # Until somebody takes it over, a delivery waits and says what to do.
    bench.call(letter("short"), "postern")
    log = (bench.root / "log/mainlog").read_text()
    assert "== joe@test.example R=r1 T=t1 defer (0): Failed to open sqlite3 file" in log and "`postern once import FILE FILE`" in log, log
    if way == "in-place":
        assert once(postern, "import", str(path), str(path)) == (0, "", "")
        assert (bench.root / "mail/once.exim").read_bytes()[12:16] == b"\x61\x15\x06\0"
        assert not (bench.root / "mail/once.new").exists()
    else:
        old = path.rename(bench.root / "mail/old")
        assert once(postern, "import", str(path), *([str(old)] if way == "from-file" else []), stdin=old.read_bytes()) == (0, "", "")
    if way == "from-stdin":                  # nothing tells whose it will be
        os.chown(path, owner.st_uid, owner.st_gid)
    new = path.stat()
    assert (new.st_uid, new.st_gid) == (owner.st_uid, owner.st_gid)
    assert way != "in-place" or new.st_mode == owner.st_mode
    assert once(postern, "dump", str(path))[1].splitlines() == sorted(dump.splitlines(), key=lambda line: line.split(" ", 1)[1].encode())
    for name in NAMES:
        bench.call(letter(name), "postern")
    assert replies(bench) == len(NAMES)


def test_a_relative_name_is_found_where_exim4_put_it(bench, postern):
    """exim4 looks for `sub/once` below `sub`."""
    if postern == EXIM:
        pytest.skip("exim4 imports nothing")
    transports = TRANSPORTS.replace("once = @MAIL@/once", "once = sub/once\n  current_directory = @MAIL@")
    here = tuple(Dir(f"mail/{name}", 0o755, "Debian-exim") for name in ("sub", "sub/sub"))
    bench.run(Case("takeover-relative", conf("", ROUTERS, transports), here, (letter("short"),)), "exim")
    ours, theirs = bench.root / "mail/sub/once", bench.root / "mail/sub/sub/once"
    assert theirs.read_bytes()[12:16] == b"\x61\x15\x06\0" and not ours.exists() and replies(bench) == 1

    bench.call(letter("short"), "postern")
    log = (bench.root / "log/mainlog").read_text()
    assert "R=r1 T=t1 defer (0): Failed to open sqlite3 file sub/once" in log, log
    assert "`postern once import sub/once sub/sub/once`" in log and not ours.exists(), log
    assert once(postern, "import", str(ours), str(theirs)) == (0, "", "")
    bench.call(letter("short"), "postern")
    assert replies(bench) == 1
    bench.call(letter("quoted"), "postern")
    assert replies(bench) == 2


@pytest.mark.parametrize("form,page,count", [("hash", 4096, 20000), ("hash", 512, 3000), ("hash", 65536, 500), ("btree", 4096, 20000), ("btree", 512, 3000)])
def test_databases_of_the_library(tmp_path: pathlib.Path, postern, form, page, count):
    """Random records of every length, many of them deleted or changed again."""
    if postern == EXIM:
        pytest.skip("exim4 imports nothing")
    chance, want, lines = random.Random(f"{form} {page}"), {}, []
    for _ in range(count):
        key = f"{chance.randrange(count)}-" + "k" * chance.choice((0, 5, 20, 200, 2000 if count < 5000 else 300))
        want.pop(key, None)
        when = chance.choice((-1, chance.randrange(2_000_000_000)))
        if when >= 0:
            want[key] = when
        lines.append(f"{key}\t{when}\n")
    made, database = tmp_path / "made", tmp_path / "once"
    subprocess.run(["perl", "-e", MAKE, str(made), form, str(page)], input="".join(lines).encode(), check=True)
    assert once(postern, "import", str(database), str(made)) == (0, "", "")
    with sqlite3.connect(database) as db:
        assert dict(db.execute("select cast(address as text), sent from once")) == want


@pytest.mark.parametrize("content,why", [
    (b"\xce\x9a\x57\x13rest", "a GDBM file: make lines SECONDS ADDRESS of it with its own tools"),
    (b"TDB file\nrest", "a TDB file: make lines SECONDS ADDRESS of it with its own tools"),
    (b"SQLite format 3\0rest", "an SQLite file: make lines SECONDS ADDRESS of it with its own tools; Postern's are used as they are"),
    (b"\0" * 12 + b"\x61\x15\x06\0\x0a\0\0\0" + b"\0" * 60, "Berkeley DB file of a version that is not known (10)"),
    (b"\0" * 12 + b"\0\x06\x15\x61", "a Berkeley DB file of release 1.85 or of another byte order; db5.3_dump may read it"),
    (b"rubbish\n", "line 1: neither SECONDS ADDRESS nor the output of db5.3_dump"),
])
def test_what_cannot_be_taken_over(tmp_path, postern, content, why):
    if postern == EXIM:
        pytest.skip("exim4 imports nothing")
    (tmp_path / "other").write_bytes(content)
    assert once(postern, "import", str(tmp_path / "once"), str(tmp_path / "other")) == (1, "", f"postern once: {tmp_path}/other: {why}\n")
    assert not (tmp_path / "once").exists()


def test_nothing_is_written_as_root_below_a_user(place_of_a_user, postern):
    """A link of the user's leads nowhere: the command has become the user."""
    if postern == EXIM:
        pytest.skip("exim4 imports nothing")
    home, outside = place_of_a_user
    (home / "once").symlink_to(outside / "once")
    code, _, error = once(postern, "import", str(home / "once"), stdin=b"5 a@b\n")
    assert code == 1 and "Permission denied" in error and os.listdir(outside) == []


@pytest.fixture
def place_of_a_user(tmp_path):
    for parent in tmp_path.parents:
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    home, outside = tmp_path / "home", tmp_path / "outside"
    home.mkdir()
    outside.mkdir(mode=0o755)
    subprocess.run(["chown", "ptuser1:", str(home)], check=True)
    return home, outside
