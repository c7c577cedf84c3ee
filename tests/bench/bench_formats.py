#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does a delivery into each mailbox format cost, with exim4 and with Postern?

Gives the same messages of 1 KiB to both in blocks A B A B, as bench_delivery.py does and in the same surroundings: with
-odf into each of appendfile's formats, and for mbox and Maildir also by the queue: a block is queued with -odq, one
process a message, and delivered by one -q. Checks that every message arrived intact and prints medians and ratios.
"""
import os
import re
import subprocess

import bench_delivery as bench

FILE, DIRECTORY = "driver = appendfile\n  file = {base}/mail/box", "driver = appendfile\n  directory = {base}/mail/box"
TARGETS = {
    "mbox": FILE,
    "maildir": DIRECTORY + "\n  maildir_format",
    "mbx": FILE + "\n  mbx_format\n  message_prefix =\n  message_suffix =",
    "mailstore": DIRECTORY + "\n  mailstore_format",
    "plain": DIRECTORY,
    "bsmtp": FILE + "\n  use_bsmtp",
}
QUEUED = ("mbox", "maildir")
NO_SLOWER = 1.0
MBX_LINE = re.compile(rb"[^,\r\n]*,(\d+);[0-9a-f]{12}-[0-9a-f]{8}\r\n")


def text_of(message):
    return message.split(b"\n\n", 1)[1]


def bodies_of_mbox(content):
    return [text_of(part[:-1]) for part in re.split(rb"(?:\A|(?<=\n\n))From [^\n]*\n", content)[1:]]


def bodies_of_mbx(content):
    bodies, at = [], 2048
    while at < len(content):
        line = MBX_LINE.match(content, at)
        at = line.end() + int(line[1])
        bodies.append(text_of(content[line.end():at].replace(b"\r\n", b"\n")))
    return bodies


def bodies_of_bsmtp(content):
    return [text_of(part.split(b"DATA\n", 1)[1]) for part in content.split(b"\n.\n")[:-1]]


class FormatSide(bench.Side):
    """A side with one format, which delivers on the spot or by the queue."""

    def __init__(self, name, binary, place, kind, queued):
        self.format, self.queued = kind, queued
        super().__init__(name, binary, place, kind + ("-queued" if queued else ""))
        if queued:
            self.command[self.command.index("-odf")] = "-odq"
            self.run_queue = [str(binary), "-C", str(self.config), "-q"]

    def target(self):
        return TARGETS[self.format]

    def give(self, messages):
        super().give(messages)
        if self.queued:
            subprocess.run(self.run_queue, check=True, env=bench.ENVIRONMENT)

    def delivered_bodies(self):
        box = self.base / "mail/box"
        if self.format in ("mbox", "mbx", "bsmtp"):
            parse = {"mbox": bodies_of_mbox, "mbx": bodies_of_mbx, "bsmtp": bodies_of_bsmtp}[self.format]
            return [body if body.endswith(b"\n") else body + b"\n" for body in parse(box.read_bytes())]
        where = {"maildir": "new/*", "mailstore": "*.msg", "plain": "*"}[self.format]
        return [text_of(path.read_bytes()) for path in box.glob(where)]


def print_verdicts(results):
    for case, row in results.items():
        for what in ("cpu", "wall"):
            ratio = row["postern"][what] / row["exim4"][what]
            if ratio > NO_SLOWER:
                print(f"aim: no format slower than exim4: {what} ratio of {', '.join(case)} is {ratio:.3f}, MISSED")


def main():
    options = bench.parser(__doc__, 1000, "for each format", "100 messages for each format").parse_args()
    programs = bench.programs_of(options)
    count = 100 if options.quick else options.messages
    cases = [(kind, False) for kind in TARGETS] + [(kind, True) for kind in QUEUED]
    results = {}
    with bench.surroundings(not options.no_loop, 512 + len(cases) * count // 25) as (scratch, place, what):
        sides = {case: [FormatSide(name, binary, place, *case) for name, binary in programs.items()] for case in cases}
        bench.trust(scratch, [side.config for both in sides.values() for side in both])
        print(f"{count} messages of 1 KiB, one process a message, {os.cpu_count()} CPUs, {what}", flush=True)
        messages, bodies = bench.write_messages(scratch / "messages", count, 1024)
        for kind, queued in cases:
            results[kind, "-odq, -q" if queued else "-odf"] = bench.run_case(kind, sides[kind, queued], messages, bodies,
                                                                             bench.show_progress)
    bench.print_table(results)
    print_verdicts(results)
    print("every message arrived intact")


if __name__ == "__main__":
    main()
