# SPDX-License-Identifier: Apache-2.0
"""The queue from the command line (queue-retry-bounce.md 4–8, 10): -bp, -M…, -q, frozen messages, partly delivered ones, odd spools."""
from compatlib import Call, Case, Dir, File, Locked, MESSAGE, Send, compat, conf, message
from compatlib.case import BOX

Q = "-odq -oi"
ORDER = "queue_run_in_order"


def put(*to: str, sender: str = "sender@b.example", text: bytes = MESSAGE) -> Call:
    return Send(*to, how=Q, sender=sender, message=text)


def frozen(*to: str) -> Call:
    """A message that freezes in its first delivery: an empty sender and a recipient that nothing routes."""
    return Send(*(to or ("nobody@test.example",)), sender="<>")


ONLY_BOX = "r1:\n  driver = accept\n  local_parts = box : box2 : a : b\n  transport = t1\n"
BROKEN = "r1:\n  driver = accept\n  local_parts = box : a\n  transport = t1\nr2:\n  driver = accept\n  local_parts = late : b\n  transport = tbad\n"
TBAD = BOX + "tbad:\n  driver = appendfile\n  file = @MAIL@/locked/box\n  no_create_directory\n  user = ptuser1\n"


def queue(name: str, *calls: Call, main: str = ORDER, routers: str = ONLY_BOX, transports: str = BOX, setup=(), **more) -> Case:
    return Case(name, conf(main, routers, transports), tuple(setup), calls, **more)


LISTING = [
    queue("bp-empty", Call("-bp")),
    queue("bp-one", put("box@test.example"), Call("-bp")),
    queue("bp-several", put("box@test.example"), put("a@test.example", "b@test.example", "c@x.ex"), put("box2@test.example", sender="<>"), Call("-bp")),
    queue("bp-frozen", frozen(), Call("-bp")),
    queue("bp-sizes", *(put("box@test.example", text=message(b"x" * (n - 1) + b"\n")) for n in (1, 700, 900, 5000, 10_100, 99_000, 1_500_000)), Call("-bp")),
    queue("bp-partly-delivered", Send("box@test.example", "late@test.example", "a@test.example", "b@test.example"), Call("-bp"), Call("-bpu"), Call("-bpa"), Call("-bpra"), Call("-bpru"), routers=BROKEN, transports=TBAD),
    queue("bpc", put("box@test.example"), put("box2@test.example"), Call("-bpc")),
    queue("bpc-empty", Call("-bpc")),
    queue("bpu", put("box@test.example"), Call("-bpu")),
    queue("bpr", put("box@test.example"), Call("-bpr")),
    queue("bp-ids", put("box@test.example"), put("box2@test.example"), Call("-bp @ID2@")),
    queue("bp-ids-unknown", put("box@test.example"), Call("-bp 1aaaaa-000000-00")),
    queue("bp-split", put("box@test.example"), put("box2@test.example"), Call("-bp"), main=ORDER + "\nsplit_spool_directory"),
    queue("mailq-name", put("box@test.example"), Call("-bp")),
]

ACTIONS = [
    queue("Mrm", put("box@test.example"), Call("-Mrm @ID1@"), Call("-bp")),
    queue("Mrm-two", put("box@test.example"), put("box2@test.example"), put("a@test.example"), Call("-Mrm @ID1@ @ID2@"), Call("-bp")),
    queue("Mrm-unknown", Call("-Mrm 1aaaaa-000000-00")),
    queue("Mrm-malformed", Call("-Mrm nonsense")),
    queue("Mrm-missing", Call("-Mrm")),
    queue("Mf", put("box@test.example"), Call("-Mf @ID1@"), Call("-bp"), Call("-Mf @ID1@")),
    queue("Mt", frozen(), Call("-Mt @ID1@"), Call("-bp"), Call("-Mt @ID1@")),
    queue("Mf-Mt", put("box@test.example"), Call("-Mf @ID1@"), Call("-Mt @ID1@"), Call("-M @ID1@")),
    queue("Mvh", put("box@test.example", "a@test.example"), Call("-Mvh @ID1@")),
    queue("Mvb", put("box@test.example"), Call("-Mvb @ID1@")),
    queue("Mvl", put("box@test.example"), Call("-Mvl @ID1@")),
    queue("Mvc", put("box@test.example"), Call("-Mvc @ID1@")),
    queue("Mv-unknown", Call("-Mvh 1aaaaa-000000-00"), Call("-Mvb 1aaaaa-000000-00"), Call("-Mvl 1aaaaa-000000-00"), Call("-Mvc 1aaaaa-000000-00")),
    queue("Mv-split", put("box@test.example"), Call("-Mvh @ID1@"), Call("-Mvb @ID1@"), Call("-Mvl @ID1@"), main=ORDER + "\nsplit_spool_directory"),
    queue("Mvl-after-delivery", Send("box@test.example", "late@test.example"), Call("-Mvl @ID1@"), routers=BROKEN, transports=TBAD),
    queue("Mar", put("box@test.example"), Call("-Mar @ID1@ box2@test.example new"), Call("-bp"), Call("-M @ID1@")),
    queue("Mmd", put("box@test.example", "a@test.example"), Call("-Mmd @ID1@ a@test.example"), Call("-bp"), Call("-M @ID1@")),
    queue("Mmd-not-a-recipient", put("box@test.example"), Call("-Mmd @ID1@ other@test.example")),
    queue("Mmad", put("box@test.example", "a@test.example"), Call("-Mmad @ID1@"), Call("-M @ID1@")),
    queue("Mes", put("box@test.example"), Call("-Mes @ID1@ new@sender.ex"), Call("-bp"), Call("-M @ID1@")),
    queue("Mes-null", put("box@test.example"), Call("-Mes @ID1@ <>"), Call("-bp")),
    queue("Mes-bad", put("box@test.example"), Call("-Mes @ID1@ a@@b"), Call("-bp")),
]

DELIVERING = [
    queue("M", put("box@test.example"), Call("-M @ID1@")),
    queue("M-two", put("box@test.example"), put("box2@test.example"), Call("-M @ID1@ @ID2@")),
    queue("M-unknown", Call("-M 1aaaaa-000000-00")),
    queue("Mc", put("box@test.example"), Call("-Mc @ID1@")),
    queue("q", put("box@test.example"), put("box2@test.example"), put("a@test.example", "b@test.example"), Call("-q")),
    queue("q-empty", Call("-q")),
    queue("q-from-id", put("box@test.example"), put("box2@test.example"), put("a@test.example"), Call("-q @ID2@")),
    queue("q-from-to-id", put("box@test.example"), put("box2@test.example"), put("a@test.example"), Call("-q @ID1@ @ID2@")),
    queue("qf", put("box@test.example"), Call("-qf")),
    queue("qff-frozen", frozen(), Call("-qff"), Call("-bp")),
    queue("q-frozen", frozen(), Call("-q"), Call("-bp")),
    queue("qi", put("box@test.example"), Call("-qi")),
    queue("q-no-queue-run-log", put("box@test.example"), Call("-q"), main=ORDER + "\nlog_selector = -queue_run"),
    queue("q-split", put("box@test.example"), Call("-q"), main=ORDER + "\nsplit_spool_directory"),
    queue("M-frozen-still-fails", frozen(), Call("-M @ID1@"), Call("-bp")),
    queue("M-frozen-partly", Send("box@test.example", "nobody@test.example", sender="<>"), Call("-bp"), Call("-M @ID1@"), Call("-Mvh @ID1@")),
    queue("M-partly-again", Send("box@test.example", "late@test.example"), Call("-M @ID1@"), Call("-Mvh @ID1@"), routers=BROKEN, transports=TBAD),
    queue("many-recipients-some-done", Send(*(f"{n}@test.example" for n in "box a b late".split()), *(f"late{n}@x.ex" for n in range(9)), "a@x.ex", "zz@x.ex"), Call("-Mvh @ID1@"),
          routers="r1:\n  driver = accept\n  local_parts = box : a : zz : late2 : late5\n  transport = t1\nr2:\n  driver = accept\n  transport = tbad\n", transports=TBAD),
    queue("tree-of-done", Send(*(f"{n}{'ok' if n % 3 else 'late'}@x.ex" for n in (5, 3, 8, 1, 4, 7, 9, 2, 6, 10, 11, 12, 13, 14, 20, 19, 18, 17))), Call("-Mvh @ID1@"),
          routers="r1:\n  driver = accept\n  local_parts = *ok\n  transport = t1\nr2:\n  driver = accept\n  transport = tbad\n", transports=TBAD),
    queue("children-done", Send("list@test.example"), Call("-Mvh @ID1@"), routers="al:\n  driver = redirect\n  local_parts = list\n  data = box, late, a\n" + BROKEN, transports=TBAD),
    queue("file-child-done", Send("list@test.example"), Call("-Mvh @ID1@"), routers="al:\n  driver = redirect\n  local_parts = list\n  data = @MAIL@/f, late\n  file_transport = tfile\n" + BROKEN, transports=TBAD + "tfile:\n  driver = appendfile\n  user = ptuser1\n"),
    queue("unseen-done", Send("box@test.example"), Call("-Mvh @ID1@"), routers="r1:\n  driver = accept\n  transport = t1\n  unseen\nr2:\n  driver = accept\n  transport = tbad\n", transports=TBAD),
    queue("one-time", Send("list@test.example"), Call("-Mvh @ID1@"), routers="al:\n  driver = redirect\n  local_parts = list\n  data = box, late\n  one_time\n" + BROKEN, transports=TBAD),
    queue("homonym", Send("box@test.example"), Call("-Mvh @ID1@"), routers="al:\n  driver = redirect\n  local_parts = box\n  data = box, late\n" + BROKEN, transports=TBAD),
    queue("received-loop", Send("box@test.example", message=b"".join(b"Received: by host%d\n" % n for n in range(35)) + MESSAGE, sender="<>"), Call("-bp")),
    queue("freeze-reason", frozen(), Call("-Mvl @ID1@")),
    queue("freeze-and-defer", Send("nobody@test.example", "late@test.example", sender="<>"), Call("-bp"), routers=BROKEN, transports=TBAD),
]

# Spools that no exim wrote as they are. The id's time is old, so it is not masked.
ID = "1kgyAA-0001aB-2C"
HEAD = f"{ID}-H\nroot 0 0\n<sender@b.example>\n1606018262 0\n-received_time_usec .123456\n-received_time_complete 1606018262.234567\n"
RECEIVED = "Received: by mx.test.example id x;\n\tSun, 22 Nov 2020 04:11:02\n"
TAIL = f"XX\n1\nbox@test.example\n\n{len(RECEIVED):03d}P {RECEIVED}013  Subject: old\n"
DATA = f"{ID}-D\nold body\n"


LAST = "013  Subject: old\n"
EMPTY = ("input", "input/A", "msglog", "msglog/A")
BROKEN_ENVELOPE = {"frozen": HEAD + "-frozen 1606018300\n", "set-by": HEAD + "-frozen 1606018300\n-sender_set_untrusted\n"}


def spool(name: str, *files: File, calls: tuple[Call, ...] = (), **more) -> Case:
    return queue("spool-" + name, *(calls or (Call("-bp"), Call(f"-M {ID}"), Call("-bp"))), setup=[Dir("spool/input", 0o750, "Debian-exim"), *files], **more)


def header(text: str = HEAD + TAIL) -> File:
    return File(f"spool/input/{ID}-H", text, 0o640, "Debian-exim")


def body(text: str = DATA) -> File:
    return File(f"spool/input/{ID}-D", text, 0o640, "Debian-exim")


def journal(text: str) -> File:
    return File(f"spool/input/{ID}-J", text, 0o640, "Debian-exim")


TWO = TAIL.replace("1\nbox@test.example", "2\nbox@test.example\na@test.example")
def unreadable(name: str, *files: File) -> list[Case]:
    """Listed as exim4 lists it; then exim4 deletes it for its age, and Postern keeps it."""
    return [spool(name + "-listed", *files, calls=(Call("-bp"), Call("-bpc"))),
            spool(name + "-run", *files, calls=(Call(f"-M {ID}"), Call("-q")), difference="D-malformed-kept", differs_in=("log", "spool"))]


SPOOLS = [
    spool("good", header(), body()),
    spool("unknown-tag", header(HEAD + "-future 1\n--tainted_thing x y\n" + TAIL), body()),
    *unreadable("old-count", header(HEAD + TAIL.replace("013  Subject", "012  Subject")), body()),
    *unreadable("wrong-first-line", header(HEAD.replace(ID, "1kgyAA-0001aB-2D") + TAIL), body()),
    *unreadable("empty-header", header(""), body()),
    *unreadable("truncated-envelope", header(HEAD[:60]), body()),
    *unreadable("truncated-headers", header((HEAD + TAIL)[:-8]), body()),
    *(spool("broken-headers-" + name, header(BROKEN_ENVELOPE.get(name, HEAD) + TAIL[:-len(LAST)] + last), body(), *more, calls=(Call("-bp"), Call("-bpu"), Call("-bpa"), Call("-bpc"))) for name, last, more in (
        ("cut", LAST[:-5], ()), ("cut-in-count", "01", ()), ("cut-behind-count", "013", ()), ("cut-removed", "013* Subj", ()), ("no-count", "junk\n", ()), ("negative", "-13F " + LAST[5:], ()),
        ("too-long", "999999F " + LAST[5:], ()), ("blank-first", "\n" + LAST, ()), ("nul", "013  Sub\0ect: old\n" + LAST, ()), ("frozen", LAST[:-5], ()), ("set-by", LAST[:-5], ()),
        ("journal", LAST[:-5], (journal("box@test.example\n"),)))),
    spool("broken-headers-no-blank-line", header((HEAD + TAIL).replace("\n\n", "\n")), body(), calls=(Call("-bp"),)),
    spool("broken-headers-no-data", header((HEAD + TAIL)[:-5]), calls=(Call("-bp"),)),
    spool("no-data", header()),
    *unreadable("no-header", body()),
    spool("empty-data", header(), body(""), difference="D-odd-spool", differs_in=("stdout",)),
    spool("data-first-line-only", header(), body(f"{ID}-D\n")),
    spool("no-recipients", header(HEAD + TAIL.replace("1\nbox@test.example\n", "0\n")), body()),
    spool("all-done", header(HEAD + TAIL.replace("XX\n", "NN box@test.example\n")), body()),
    spool("some-done", header(HEAD + TWO.replace("XX\n", "NN a@test.example\n")), body()),
    spool("recipient-data", header(HEAD + TAIL.replace("box@test.example", "box@test.example err@x.ex 8,-1#1")), body(), difference="D-odd-spool", differs_in=("stdout", "log")),
    spool("recipient-data-3", header(HEAD + TAIL.replace("box@test.example", "box@test.example rfc822;orig+2B@x 16,8  0,-1#3")), body()),
    spool("journal", header(HEAD + TWO), body(), journal("a@test.example\n")),
    spool("journal-all", header(HEAD + TWO), body(), journal("a@test.example\nbox@test.example\n")),
    spool("journal-unknown", header(HEAD + TWO), body(), journal("other@test.example\n")),
    spool("journal-empty", header(HEAD + TWO), body(), journal("")),
    spool("frozen", header(HEAD + "-frozen 1606018300\n" + TAIL), body()),
    spool("frozen-old", header(HEAD + "-frozen 1606018300\n" + TAIL), body(), calls=(Call("-q"), Call("-bp")), difference="D-spool-done-mark", differs_in=("spool",)),    # -D has been read
    spool("frozen-timeout", header(HEAD + "-frozen 1606018300\n" + TAIL.replace("<sender@b.example>", "<>")), body(), calls=(Call("-q"), Call("-bp")), main=ORDER + "\nauto_thaw = 1h"),
    spool("deleted-header", header(HEAD + TAIL.replace("013  Subject", "013* Subject")), body()),
    spool("acl-variables", header(HEAD + "-aclc _x 3\na\nb\n-aclm 0 2\nhi\n" + TAIL), body()),
    spool("login-with-blanks", header(HEAD.replace("root 0 0", "some one 0 0") + TAIL), body()),
    spool("stray-files", header(), body(), File("spool/input/hdr.1kgyAA-0001aB-2D", "x", 0o640, "Debian-exim"), File("spool/input/README", "x", 0o640, "Debian-exim")),
    spool("in-split-directory", Dir("spool/input/A", 0o750, "Debian-exim"), File(f"spool/input/A/{ID}-H", HEAD + TAIL, 0o640, "Debian-exim"), File(f"spool/input/A/{ID}-D", DATA, 0o640, "Debian-exim")),
    *(queue("split-" + name, *calls, main=ORDER + more, setup=[Dir(f"spool/{d}", 0o750, "Debian-exim") for d in (*EMPTY, *dirs)] + list(files)) for name, calls, more, dirs, files in (
        *((option, (Call(f"-{option}"),), "", (), ()) for option in ("bp", "bpr", "bpc", "q", "qf")),
        ("used", (put("box@test.example"), Call("-bp"), Call("-M @ID1@"), Call("-bp")), "\nsplit_spool_directory", (), ()),
        ("M", (put("box@test.example"), Call("-M @ID1@"), Call("-bp 1kgyAA-0001aB-2C")), "", (), ()),
        ("stray", (Call("-q"),), "", (), (File("spool/input/A/x", "", 0o640, "Debian-exim"),)),
        ("stray-msglog", (Call("-q"),), "", (), (File("spool/msglog/A/x", "", 0o640, "Debian-exim"),)),
        ("msglog-alone", (Call("-q"),), "", ("msglog/z",), ()),
        ("odd-names", (Call("-q"),), "", ("input/AB", "input/-", "input/z", "input/0", "input/_"), ()),
        ("last-goes", (Call("-q"),), "", (), (File(f"spool/input/A/{ID}-H", HEAD + TAIL, 0o640, "Debian-exim"), File(f"spool/input/A/{ID}-D", DATA, 0o640, "Debian-exim"))))),
    *(spool("failing-notify-" + name, header(HEAD + TAIL.replace("box@test.example", "nobody@test.example" + data)), body(), calls=(Call(f"-M {ID}"), Call("-bp"))) for name, data in (
        ("never", " rfc822;orig@x 13,2  0,-1#3"), ("success", "  0,4  0,-1#3"), ("delay", "  0,16  0,-1#3"))),
    spool("locked", header(), body(), Locked(f"spool/input/{ID}-D", "fcntl"), calls=(Call(f"-M {ID}"), Call(f"-Mrm {ID}"), Call("-q"), Call("-bp"))),
    spool("view", header(), body(), calls=(Call(f"-Mvh {ID}"), Call(f"-Mvb {ID}"), Call(f"-Mvl {ID}"), Call(f"-Mvc {ID}"))),
    spool("remove-broken", header("junk"), body(), calls=(Call(f"-Mrm {ID}"),)),
    spool("remove-half", header(), calls=(Call(f"-Mrm {ID}"),)),
]

test_listing = compat(LISTING)
test_actions = compat(ACTIONS)
test_delivering = compat(DELIVERING)
test_spools = compat(SPOOLS)
