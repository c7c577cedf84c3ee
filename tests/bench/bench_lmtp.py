#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does a message cost on its way out over LMTP, with exim4's queue runner and with Postern's?

Queues the same messages with both programs, with 1 and with 50 recipients each, and lets one queue runner of each send
them to Postfix's `smtp-sink -L` on a Unix socket. Measures CPU time (user and system, of all children) and wall time of
the queue run, in turns, and checks that every recipient was delivered. Runs as root, in a mount namespace of its own,
with both queues on a journaled file system of their own where that can be mounted (bench_delivery.py).
"""

import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import bench_delivery as bench

REPOSITORY = Path(__file__).resolve().parents[2]
USER = "mail"
AIM = 0.2
RECIPIENTS = (1, 50)
BLOCKS = 5
CONFIG = """\
primary_hostname = bench.example.com
spool_directory = {base}/spool
log_file_path = {base}/log/%slog
keep_environment =
queue_run_in_order
never_users =
begin routers
all:
  driver = accept
  transport = out
begin transports
out:
  driver = lmtp
  socket = {socket}
  batch_max = 200
  user = {user}
"""


class Side:
    """One program with its own queue."""

    def __init__(self, name, binary, place, socket):
        self.name, self.binary, self.base = name, str(binary), place / name
        for folder in ("spool", "log"):
            (self.base / folder).mkdir(parents=True)
            shutil.chown(self.base / folder, "Debian-exim", "Debian-exim")
        self.base.chmod(0o755)
        self.config = self.base / "config"
        self.config.write_text(CONFIG.format(base=self.base, socket=socket, user=USER))

    def call(self, *arguments, message=None):
        subprocess.run([self.binary, "-C", str(self.config), *arguments], input=message, check=True,
                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def fill(self, messages, recipients):
        text = (b"From: a@example.org\nTo: b@example.com\nSubject: x\nDate: Mon, 01 Jun 2026 09:00:00 +0000\n"
                b"Message-ID: <1@example.org>\n\n" + b"The quick brown fox jumps over the lazy dog, 0123456789.\n" * 16)
        to = [f"user{n}@example.com" for n in range(recipients)]
        for _ in range(messages):
            self.call("-odq", "-oi", "-f", "sender@example.org", *to, message=text)

    def run_queue(self):
        """Returns (CPU seconds, wall seconds)."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        self.call("-q")
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall

    def check(self, wanted):
        log = (self.base / "log" / "mainlog").read_text()
        delivered = log.count(" => ") + log.count(" -> ")
        left = list((self.base / "spool" / "input").glob("*-H"))
        if delivered != wanted or left:
            raise SystemExit(f"bench: {self.name} delivered {delivered} of {wanted}, {len(left)} messages are queued\n"
                             + log[-2000:])


@contextlib.contextmanager
def sink(path):
    program = subprocess.run([REPOSITORY / "tools" / "smtp_sink.sh"], check=True, capture_output=True, text=True)
    server = subprocess.Popen([program.stdout.strip(), "-L", "-u", "nobody", f"unix:{path}", "1000"])
    try:
        while not path.exists():
            time.sleep(0.02)
        path.chmod(0o666)
        yield
    finally:
        server.terminate()
        server.wait()


def measure(sides, messages, recipients):
    """{side name: [(CPU, wall) of a message, one a block]}"""
    samples = {side.name: [] for side in sides}
    for block in range(BLOCKS):
        bench.show_progress(f"{recipients} recipients: block {block + 1} of {BLOCKS}")
        for side in sides if block % 2 == 0 else reversed(sides):
            side.fill(messages // BLOCKS, recipients)
            cpu, wall = side.run_queue()
            samples[side.name].append((cpu / (messages // BLOCKS), wall / (messages // BLOCKS)))
    bench.show_progress("")
    return samples


def run_case(options, programs, messages, recipients):
    """Returns (samples of both sides, in what kind of place)."""
    with bench.surroundings(not options.no_loop, 512) as (scratch, place, what):
        sides = [Side(name, binary, place, scratch / "sink") for name, binary in programs.items()]
        bench.trust(scratch, [side.config for side in sides])
        with sink(scratch / "sink"):
            samples = measure(sides, messages, recipients)
        for side in sides:
            side.check(messages * recipients)
        subprocess.run(["umount", "/etc/exim4"], check=True)
    return samples, what


def main():
    options = bench.parser(__doc__, 1000, "with each number of recipients", "100 messages").parse_args()
    programs = bench.programs_of(options)
    messages = 100 if options.quick else options.messages
    print(f"{messages} messages by a queue runner into smtp-sink -L, {os.cpu_count()} CPUs")
    print(f"{'recipients':>10}  {'CPU, ms a message':>28}  {'wall, ms a message':>28}")
    for recipients in RECIPIENTS:
        samples, what = run_case(options, programs, messages, recipients)
        line = f"{recipients:>10}"
        for field in (0, 1):
            theirs, ours = (1000 * statistics.median(value[field] for value in samples[name]) for name in programs)
            verdict = "reached" if ours / theirs <= AIM else "MISSED"
            line += f"  {theirs:7.2f} {ours:7.2f} {ours / theirs:6.3f} {verdict}"
        print(f"{line}  {what}", flush=True)


if __name__ == "__main__":
    main()
