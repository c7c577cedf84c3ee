# SPDX-License-Identifier: Apache-2.0
"""Under whose name a delivery runs, where, and what may go wrong (transport-framework.md 7–9, routing.md 3.6).

What is seen: owner and group of what was created, and the log. Supplementary groups show in what may be written to.
"""
from compatlib import Case, Dir, Send, compat, conf
from compatlib.case import PARTS

SEND = (Send("ptuser1@test.example", sender="<>"),)


def who(name: str, router: str, transport: str, *setup, main: str = "", calls=SEND, **more) -> Case:
    def block(text): return "".join(f"  {line.strip()}\n" for line in text.strip().splitlines() if line.strip())
    where = "" if "file = " in transport else "file = @MAIL@/box\n"
    return Case(name, conf(main, "r1:\n  driver = accept\n  transport = t1\n" + block(router),
                           "t1:\n  driver = appendfile\n" + block(where + transport)), setup, calls, **more)


USER = [
    who("transport-user", "", "user = ptuser2"),
    who("transport-user-number", "", "user = 54321\ngroup = 54321"),
    who("transport-user-and-group", "", "user = ptuser2\ngroup = ptuser3"),
    who("transport-group-then-user", "", "group = ptuser3\nuser = ptuser2"),
    who("transport-user-expanded", "", "user = ${if eq{a}{a}{ptuser2}}"),
    who("transport-user-expanded-number", "", "user = ${if eq{a}{a}{54321}}\ngroup = mail"),
    who("transport-user-expanded-number-only", "", "user = ${if eq{a}{a}{54321}}"),
    who("transport-user-local-part", "", "user = $local_part"),
    who("transport-user-unknown", "", "user = ${if eq{a}{a}{nosuchuser}}"),
    who("transport-user-failure", "", "user = ${nosuch:x}"),
    who("transport-user-forced", "", "user = ${if eq{a}{b}{x}fail}"),
    who("transport-user-empty", "", "user = ${if eq{a}{b}{x}}"),
    who("transport-group-expanded", "", "user = ptuser2\ngroup = ${if eq{a}{a}{ptuser3}}"),
    who("transport-group-expanded-then-user", "", "group = ${if eq{a}{a}{ptuser3}}\nuser = ptuser2"),
    who("transport-group-expanded-user-expanded", "", "group = ${if eq{a}{a}{ptuser3}}\nuser = ${if eq{a}{a}{ptuser2}}"),
    who("transport-group-unknown", "", "user = ptuser2\ngroup = ${if eq{a}{a}{nosuchgroup}}"),
    who("transport-group-failure", "", "user = ptuser2\ngroup = ${nosuch:x}"),
    who("transport-group-only", "", "group = ptuser3"),
    who("none", "", ""),
    who("router-user", "user = ptuser2", ""),
    who("router-user-and-group", "user = ptuser2\ngroup = ptuser3", ""),
    who("router-group-only", "group = ptuser3", ""),
    who("router-user-number", "user = 54321", ""),
    who("router-user-number-and-group", "user = 54321\ngroup = ptuser3", ""),
    who("router-user-expanded", "user = ${if eq{a}{a}{ptuser2}}", ""),
    who("router-user-local-part", "user = $local_part", ""),
    who("router-user-unknown", "user = ${if eq{a}{a}{nosuchuser}}", ""),
    who("router-user-failure", "user = ${nosuch:x}", ""),
    who("router-group-unknown", "user = ptuser2\ngroup = ${if eq{a}{a}{nosuchgroup}}", ""),
    who("check-local-user", "check_local_user", ""),
    who("check-local-user-router-user", "check_local_user\nuser = ptuser2", ""),
    who("check-local-user-router-group", "check_local_user\ngroup = ptuser3", ""),
    who("check-local-user-transport-user", "check_local_user", "user = ptuser2"),
    who("check-local-user-transport-group", "check_local_user", "group = ptuser3"),
    who("router-user-transport-group", "user = ptuser2", "group = ptuser3"),
    who("router-user-transport-group-expanded", "user = ptuser2", "group = ${if eq{a}{a}{ptuser3}}"),
    who("router-group-transport-user", "group = ptuser3", "user = ptuser2"),
    who("router-group-transport-user-expanded", "user = ptuser1\ngroup = ptuser3", "user = ${if eq{a}{a}{ptuser2}}"),
    who("router-user-transport-user", "user = ptuser3", "user = ptuser2"),
]

FORBIDDEN = [
    who("root-fixed", "", "user = root"),
    who("root-router", "user = root", ""),
    who("root-number", "", "user = 0\ngroup = 0"),
    who("root-local-part", "check_local_user", "", calls=(Send("root@test.example", sender="<>"),)),
    who("never-users", "", "user = ptuser2", main="never_users = root : ptuser2"),
    who("never-users-number", "user = ptuser2", "", main="never_users = ${if eq{a}{a}{ptuser2}}"),
    who("never-users-other", "", "user = ptuser2", main="never_users = root : ptuser1"),
    who("drop-privilege", "", "user = ptuser2", main="deliver_drop_privilege", difference="D-config-refused", differs_in=PARTS),
]

GROUPS = [
    who("shared-directory-without-initgroups", "", "user = ptuser1\nfile = @MAIL@/shared/box", Dir("mail/shared", 0o770, "root:ptshared")),
    who("shared-directory-initgroups", "", "user = ptuser1\ninitgroups\nfile = @MAIL@/shared/box", Dir("mail/shared", 0o770, "root:ptshared")),
    who("shared-directory-not-member", "", "user = ptuser3\ninitgroups\nfile = @MAIL@/shared/box", Dir("mail/shared", 0o770, "root:ptshared")),
    who("shared-directory-router-initgroups", "user = ptuser1\ninitgroups", "file = @MAIL@/shared/box", Dir("mail/shared", 0o770, "root:ptshared")),
    who("shared-directory-router-initgroups-transport-user", "user = ptuser1\ninitgroups", "user = ptuser1\nfile = @MAIL@/shared/box", Dir("mail/shared", 0o770, "root:ptshared")),
    who("initgroups-no-entry", "", "user = 54321\ngroup = 54321\ninitgroups", difference="D-identity-defers", differs_in=("stderr", "log", "msglog", "spool")),
    who("shared-directory-check-local-user", "check_local_user\ninitgroups", "file = @MAIL@/shared/box", Dir("mail/shared", 0o770, "root:ptshared")),
]

HOME = [
    who("home-transport", "", "user = ptuser1\nhome_directory = @MAIL@\nfile = $home/box"),
    who("home-router", "user = ptuser1\ntransport_home_directory = @MAIL@", "file = $home/box"),
    who("home-router-home", "user = ptuser1\nrouter_home_directory = @MAIL@", "file = $home/box"),
    who("home-both", "user = ptuser1\ntransport_home_directory = @ETC@", "home_directory = @MAIL@\nfile = $home/box"),
    who("home-none", "", "user = ptuser1\nfile = @MAIL@/box${if def:home{-home}{-none}}"),
    who("home-from-passwd", "check_local_user", "file = @MAIL@/${sg{$home}{/}{_}}"),
    who("home-relative", "", "user = ptuser1\nhome_directory = relative"),
    who("home-failure", "", "user = ptuser1\nhome_directory = ${nosuch:x}"),
    who("home-forced", "", "user = ptuser1\nhome_directory = ${if eq{a}{b}{x}fail}"),
    who("home-missing", "", "user = ptuser1\nhome_directory = /nonexistent"),
    who("home-missing-current-set", "", "user = ptuser1\nhome_directory = /nonexistent\ncurrent_directory = /"),
    who("home-router-failure", "user = ptuser1\nrouter_home_directory = ${nosuch:x}", ""),
    who("home-router-forced", "user = ptuser1\nrouter_home_directory = ${if eq{a}{b}{x}fail}", ""),
    who("home-transport-failure-from-router", "user = ptuser1\ntransport_home_directory = ${nosuch:x}", ""),
    who("home-untidy", "", "user = ptuser1\nhome_directory = @MAIL@/../mail/\nfile = ${home}box"),
    who("current-relative", "", "user = ptuser1\ncurrent_directory = relative"),
    who("current-failure", "", "user = ptuser1\ncurrent_directory = ${nosuch:x}"),
    who("current-missing", "", "user = ptuser1\ncurrent_directory = /nonexistent"),
    who("current-not-allowed", "", "user = ptuser1\ncurrent_directory = @MAIL@/closed", Dir("mail/closed", 0o700)),
    who("current-router", "user = ptuser1\ntransport_current_directory = /nonexistent", ""),
    who("current-transport-wins", "user = ptuser1\ntransport_current_directory = /nonexistent", "current_directory = /"),
    who("current-uses-home", "", "user = ptuser1\nhome_directory = @MAIL@\ncurrent_directory = $home/nope"),
]

BATCH = [Case("batch-" + name, conf(routers=routers, transports="t1:\n  driver = appendfile\n  file = @MAIL@/box\n  batch_max = 9\n  no_check_owner\n  mode = 0666\n" + more),
              calls=(Send("a@t.ex", "b@t.ex", "c@u.ex", "d@t.ex", sender="<>"),)) for name, routers, more in [
    ("same", "r1:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", ""),
    ("user-differs", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser2\n", ""),
    ("group-differs", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser1\n  group = ptuser3\n", ""),
    ("user-differs-transport-fixed", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser2\n", "  user = ptuser3\n"),
    ("errors-to-differs", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\n  errors_to = ptuser1@test.example\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", "  return_path_add\n"),
    ("headers-differ", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\n  headers_add = X-A: b\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", ""),
    ("headers-equal", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\n  headers_add = X-A: b\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser1\n  headers_add = X-A: b\n", ""),
    ("remove-differs", "r1:\n  driver = accept\n  local_parts = a:d\n  transport = t1\n  user = ptuser1\n  headers_remove = X-A\nr2:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", ""),
    ("local-part-in-generic-option", "r1:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", "  headers_add = X-L: $local_part@$domain\n"),
    ("local-part-data-in-private-option", "r1:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", '  message_prefix = "$local_part_data\\n"\n'),
    ("local-part-in-prefix", "r1:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", '  message_prefix = "$local_part\\n"\n'),
    ("domain-in-suffix", "r1:\n  driver = accept\n  transport = t1\n  user = ptuser1\n", '  message_suffix = "${domain}\\n"\n'),
]]

test_user = compat(USER)
test_forbidden = compat(FORBIDDEN)
test_groups = compat(GROUPS)
test_home = compat(HOME)
test_batch = compat(BATCH)
