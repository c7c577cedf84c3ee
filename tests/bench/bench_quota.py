#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does a quota cost in a Maildir of 100,000 messages, with exim4 and with Postern?

Delivers to one such Maildir in turn with exim4 and Postern, each with a quota that is counted, with one that is kept in
maildirsize, and with none, and prints medians of CPU and wall time of a delivery. Runs as root, in the same surroundings
as bench_delivery.py.
"""
import shutil
import statistics

import bench_delivery as bench

QUOTAS = {
    "no quota": "",
    "quota, counted": "  quota = 100G\n",
    "quota, size file": "  quota = 100G\n  maildir_use_size_file\n",
}


class QuotaSide(bench.Side):
    """A side that delivers to the shared Maildir."""

    def __init__(self, name, binary, place, quota, maildir):
        self.quota, self.maildir = quota, maildir
        super().__init__(name, binary, place, f"quota-{list(QUOTAS).index(quota)}")

    def target(self):
        return f"driver = appendfile\n  directory = {self.maildir}\n  maildir_format\n" + QUOTAS[self.quota]


def fill(maildir, count):
    for part in ("", "tmp", "new", "cur"):
        (maildir / part).mkdir(parents=True, exist_ok=True)
        shutil.chown(maildir / part, bench.USER)
    for number in range(count):
        (maildir / "cur" / f"1600000000.M{number}P1.host:2,S").write_bytes(b"Subject: old\n\nold\n")


def main():
    arguments = bench.parser(__doc__, 100_000, "in the Maildir", "5 deliveries of each kind")
    arguments.add_argument("--deliveries", type=int, default=20, help="of each kind (default 20)")
    options = arguments.parse_args()
    programs = bench.programs_of(options)
    deliveries = 5 if options.quick else options.deliveries
    # Neither takes a message when less than 100 inodes are left (check_spool_inodes).
    inodes = 2 * options.messages + 10_000
    with bench.surroundings(not options.no_loop, 512 + options.messages // 100, inodes) as (scratch, place, what):
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
    if arrived != (deliveries + 1) * len(sides):
        raise SystemExit(f"bench: {arrived} of {(deliveries + 1) * len(sides)} messages arrived")
    print(f"one delivery into a Maildir of {options.messages} messages, {what}")
    print(f"{'':20}  {'CPU, ms':>28}  {'wall, ms':>28}")
    print(bench.HEADINGS)
    for quota in QUOTAS:
        pairs = [[1000 * statistics.median(sample[column] for sample in samples[quota, name]) for name in programs]
                 for column in (0, 1)]
        print(bench.table_line(quota, pairs))



if __name__ == "__main__":
    main()
