# SPDX-License-Identifier: Apache-2.0
"""The rewrite section (routing.md 9, 12.4): -brw, and what it does to a message on its way in."""
from compatlib import Call, Case, MESSAGE, Send, compat, conf, message


def rules(*lines: str) -> str:
    return conf("qualify_recipient = rcpt.example", rest="begin rewrite\n" + "\n".join(lines) + "\n")


def brw(name: str, *lines: str, addresses: tuple[str, ...] = ("x@old.ex",)) -> Case:
    return Case("brw-" + name, rules(*lines), calls=tuple(Call(f"-brw {address}") for address in addresses))


SHOWN = [
    brw("none"), brw("all", "*@old.ex $1@new.ex"), brw("flags", "*@old.ex $1@new.ex bcfrtF"), brw("envelope", "*@old.ex $1@new.ex E"), brw("to-only", "*@old.ex $1@new.ex T"),
    brw("whole", '"joe@x.ex" "Joe <$0>" whq', addresses=("joe@x.ex",)), brw("qualify", "*@q.ex $1 Q", addresses=("a@q.ex",)), brw("unqualified-result", "*@bad.ex $1", addresses=("b@bad.ex",)),
    brw("repeat", "*@rep.ex a$1@rep.ex R", addresses=("b@rep.ex",)), brw("quit", "*@old.ex $1@mid.ex q", "*@mid.ex $1@new.ex"), brw("chain", "*@old.ex $1@mid.ex", "*@mid.ex $1@new.ex"),
    brw("wild-domain", "*@*.dom.ex $1%$2@gw.ex", addresses=("x@sub.dom.ex",)), brw("regex", "\\N^(.*)@re\\.ex$\\N $1@new.ex", addresses=("x@re.ex",)), brw("regex-unescaped", "^(.*)@re\\.ex$ $1@new.ex", addresses=("x@re.ex",)),
    brw("star", "keep@old.ex *", "*@old.ex $1@new.ex", addresses=("keep@old.ex", "x@old.ex")), brw("forced-fail", "*@old.ex ${if eq{$1}{x}{x}fail}@new.ex", addresses=("y@old.ex",)),
    brw("failure", "*@old.ex ${nosuch:x}"), brw("unparsable", "*@old.ex a@@b"), brw("local-part", "*@old.ex ${lc:$local_part}@$domain", addresses=("ABC@old.ex",)), brw("case", "Abc@old.ex found@new.ex", addresses=("Abc@old.ex", "abc@old.ex", "Abc@OLD.ex")),
    brw("unqualified-address", "*@test.example $1@new.ex", addresses=("local",)), brw("bad-address", "*@old.ex x@y", addresses=("a@@b",)), brw("quoted-pattern", '"*@old.ex" "$1@new.ex"'), brw("lookup", "*@old.ex ${lookup{$1}lsearch{/nope}{$value}fail}"),
]
RULES = ("*@old.ex $1@new.ex", "root@test.example \"Big Root <admin@x.ex>\" wfs")
ADDRESSED = message(b"Body\n", "Cc: one@old.ex, Two <two@old.ex>, three@other.ex", "Bcc: four@old.ex", "Reply-To: five@old.ex", "Sender: six@old.ex")
INCOMING = [
    Case("incoming-headers", rules(*RULES), calls=(Send("a@old.ex", message=ADDRESSED, how="-odq -oi"),)),
    Case("incoming-sender", rules(*RULES), calls=(Send("a@x.ex", sender="me@old.ex", how="-odq -oi"),)),
    Case("incoming-local-sender", rules(*RULES), calls=(Call("-odq -oi a@x.ex", MESSAGE),)),
    Case("incoming-logged", rules(*RULES).replace("timezone = UTC", "timezone = UTC\nlog_selector = +address_rewrite"), calls=(Send("a@old.ex", message=ADDRESSED, sender="me@old.ex", how="-odq -oi"),)),
    Case("incoming-dash-t", rules(*RULES), calls=(Call("-t -odq -oi -f me@old.ex", ADDRESSED),)),
    Case("delivered", rules(*RULES), calls=(Send("a@old.ex", message=ADDRESSED, sender="me@old.ex"),)),
    Case("redirect-children", conf(routers="al:\n  driver = redirect\n  local_parts = list\n  data = a@old.ex, b@x.ex\nr1:\n  driver = accept\n  transport = t1\n", rest="begin rewrite\n*@old.ex $1@new.ex\n"),
         calls=(Call("-bt list@test.example"), Send("list@test.example", sender="<>"))),
    Case("redirect-children-not", conf(routers="al:\n  driver = redirect\n  local_parts = list\n  data = a@old.ex, b@x.ex\n  no_rewrite\nr1:\n  driver = accept\n  transport = t1\n", rest="begin rewrite\n*@old.ex $1@new.ex\n"),
         calls=(Call("-bt list@test.example"),)),
]
test_shown = compat(SHOWN)
test_incoming = compat(INCOMING)
