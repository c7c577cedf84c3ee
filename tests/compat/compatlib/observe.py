# SPDX-License-Identifier: Apache-2.0
"""What a case leaves behind, as seven comparable texts, and the closed list of things that may vary between two runs.

Normalised: message ids, times near the run, process ids, host name, inode numbers, unique names of Maildir and plain
directory files, names of Mailstore files, dates and UID validity of MBX mailboxes, names of MBX lock files, and the version text of Received: lines with the sizes that depend on it. Nothing else. A time or id is
only replaced when it really belongs to the run: a Date: header that the test message brought along stays as it is.
"""
from __future__ import annotations

import calendar
import grp
import hashlib
import os
import pathlib
import pwd
import re
import stat
import time
from dataclasses import dataclass, field

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DAYS = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONTH = "(?:" + "|".join(MONTHS) + ")"
MESSAGE_ID = re.compile(r"(?<![0-9A-Za-z])(E?)([0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2})(?![0-9A-Za-z])")
MAILSTORE = re.compile(r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}-[0-9A-Za-z]{6}\.(?:tmp|env|msg)$")
SHOW_LIMIT = 200_000


def exim_time(message_id: str) -> int:
    seconds = 0
    for digit in message_id[:6]:
        seconds = seconds * 62 + BASE62.index(digit)
    return seconds


class Normaliser:
    def __init__(self, root: pathlib.Path, started: float, version_label: str):
        self.root = str(root)
        self.low, self.high = started - 100, time.time() + 100
        self.version_label = version_label
        self.ids: dict[str, str] = {}
        self.host = os.uname().nodename

    def _near(self, seconds: float, zone_unknown: bool = False) -> bool:
        slack = 14 * 3600 if zone_unknown else 0
        return self.low - slack <= seconds <= self.high + slack

    def _id(self, match: re.Match) -> str:
        known = match[2]
        if known not in self.ids:
            if not self._near(exim_time(known)):
                return match[0]
            self.ids[known] = f"<ID{len(self.ids) + 1}>"
        return match[1] + self.ids[known]

    def _stamp(self, match: re.Match) -> str:
        seconds = calendar.timegm(time.strptime(match[1], "%Y-%m-%d %H:%M:%S"))
        if not self._near(seconds, zone_unknown=True):
            return match[0]
        return "<STAMP" + (".mmm" if match[2] else "") + ">" + (match[3] or "")

    def _date(self, match: re.Match) -> str:
        day, month, year, clock, zone = match.groups()
        seconds = calendar.timegm(time.strptime(f"{day} {MONTHS.index(month) + 1} {year} {clock}", "%d %m %Y %H:%M:%S"))
        offset = int(zone[0] + "1") * (int(zone[1:3]) * 3600 + int(zone[3:]) * 60)
        return f"<DATE {zone}>" if self._near(seconds - offset) else match[0]

    def _mbx_date(self, match: re.Match) -> str:
        return match[0] if "DATE" not in self._date(match) else f"<MBXDATE {match[5]}>"

    def _mbx_validity(self, match: re.Match) -> str:
        return match[1] + ("<EPOCH16>" if self._near(int(match[2], 16)) else match[2])

    def _bsd_date(self, match: re.Match) -> str:
        month, day, clock, year = match.groups()
        seconds = calendar.timegm(time.strptime(f"{day} {MONTHS.index(month) + 1} {year} {clock}", "%d %m %Y %H:%M:%S"))
        return "<BSDDATE>" if self._near(seconds, zone_unknown=True) else match[0]

    def _epoch(self, match: re.Match) -> str:
        if not self._near(int(match[1])):
            return match[0]
        return "<EPOCH>" + (".<USEC>" if match[2] else "")

    def __call__(self, text: str) -> str:
        text = MESSAGE_ID.sub(self._id, text)
        text = re.sub(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d{3})?( [+-]\d{4})?", self._stamp, text)
        text = re.sub(rf"{DAYS}, (\d\d?) ({MONTH}) (\d{{4}}) (\d\d:\d\d:\d\d) ([+-]\d{{4}})", self._date, text)
        text = re.sub(rf"(\d\d)-({MONTH})-(\d{{4}}) (\d\d:\d\d:\d\d) ([+-]\d{{4}})", self._mbx_date, text)
        text = re.sub(r"(\*mbx\*\\x0d\n)([0-9a-f]{8})", self._mbx_validity, text)
        text = re.sub(rf"{DAYS} ({MONTH}) +(\d\d?) (\d\d:\d\d:\d\d) (\d{{4}})", self._bsd_date, text)
        text = re.sub(r"(?<![\d.])(\d{10})(\.\d{1,6})?(?!\d)", self._epoch, text)
        text = re.sub(r"(?m)^(-received_time_usec )\.\d{6}$", r"\1.<USEC>", text)
        text = re.sub(r"\b([QD]T=|RT=)\d+s", r"\1<n>s", text)
        text = re.sub(r"\b([QD]T=|RT=)\d+\.\d{3}s", r"\1<n.nnn>s", text)
        text = re.sub(r"(<STAMP(?:\.mmm)?>(?: [+-]\d{4})?) \[\d+\]", r"\1 [<PID>]", text)
        text = re.sub(r"\bpid=\d+", "pid=<PID>", text)
        text = re.sub(r"(\.lock\.[\w.-]+)\.[0-9a-f]{8}\.[0-9a-f]{8}\b", r"\1.<HITCH>", text)
        text = re.sub(r"\btemp\.\d+\.", "temp.<PID>.", text)
        text = re.sub(r"(<ID\d+>)-[0-9A-Za-z]{6}(?![0-9A-Za-z])", r"\1-<PID62>", text)
        text = re.sub(r"(/tmp/\.)[0-9a-f]+\.[0-9a-f]+\b", r"\1<DEVICE>.<INODE>", text)
        text = re.sub(r"(inode number changed from )\d+( to )\d+", r"\1<INODE>\2<INODE>", text)
        text = re.sub(r"\bM\d+P\d+\.", "M<USEC>P<PID>.", text)
        if len(self.host) > 3:
            text = re.sub(rf"(?<![\w.-]){re.escape(self.host)}(?![\w-])", "<HOST>", text)
        if self.version_label:
            text = text.replace(self.version_label, "(<MTA>)")
            text = re.sub(r"\b(S=)(\d+)\b", lambda m: m[1] + f"{int(m[2]) - len(self.version_label)}+version", text)
        return text

    # ---- files whose form matters ----

    def once_file(self, raw: bytes) -> bytes:
        """autoreply's once_file_size file: eight-byte times that belong to the run."""
        def time_of(match: re.Match) -> bytes:
            return b"<TIME>" if self._near(int.from_bytes(match[0], "little")) else match[0]
        return re.sub(rb"[\x00-\xff]{4}\0{4}", time_of, raw)

    def header_file(self, text: str) -> str:
        """A -H file: header lengths are checked against the text, and freed of the version's length."""
        envelope, separator, headers = text.partition("\n\n")
        if not separator:
            return self("<no empty line after the recipients>\n" + text)
        out, rest = [], headers
        while rest:
            match = re.match(r"(\d{3,})(.) ", rest)
            if not match:
                out.append("<not a header count> " + rest)
                break
            body = rest[match.end():match.end() + int(match[1])]
            rest = rest[match.end() + int(match[1]):]
            count = int(match[1])
            if self.version_label and self.version_label in body:
                count -= len(self.version_label)
            if not body.endswith("\n"):
                body += "<header not ending in newline>\n"
            out.append(f"{count:03d}{match[2]} {body}")
        return self(cut(envelope + "\n\n" + "".join(out)))


def cut(text: str) -> str:
    """Very long texts are compared by their ends and a checksum of the middle, if that holds nothing of the run."""
    middle = text[20_000:-5_000]
    if len(text) <= SHOW_LIMIT or MESSAGE_ID.search(middle) or re.search(r"\d\d:\d\d:\d\d|\d{10}", middle):
        return text
    digest = hashlib.sha256(middle.encode("latin-1")).hexdigest()
    return f"{text[:20_000]}\n<{len(middle)} bytes, sha256 {digest}>\n{text[-5_000:]}"


def show(raw: bytes) -> str:
    """Bytes as text with one output line a line, everything unusual visible."""
    text = cut(raw.decode("latin-1"))
    text = text.replace("\\", "\\\\") if "\\x" in text else text
    text = "".join(ch if ch == "\n" or ch == "\t" or " " <= ch <= "~" else f"\\x{ord(ch):02x}" for ch in text)
    text = re.sub(r"(?:\\x00){16,}", lambda run: f"<{len(run[0]) // 4} NULs>", text)
    return text if text.endswith("\n") or not text else text + "<no newline>\n"


def owner(info: os.stat_result) -> str:
    try:
        user = pwd.getpwuid(info.st_uid).pw_name
    except KeyError:
        user = str(info.st_uid)
    try:
        group = grp.getgrgid(info.st_gid).gr_name
    except KeyError:
        group = str(info.st_gid)
    return f"{user}:{group}"


def unique_names(names: list[str]) -> dict[str, str]:
    """Maildir and plain directory unique names, numbered in the order in which they were made."""
    found = []
    for name in names:
        if match := re.match(r"(\d{10})\.M(\d+)P(\d+)(\..*)?$", name):
            found.append(((int(match[1]), int(match[2])), name, "<MAILDIR{}>" + (match[4] or "")))
        elif match := re.match(r"q([0-9A-Za-z]{6})-(\d+)$", name):
            found.append(((exim_time(match[1]), int(match[2])), name, "q<FILE{}>"))
    stores = sorted({name[:23] for name in names if MAILSTORE.match(name)})
    aliases = {name: f"<STORE{stores.index(name[:23]) + 1}>{name[23:]}" for name in names if MAILSTORE.match(name)}
    return aliases | {name: form.format(n) for n, (_, name, form) in enumerate(sorted(found), 1)}


def mbx_lock_path(mailbox: pathlib.Path) -> pathlib.Path:
    info = mailbox.lstat()
    return pathlib.Path(f"/tmp/.{info.st_dev:x}.{info.st_ino:x}")


def mbx_lock_of(mailbox: pathlib.Path) -> str:
    lock = mbx_lock_path(mailbox)
    if not lock.is_symlink() and not lock.exists():
        return ""
    info = lock.lstat()
    return f" (MBX lock file {stat.filemode(info.st_mode)} {owner(info)})"


def tree(top: pathlib.Path, normalise: Normaliser, content) -> str:
    """Every entry below top: type, mode, owner, links, size, times kept or new; then its content.

    Directories of a split spool are shown as one: in which a message is depends on the second in which it came."""
    lines: list[str] = []

    def visit(directories: list[pathlib.Path], shown: str) -> None:
        entries: list[tuple[str, pathlib.Path]] = []
        for directory in directories:
            names = os.listdir(directory)
            aliases = unique_names(names)
            if directory.name in ("input", "msglog"):      # a mailbox may well have a name of one letter
                aliases.update({name: "<SPLIT>" for name in names if len(name) == 1 and any(known[5] == name for known in normalise.ids)})
            entries += [(normalise(aliases.get(name, name)), directory / name) for name in names]
        entries.sort()
        splits = [path for name, path in entries if name == "<SPLIT>"]
        for name, path in entries:
            label = f"{shown}/{name}".lstrip("/")
            info = path.lstat()
            head = f"{stat.filemode(info.st_mode)} {owner(info)}"
            if stat.S_ISLNK(info.st_mode):
                lines.append(f"{head} {label} -> {normalise(os.readlink(path))}")
            elif stat.S_ISDIR(info.st_mode):
                line = f"{head} {label}/"
                if name != "<SPLIT>" or line not in lines:
                    lines.append(line)
                if name != "<SPLIT>":
                    visit([path], label)
                elif path == splits[-1]:
                    visit(splits, label)
            elif stat.S_ISREG(info.st_mode):
                old = f" atime {'old' if info.st_atime < normalise.low else 'new'} mtime {'old' if info.st_mtime < normalise.low else 'new'}"
                lines.append(f"{head} links={info.st_nlink}{old} {label}{mbx_lock_of(path)}")
                lines.append(content(path, label))
            else:
                lines.append(f"{head} {label}")
    visit([top], "")
    return "\n".join(lines) + "\n"


@dataclass
class Observed:
    parts: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(root: pathlib.Path, results: list[tuple[int, bytes, bytes]], normalise: Normaliser) -> "Observed":
        logs = {p.name: p.read_bytes() for p in sorted((root / "log").iterdir()) if p.is_file()}
        normalise(logs.get("mainlog", b"").decode("latin-1"))          # ids are numbered in the order of the main log
        parts = {
            "exit": "".join(f"call {n}: {code}\n" for n, (code, _, _) in enumerate(results, 1)),
            "stdout": normalise("".join(f"--- call {n}\n{show(out)}" for n, (_, out, _) in enumerate(results, 1))),
            "stderr": normalise("".join(f"--- call {n}\n{show(err)}" for n, (_, _, err) in enumerate(results, 1))),
            "log": tree(root / "log", normalise, lambda path, label: normalise(show(logs.get(path.name, b"")))),
        }

        def plain(path, label):
            raw = path.read_bytes()
            if path.name.startswith("once"):
                raw = normalise.once_file(raw)
            return normalise(show(raw))

        def spooled(path, label):
            text = path.read_bytes().decode("latin-1")
            return show((normalise.header_file(text) if label.endswith("-H") else normalise(cut(text))).encode("latin-1"))

        for part, folder, how in (("spool", "input", spooled), ("msglog", "msglog", plain)):
            parts[part] = ""
            for place in sorted(p for p in (root / "spool").iterdir() if p.name == folder):
                parts[part] += f"{stat.filemode(place.stat().st_mode)} {owner(place.stat())} {folder}/\n" + tree(place, normalise, how)
        others = sorted(p.name for p in (root / "spool").iterdir() if p.name not in ("input", "msglog", "db", "intent"))
        # Postern's own (D-intent-records), for messages that are there; a file of one that is gone is a leftover.
        queued = {p.name[:-2] for p in (root / "spool" / "input").rglob("*-H")}
        others += sorted(f"intent/{normalise(p.name)}" for p in (root / "spool" / "intent").glob("*") if p.name not in queued)
        parts["spool"] += "".join(f"also in the spool directory: {name}\n" for name in others)
        parts["mail"] = tree(root / "mail", normalise, plain)
        if (root / "wire").is_dir():
            parts["wire"] = normalise("".join(show(p.read_bytes()) for p in sorted((root / "wire").iterdir())))
        return Observed(parts)
