# SPDX-License-Identifier: Apache-2.0
"""Automatic replies by the whole binary: exactly one for each sender whatever happens, and none to programs.

D-autoreply-once-database, D-autoreply-once-order, D-autoreply-protection
"""
import email
import email.policy
import email.utils
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from reply_site import ROUTERS, TRANSPORTS
from world import MAIL_USER, World

ONCE = "  once = {root}/mail/once.db\n  log = {root}/mail/log\n"


def site(place, postern, options=ONCE, main="", routers=ROUTERS):
    return World(place / "site", postern, main, routers, TRANSPORTS % options)


def mail(*headers: str) -> bytes:
    return ("\n".join(("From: a@b.example", "To: joe@test.example", "Subject: hello", "Message-Id: <1@b.example>", *headers)) + "\n\nBody\n").encode("latin-1")


def replies(world) -> list[bytes]:
    return world.mbox("mail/out")


def send(world, message=mail(), sender="sender@b.example", to="joe@test.example", how="-odf"):
    return world.run(how, "-oi", "-f", sender, to, stdin=message)


def test_once_for_each_sender(place, postern):
    world = site(place, postern)
    for sender in ("s1@b.example", "s2@b.example", "s1@b.example"):
        assert send(world, sender=sender).code == 0
    assert len(replies(world)) == 2 and world.queue() == []
    assert "previously sent to s1@b.example" in (world.root / "mail/log").read_text()
    with sqlite3.connect(world.root / "mail/once.db") as db:
        rows = db.execute("select cast(address as text), sent, claim from once order by 1").fetchall()
    assert [(a, c) for a, _, c in rows] == [("s1@b.example", ""), ("s2@b.example", "")]
    assert all(abs(sent - time.time()) < 100 for _, sent, _ in rows)


@pytest.mark.parametrize("options", [ONCE, ONCE + "  once_file_size = 10K\n"], ids=["database", "flat"])
def test_a_hundred_at_once(place, postern, options):
    """All from one sender: one reply, and every message is settled."""
    world = site(place, postern, options)
    calls = [subprocess.Popen([postern, "-C", str(world.config), "-odf", "-oi", "-f", "sender@b.example", "joe@test.example"],
                              stdin=subprocess.PIPE, env={"PATH": os.environ["PATH"]}, cwd="/") for _ in range(100)]
    for call in calls:
        call.stdin.write(mail())
        call.stdin.close()
    assert [call.wait(timeout=100) for call in calls] == [0] * 100
    assert len(replies(world)) == 1
    assert world.log().count("=> joe <joe@test.example> R=answer T=answer") == 100, world.log()
    assert world.queue() == []


def test_failed_submission_is_repeated(place, postern):
    """The reply is too big to be taken: the message waits, and the sender is answered once when that is over."""
    world = site(place, postern, ONCE + "  headers = X-Long: " + "x" * 400 + "\n",
                 main="message_size_limit = 500")
    send(world)
    assert "== joe@test.example R=answer T=answer defer (0): Failed to send message from answer transport (1)" in world.log()
    assert len(world.queue()) == 1 and replies(world) == []
    send(world, sender="other@b.example")
    world.config.write_text(world.config.read_text().replace("message_size_limit = 500", ""))
    world.run("-qff")
    world.run("-qff")
    assert len(replies(world)) == 2 and world.queue() == []
    send(world)
    assert len(replies(world)) == 2


def test_two_posterns_stop_after_one_message_each(place, postern):
    """joe writes to ann, both are away: ann's reply to joe is not answered."""
    world = site(place, postern, "")
    send(world, mail(), sender="joe@test.example", to="ann@test.example")
    log = world.log()
    assert log.count(" <= ") == 2, log
    assert '=> joe <joe@test.example> R=answer T=answer C="no reply: null sender"' in log, log
    assert world.queue() == []


@pytest.mark.parametrize("header,why", [
    ("Auto-Submitted: auto-generated", "automatic message"), ("Precedence: bulk", "bulk mail"), ("Precedence: LIST", "bulk mail"),
    ("List-Id: <x.b.example>", "mailing list"), ("X-Auto-Response-Suppress: OOF", "sender wants none"),
    ("Auto-Submitted: no", None), ("Precedence: first-class", None)])
def test_programs_are_not_answered(place, postern, header, why):
    world = site(place, postern)
    send(world, mail(header))
    assert len(replies(world)) == (0 if why else 1)
    if why:
        assert f'C="no reply: {why}"' in world.log()
        assert f"not sent to sender@b.example: {why}" in (world.root / "mail/log").read_text()
        assert not (world.root / "mail/once.db").exists()


@pytest.mark.parametrize("sender", ["", "owner-list@b.example", "list-request@b.example", "MAILER-DAEMON@b.example", "joe@test.example", "JOE@Test.Example"])
def test_senders_that_are_not_answered(place, postern, sender):
    world = site(place, postern)
    send(world, sender=sender or "<>")
    assert replies(world) == [] and world.queue() == []


def test_protection_can_be_turned_off(place, postern):
    world = site(place, postern, ".ifdef _OPT_TRANSPORT_AUTOREPLY_LOOP_PROTECTION\n  no_loop_protection\n.endif\n")
    send(world, mail("Precedence: bulk"))
    assert len(replies(world)) == 1


def test_personal(place, postern):
    world = site(place, postern, "  personal\n  personal_addresses = j.doe@test.example\n")
    for to, answered in (("joe@test.example", 1), ("Joe <JOE@test.example>, x@y.example", 1), ("j.doe@test.example", 1), ("team@test.example", 0)):
        before = len(replies(world))
        send(world, mail().replace(b"To: joe@test.example", b"To: " + to.encode()))
        assert len(replies(world)) - before == answered, to


HOSTILE = [
    ["Message-Id:"], ["Message-Id: ", "References: <only@b>"], ["Message-Id: <a@b>\n X-Evil: 1"], ["Message-Id: <a@b>\r\r X-Evil: 1"],
    ["Message-Id: " + "a" * 60000], ["Message-Id: (((((", "In-Reply-To: (((("], ["Message-Id: <a@b>"] * 3,
    ["Message-Id:" + "\n " * 50 + "<a@b>"], ["Message-Id: <caf\xe9@b>"],
    ["References: " + " ".join(f"<{n}@b>" for n in range(10000))], ["References: " + "(" * 10000], ["References: <" + "x" * 5000 + "@b>"],
    ["Subject: =?utf-8?Q?=0ABcc:_x@y.example?="], ["Subject: =?utf-8?Q?=0D=0A=0D=0Abody?="], ["Subject: caf\xe9 \xff"],
    ["Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?="], ["Subject: " + "x" * 100000], ["Subject: a\rX-Evil: 1"], ["Subject: =?utf-8?Q?=00=01=7F?="],
    ["Subject: =?utf-8?B?" + "4oKs" * 500 + "?="], ["From: \"a\nX-Evil: 1\" <a@b.example>"], ["From: =?utf-8?Q?J=C3=B6rg=0AX-Evil:_1?= <a@b.example>"],
    *([f"Subject: a{chr(n)}X-Evil: 1"] for n in (*range(1, 9), 11, 12, *range(14, 32), 127)), *([f"Subject: =?utf-8?Q?a={n:02X}X-Evil:_1?="] for n in (*range(32), 127)),
    ["References: " + "\n ".join(f"<{n}@b>" for n in range(10000))], ["In-Reply-To: " + "<x@y> " * 10000], ["Message-Id: <" + "x" * 990 + "@b>"],
    ["Message-Id: <a@b> <c@d>"], ["Message-Id: <a@b\n\t c@d>"], ["Message-Id: <\"a\r\nX-Evil: 1\"@b>"], ["Message-Id: <a@b>\r"], ["Message-Id: \0<a@b>"],
    *([f"{name}: " + "".join(map(chr, range(128, 256))) + " <a@b.example>"] for name in ("Subject", "From", "Reply-To", "Message-Id", "References", "In-Reply-To", "To", "X-Other")),
    ["From: \"" + "\xff" * 3000 + "\" <a@b.example>"], ["Subject: " + "\xc3\xa9" * 20000], ["Subject: " + "=?utf-8?B?" * 3000], ["Subject: =?utf-8?Q?=E2=80=A8X-Evil:_1?="],
    ["Reply-To: a@b.example,\n X-Evil: 1"], ["From: " + "(" * 5000 + "a@b.example"],
]


@pytest.mark.parametrize("headers", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_headers_make_well_formed_replies(place, postern, headers):
    world = site(place, postern, "  cc = $reply_address\n  reply_to = $rh_to:\n  return_message\n")
    names = [h.partition(":")[0].lower() for h in headers]
    lines = [f for f in ("From: a@b.example", "To: joe@test.example", "Subject: hello") if f.partition(":")[0].lower() not in names]
    send(world, "\n".join((*lines, *headers, "", "Body\n")).encode("latin-1"))
    texts = replies(world)
    assert texts, world.log()
    for text in texts:
        head = text.partition(b"\n")[2]
        parsed = email.message_from_bytes(head, policy=email.policy.compat32)
        assert parsed.defects == []
        allowed = {"received", "from", "reply-to", "to", "cc", "subject", "in-reply-to", "references", "auto-submitted", "message-id", "date", "sender",
                   "mime-version", "content-type", "content-transfer-encoding"}
        assert {k.lower() for k in parsed.keys()} <= allowed, parsed.keys()
        assert parsed.get_all("auto-submitted") == ["auto-replied"]
        assert len(parsed.get_all("to")) == 1
        for field in ("from", "reply-to", "to", "cc"):
            for value in parsed.get_all(field, []):
                assert any("@" in address for _, address in email.utils.getaddresses([str(value)])), (field, value)
        assert parsed.get_payload(decode=True).startswith(b"gone fishing\n")
        if b"\x80" <= max(text[i:i + 1] for i in range(len(text))) or "content-type" in parsed:
            assert parsed.get_content_charset() in ("us-ascii", "utf-8", "unknown-8bit") and parsed["content-transfer-encoding"] in ("8bit", "quoted-printable")
            if parsed.get_content_charset() == "utf-8":
                parsed.get_payload(decode=True).decode("utf-8")
        for line in head.partition(b"\n\n")[0].split(b"\n"):
            assert len(line) <= 998 and b"\r" not in line and b"\0" not in line
        assert b"\0" not in head and max(len(line) for line in head.split(b"\n")) <= 998


def test_killed_anywhere(place, postern):
    """Whichever system call is the last one: after one queue run the sender has been answered once."""
    if shutil.which("strace") is None:
        pytest.skip("strace")
    world = site(place, postern)
    ran_through = False
    for call in ("rename", "renameat,renameat2", "fsync,fdatasync", "unlink,unlinkat", "fork,clone,clone3,vfork"):
        for nth in range(1, 60):
            world.fresh()
            world.run("-odq", "-oi", "-f", "sender@b.example", "joe@test.example", stdin=mail())
            killed = world.run("-qff", prefix=("strace", "-qq", "-f", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={nth}"))
            world.run("-qff")
            world.run("-qff")
            assert len(replies(world)) == 1, (call, nth, world.log())
            assert world.queue() == []
            if killed.code == 0 and world.log().count("Start queue run") == 3 and world.log().count("End queue run") == 3 and nth > 12:
                ran_through = True
                break
    assert ran_through


def test_database_in_a_directory_of_another(place, postern):
    """SQLite cannot work there, and the log says what it takes."""
    world = site(place, postern, "  once = {root}/vac/joe\n")
    (world.root / "vac").mkdir(mode=0o755)
    (world.root / "vac/joe").touch()
    shutil.chown(world.root / "vac/joe", MAIL_USER)
    send(world)
    assert "the directory must be writable for the user, for SQLite's journal; with once_file_size it need not be" in world.log(), world.log()
    assert replies(world) == []


def test_once_databases_in_and_out(place, postern):
    """What exim4 recorded counts from now on: db5.3_dump's text in, addresses out."""
    world = site(place, postern)
    dump = "VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n 73656e64657240622e6578616d706c6500\n 00ca9a3b00000000\nDATA=END\n"
    path = world.root / "mail/once.db"
    assert world.run("once", "import", str(path), stdin=dump.encode(), config=False).code == 0
    shutil.chown(path, MAIL_USER)
    send(world)
    assert replies(world) == []
    send(world, sender="other@b.example")
    shown = world.run("once", "dump", str(path), config=False)
    assert [line.split()[1] for line in shown.out.splitlines()] == ["other@b.example", "sender@b.example"]
    assert "1000000000 sender@b.example\n" in shown.out
    bad = world.run("once", "import", str(path), stdin=b"rubbish\n", config=False)
    assert (bad.code, bad.err) == (1, "postern once: standard input: line 1: neither SECONDS ADDRESS nor the output of db5.3_dump\n")
