# SPDX-License-Identifier: Apache-2.0
"""Real LMTP servers for the time of a test: the lmtpd of Dovecot and of Cyrus, Postfix's smtp-sink, on Unix sockets and
loopback ports."""
from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

DOVECOT = """protocols = lmtp
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
ssl = {ssl}
{certificate}
mail_location = maildir:{root}/home/%n
first_valid_uid = 1
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={root}/home/%n allow_all_users=yes
}}
passdb {{
  driver = static
  args = nopassword=y
}}
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
service lmtp {{
  unix_listener {root}/lmtp {{
    mode = 0666
  }}
  inet_listener lmtp {{
    address = 127.0.0.1 ::1
    port = {port}
  }}
}}
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::", 0))
        return probe.getsockname()[1]


def wait_for(path: str | None = None, port: int = 0, seconds: float = 10) -> None:
    """Until somebody accepts connections there."""
    end = time.monotonic() + seconds
    while True:
        with socket.socket(socket.AF_UNIX if path else socket.AF_INET) as probe:
            try:
                return probe.connect(path or ("127.0.0.1", port))
            except OSError:
                if time.monotonic() > end:
                    raise
        time.sleep(0.02)


@contextlib.contextmanager
def running(command: list[str], **more):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class Dovecot:
    def __init__(self, root: pathlib.Path, port: int):
        self.root, self.socket, self.port = root, str(root / "lmtp"), port

    def mail_of(self, user: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.root / "home" / user / "new").glob("*"))]

    def log(self) -> str:
        return (self.root / "dovecot.log").read_text(errors="replace")


@contextlib.contextmanager
def dovecot(root: pathlib.Path, certificate: str = "", extra: str = ""):
    """certificate: PEM file with key, for STARTTLS."""
    for name, mode in (("", 0o755), ("home", 0o777), ("run", 0o755), ("state", 0o755)):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name).chmod(mode)
    port = free_port()
    config = root / "dovecot.conf"
    with_certificate = f"ssl_cert = <{certificate}\nssl_key = <{certificate}\n" if certificate else ""
    config.write_text(DOVECOT.format(root=root, port=port, ssl="yes" if certificate else "no", certificate=with_certificate) + extra)
    with running(["/usr/sbin/dovecot", "-F", "-c", str(config)]):
        wait_for(str(root / "lmtp"))
        yield Dovecot(root, port)


CYRUS = """cyrus_user: mail
configdirectory: {root}/conf
partition-default: {root}/spool
sievedir: {root}/sieve
servername: test.example
autocreate_post: yes
autocreate_quota: {quota}
autocreate_users: {users}
duplicatesuppression: no
"""
CYRUS_SERVICES = """START {{
  recover cmd="{bin}/ctl_cyrusdb -C {root}/imapd.conf -r"
}}
SERVICES {{
  lmtpunix cmd="{bin}/lmtpd -C {root}/imapd.conf -a" listen="{root}/socket/lmtp" prefork=1
}}
EVENTS {{
}}
"""


class Cyrus:
    def __init__(self, root: pathlib.Path):
        self.root, self.socket = root, str(root / "socket" / "lmtp")

    def mails(self) -> list[bytes]:
        """Of all mailboxes; a message that went to several is there once for each."""
        return [path.read_bytes() for path in sorted((self.root / "spool").glob("uuid/*/*/*/[0-9]*."))]


@contextlib.contextmanager
def cyrus(root: pathlib.Path, users: list[str], quota_kib: int = 100):
    """Only these users have mailboxes, made when mail comes for them, with that quota. Works as `mail`."""
    files = subprocess.run([REPOSITORY / "tools" / "unpacked.sh", "cyrus", "cyrus-common"], check=True, capture_output=True, text=True)
    files = files.stdout.strip()
    for name in ("", "conf", "spool", "sieve", "socket"):
        (root / name).mkdir(parents=True)
        shutil.chown(root / name, "mail", "mail")
        (root / name).chmod(0o755)
    (root / "imapd.conf").write_text(CYRUS.format(root=root, users=" ".join(users), quota=quota_kib))
    (root / "cyrus.conf").write_text(CYRUS_SERVICES.format(root=root, bin=f"{files}/usr/lib/cyrus/bin"))
    command = [f"{files}/usr/lib/cyrus/bin/master", "-C", str(root / "imapd.conf"), "-M", str(root / "cyrus.conf")]
    with running(command, env={**os.environ, "LD_LIBRARY_PATH": f"{files}/usr/lib/x86_64-linux-gnu"}):
        wait_for(str(root / "socket" / "lmtp"))
        yield Cyrus(root)


@contextlib.contextmanager
def smtp_sink(*options: str, path: str | None = None, port: int = 0):
    program = subprocess.run([REPOSITORY / "tools" / "smtp_sink.sh"], check=True, capture_output=True, text=True).stdout.strip()
    where = f"unix:{path}" if path else f"127.0.0.1:{port}"
    with running([program, "-L", "-u", "nobody", *options, where, "1000"]):
        wait_for(path, port)
        yield
