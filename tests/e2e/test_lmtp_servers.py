# SPDX-License-Identifier: Apache-2.0
"""The lmtp transport with servers that people run (D-lmtp-tcp): the lmtpd of Dovecot and of Cyrus, Postfix's smtp-sink -L."""
import json
import re
import socket

import pytest

from lmtp_servers import cyrus, dovecot, free_port, smtp_sink
from world import MESSAGE, World

ROUTERS = "all:\n  driver = accept\n  transport = lmtp\n"


def world_with(place, postern, options: str, main: str = "") -> World:
    lines = "".join(f"  {line}\n" for line in options.splitlines())
    return World(place / "w", postern, main=main, routers=ROUTERS, transports="lmtp:\n  driver = lmtp\n  batch_max = 100\n  user = {user}\n  timeout = 20s\n" + lines)


def lines_of(world: World, marker: str) -> list[str]:
    return [line for line in world.log().splitlines() if f" {marker} " in line]


def test_check_advises_batches(place, postern):
    world = world_with(place, postern, "socket = /run/lmtp")
    assert "session" not in world.run("check", str(world.config), config=False).out
    world.config.write_text(world.config.read_text().replace("  batch_max = 100\n", ""))
    told = world.run("check", str(world.config), config=False)
    assert told.code == 0 and "warning: transport lmtp: every recipient has a session of its own" in told.out


def test_a_datagram_socket_is_no_server_yet(place, postern):
    world = world_with(place, postern, f"socket = {place}/datagrams")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(f"{place}/datagrams")
        (place / "datagrams").chmod(0o777)
        assert world.send("joe@test.example").code == 0
    assert len(world.queue()) == 1
    assert "for lmtp transport: Protocol wrong type for socket" in lines_of(world, "==")[0]
    assert world.log("panic") == ""


@pytest.fixture
def server(place):
    with dovecot(place / "dovecot") as running:
        yield running


@pytest.mark.parametrize("how", ["socket", "v4", "v6", "name"])
def test_dovecot(place, postern, server, how):
    hosts = {"v4": "127.0.0.1", "v6": "<; ::1", "name": "localhost"}
    options = f"socket = {server.socket}" if how == "socket" else f"hosts = {hosts[how]}\nport = {server.port}"
    world = world_with(place, postern, options)
    message = MESSAGE + b".\n..dots\n\xc3\xa4\n" + b"x" * 3000 + b"\n"
    assert world.send("joe@test.example", "ann@test.example", message=message).code == 0
    assert world.queue() == [], world.log() + server.log()
    for user in ("joe", "ann"):
        (copy,) = server.mail_of(user)
        head, _, body = copy.partition(b"\n\n")
        assert body == message.partition(b"\n\n")[2]
        assert b"Subject: story" in head and b"with LMTP" in head
    delivered = lines_of(world, "=>") + lines_of(world, "->")
    assert len(delivered) == 2 and all('C="250 2.0.0 <' in line for line in delivered)
    if how != "socket":
        assert re.search(r" H=(127\.0\.0\.1|::1|localhost) \[(127\.0\.0\.1|::1)\] ", delivered[0])


def test_dovecot_header_dots(place, postern, server):
    world = world_with(place, postern, f"socket = {server.socket}")
    world.send("joe@test.example", message=b".odd: header\nSubject: x\n..two: dots\n\n.\n")
    (copy,) = server.mail_of("joe")
    assert b"\n.odd: header\n" in copy and b"\n..two: dots\n" in copy and copy.endswith(b"\n\n.\n")


def test_dovecot_large_message(place, postern, server):
    world = world_with(place, postern, f"socket = {server.socket}")
    body = b"".join(b"%07d .\n.\n" % n for n in range(500_000))
    world.send("joe@test.example", message=MESSAGE + body)
    (copy,) = server.mail_of("joe")
    assert copy.endswith(b"last line\n" + body)


def test_dovecot_many_recipients(place, postern, server):
    world = world_with(place, postern, f"socket = {server.socket}")
    users = [f"user{n}" for n in range(150)]
    world.send(*(f"{user}@test.example" for user in users))
    assert world.queue() == [] and all(len(server.mail_of(user)) == 1 for user in users)
    assert server.log().count("Disconnect from local") + server.log().count("Disconnect from") >= 2    # batch_max 100


def test_dovecot_queue_run_over_one_connection(place, postern, server):
    world = world_with(place, postern, f"socket = {server.socket}")
    for _ in range(5):
        world.send("joe@test.example", "ann@test.example", how="-odq")
    world.run("-q")
    assert world.queue() == [] and len(server.mail_of("joe")) == len(server.mail_of("ann")) == 5, world.log()
    assert server.log().count("Connect from ") == 2, server.log()    # one was to see that it is up


def test_dovecot_gone(place, postern):
    with dovecot(place / "dovecot") as server:
        world = world_with(place, postern, f"socket = {server.socket}")
        world.send("joe@test.example")
    world.send("ann@test.example")
    assert len(world.queue()) == 1 and "Failed to connect to socket" in world.log()
    with dovecot(place / "dovecot") as server:
        world.run("-qff")
        assert world.queue() == [] and len(server.mail_of("joe")) == len(server.mail_of("ann")) == 1


def bodies(server) -> list[bytes]:
    return sorted(mail.partition(b"\r\n\r\n")[2] for mail in server.mails())


def test_cyrus(place, postern):
    """A delivery to two, one user who is unknown, one whose quota is used up (Cyrus takes the message that exceeds it): in one
    session, each with its own end.

    The first session makes all mailboxes: processes of Cyrus' that start in one second give them the same names."""
    with cyrus(place / "cyrus", ["joe", "ann", "full"], quota_kib=4) as server:
        world = world_with(place, postern, f"socket = {server.socket}")
        message = MESSAGE + b".\n..dots\n"
        text = message.partition(b"\n\n")[2].replace(b"\n", b"\r\n")
        assert world.send("joe@test.example", "ann@test.example", "full@test.example", message=message).code == 0
        assert world.queue() == [], world.log()
        assert bodies(server) == [text] * 3 and len(lines_of(world, "=>") + lines_of(world, "->")) == 3

        world.send("full@test.example", message=MESSAGE + (b"x" * 70 + b"\n") * 60)
        assert len(bodies(server)) == 4 and world.queue() == [], world.log()
        assert world.send("joe@test.example", "nobody@test.example", "full@test.example", "ann@test.example",
                          message=MESSAGE + (b"y" * 70 + b"\n") * 30).code == 0
    assert len(lines_of(world, "=>") + lines_of(world, "->")) == 6 and len(bodies(server)) == 6, world.log()
    (unknown,) = lines_of(world, "**")
    assert "nobody@test.example" in unknown and "LMTP error after RCPT TO:<nobody@test.example>: 550-Mailbox unknown." in unknown
    (full,) = lines_of(world, "==")
    assert "full@test.example" in full and re.search(r"LMTP error after (RCPT TO:<full@test.example>|end of data): 452 4\.2\.2 ", full)
    assert len(world.queue()) == 1


def test_cyrus_takes_a_connection_up_again(place, postern):
    with cyrus(place / "cyrus", ["joe"]) as server:
        world = world_with(place, postern, f"socket = {server.socket}")
        for _ in range(10):
            world.send("joe@test.example", "nobody@test.example", how="-odq")
        world.run("-q")
        assert len(bodies(server)) == 10 and len(world.queue()) == 10    # nobody's bounces are to come
        assert len(lines_of(world, "=>")) == len(lines_of(world, "**")) == 10


@pytest.mark.parametrize("how", ["socket", "tcp"])
def test_sink(place, postern, how):
    path, port = (str(place / "sink"), 0) if how == "socket" else (None, free_port())
    with smtp_sink(path=path, port=port):
        if path:
            (place / "sink").chmod(0o666)
        world = world_with(place, postern, f"socket = {path}" if path else f"hosts = 127.0.0.1\nport = {port}")
        world.send(*(f"u{n}@test.example" for n in range(50)))
        assert world.queue() == [], world.log()
        assert len(lines_of(world, "=>")) == 1 and len(lines_of(world, "->")) == 49


STAGES = [("connect", "initial connection"), ("lhlo", "LHLO"), ("mail", "MAIL FROM"), ("rcpt", "RCPT TO"), ("data", "DATA"), (".", "end of data")]


@pytest.mark.parametrize("option, says", [("-q", "LMTP connection closed after "), ("-r", "LMTP error after "), ("-f", "LMTP error after ")])
@pytest.mark.parametrize("command, where", STAGES)
def test_sink_that_refuses(place, postern, command, where, option, says):
    """smtp-sink -q hangs up at that command, -r refuses it for now, -f for good."""
    port = free_port()
    with smtp_sink(option, command, port=port):
        world = world_with(place, postern, f"hosts = 127.0.0.1\nport = {port}")
        world.send("a@test.example", "b@test.example")
        bounced = option == "-f" and command not in ("connect", "lhlo")
        assert len(lines_of(world, "**" if bounced else "==")) == 2, world.log()
        assert says + where in world.log() and len(world.queue()) == 1


def test_the_servers_status_in_json(place, postern):
    with cyrus(place / "cyrus", ["joe"]) as server:
        world = world_with(place, postern, f"socket = {server.socket}")
        told = json.loads(world.run("deliver", "-C", str(world.config), "--json", "joe@test.example", "nobody@test.example", config=False, stdin=MESSAGE).out)
    assert [(one["result"], one.get("status")) for one in told["recipients"]] == [("delivered", None), ("failed", "5.1.1")]
