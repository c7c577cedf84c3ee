# SPDX-License-Identifier: Apache-2.0
"""lmtp with a command (D-lmtp-stderr): nothing of it outlives the delivery, and its standard error is no answer."""
import os
import pathlib
import time

import pytest

from world import World

ROUTERS = "all:\n  driver = accept\n  transport = lmtp\n"

STAYS = """import os, sys, time
if os.fork() == 0:
    open(sys.argv[1], "w").write(str(os.getpid()))
    while True:
        time.sleep(60)
while not os.path.exists(sys.argv[1]) or not open(sys.argv[1]).read():
    time.sleep(0.01)
"""
GOOD = """say = lambda text: (sys.stdout.write(text + "\\r\\n"), sys.stdout.flush())
say("220 ready")
for line in sys.stdin:
    if line.startswith("DATA"):
        say("354 go on")
        while next(sys.stdin) != ".\\r\\n":
            pass
    say("221 bye" if line.startswith("QUIT") else "250 ok")
    if line.startswith("QUIT"):
        break
"""


def world_with(place, postern, program: str) -> World:
    (place / "program.py").write_text(program)
    return World(place / "w", postern, routers=ROUTERS, transports=f"lmtp:\n  driver = lmtp\n  command = /usr/bin/python3 {place}/program.py {{root}}/mail/pid\n  timeout = 3s\n  user = {{user}}\n")


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("after, delivered", [(GOOD, True), ("sys.exit(1)\n", False), ("sys.stdout.write('554 no\\r\\n')\nsys.stdout.flush()\nsys.stdin.read()\n", False), ("time.sleep(600)\n", False)],
                         ids=["good", "exits", "refuses", "sleeps"])
def test_nothing_stays(place, postern, after, delivered):
    world = world_with(place, postern, STAYS + after)
    started = time.monotonic()
    world.send("a@test.example")
    assert time.monotonic() - started < 20
    assert (" => " in world.log()) == delivered, world.log()
    assert gone(int((world.root / "mail" / "pid").read_text()))


def test_standard_error_is_apart(place, postern):
    noise = "import sys\nsys.stderr.write('warning: ' + 'x' * 1000000 + '\\n')\n"
    world = world_with(place, postern, noise + GOOD)
    world.send("a@test.example")
    assert " => " in world.log() and world.queue() == []


def test_standard_error_is_shown_when_it_fails(place, postern):
    world = world_with(place, postern, "import sys\nsys.stderr.write('no such database\\n')\nsys.exit(1)\n")
    world.send("a@test.example")
    assert "LMTP connection closed after initial connection (stderr: no such database)" in world.log()


def test_umask_and_descriptors(place, postern):
    look = "import os, sys\nopen(sys.argv[1], 'w').write(oct(os.umask(0)) + ' ' + ' '.join(sorted(os.listdir('/proc/self/fd'))))\n"
    world = world_with(place, postern, look + GOOD)
    world.send("a@test.example")
    umask, *descriptors = (world.root / "mail" / "pid").read_text().split()
    assert umask == "0o77" and descriptors == ["0", "1", "2", "3", "4"]      # 3 and 4 are what it opens here
