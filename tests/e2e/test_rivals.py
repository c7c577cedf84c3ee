# SPDX-License-Identifier: Apache-2.0
"""Mailboxes that real programs fight over: Posterns, exim4, procmail, lockfile, exim_lock and Dovecot deliver to the same one
while it is held, rewritten and emptied. Afterwards every message is there exactly once and whole, and nothing else is.

POSTERN_RIVALS=10000 says how many messages each test hands in."""
import itertools
import os
import re
import threading
from collections import Counter

import pytest

import rivals
from rivals import Dovecot, EximLock, Lockfile, Procmail, Server

MESSAGES = int(os.environ.get("POSTERN_RIVALS", "60"))
TRIES = 50                                                 # a sending server would go on for days
LEAST_ROUNDS = 4                                           # of each disturber, however fast the deliverers were
WAITS = "lock_retries = 60\nlock_interval = 1s"
MBX = "mbx_format\nmessage_prefix =\nmessage_suffix ="
DOT_AND_FCNTL = ("-lockfile", "-fcntl")
BETWEEN_MESSAGES = re.compile(rb"(?:\A|(?<=\n\n))From \S+ +\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n")
MBX_HEADER = re.compile(rb"[ \d]\d-\w{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4},(\d+);[0-9a-f]{12}-[0-9a-f]{8}\r\n")


class Fight:
    """Mailbox, servers and rivals of one test."""

    def __init__(self, place, postern, trusted_config):
        self.place, self.postern, self.trusted_config = place, postern, trusted_config
        self.servers, self.deliverers, self.disturbers, self.counts = [], [], [], Counter()
        for program in (*rivals.PROGRAMS, postern):
            assert os.access(program, os.X_OK), f"{program} is missing: see tools/packages.sh"
        self.mail = place / "mail"
        self.mail.mkdir()
        rivals.own(self.mail)
        self.box = self.mail / "box"
        self.messages = place / "messages"
        self.messages.mkdir()
        for number in range(MESSAGES):
            (self.messages / str(number)).write_bytes(rivals.message_of(number))

    def add_postern(self, options: str, at_once: int) -> None:
        server = Server(self.postern, self.place / "postern", self.place / "postern.conf", f"{options}\n{WAITS}")
        self.servers.append(server)
        self.deliverers += [server] * at_once

    def add_exim(self, options: str, at_once: int) -> None:
        server = Server(rivals.EXIM, self.place / "exim", self.trusted_config, f"{options}\n{WAITS}")
        self.servers.append(server)
        self.deliverers += [server] * at_once

    def empty_box(self) -> None:
        self.box.touch(mode=0o600)
        rivals.own(self.box)

    # ---- the fight itself ----

    def run(self) -> None:
        """Each deliverer takes the next message as soon as it has delivered one; disturbers go on until nobody delivers."""
        numbers, errors, over = itertools.count(), [], threading.Event()

        def guarded(action, argument):
            try:
                action(argument)
            except Exception as error:
                errors.append(error)

        def deliver(who):
            while (number := next(numbers)) < MESSAGES:
                self.hand_in(who, number)

        def disturb(what):
            rounds, last = 0, False
            while not last or rounds < LEAST_ROUNDS:
                last, rounds = over.is_set(), rounds + 1
                what()

        delivering = [threading.Thread(target=guarded, args=(deliver, who)) for who in self.deliverers]
        disturbing = [threading.Thread(target=guarded, args=(disturb, what)) for what in self.disturbers]
        for thread in delivering + disturbing:
            thread.start()
        for thread in delivering:
            thread.join()
        over.set()
        for thread in disturbing:
            thread.join()
        assert errors == []
        self.settle()

    def hand_in(self, who, number: int) -> None:
        for _ in range(TRIES):
            with open(self.messages / str(number), "rb") as file:
                done = who.deliver(file)
            if done.returncode == 0:
                self.counts[f"by {who.name}"] += 1
                return
            self.counts[f"refused by {who.name}"] += 1
        raise AssertionError(f"{who.name} did not take message {number}: {done}")

    def settle(self) -> None:
        """What waited too long for a lock is still on the queue."""
        for server in self.servers:
            self.counts[f"deferred by {server.name}"] += len(server.queue())
            server.run_queue()
            assert server.queue() == [], server.log()[-4000:]
            assert server.log("panic") == ""

    # ---- what is there ----

    def expect_each_once(self, copies: list[bytes], endings: tuple[bytes, ...]) -> None:
        print(f"{MESSAGES} messages: {dict(self.counts)}")
        for who in self.deliverers:
            assert self.counts[f"by {who.name}"] > 0, f"{who.name} had no part in it"
        found = Counter(rivals.number_of(copy, endings) for copy in copies)
        lost = sorted(set(range(MESSAGES)) - set(found))
        doubled = sorted(number for number, count in found.items() if count > 1)
        assert (lost, doubled, len(copies)) == ([], [], MESSAGES), "".join(server.log()[-2000:] for server in self.servers)
        left = [path for path in self.mail.rglob("*")
                if ".lock" in path.name or path.parent.name == "tmp" or path.name.endswith(".new")]
        assert left == []


@pytest.fixture
def fight(place, postern, bench) -> Fight:
    """exim4 keeps root only with a configuration that this host trusts: the compat bench has one."""
    yield Fight(place, postern, bench.config)
    bench.config.unlink(missing_ok=True)


def mbox_messages(content: bytes) -> list[bytes]:
    assert content == b"" or BETWEEN_MESSAGES.match(content), content[:200]
    pieces = BETWEEN_MESSAGES.split(content)[1:]
    return [piece for piece in pieces if b"FOLDER INTERNAL DATA" not in piece.partition(b"\n\n")[0]]


def mbx_messages(content: bytes) -> list[bytes]:
    assert content == b"" or (content.startswith(b"*mbx*\r\n") and len(content) >= 2048)
    messages, at = [], 2048
    while at < len(content):
        header = MBX_HEADER.match(content, at)
        assert header, f"no MBX message at byte {at}: {content[at:at + 100]!r}"
        messages.append(content[header.end():header.end() + int(header[1])])
        at = header.end() + int(header[1])
    assert at == max(len(content), 2048)
    return messages


# ---- the fights ------------------------------------------------------------------------------------------------------

def hold(fight, kinds: tuple[str, ...], *scripts: str) -> EximLock:
    lock = EximLock(fight.place / "lock", fight.box, kinds, scripts)
    fight.disturbers.append(lock)
    return lock


def expect_mbox(fight, lock, *more) -> None:
    contents = [path.read_bytes() for path in (fight.box, lock.taken, *more) if path.exists()]
    fight.counts["rounds of exim_lock"] = lock.finished()
    assert lock.finished() >= len(lock.files)
    fight.expect_each_once([message for content in contents for message in mbox_messages(content)], (b"\n",))


def test_mbox(fight):
    """Dot-locks and fcntl: everybody delivers, one rewrites in place and by rename, and takes everything out now and then."""
    fight.empty_box()
    fight.add_postern(f"file = {fight.box}", at_once=3)
    fight.add_exim(f"file = {fight.box}", at_once=2)
    dovecot = Dovecot(fight.place / "dovecot", f"mbox:{fight.place}/dovecot/folders:INBOX={fight.box}")
    fight.deliverers += [Procmail(fight.place / "procmail", str(fight.box)), Lockfile(fight.box), dovecot]
    lock = hold(fight, DOT_AND_FCNTL, rivals.REWRITE_IN_PLACE, rivals.REWRITE_BY_RENAME, rivals.TAKE_AND_EMPTY,
                rivals.TAKE_BY_RENAME)
    fight.run()
    expect_mbox(fight, lock)


def test_mbox_that_dovecot_expunges(fight):
    """Dovecot takes the messages out, while it also delivers, and others deliver and rewrite."""
    fight.empty_box()
    fight.add_postern(f"file = {fight.box}", at_once=3)
    fight.add_exim(f"file = {fight.box}", at_once=1)
    dovecot = Dovecot(fight.place / "dovecot", f"mbox:{fight.place}/dovecot/folders:INBOX={fight.box}")
    fight.deliverers += [Procmail(fight.place / "procmail", str(fight.box)), dovecot]
    fight.disturbers.append(dovecot.move_to_archive)
    lock = hold(fight, DOT_AND_FCNTL, rivals.REWRITE_IN_PLACE, rivals.REWRITE_BY_RENAME)
    fight.run()
    expect_mbox(fight, lock, dovecot.base / "folders" / "Archive")


def test_mbox_with_fcntl_only(fight):
    """D-mbox-lock-replaced: nothing but the lock on the file, which is replaced while Posterns wait for it.

    exim4 in their place lost 107 of 400 messages in the one run that was made with it."""
    fight.empty_box()
    fight.add_postern(f"file = {fight.box}\nno_use_lockfile\nlock_fcntl_timeout = 30s", at_once=4)
    lock = hold(fight, ("-fcntl",), rivals.TAKE_BY_RENAME, rivals.REWRITE_BY_RENAME, rivals.REWRITE_IN_PLACE,
                rivals.TAKE_AND_EMPTY)
    fight.run()
    expect_mbox(fight, lock)


def test_mbx(fight):
    """exim4 and Postern with MBX locks, and one who holds the mailbox's MBX lock, copies it and empties it."""
    fight.empty_box()
    fight.add_postern(f"file = {fight.box}\n{MBX}", at_once=3)
    fight.add_exim(f"file = {fight.box}\n{MBX}", at_once=3)
    lock = hold(fight, ("-mbx",), rivals.REWRITE_IN_PLACE, rivals.TAKE_MBX)
    fight.run()
    taken = lock.taken.read_bytes() if lock.taken.exists() else b""
    fight.counts["rounds of exim_lock"] = lock.finished()
    assert lock.finished() >= len(lock.files)
    fight.expect_each_once(mbx_messages(b"*mbx*\r\n".ljust(2048) + taken) + mbx_messages(fight.box.read_bytes()), (b"",))


def test_maildir(fight):
    """Nobody locks: everybody delivers, a reader flags what is new, Dovecot files it away."""
    maildir = fight.mail / "dir"
    for part in ("", "tmp", "new", "cur"):
        (maildir / part).mkdir()
        rivals.own(maildir / part)
    options = f"directory = {maildir}\nmaildir_format"
    fight.add_postern(options, at_once=3)
    fight.add_exim(options, at_once=2)
    dovecot = Dovecot(fight.place / "dovecot", f"maildir:{maildir}")
    fight.deliverers += [Procmail(fight.place / "procmail", f"{maildir}/"), dovecot]
    fight.disturbers += [lambda: rivals.flag_what_is_new(maildir), dovecot.move_to_archive]
    fight.run()
    files = [path for part in ("new", "cur", ".Archive/new", ".Archive/cur") for path in (maildir / part).iterdir()]
    fight.counts["filed away by Dovecot"] = sum(path.parent.parent.name == ".Archive" for path in files)
    assert fight.counts["filed away by Dovecot"] > 0
    fight.expect_each_once([path.read_bytes() for path in files], (b"",))
