# SPDX-License-Identifier: Apache-2.0
"""Log lines (transport-framework.md 12, 16): selectors in all combinations that matter × kinds of result; shadow transports, max_parallel, disable_logging."""
import itertools

from compatlib import Case, File, Send, compat, conf
from compatlib.case import BOX

SELECTORS = ["+all_parents", "+delivery_size", "+deliver_time", "+queue_time", "+queue_time_overall", "+sender_on_delivery", "+return_path_on_delivery", "+millisec", "+pid",
             "-queue_time_exclusive +queue_time", "+subject", "+received_recipients", "+received_sender", "+receive_time", "-retry_defer", "+address_rewrite", "-msg_id", "+unknown_in_list",
             "+all -arguments", "-all", "-all +delivery_size", "+delivery_size +deliver_time +queue_time +queue_time_overall",
             "+all_parents +sender_on_delivery +return_path_on_delivery +delivery_size", "+millisec +deliver_time +queue_time +queue_time_overall", "+pid +millisec +deliver_time"]
ROUTERS = """
ali:
  driver = redirect
  domains = test.example
  data = ${lookup{$local_part}lsearch{@ETC@/aliases}}
  file_transport = tf
  allow_fail
  allow_defer
pre:
  driver = accept
  local_part_prefix = pre-
  transport = t1
two:
  driver = accept
  local_parts = b1:b2
  transport = tb
  errors_to = other@x.ex
bad:
  driver = accept
  local_parts = posdefer
  transport = tpos
neg:
  driver = accept
  local_parts = negdefer
  transport = tneg
sizefail:
  driver = accept
  local_parts = toobig
  transport = tbig
shadowed:
  driver = accept
  local_parts = shadow
  transport = tshadow
shadowbad:
  driver = accept
  local_parts = shadowbad
  transport = tshadowbad
any:
  driver = accept
  domains = x.ex
  transport = t1
  no_log_as_local
"""
TRANSPORTS = BOX + """
tf:
  driver = appendfile
  user = ptuser1
tb:
  driver = appendfile
  file = @MAIL@/b
  user = ptuser1
  batch_max = 5
tpos:
  driver = appendfile
  file = @MAIL@/b
  user = ptuser1
  current_directory = /nonexistent
tneg:
  driver = appendfile
  file = @MAIL@/b
  user = ptuser2
tbig:
  driver = appendfile
  file = @MAIL@/b
  user = ptuser1
  message_size_limit = 10
tshadow:
  driver = appendfile
  file = @MAIL@/main
  user = ptuser1
  shadow_transport = t1
tshadowbad:
  driver = appendfile
  file = @MAIL@/main
  user = ptuser1
  shadow_transport = tpos
"""
ALIASES = (File("etc/aliases", "one: z@x.ex\nnested: one, y@x.ex\ntofile: @MAIL@/file\nnestfile: tofile\nfailing: :fail: no such thing\ndeferring: :defer: not now\nhole: :blackhole:\nbig: toobig\n"),)
EVERYTHING = ("a@x.ex", "one@test.example", "nested@test.example", "tofile@test.example", "nestfile@test.example", "pre-p@test.example", "b1@test.example", "b2@test.example",
              "posdefer@test.example", "negdefer@test.example", "toobig@test.example", "big@test.example", "failing@test.example", "deferring@test.example", "hole@test.example",
              "shadow@test.example", "shadowbad@test.example", "unroutable@test.example")


def logged(name: str, main: str, *to: str, sender: str = "<>") -> Case:
    return Case(name, conf(main, ROUTERS, TRANSPORTS), ALIASES, (Send(*(to or EVERYTHING), sender=sender),))


# every pair of what a delivery line can show
SHOWN = ["all_parents", "delivery_size", "deliver_time", "queue_time", "queue_time_overall", "sender_on_delivery", "return_path_on_delivery", "millisec", "pid"]
PAIRS = [logged(f"pair-{one}-{two}", f"log_selector = +{one} +{two}") for one, two in itertools.combinations(SHOWN, 2)]

SELECTED = [logged("selector-" + selector.replace(" ", ""), "log_selector = " + selector) for selector in SELECTORS] + [
    logged("selector-zone", "log_timezone\nlog_selector = +millisec +deliver_time +pid"),
    logged("selector-none-set", ""),
    logged("selector-sender-set", "log_selector = +sender_on_delivery +return_path_on_delivery", "a@x.ex", "b1@test.example", "b2@test.example", "tofile@test.example", sender="sender@b.example"),
    logged("selector-sender-set-defers", "log_selector = +sender_on_delivery +return_path_on_delivery +deliver_time", "posdefer@test.example", "a@x.ex", sender="sender@b.example"),
    logged("print-topbitchars", "print_topbitchars", "a@x.ex"),
]


def shadow(name: str, options: str, more: str = "", main: str = "log_selector = +delivery_size", to: tuple[str, ...] = ("box@test.example",)) -> Case:
    body = "".join(f"  {line.strip()}\n" for line in options.strip().splitlines())
    return Case("shadow-" + name, conf(main, transports=BOX + body + "s1:\n  driver = appendfile\n  file = @MAIL@/shadow\n  user = ptuser2\n" + more), calls=(Send(*to, sender="<>"),))


SHADOWS = [
    shadow("plain", "shadow_transport = s1"),
    shadow("condition-true", "shadow_transport = s1\nshadow_condition = yes"),
    shadow("condition-false", "shadow_transport = s1\nshadow_condition = ${if eq{$local_part}{nope}}"),
    shadow("condition-failure", "shadow_transport = s1\nshadow_condition = ${nosuch:x}"),
    shadow("condition-forced", "shadow_transport = s1\nshadow_condition = ${if eq{a}{b}{x}fail}"),
    shadow("missing", "shadow_transport = nosuch"),
    shadow("fails-errno", "shadow_transport = s2", "s2:\n  driver = appendfile\n  file = /nonexistent/x\n  no_create_directory\n  user = ptuser2\n"),
    shadow("fails-no-errno", "shadow_transport = s2", "s2:\n  driver = appendfile\n  file = relative\n  user = ptuser2\n"),
    shadow("nested", "shadow_transport = s2", "s2:\n  driver = appendfile\n  file = @MAIL@/s2\n  user = ptuser2\n  shadow_transport = s1\n"),
    shadow("batch", "shadow_transport = s1\nbatch_max = 5", to=("a@test.example", "b@test.example")),
    shadow("main-fails", "shadow_transport = s1\ncurrent_directory = /nonexistent"),
    shadow("user-fails", "shadow_transport = s2", "s2:\n  driver = appendfile\n  file = @MAIL@/s2\n  user = root\n"),
    shadow("too-big", "shadow_transport = s2", "s2:\n  driver = appendfile\n  file = @MAIL@/s2\n  user = ptuser2\n  message_size_limit = 1\n"),
]

OTHERS = [
    Case("max-parallel-one", conf(transports=BOX + "  max_parallel = 1\n"), calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
    Case("max-parallel-zero", conf(transports=BOX + "  max_parallel = 0\n"), calls=(Send("a@t.ex", sender="<>"),)),
    Case("max-parallel-expanded", conf(transports=BOX + "  max_parallel = ${eval:1+1}\n"), calls=(Send("a@t.ex", sender="<>"),)),
    Case("disable-logging-transport", conf(transports=BOX + "  disable_logging\n"), calls=(Send("a@t.ex", sender="<>"),)),
    Case("disable-logging-transport-failing", conf(transports=BOX.replace("@MAIL@/box", "relative") + "  disable_logging\n"), calls=(Send("a@t.ex", sender="<>"),)),
    Case("disable-logging-router", conf(routers="r1:\n  driver = accept\n  transport = t1\n  disable_logging\n"), calls=(Send("a@t.ex", sender="<>"),)),
    Case("no-message-logs", conf("no_message_logs", ROUTERS, TRANSPORTS), ALIASES, (Send(*EVERYTHING, sender="<>"),)),
    Case("log-file-missing-directory", conf(routers=ROUTERS, transports=TRANSPORTS).replace("@LOG@/%slog", "@LOG@/sub/%slog"), ALIASES, (Send("a@x.ex", sender="<>"),)),
    Case("log-file-with-date", conf(routers=ROUTERS, transports=TRANSPORTS).replace("@LOG@/%slog", "@LOG@/%s-log"), ALIASES, (Send("a@x.ex", "posdefer@test.example", sender="<>"),)),
    Case("log-file-append", conf(), (File("log/mainlog", "old line\n", 0o640, "Debian-exim"),), (Send("a@t.ex", sender="<>"),)),
    Case("log-file-other-mode", conf(), (File("log/mainlog", "old line\n", 0o644, "Debian-exim"),), (Send("a@t.ex", sender="<>"),)),
    Case("log-odd-characters", conf(transports=BOX.replace("@MAIL@/box", '"relative\\\\t\\\\n\\\\001\\303\\274"')), calls=(Send("a@t.ex", sender="<>"),)),
    Case("message-log-kept", conf("preserve_message_logs", ROUTERS, TRANSPORTS), ALIASES, (Send("a@x.ex", "one@test.example", sender="<>"),)),
    Case("long-line", conf(transports=BOX.replace("@MAIL@/box", "r" + "x" * 5000)), calls=(Send("a@t.ex", sender="<>"),)),
]

test_selectors = compat(SELECTED + PAIRS)
test_shadows = compat(SHADOWS)
test_others = compat(OTHERS)
