#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does one delivery cost, with exim4 and with Postern?

Gives the same messages, one process a message, to `exim4 -odf` and `postern -odf` with the same configuration (accept
router, appendfile into a Maildir or an mbox, or a pipe to /bin/cat), in blocks A B A B. Measures CPU time (user and
system, of all children) and wall time, checks that every body arrived intact (of the pipe: that every message was
delivered), prints medians over the blocks and their ratio.

Runs as root. Each side has its own spool, log and mail directory, on an ext4 image on a loop device where that can be
mounted (a container's root may have no journal), else in a plain directory. It works in a mount namespace of its own,
so that exim4's list of trusted configurations is changed for this run only.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

EXIM = "/usr/sbin/exim4"
USER = "mail"
SENDER = "sender@example.org"
RECIPIENT = "box@example.com"
SIZES = {"1 KiB": 1024, "10 KiB": 10 * 1024, "100 KiB": 100 * 1024}
AIM_CASES = (("maildir", "1 KiB"), ("pipe", "1 KiB"))
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
AIMS = {"cpu": 0.25, "wall": 0.5}

CONFIG = """\
primary_hostname = bench.example.com
spool_directory = {base}/spool
log_file_path = {base}/log/%slog
keep_environment =
never_users =
domainlist local_domains = example.com
begin routers
all:
  driver = accept
  domains = +local_domains
  transport = box
begin transports
box:
  user = {user}
  {target}
  return_path_add
  envelope_to_add
  delivery_date_add
"""
TARGETS = {
    "maildir": "driver = appendfile\n  directory = {base}/mail/Maildir\n  maildir_format",
    "mbox": "driver = appendfile\n  file = {base}/mail/mbox",
    "pipe": "driver = pipe\n  command = /bin/cat\n  max_output = 1M",
}


class Side:
    """One program with one configuration in its own directories."""

    def __init__(self, name, binary, place, kind):
        self.name, self.kind = name, kind
        self.base = place / f"{kind}-{name}"
        for folder in ("spool", "log", "mail"):
            (self.base / folder).mkdir(parents=True)
        self.base.chmod(0o755)
        shutil.chown(self.base / "mail", USER)
        for folder in ("spool", "log"):
            shutil.chown(self.base / folder, "Debian-exim", "Debian-exim")
        self.config = self.base / "config"
        target = self.target().format(base=self.base)
        self.config.write_text(CONFIG.format(base=self.base, user=USER, target=target))
        self.command = [str(binary), "-C", str(self.config), "-odf", "-oi", "-f", SENDER, RECIPIENT]

    def target(self):
        return TARGETS[self.kind]

    def deliver(self, messages):
        """Returns (CPU seconds, wall seconds)."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        self.give(messages)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall

    def give(self, messages):
        for message in messages:
            pid = os.posix_spawn(self.command[0], self.command, ENVIRONMENT,
                                 file_actions=[(os.POSIX_SPAWN_OPEN, 0, str(message), os.O_RDONLY, 0)])
            _, status = os.waitpid(pid, 0)
            if status != 0:
                raise SystemExit(f"{' '.join(self.command)} < {message}: wait status {status}")

    def delivered_bodies(self):
        if self.kind == "maildir":
            return [path.read_bytes().split(b"\n\n", 1)[1] for path in (self.base / "mail/Maildir/new").glob("*")]
        parts = re.split(rb"(?:\A|(?<=\n\n))From [^\n]*\n", (self.base / "mail/mbox").read_bytes())[1:]
        return [part[:-1].split(b"\n\n", 1)[1] for part in parts]


def write_messages(folder, count, size):
    """Files of about `size` bytes, each with a body of its own."""
    folder.mkdir(parents=True)
    paths, bodies = [], []
    filler = b"The quick brown fox jumps over the lazy dog, 0123456789.\n"
    for number in range(count):
        header = (f"From: Sender <{SENDER}>\nTo: <{RECIPIENT}>\nSubject: message {number}\n"
                  f"Date: Mon, 01 Jun 2026 09:00:00 +0000\nMessage-ID: <{number}.{size}@example.org>\n\n").encode()
        start = f"Message {number} of {size} bytes\n".encode()
        room = size - len(header) - len(start)
        body = start + (filler * (room // len(filler) + 1))[:room - 1] + b"\n"
        path = folder / f"{number:05}"
        path.write_bytes(header + body)
        paths.append(path)
        bodies.append(body)
    return paths, bodies


def check_intact(side, bodies):
    if side.kind == "pipe":
        delivered = (side.base / "log/mainlog").read_text().count(f" => box <{RECIPIENT}> R=all T=box\n")
        if delivered != len(bodies):
            raise SystemExit(f"{side.name}, pipe: {delivered} of {len(bodies)} messages delivered, see {side.base}/log")
        return
    found, wanted = Counter(side.delivered_bodies()), Counter(bodies)
    if found != wanted:
        missing, extra = wanted - found, found - wanted
        raise SystemExit(f"{side.name}, {side.kind}: {missing.total()} messages missing or changed, "
                         f"{extra.total()} that nobody sent; see {side.base}/log/mainlog:\n"
                         + (side.base / "log/mainlog").read_text()[-2000:])


def blocks_of(items, blocks):
    size = max(1, len(items) // blocks)
    return [items[i:i + size] for i in range(0, len(items), size)]


def run_case(kind, sides, messages, bodies, progress):
    """Runs all messages through both sides; returns {side name: {"cpu": ms, "wall": ms}}, medians over blocks."""
    samples = {side.name: [] for side in sides}
    chunks = blocks_of(messages, 20)
    for number, chunk in enumerate(chunks):
        progress(f"{kind}: block {number + 1} of {len(chunks)}")
        for side in sides if number % 2 == 0 else reversed(sides):
            cpu, wall = side.deliver(chunk)
            samples[side.name].append((cpu / len(chunk), wall / len(chunk)))
    for side in sides:
        check_intact(side, bodies)
    return {name: {"cpu": 1000 * statistics.median(cpu for cpu, _ in values),
                   "wall": 1000 * statistics.median(wall for _, wall in values)}
            for name, values in samples.items()}


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def enter_namespace(arguments):
    """Starts this program again in its own mount namespace, once."""
    if os.environ.get("POSTERN_BENCH_INSIDE"):
        return
    os.environ["POSTERN_BENCH_INSIDE"] = "1"
    unshare = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run(unshare + ["true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        raise SystemExit("bench: needs to be root, and allowed to make a mount namespace (unshare --mount)")
    os.execvp("unshare", unshare + [sys.executable, *arguments])


def trust(place, configs):
    """Makes exim4 keep root with these configurations: a private /etc/exim4 over the real one."""
    private = place / "etc-exim4"
    shutil.copytree("/etc/exim4", private, symlinks=True)
    (private / "trusted_configs").write_text("".join(f"{config}\n" for config in configs))
    subprocess.run(["mount", "--bind", private, "/etc/exim4"], check=True)


def make_place(scratch, use_loop, megabytes, inodes=0):
    """Returns (directory to deliver in, what it is)."""
    place = scratch / "fs"
    place.mkdir()
    if use_loop:
        image = scratch / "image"
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        sized = ["-N", str(inodes)] if inodes else []
        made = subprocess.run(["mkfs.ext4", "-q", "-F", *sized, image], check=False, capture_output=True, text=True)
        if made.returncode == 0:
            made = subprocess.run(["mount", "-o", "loop", image, place], check=False, capture_output=True, text=True)
        if made.returncode == 0:
            place.chmod(0o755)
            return place, "ext4 image on a loop device"
        print(f"no loop mount: {made.stderr.strip()}")
    kind = subprocess.run(["stat", "-f", "-c", "%T", place], check=True, capture_output=True, text=True).stdout.strip()
    return place, f"plain directory {place} ({kind})"


@contextmanager
def surroundings(use_loop, megabytes, inodes=0):
    """Gives (directory for what is needed besides, directory to deliver in, what that is)."""
    with tempfile.TemporaryDirectory(prefix="postern-bench.", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        place, what = make_place(scratch, use_loop, megabytes, inodes)
        try:
            yield scratch, place, what
        finally:
            show_progress("")
            if what.startswith("ext4"):
                subprocess.run(["umount", place], check=False)


def parser(doc, messages, what, quick):
    """With the options that all of these benches have."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--postern", type=Path, default=Path("build/release/bin/postern"))
    made.add_argument("--messages", type=int, default=messages, help=f"{what} (default {messages})")
    made.add_argument("--quick", action="store_true", help=quick)
    made.add_argument("--no-loop", action="store_true", help="deliver in a plain directory")
    return made


def programs_of(options):
    """The two to be compared; this program goes on in a namespace of its own."""
    programs = {"exim4": Path(EXIM), "postern": options.postern.resolve()}
    for binary in programs.values():
        if not os.access(binary, os.X_OK):
            raise SystemExit(f"bench: there is no {binary}")
    enter_namespace(sys.argv)
    return programs


HEADINGS = f"{'':20}  {'exim4':>9} {'postern':>9} {'ratio':>8}  {'exim4':>9} {'postern':>9} {'ratio':>8}"


def table_line(name, pairs):
    """`pairs`: what exim4 and what Postern needed, in milliseconds, of CPU and of wall time."""
    return f"{name:20}" + "".join(f"  {theirs:9.2f} {ours:9.2f} {ours / theirs:8.3f}" for theirs, ours in pairs)


def print_table(results):
    print(f"\n{'':20}  {'CPU, ms a message':>28}  {'wall, ms a message':>28}")
    print(HEADINGS)
    for (kind, size), row in results.items():
        print(table_line(f"{kind}, {size}", [(row["exim4"][what], row["postern"][what]) for what in ("cpu", "wall")]))
    for case in AIM_CASES:
        for what, aim in AIMS.items() if case in results else ():
            row = results[case]
            ratio = row["postern"][what] / row["exim4"][what]
            verdict = "reached" if ratio <= aim else "MISSED"
            print(f"aim: {what} ratio of {', '.join(case)} at most {aim}: {ratio:.3f}, {verdict}")


def main():
    arguments = parser(__doc__, 1000, "of each size", "100 messages of each size")
    arguments.add_argument("--kind", choices=TARGETS, action="append", help="only this kind of mailbox")
    arguments.add_argument("--json", type=Path, help="write the medians there as well")
    options = arguments.parse_args()
    programs = programs_of(options)

    count = 100 if options.quick else options.messages
    kinds = options.kind or list(TARGETS)
    # Each side keeps every message of every case until the end.
    megabytes = 512 + 3 * len(kinds) * count * sum(SIZES.values()) // (1 << 20)
    results = {}
    with surroundings(not options.no_loop, megabytes) as (scratch, place, what):
        cases = {(kind, size): [Side(name, binary, place / size.replace(" ", ""), kind)
                                for name, binary in programs.items()]
                 for kind in kinds for size in SIZES}
        trust(scratch, [side.config for sides in cases.values() for side in sides])
        print(f"{count} messages of each size, one process a message, {os.cpu_count()} CPUs, {what}", flush=True)
        for size_name, size in SIZES.items():
            messages, bodies = write_messages(scratch / "messages" / size_name.replace(" ", ""), count, size)
            for kind in kinds:
                results[kind, size_name] = run_case(f"{kind}, {size_name}", cases[kind, size_name], messages, bodies,
                                                    show_progress)
    print_table(dict(sorted(results.items(), key=lambda item: kinds.index(item[0][0]))))
    print("every message arrived intact")
    if options.json:
        options.json.write_text(json.dumps({f"{kind}, {size}": row for (kind, size), row in results.items()}, indent=1))


if __name__ == "__main__":
    main()
