#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does an automatic reply cost when a million senders have been answered before?

The same configuration (autoreply with `once`, the reply into an mbox) for `exim4 -odf` and `postern -odf`, messages from
new senders and from known ones, in turns. Exim's database is Berkeley DB (made with perl's DB_File), Postern's is SQLite
(made with `postern once import`). Prints the median CPU time of a message, user and system, of all children, and the
ratio; exits with 1 if it is above the aim. Runs as root, in a mount namespace of its own because of exim4's list of
trusted configurations.
"""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

AIM = 0.3
CONFIG = """primary_hostname = bench.example.com
qualify_domain = example.com
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = {base}/spool
log_file_path = {base}/log/%slog
keep_environment =
begin routers
answer:
  driver = accept
  domains = example.com
  transport = answer
rest:
  driver = accept
  transport = rest
begin transports
answer:
  driver = autoreply
  to = $sender_address
  text = away
  once = {base}/mail/once
  user = Debian-exim
rest:
  driver = appendfile
  file = {base}/mail/box
  user = Debian-exim
"""
MAKE_DBM = r"""use DB_File; use Fcntl; my %h; my $i = DB_File::HASHINFO->new; $i->{bsize} = 4096; $i->{cachesize} = 256*1024*1024;
tie(%h, 'DB_File', $ARGV[0], O_RDWR|O_CREAT, 0600, $i) or die $!;
$h{"sender$_\@example.org\0"} = pack('q', 1600000000) for 1 .. $ARGV[1]; untie %h;"""


class Side:
    def __init__(self, name, binary, place):
        self.name, self.base = name, place / name
        for folder in ("spool", "log", "mail"):
            (self.base / folder).mkdir(parents=True)
            shutil.chown(self.base / folder, "Debian-exim", "Debian-exim")
        self.config = self.base / "config"
        self.config.write_text(CONFIG.format(base=self.base))
        self.command = [binary, "-C", str(self.config), "-odf", "-oi"]

    def cpu(self, sender):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*self.command, "-f", sender, "box@example.com"], check=True, cwd="/", input=b"To: box@example.com\nSubject: s\n\nBody\n")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def replies(self):
        box = self.base / "mail/box"
        return box.read_bytes().count(b"\nAuto-Submitted: auto-replied\n") if box.exists() else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--postern", type=lambda path: str(Path(path).resolve()), default=str(Path(__file__).parents[2] / "build/release/bin/postern"))
    parser.add_argument("--senders", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=15)
    options = parser.parse_args()
    if os.environ.get("BENCH_ONCE_NAMESPACE") != "1":
        os.execvpe("unshare", ["unshare", "-m", sys.executable, __file__, *sys.argv[1:]], {**os.environ, "BENCH_ONCE_NAMESPACE": "1"})
    with tempfile.TemporaryDirectory(prefix="bench-once-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        exim, postern = Side("exim4", "/usr/sbin/exim4", place), Side("postern", options.postern, place)
        (place / "trusted").write_text(f"{exim.config}\n")
        subprocess.run(["mount", "--bind", place / "trusted", "/etc/exim4/trusted_configs"], check=True)
        subprocess.run(["perl", "-e", MAKE_DBM, exim.base / "mail/once", str(options.senders)], check=True)
        known = "".join(f"1600000000 sender{n}@example.org\n" for n in range(1, options.senders + 1))
        subprocess.run([options.postern, "once", "import", postern.base / "mail/once"], input=known.encode(), check=True)
        for side in (exim, postern):
            shutil.chown(side.base / "mail/once", "Debian-exim", "Debian-exim")
        worst = 0.0
        for what, sender in (("a new sender", "new{}@example.org"), ("a known sender", "sender{}@example.org")):
            times = {side.name: [] for side in (exim, postern)}
            for n in range(1, options.messages + 1):
                for side in (exim, postern):
                    times[side.name].append(side.cpu(sender.format(n * 997)))
            theirs, ours = (statistics.median(times[side.name]) * 1000 for side in (exim, postern))
            worst = max(worst, ours / theirs)
            print(f"{what}: exim4 {theirs:.1f} ms, postern {ours:.1f} ms, ratio {ours / theirs:.2f}")
        answered = [side.replies() for side in (exim, postern)]
        assert answered == [options.messages] * 2, f"replies: {answered}, not {options.messages} each"
        print(f"worst ratio {worst:.2f}, aim {AIM}")
        return 0 if worst <= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
