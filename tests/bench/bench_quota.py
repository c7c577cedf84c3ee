#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does a quota cost in a Maildir of 100,000 messages, with exim4 and with Postern?

Delivers to one such Maildir in turn with exim4 and Postern, each with a quota that is counted, with one that is kept in
maildirsize, and with none, and prints medians of CPU and wall time of a delivery. Runs as root, in the same surroundings
as bench_delivery.py.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import bench_delivery as bench

QUOTAS = {
    "no quota": "",
    "quota, counted": "  quota = 100G\n",
    "quota, size file": "  quota = 100G\n  maildir_use_size_file\n",
}


class QuotaSide(bench.Side):
    """A side that delivers to the shared Maildir."""

    def __init__(self, name, binary, place, quota, maildir):
        self.name, self.kind = name, "maildir"
        self.base = place / f"{name}-{list(QUOTAS).index(quota)}"
        for folder in ("spool", "log"):
            (self.base / folder).mkdir(parents=True)
            shutil.chown(self.base / folder, "Debian-exim", "Debian-exim")
        self.base.chmod(0o755)
        self.config = self.base / "config"
        target = f"driver = appendfile\n  directory = {maildir}\n  maildir_format"
        self.config.write_text(bench.CONFIG.format(base=self.base, user=bench.USER, target=target) + QUOTAS[quota])
        self.command = [str(binary), "-C", str(self.config), "-odf", "-oi", "-f", bench.SENDER, bench.RECIPIENT]


def fill(maildir, count):
    for part in ("", "tmp", "new", "cur"):
        (maildir / part).mkdir(parents=True, exist_ok=True)
        shutil.chown(maildir / part, bench.USER)
    for number in range(count):
        (maildir / "cur" / f"1600000000.M{number}P1.host:2,S").write_bytes(b"Subject: old\n\nold\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postern", type=Path, default=Path("build/release/bin/postern"))
    parser.add_argument("--messages", type=int, default=100_000, help="in the Maildir (default 100000)")
    parser.add_argument("--deliveries", type=int, default=20, help="of each kind (default 20)")
    parser.add_argument("--quick", action="store_true", help="5 deliveries of each kind")
    parser.add_argument("--no-loop", action="store_true", help="deliver in a plain directory")
    options = parser.parse_args()
    for binary in (Path(bench.EXIM), options.postern):
        if not os.access(binary, os.X_OK):
            raise SystemExit(f"bench: there is no {binary}")
    bench.enter_namespace(sys.argv)
    deliveries = 5 if options.quick else options.deliveries
    programs = {"exim4": Path(bench.EXIM), "postern": options.postern.resolve()}
    with tempfile.TemporaryDirectory(prefix="postern-bench.", ignore_cleanup_errors=True) as scratch_name:
        scratch = Path(scratch_name)
        scratch.chmod(0o755)
        place, what = bench.make_place(scratch, not options.no_loop, 512 + options.messages // 100, 2 * options.messages)
        try:
            maildir = place / "Maildir"
            bench.show_progress(f"making {options.messages} messages")
            fill(maildir, options.messages)
            sides = {(quota, name): QuotaSide(name, binary, place, quota, maildir)
                     for quota in QUOTAS for name, binary in programs.items()}
            bench.trust(scratch, [side.config for side in sides.values()])
            (message,), _ = bench.write_messages(scratch / "messages", 1, 1024)
            samples = {key: [] for key in sides}
            for side in sides.values():
                side.deliver([message])                    # whoever keeps a size knows it now
            for number in range(deliveries):
                bench.show_progress(f"delivery {number + 1} of {deliveries}")
                for key, side in sides.items():
                    samples[key].append(side.deliver([message]))
            arrived = sum(1 for _ in (maildir / "new").iterdir())
        finally:
            bench.show_progress("")
            if what.startswith("ext4"):
                subprocess.run(["umount", place], check=False)
    if arrived != (deliveries + 1) * len(sides):
        raise SystemExit(f"bench: {arrived} of {(deliveries + 1) * len(sides)} messages arrived")
    print(f"one delivery into a Maildir of {options.messages} messages, {what}")
    print(f"{'':20}  {'CPU, ms':>28}  {'wall, ms':>28}")
    print(f"{'':20}  {'exim4':>9} {'postern':>9} {'ratio':>8}  {'exim4':>9} {'postern':>9} {'ratio':>8}")
    for quota in QUOTAS:
        line = f"{quota:20}"
        for column in (0, 1):
            theirs, ours = (1000 * statistics.median(sample[column] for sample in samples[quota, name]) for name in programs)
            line += f"  {theirs:9.2f} {ours:9.2f} {ours / theirs:8.3f}"
        print(line)


if __name__ == "__main__":
    main()
