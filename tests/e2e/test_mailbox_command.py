# SPDX-License-Identifier: Apache-2.0
"""postern mailbox check|repair on mailboxes that Postern itself has filled, and on what accidents make of them."""
import json
import os

from world import MESSAGE


def look(world, verb, path, *options):
    result = world.run("mailbox", verb, str(path), "--json", *options, config=False)
    return result.code, (json.loads(result.out) if result.out else result.err)


def kinds(answer):
    return [finding["kind"] for finding in answer["findings"]]


def test_what_postern_delivers_is_in_order(world):
    world.send("both@test.example")
    for path, format in ((world.root / "mail/box", "mbox"), (world.root / "mail/dir", "maildir")):
        code, answer = look(world, "check", path)
        assert (code, answer["format"], answer["messages"], answer["findings"]) == (0, format, 1, [])


def test_torn_mbox_is_completed_and_takes_mail(world):
    world.send("box@test.example")
    box = world.root / "mail/box"
    torn = box.read_bytes() * 2
    box.write_bytes(torn[:-10])
    owner, before = box.stat().st_uid, box.stat()
    code, answer = look(world, "check", box)
    assert code == 1 and "missing-newline" in kinds(answer)
    after = box.stat()
    assert (after.st_atime_ns, after.st_mtime_ns, after.st_size) == (before.st_atime_ns, before.st_mtime_ns, before.st_size)
    code, answer = look(world, "repair", box)
    assert code == 0 and answer["findings"][-1]["repaired"]
    assert box.read_bytes() == torn[:-10] + b"\n\n" and box.stat().st_uid == owner
    assert os.listdir(box.parent) == ["box"]
    assert look(world, "check", box)[0] == 0
    world.send("box@test.example")
    assert len(world.mbox()) == 3


def test_maildir(world):
    world.send("dir@test.example")
    maildir = world.root / "mail/dir"
    (name,) = os.listdir(maildir / "new")
    (maildir / "cur" / "copy").write_bytes((maildir / "new" / name).read_bytes())
    os.symlink("/etc/passwd", maildir / "cur" / "link")
    (maildir / "maildirsize").write_text("1000S,10C\n1 1\n")
    os.chown(maildir / "maildirsize", maildir.stat().st_uid, maildir.stat().st_gid)
    os.chmod(maildir / "cur" / "copy", 0o644)
    code, answer = look(world, "check", maildir)
    assert code == 1
    assert set(kinds(answer)) == {"foreign-file", "duplicate-message"}
    os.unlink(maildir / "cur" / "link")
    os.unlink(maildir / "cur" / "copy")
    code, answer = look(world, "check", maildir)
    assert (code, kinds(answer)) == (1, ["maildirsize-wrong"])
    code, answer = look(world, "repair", maildir)
    assert code == 0
    size = os.path.getsize(maildir / "new" / name)
    assert (maildir / "maildirsize").read_text() == f"1000S,10C\n{size} 1\n"


def test_what_can_not_be_looked_at(world):
    world.send("box@test.example")
    link = world.root / "mail/link"
    os.symlink("box", link)
    note = world.root / "note"
    note.write_bytes(MESSAGE)
    for path in (link, note, world.root / "nothing"):
        code, error = look(world, "check", path)
        assert code == 2 and "postern mailbox: " in error
    result = world.run("mailbox", "check", str(world.root / "mail/box"), config=False)
    assert result.code == 0 and result.out.endswith(": mbox, 1 message, no problems\n")
