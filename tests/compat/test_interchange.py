# SPDX-License-Identifier: Apache-2.0
"""Spool and log are common property: what one side spooled the other lists and delivers, and exim4's tools read both.

The oracle runs exim4 for both roles; Postern plays the role named "mta". Postern and exim4 never run at the same time.
"""
from compatlib import Call, Case, MESSAGE, Send, compat, conf, message
from compatlib.case import BOX

MAIN = "queue_run_in_order\nlog_selector = +queue_time +deliver_time +delivery_size +sender_on_delivery"
ROUTERS = ("al:\n  driver = redirect\n  local_parts = list\n  data = box, late, a\nr1:\n  driver = accept\n  local_parts = box : a\n  transport = t1\n"
           "r2:\n  driver = accept\n  local_parts = late\n  transport = tbad\n")
TRANSPORTS = BOX + "tbad:\n  driver = appendfile\n  file = @MAIL@/gone/box\n  no_create_directory\n  user = ptuser1\n"
ODD = (b"Return-path: <old@x>\nFrom: \"Q, x\" <q@b.ex>\nTo: a@test.example,\n\tb@x.ex\nSubject: =?utf-8?Q?H=C3=A9llo?=\nBcc: secret@x.ex\n"
       b"X-Nul: a\0b\nX-Cr: a\rb\nX-Long: " + b"x" * 3000 + b"\nX-8: \xff\xfe\n\nbody\0with\xff\r\nodd\rlines\n.\nFrom x\nlast")
MESSAGES = {
    "plain": (MESSAGE, ("box@test.example",), "sender@b.example"),
    "null-sender": (MESSAGE, ("box@test.example",), "<>"),
    "several": (MESSAGE, ("box@test.example", "a@test.example", "late@test.example"), "sender@b.example"),
    "alias": (MESSAGE, ("list@test.example", "a@test.example"), "sender@b.example"),
    "odd": (ODD, ("box@test.example", "Box@TEST.example"), "sender@b.example"),
    "no-header": (b"\nonly a body\n", ("box@test.example",), "sender@b.example"),
    "empty": (b"", ("box@test.example",), "sender@b.example"),
    "large": (message(b"line of text\n" * 100_000), ("box@test.example",), "sender@b.example"),
    "quoted-sender": (MESSAGE, ("box@test.example",), '"a b"@b.example'),
}


def cases(prefix: str, first: str, second: str) -> list[Case]:
    """first spools, second does everything else."""
    out = []
    for name, (text, to, sender) in MESSAGES.items():
        given = Send(*to, how="-odq -oi", message=text, sender=sender, by=first)
        partly = Send(*to, how="-odf -oi", message=text, sender=sender, by=first)
        many = [("lists", given, [Call("-bp", by=second), Call("-bpc", by=second)]),
                ("views", given, [Call(f"-Mv{c} @ID1@", by=second) for c in "hblc"]),
                ("delivers", given, [Call("-M @ID1@", by=second)]),
                ("removes", given, [Call("-Mrm @ID1@", by=second)])]
        if name in ("several", "alias"):
            many += [("lists-partly", partly, [Call("-bp", by=second), Call("-bpu", by=second), Call("-Mvh @ID1@", by=second)]),
                     ("delivers-rest", partly, [Call("-M @ID1@", by=second), Call("-Mvh @ID1@", by=second)])]
        for what, start, calls in many:
            out.append(Case(f"{prefix}-{what}-{name}", conf(MAIN, ROUTERS, TRANSPORTS), (), (start, *calls)))
    return out


def tool(name: str, *calls: Call, main: str = MAIN, **more) -> Case:
    sends = (Send("box@test.example"), Send("box@test.example", "late@test.example"), Send("list@test.example", sender="<>"), Send("a@test.example", how="-odq -oi"),
             Send("nobody@test.example", sender="<>"))
    return Case("tool-" + name, conf(main, ROUTERS, TRANSPORTS), (), (*sends, *calls), **more)


# one message a question: exigrep and exiqgrep print several of one second in no fixed order
APART = (Send("box@test.example", sender="one@b.example"), Send("box@test.example", "late@test.example", sender="two@b.example"), Send("list@test.example", sender="three@b.example"),
         Send("a@test.example", how="-odq -oi", sender="four@b.example"), Send("nobody@test.example", sender="<>"))

TOOLS = [
    Case("tool-exigrep", conf(MAIN, ROUTERS, TRANSPORTS), (), (*APART,
        *(Call((*args.split(), "@LOG@/mainlog"), by="/usr/sbin/exigrep") for args in ("one@b", "two@b", "three@b", "four@b", "nobody", "-l two@b.example", "-I ONE@B", "nothing-at-all")))),
    Case("tool-exiqgrep", conf(MAIN, ROUTERS, TRANSPORTS), (), (*APART,
        *(Call(("-C", "@CONF@", *args.split()), by="/usr/sbin/exiqgrep") for args in ("-f two@b", "-i -f three@b", "-r late -f two", "-z", "-z -c", "-c", "-x -c", "-f four -b", "-s .* -f four", "-f nothing")))),
    tool("eximstats", Call(("-ne", "-nr", "@LOG@/mainlog"), by="/usr/sbin/eximstats"), Call(("-txt", "-t0", "@LOG@/mainlog"), by="/usr/sbin/eximstats")),
    tool("exipick", Call(("--spool", "@SPOOL@"), by="/usr/sbin/exipick"), Call(("--spool", "@SPOOL@", "-i", "$sender_address", "eq", ""), by="/usr/sbin/exipick"),
         Call(("--spool", "@SPOOL@", "--show-vars", "$message_size,$recipients_count,$sender_address,$h_subject:,$frozen", "-bpc"), by="/usr/sbin/exipick"),
         Call(("--spool", "@SPOOL@", "-z"), by="/usr/sbin/exipick"), Call(("--spool", "@SPOOL@", "-f", "^$", "-bpr"), by="/usr/sbin/exipick")),
    *(tool(f"eximstats-{name}", Call(("-ne", "-nr", "-nt", "@LOG@/mainlog"), by="/usr/sbin/eximstats"), Call(("nobody", "@LOG@/mainlog"), by="/usr/sbin/exigrep"), main=MAIN + more)
      for name, more in (("millisec", " +millisec"), ("pid", " +pid"), ("pid-millisec", " +pid +millisec"), ("zone", "\nlog_timezone"), ("all-parents", " +all_parents +return_path_on_delivery +queue_time_overall"))),
    tool("exim-lists", Call("-bp", by="exim"), Call("-bpu", by="exim"), Call("-q", by="exim"), Call("-bp", by="exim"), difference="D-no-retry-yet", differs_in=("log", "msglog")),
    tool("mta-lists", Call("-bp"), Call("-bpu")),
]

test_mta_spools_exim_reads = compat(cases("to-exim", "mta", "exim"))
test_exim_spools_mta_reads = compat(cases("from-exim", "exim", "mta"))
test_tools = compat(TOOLS)
