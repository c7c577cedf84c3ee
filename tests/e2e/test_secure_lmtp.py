# SPDX-License-Identifier: Apache-2.0
"""lmtp behind TLS with the whole binary (D-lmtp-tls, D-lmtp-tls-clear): Dovecot's lmtpd, somebody in between who cuts, strips and
injects, keys that only root can read, a machine without OpenSSL."""
import contextlib
import functools
import json
import re
import select
import socket
import subprocess
import threading

import pytest

from compatlib.bench import PEER, peer_running
from compatlib.certificates import Authority, self_signed
from lmtp_servers import dovecot, free_port
from world import MESSAGE, World

ROUTERS = "all:\n  driver = accept\n  transport = lmtp\n"
LISTENER = "service lmtp {{\n  inet_listener lmtps {{\n    address = 127.0.0.1\n    port = {port}\n    ssl = yes\n  }}\n}}\n"


@functools.cache
def authority() -> Authority:
    return Authority()


@functools.cache
def certificate(kind: str) -> str:
    if kind == "self-signed":
        return self_signed("localhost")
    if kind == "expired":
        return authority().issue("DNS:localhost", days=-1)
    return authority().issue("DNS:other.example" if kind == "other" else "DNS:localhost", subject=f"/O=Post/CN={kind}")


def world_with(place, postern, port: int, options: str = "", main: str = "") -> World:
    ca = place / "ca.pem"
    ca.write_text(authority().certificate)
    lines = "".join(f"  {line}\n" for line in options.splitlines())
    if "hosts_avoid_tls" not in options:
        lines += "  hosts_avoid_tls =\n"                # STARTTLS on loopback, too
    return World(place / "w", postern, main=main, routers=ROUTERS, transports=f"lmtp:\n  driver = lmtp\n  batch_max = 100\n  user = {{user}}\n  timeout = 10s\n"
                 f"  hosts = localhost\n  port = {port}\n  tls_verify_certificates = {ca}\n{lines}")


@contextlib.contextmanager
def secure_dovecot(place, kind: str, extra: str = ""):
    path = place / "server.pem"
    path.write_text(certificate(kind))
    with dovecot(place / "dovecot", str(path), extra) as server:
        yield server


@contextlib.contextmanager
def scripted(place, script: dict, port: int, kind: str = "good"):
    """The compat suite's peer, which says what it heard in place/heard."""
    (place / "server.pem").write_text(certificate(kind))
    told = {"LHLO": ["250-peer\n250 STARTTLS", "250 peer"], "STAR": ["220 go|@tls"], **script}
    told["tls"] = [str(place / "server.pem"), *script.get("tls", ())]
    (place / "script.json").write_text(json.dumps(told))
    with peer_running([str(PEER), str(place / "script.json"), str(place / "heard"), f"127.0.0.1:{port}"]):
        yield


class Between:
    """Passes bytes on between a client and a server: `change(bytes)` gives what the client sees of the server's."""

    def __init__(self, port: int, change):
        self.change, self.to = change, port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.from_client = b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with client, socket.create_connection(("127.0.0.1", self.to)) as server:
                    with contextlib.suppress(OSError, EOFError):
                        self.pass_on(client, server)

    def pass_on(self, client, server):
        count = 0
        while True:
            for ready in select.select([client, server], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                if ready is client:
                    self.from_client += data
                    server.sendall(data)
                else:
                    count += len(data)
                    client.sendall(self.change(data, count))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


def cut_after(limit: int):
    def change(data, count):
        if count >= limit:
            raise EOFError
        return data
    return change


@pytest.mark.parametrize("protocol", ["lmtp", "lmtps"])
def test_dovecot(place, postern, protocol):
    secure = free_port()
    with secure_dovecot(place, "good", LISTENER.format(port=secure)) as server:
        world = world_with(place, postern, secure if protocol == "lmtps" else server.port, f"protocol = {protocol}\nhosts_require_tls = *", main="log_selector = +tls_peerdn")
        message = MESSAGE + b".\n..dots\n" + b"x" * 70000 + b"\n"
        assert world.send("joe@test.example", "ann@test.example", message=message).code == 0
        assert world.queue() == [], world.log() + server.log()
        for user in ("joe", "ann"):
            (copy,) = server.mail_of(user)
            assert copy.partition(b"\n\n")[2] == message.partition(b"\n\n")[2]
    assert len(re.findall(r' [=-]> .* H=localhost \[127\.0\.0\.1\] X=TLS1\.3:TLS_AES_256_GCM_SHA384:256 CV=yes DN="O=Post,CN=good" C="250 ', world.log())) == 2, world.log()


@pytest.mark.parametrize("kind, why", [("other", "hostname mismatch"), ("expired", "certificate has expired"), ("self-signed", "self-signed certificate")])
def test_bad_certificates(place, postern, kind, why):
    with secure_dovecot(place, kind) as server:
        world = world_with(place, postern, server.port)
        world.send("joe@test.example")
        assert f"defer (-37) H=localhost [127.0.0.1]: TLS session: (certificate verification failed): {why}" in world.log()
        assert len(world.queue()) == 1 and server.mail_of("joe") == []
        world.config.write_text(world.config.read_text().replace("  tls_verify_cert", "  tls_try_verify_hosts = *\n  tls_verify_cert", 1))
        world.run("-qff")
        assert world.queue() == [] and len(server.mail_of("joe")) == 1 and " CV=no " in world.log()


def test_the_systems_authorities(place, postern):
    with secure_dovecot(place, "good") as server:
        world = world_with(place, postern, server.port)
        world.config.write_text(re.sub(r"(?m)^  tls_verify_certificates = .*\n", "", world.config.read_text()))
        world.send("joe@test.example")
        assert "(certificate verification failed): unable to get local issuer certificate" in world.log() and len(world.queue()) == 1


def test_on_loopback_only_where_it_is_asked_for(place, postern):
    with secure_dovecot(place, "self-signed") as server:
        world = world_with(place, postern, server.port, "hosts_avoid_tls = <; 127.0.0.0/8 ; ::1")
        world.send("joe@test.example")
        assert world.queue() == [] and " X=" not in world.log()


def test_a_queue_run(place, postern):
    """Nothing of a session behind TLS is handed on, and nothing is delivered twice."""
    with secure_dovecot(place, "good") as server:
        world = world_with(place, postern, server.port, "hosts_require_tls = *")
        for user in ("a", "b", "c"):
            world.send(f"{user}@test.example", how="-odq")
        world.run("-q")
        assert world.queue() == [] and all(len(server.mail_of(user)) == 1 for user in "abc")
        assert world.log().count(" X=TLS1.3:") == 3


def test_cut_anywhere(place, postern):
    """A connection that ends after so many bytes of the server's, before, in and behind the handshake: the mail waits, or is there."""
    with secure_dovecot(place, "good") as server:
        for limit in (1, 60, 100, 150, 180, 250, 400, 700, 900, 1100, 1300, 1500, 1700):
            between = Between(server.port, cut_after(limit))
            world = world_with(place, postern, between.port)
            before = len(server.mail_of("joe"))
            world.send("joe@test.example")
            came = len(server.mail_of("joe")) - before
            delivered = " => " in world.log()
            assert (len(world.queue()) == 1) != delivered and came <= 1, world.log()
            assert came == 1 if delivered else " == " in world.log()
            assert b"MAIL" not in between.from_client
            between.close()


def test_an_offer_that_somebody_has_taken_away(place, postern):
    def strip(data, _):
        return data.replace(b"STARTTLS", b"XXXXXXXX")
    with secure_dovecot(place, "good") as server:
        between = Between(server.port, strip)
        world = world_with(place, postern, between.port, "hosts_require_tls = localhost")
        world.send("joe@test.example")
        assert "defer (-38) H=localhost [127.0.0.1]: a TLS session is required, but the server did not offer TLS support" in world.log()
        assert b"MAIL" not in between.from_client and server.mail_of("joe") == []
        between.close()


@pytest.mark.parametrize("words", ["250 ok\r\n", "250-localhost\r\n250 PIPELINING\r\n", "250 half"])
def test_words_in_front_of_tls(place, postern, words):
    """D-lmtp-tls-clear: nor is the mail sent in the clear then."""
    def inject(data, _):
        return data + words.encode() if data.startswith(b"220 2.0.0") else data
    with secure_dovecot(place, "good") as server:
        between = Between(server.port, inject)
        world = world_with(place, postern, between.port, "tls_tempfail_tryclear")
        world.send("joe@test.example")
        assert " == " in world.log() and len(world.queue()) == 1, world.log()
        assert b"MAIL" not in between.from_client and server.mail_of("joe") == []
        between.close()


# ---- our own certificate ----

def own_certificate(place, where: str = "own"):
    path = place / where / "own.pem"
    path.parent.mkdir()
    path.write_text(authority().issue("DNS:client"))
    path.chmod(0o600)
    return path


def test_a_key_that_only_root_can_read(place, postern):
    path, port = own_certificate(place), free_port()
    (place / "own").chmod(0o700)
    ca = place / "ca.pem"
    ca.write_text(authority().certificate)
    with scripted(place, {"tls": [f"ask={ca}"]}, port):
        world = world_with(place, postern, port, f"tls_certificate = {path}")
        world.send("joe@test.example")
        assert world.queue() == [], world.log()
    assert "--- TLS with commonName=client, for localhost\n" in (place / "heard").read_text()


def test_a_key_that_somebody_else_could_replace(place, postern):
    path, port = own_certificate(place), free_port()
    (place / "own").chmod(0o777)
    with scripted(place, {}, port):
        world = world_with(place, postern, port, f"tls_certificate = {path}")
        world.send("joe@test.example")
        assert f'defer (-1): TLS session: tls_certificate: {path}: others than its owner can change "own"' in world.log()
    assert not (place / "heard").exists()
    plan = world.run("explain", "-C", str(world.config), "joe@test.example", config=False)
    assert "others than its owner can change" in plan.out


# ---- the library ----

WITHOUT_OPENSSL = ("unshare", "-m", "sh", "-c", 'mount --bind /dev/null "$(ldconfig -p | sed -n "s|.*libssl.so.3.*=> ||p" | head -1)" && exec "$@"', "sh")


def test_without_openssl(place, postern):
    with secure_dovecot(place, "good") as server:
        world = world_with(place, postern, server.port)
        world.send("joe@test.example", prefix=WITHOUT_OPENSSL)
        assert "defer (-37) H=localhost [127.0.0.1]: TLS session: libssl.so.3 is not installed" in world.log(), world.log()
        told = world.run("check", str(world.config), config=False, prefix=WITHOUT_OPENSSL)
        assert told.code == 0 and "warning: transport lmtp: libssl.so.3 is not installed: deliveries to servers that want TLS will be deferred" in told.out
        assert "libssl" not in world.run("check", str(world.config), config=False).out
        world.run("-qff")
        assert world.queue() == [] and len(server.mail_of("joe")) == 1


def calls_of(world, place, *to: str) -> list[list[str]]:
    """System calls of the delivery, one list a process."""
    trace = place / "trace"
    trace.mkdir(exist_ok=True)
    world.send(*to, prefix=("strace", "-ff", "-qqq", "-e", "trace=openat,setresuid", "-o", str(trace / "t")))
    return [path.read_text().splitlines() for path in sorted(trace.iterdir())]


def test_it_is_loaded_where_it_is_needed(place, postern):
    """By the delivery child, after it has become the user; not by deliveries without TLS."""
    def loads(line):
        return "libssl" in line and "ENOENT" not in line
    linked = subprocess.run(["ldd", postern], capture_output=True, text=True, check=True).stdout
    assert "libssl" not in linked and "libcrypto" not in linked
    with secure_dovecot(place, "good") as server:
        world = world_with(place, postern, server.port)
        processes = [lines for lines in calls_of(world, place, "joe@test.example") if any(map(loads, lines))]
        assert world.queue() == [] and len(processes) == 1
        (lines,) = processes
        assert any(line.startswith("setresuid(") for line in lines[:next(n for n, line in enumerate(lines) if loads(line))])
    with dovecot(place / "plain") as server:
        world = world_with(place, postern, server.port)
        (place / "trace").rename(place / "old")
        assert not any(loads(line) for lines in calls_of(world, place, "joe@test.example") for line in lines)
        assert world.queue() == []


def test_the_plan(place, postern):
    world = world_with(place, postern, 24, "hosts_require_tls = *.example")
    told = world.run("explain", "-C", str(world.config), "joe@test.example", config=False)
    assert "begin TLS where the server offers it (avoided: none; required: *.example); check certificates with tls_verify_certificates = " in told.out
