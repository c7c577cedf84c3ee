# SPDX-License-Identifier: Apache-2.0
"""./dev demo's second half: the example configuration delivers the example messages whole."""

import shutil
import subprocess
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "virtual-mailboxes"


def test_demo(postern):
    # Not pytest's tmp_path: the mailboxes' user must be able to reach the directory.
    made = subprocess.run(["mktemp", "-d", "/tmp/postern-demo-test.XXXXXX"], capture_output=True, text=True, check=True)
    directory = made.stdout.strip()
    try:
        demo = subprocess.run([EXAMPLE / "demo", postern, directory], capture_output=True, text=True, check=False)
        assert demo.returncode == 0, demo.stdout + demo.stderr
        assert "yes: 6 messages in each mailbox" in demo.stdout
        assert demo.stdout.count(" Completed\n") == 6
    finally:
        shutil.rmtree(directory)


def test_check_mailboxes_sees_a_lost_line(tmp_path):
    message = b"From: a@example.org\nSubject: one\n\nfirst\nsecond\n"
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "1.eml").write_bytes(message)
    (tmp_path / "mail/anna/Maildir/new").mkdir(parents=True)
    (tmp_path / "mail/anna/Maildir/new/1").write_bytes(message.replace(b"second\n", b""))
    (tmp_path / "mail/boris").mkdir(parents=True)
    (tmp_path / "mail/boris/mbox").write_bytes(b"From a@example.org Mon Jun  1 09:00:00 2026\n" + message + b"\n")
    check = subprocess.run([EXAMPLE / "check-mailboxes", tmp_path], capture_output=True, text=True, check=False)
    assert check.returncode == 1
    assert check.stdout == "Anna's Maildir: the body of 'one' differs\n"
