# SPDX-License-Identifier: Apache-2.0
"""Routing as -bt shows it (routing.md 12.1, 12.3): preconditions, variables, the redirect router, children and duplicates."""
from dataclasses import replace

from compatlib import Call, Case, Dir, File, Send, Symlink, compat, conf
from compatlib.case import BOX, PARTS

R2 = "r2:\n  driver = accept\n  transport = t2\n"
T2 = BOX + "t2:\n  driver = appendfile\n  file = @MAIL@/two\n  user = ptuser1\n"
SHOW = '  debug_print = "lp=$local_part dom=$domain lpd=$local_part_data dd=$domain_data pre=$local_part_prefix/$local_part_prefix_v suf=$local_part_suffix/$local_part_suffix_v 0=$0 1=$1 home=$home ad=$address_data sd=$sender_data"\n'
LISTS = "domainlist ld1 = *.foo.ex : @ : bar.ex\ndomainlist ld2 = lsearch;@ETC@/domains\nlocalpartlist lps = alice : ^b.b$\nhostlist hl = 10.0.0.0/8\naddresslist al = *@a.ex\n"
FILES = (File("etc/ls", "alice: alice data\nbob: b\n*: star\n"), File("etc/domains", "x.ex: one\n*.wild.ex: wildval\n"), File("etc/names", "# names\nalice\n!carol\nb*\n"))


def routed(name: str, options: str, *addresses: str, setup=FILES, args: str = "", rest: str = R2, **more) -> Case:
    body = "".join(f"  {line.strip()}\n" for line in options.strip().splitlines())
    return Case(name, conf(LISTS, "r1:\n  driver = accept\n  transport = t1\n" + body + SHOW + rest, T2), setup,
                (Call(f"-bt {args} " + " ".join(addresses or ("a@b.ex",))),), **more)


PRECONDITIONS = [
    routed("none", ""),
    routed("several-addresses", "", "a@b.ex", "c@d.ex", "e"),
    routed("unqualified", "", "local"),
    routed("bad-address", "", "a@@b", "@x", "a@", "<a@b", "a b@c", "good@b.ex"),
    routed("upper", "", "ALICE@B.EX"),
    routed("quoted-local-part", "", '"a b"@c.ex', '"ab"@c.ex'),
    routed("domains-literal", "domains = b.ex : c.ex", "a@b.ex", "a@C.EX", "a@d.ex"),
    routed("domains-wildcard", "domains = *.foo.ex : @", "a@a.b.foo.ex", "a@foo.ex", "a@mx.TEST.example"),
    routed("domains-named", "domains = +ld1", "a@x.foo.ex", "a@bar.ex", "a@nope.ex"),
    routed("domains-named-lookup", "domains = +ld2", "a@x.ex", "a@y.ex"),
    routed("domains-partial", "domains = partial-lsearch;@ETC@/domains", "a@b.c.wild.ex", "a@wild.ex", "a@y.ex"),
    routed("domains-negated", "domains = !b.ex", "a@b.ex", "a@c.ex"),
    routed("domains-negated-then-all", "domains = !b.ex : *", "a@b.ex", "a@c.ex"),
    routed("domains-regex", "domains = ^(.)\\N\\.ex$\\N", "a@b.ex", "a@bb.ex"),
    routed("domains-empty", "domains =", "a@b.ex"),
    routed("domains-unknown-list", "domains = +nosuch"),
    routed("domains-expansion-failure", "domains = ${nosuch:x}"),
    routed("domains-forced-failure", "domains = ${if eq{a}{b}{x}fail}"),
    replace(routed("domains-lookup-missing-file", "domains = lsearch;/nope", difference="D-list-defers", differs_in=("stdout", "stderr")), difference="D-routing-panic", differs_in=("stdout", "stderr")),
    replace(routed("domains-missing-file", "domains = /nope", difference="D-list-defers", differs_in=("stdout", "stderr")), difference="D-routing-panic", differs_in=("stdout", "stderr")),
    replace(routed("domains-unknown-lookup", "domains = nosuch;/x", difference="D-list-defers", differs_in=("stdout", "stderr")), difference="D-routing-panic", differs_in=("stdout", "stderr")),
    routed("domains-expanded", "domains = ${if eq{$local_part}{a}{b.ex}{c.ex}}", "a@b.ex", "x@b.ex"),
    routed("local-parts-literal", "local_parts = Alice : bob", "ALICE@x.ex", "bob@x.ex", "carol@x.ex"),
    routed("local-parts-star-inside", "local_parts = a* : bob", "alice@x.ex", "a*@x.ex"),
    routed("local-parts-suffix", "local_parts = *ce", "alice@x.ex", "bob@x.ex"),
    routed("local-parts-named", "local_parts = +lps", "alice@x.ex", "bxb@x.ex", "carol@x.ex"),
    routed("local-parts-lookup", "local_parts = lsearch;@ETC@/ls", "alice@x.ex", "Bob@x.ex", "carol@x.ex"),
    routed("local-parts-lookup-default", "local_parts = lsearch*;@ETC@/ls", "carol@x.ex"),
    routed("local-parts-file", "local_parts = @ETC@/names", "alice@x.ex", "carol@x.ex", "b*@x.ex", "zoe@x.ex"),
    routed("local-parts-caseful", "caseful_local_part\nlocal_parts = Alice", "Alice@x.ex", "alice@x.ex"),
    routed("local-parts-caseful-list", "caseful_local_part\nlocal_parts = +caseful : Alice", "Alice@x.ex", "alice@x.ex"),
    routed("domains-and-local-parts", "domains = ^(.)\nlocal_parts = ^(..)", "alice@x.ex"),
    routed("local-part-data", "domains = +ld2\nlocal_parts = lsearch;@ETC@/ls", "alice@x.ex"),
    routed("check-local-user", "check_local_user", "ptuser1@x.ex", "PTUSER2@x.ex", "nosuchuser@x.ex", "0@x.ex"),
    routed("senders-match", "senders = *@a.ex", "x@y.ex", args="-f me@a.ex"),
    routed("senders-no-match", "senders = *@a.ex", "x@y.ex", args="-f me@b.ex"),
    routed("senders-null", "senders = :", "x@y.ex", args="-f <>"),
    routed("senders-named", "senders = +al", "x@y.ex", args="-f me@A.ex"),
    routed("condition-true", "condition = yes"),
    routed("condition-false", "condition = no"),
    routed("condition-empty", "condition = ${if eq{a}{b}{x}}"),
    routed("condition-zero", "condition = 0"),
    routed("condition-word", "condition = foo"),
    routed("condition-repeated", "condition = foo\ncondition = 1"),
    routed("condition-repeated-false", "condition = foo\ncondition = 0"),
    routed("condition-failure", "condition = ${nosuch:x}"),
    routed("condition-forced-failure", "condition = ${if eq{a}{b}{x}fail}"),
    routed("condition-lookup", "condition = ${lookup{$local_part}lsearch{@ETC@/ls}{yes}{no}}", "alice@x.ex", "zoe@x.ex"),
    routed("condition-lookup-defer", "condition = ${lookup{$local_part}lsearch{/nope}{yes}{no}}"),
    routed("require-files", "require_files = @ETC@/ls"),
    routed("require-files-missing", "require_files = @ETC@/nope"),
    routed("require-files-two", "require_files = @ETC@/ls : @ETC@/nope"),
    routed("require-files-negated", "require_files = !@ETC@/nope : @ETC@/ls"),
    routed("require-files-user", "require_files = ptuser1 : @ETC@/ls"),
    routed("require-files-user-unreadable", "require_files = ptuser1 : @ETC@/closed", setup=(File("etc/closed", "", 0o600),)),
    routed("require-files-user-directory", "require_files = ptuser1 : @ETC@/d/x", setup=(Dir("etc/d", 0o700), File("etc/d/x"))),
    routed("require-files-unknown-user", "require_files = foo"),
    routed("require-files-relative", "require_files = relative/foo"),
    routed("require-files-user-group", "require_files = ptuser1,mail : @ETC@/ls"),
    routed("require-files-number-no-group", "require_files = 0 : @ETC@/ls"),
    routed("require-files-unknown-group", "require_files = ptuser1,nosuchgroup : @ETC@/ls"),
    routed("require-files-tainted", "require_files = @ETC@/$local_part", "ls@x.ex", "nope@x.ex"),
    routed("require-files-empty", "require_files ="),
    routed("require-files-failure", "require_files = ${nosuch:x}"),
    routed("no-address-test", "no_address_test"),
    routed("verify-only", "verify_only"),
    routed("no-verify", "no_verify"),
]

AFFIXES = [
    routed("prefix", "local_part_prefix = real-", "real-a@x.ex", "a@x.ex", "REAL-b@x.ex", "real-@x.ex"),
    routed("prefix-wild", "local_part_prefix = real- : *-owner-", "x-owner-lp2@x.ex", "a-b-owner-c@x.ex", "-owner-c@x.ex"),
    routed("prefix-optional", "local_part_prefix = real-\nlocal_part_prefix_optional", "real-a@x.ex", "a@x.ex"),
    routed("suffix", "local_part_suffix = -s : +*", "a-s@x.ex", "a+b+c@x.ex", "a@x.ex", "-s@x.ex", "+x@x.ex"),
    routed("suffix-optional", "local_part_suffix = +*\nlocal_part_suffix_optional", "a+b@x.ex", "a@x.ex"),
    routed("both", "local_part_prefix = real-\nlocal_part_suffix = +*\nlocal_parts = lp1", "real-lp1+x@x.ex", "real-lp1@x.ex", "lp1+x@x.ex"),
    routed("suffix-and-local-parts", "local_part_suffix = +*\nlocal_part_suffix_optional\nlocal_parts = Lp2", "lp2+x@x.ex", "LP2@x.ex", "lp3@x.ex"),
    routed("prefix-and-check-local-user", "local_part_prefix = real-\ncheck_local_user", "real-ptuser1@x.ex", "real-nosuch@x.ex"),
    routed("prefix-caseful", "caseful_local_part\nlocal_part_prefix = Real-", "REAL-AbC@x.ex"),
]

STEPS = [
    routed("address-data", "address_data = x-$local_part"),
    routed("address-data-forced", "address_data = ${if eq{a}{b}{x}fail}"),
    routed("address-data-forced-no-more", "address_data = ${if eq{a}{b}{x}fail}\nno_more"),
    routed("address-data-failure", "address_data = ${nosuch:x}"),
    routed("set", "set = r_a = $local_part\nset = r_b = ${r_a}2\naddress_data = $r_a-$r_b"),
    replace(routed("set-bad-name", "set = foo = x", difference="D-routing-set", differs_in=("exit", "stdout")), difference="D-routing-set", differs_in=("exit", "stdout")),
    replace(routed("set-failure", "set = r_a = ${nosuch:x}", difference="D-routing-set", differs_in=("exit", "stdout")), difference="D-routing-set", differs_in=("exit", "stdout")),
    routed("set-forced", "set = r_a = ${if eq{a}{b}{x}fail}"),
    Case("transport-unknown", conf(routers="r1:\n  driver = accept\n  transport = nosuch\n"), calls=(Call("-bt a@b.ex"),)),
    Case("transport-expanded", conf(routers="r1:\n  driver = accept\n  transport = ${if eq{a}{a}{t1}}\n"), calls=(Call("-bt a@b.ex"),)),
    Case("transport-tainted", conf(routers="r1:\n  driver = accept\n  transport = $local_part\n"), calls=(Call("-bt t1@b.ex"),)),
    Case("transport-failure", conf(routers="r1:\n  driver = accept\n  transport = ${nosuch:x}\n"), calls=(Call("-bt t1@b.ex"),)),
    Case("transport-empty", conf(routers="r1:\n  driver = accept\n  transport = ${if eq{a}{b}{x}}\n"), calls=(Call("-bt t1@b.ex"),)),
    routed("user-number", "user = 1234"),
    routed("user-unknown-at-run", "user = $local_part"),
    routed("more-bad-value", "more = ${if eq{a}{b}{x}}"),
    routed("unseen", "unseen", "ALICE@a.b.foo.ex"),
    routed("unseen-expanded", "unseen = ${if eq{$local_part}{a}{true}{false}}", "a@x.ex", "b@x.ex"),
    replace(routed("unseen-bad-value", "unseen = ${if eq{a}{a}{maybe}}", difference="D-routing-unseen", differs_in=("stdout",)), difference="D-routing-unseen", differs_in=("stdout",)),
    routed("unseen-last", "unseen", rest=""),
    routed("errors-to", "errors_to = postmaster@x.ex"),
    routed("errors-to-failure", "errors_to = ${nosuch:x}"),
    routed("headers-add-failure", "headers_add = ${nosuch:x}"),
    routed("headers-remove-failure", "headers_remove = ${nosuch:x}"),
    routed("home-failure", "router_home_directory = ${nosuch:x}"),
    routed("home", "router_home_directory = /home/$local_part"),
    routed("no-router-matches", "domains = nope", rest=""),
    routed("cannot-route-message", "domains = nope\ncannot_route_message = cannot $local_part at $domain", rest=""),
    routed("cannot-route-message-forced", "domains = nope\ncannot_route_message = ${if eq{a}{b}{x}fail}", rest=""),
    routed("cannot-route-message-failure", "domains = nope\ncannot_route_message = ${nosuch:x}", rest=""),
    routed("cannot-route-message-of-last-looked-at", "condition = no\ncannot_route_message = from r1", rest="r2:\n  driver = accept\n  domains = nope\n  transport = t2\n  cannot_route_message = from r2\n"),
    Case("no-routers", conf(routers=""), calls=(Call("-bt a@b.ex"),)),
    Case("pass-router", conf(routers="r1:\n  driver = redirect\n  data = ${if eq{a}{b}{x}}\n  no_more\n" + R2, transports=T2), calls=(Call("-bt a@b.ex"),)),
    Case("redirect-router", conf(routers="r1:\n  driver = redirect\n  data = other@b.ex\n  redirect_router = r3\nr2:\n  driver = accept\n  transport = t1\nr3:\n  driver = accept\n  transport = t2\n", transports=T2), calls=(Call("-bt a@b.ex"),)),
    Case("stdin", conf(), calls=(Call("-bt", "a@b.ex\nc@d.ex\n\nbad@@x\n"),)),
    Case("verify", conf(routers="r0:\n  driver = accept\n  domains = v.ex\n  verify_only\nr1:\n  driver = accept\n  no_verify\n  domains = n.ex\n  transport = t1\n"), calls=(Call("-bv a@v.ex a@n.ex a@x.ex"), Call("-bvs a@v.ex"))),
]

ALIASES = r"""list: a@x.ex, b@x.ex,
   c@x.ex
hole: :blackhole:
failed: :fail: go away
failempty: :fail:
failcode: :fail: 551 moved
deferred: :defer: later
deferempty: :defer:
unknown: :unknown:
empty:
comment: # nothing
pipe: |/bin/cat -x
quotedpipe: "|/bin/cat \"a b\""
file: /d/x
dir: /d/xd/
devnull: /dev/null
mixed: a@x.ex, /d/f1, b@x.ex, |/bin/p, /d/f2/, c@x.ex
include: :include:@ETC@/list
nolist: :include:@ETC@/nolist
rellist: :include:data/list
noname: :include:
bad: a@b@c
badinlist: a@x.ex, b@@x
loop: loop
self: self, other
pair1: pair2
pair2: pair1
trailing: a@x.ex # comment
x400: /X=1/Y=2/@gate.ex
group: Group: a@x.ex, b@x.ex;
phrase: "Full, Name" <l3@x.ex> (comment)
backslash: \list
unqualified: one, two
afterfail: a@x.ex, :fail: text, more
afterhole: a@x.ex, :blackhole:
dup: a@x.ex, a@x.ex, A@x.ex, b@x.ex
duppipe: |/bin/p, |/bin/p
nested: list, n2
n2: n3
n3: n4, list
n4: z@x.ex
reply: >a@x.ex
quoted: "quoted local"@x.ex
spaces:    a@x.ex  ,   b@x.ex   
relfile: relative/file
squoted: "a@x.ex"
"""
REDIRECT = "al:\n  driver = redirect\n  domains = test.example\n  data = ${lookup{$local_part}lsearch{@ETC@/aliases}}\n"
HANDED = "  allow_fail\n  allow_defer\n  file_transport = tf\n  directory_transport = td\n  pipe_transport = tf\n  reply_transport = tf\n"
TAIL = "last:\n  driver = accept\n  domains = x.ex : gate.ex\n  transport = t1\nlp:\n  driver = accept\n  local_parts = other : one : two : fallback\n  transport = t1\n"
TRANSPORTS = BOX + "tf:\n  driver = appendfile\n  user = ptuser1\ntd:\n  driver = appendfile\n  user = ptuser1\n  maildir_format\n"
ALIAS_FILES = (File("etc/aliases", ALIASES), File("etc/list", "# list comment\nl1@x.ex, l2@x.ex\nFull Name <l3@x.ex>\nl4@x.ex (comment)\n,,\n"))
NAMES = [line.split(":")[0] for line in ALIASES.splitlines() if line and not line.startswith(" ")]


def redirected(name: str, options: str, *addresses: str, setup=ALIAS_FILES, handed: str = HANDED, args: str = "") -> Case:
    body = "".join(f"  {line.strip()}\n" for line in options.strip().splitlines())
    return Case(name, conf(routers=REDIRECT + handed + body + TAIL, transports=TRANSPORTS), setup, (Call(f"-bt {args} " + " ".join(addresses)),))


def data(name: str, text: str, more: str = "", setup=ALIAS_FILES, address: str = "a@test.example", **marks) -> Case:
    body = "".join(f"  {line.strip()}\n" for line in more.strip().splitlines())
    what = text if text.startswith("file =") else f"data = {text}"
    return Case("data-" + name, conf(routers=f"r1:\n  driver = redirect\n  {what}\n{HANDED}{body}{TAIL}", transports=TRANSPORTS), setup, (Call(f"-bt {address}"),), **marks)


REDIRECTION = [redirected("alias-" + name, "", f"{name}@test.example") for name in NAMES] + [
    redirected("not-an-alias", "", "nobody@test.example"),
    redirected("forbidden-without-allow", "", "failed@test.example", "deferred@test.example", handed="  file_transport = tf\n"),
    redirected("no-transports", "", "pipe@test.example", "file@test.example", "dir@test.example", "mixed@test.example", handed=""),
    redirected("unknown-transports", "", "pipe@test.example", "file@test.example", handed="  pipe_transport = nosuch\n  file_transport = ${nosuch:x}\n"),
    redirected("forbid-file", "forbid_file", "file@test.example", "dir@test.example", "devnull@test.example"),
    redirected("forbid-pipe", "forbid_pipe", "pipe@test.example"),
    redirected("forbid-include", "forbid_include", "include@test.example"),
    redirected("forbid-blackhole", "forbid_blackhole", "hole@test.example"),
    redirected("forbid-smtp-code", "forbid_smtp_code", "failcode@test.example"),
    redirected("include-directory", "include_directory = @ETC@", "include@test.example"),
    redirected("include-directory-other", "include_directory = /usr", "include@test.example"),
    redirected("skip-syntax-errors", "skip_syntax_errors", "badinlist@test.example", "bad@test.example"),
    redirected("qualify-domain", "qualify_domain = q.ex", "unqualified@test.example"),
    redirected("qualify-preserve-domain", "qualify_preserve_domain", "unqualified@test.example"),
    redirected("check-ancestor", "check_ancestor", "self@test.example", "pair1@test.example"),
    redirected("no-repeat-use", "no_repeat_use", "nested@test.example"),
    redirected("one-time", "one_time", "list@test.example", "pipe@test.example"),
    redirected("unseen", "unseen", "list@test.example"),
    redirected("no-more", "no_more", "nobody@test.example"),
    redirected("several-with-duplicates", "", "list@test.example", "nested@test.example", "a@x.ex"),
    redirected("same-twice", "", "list@test.example", "LIST@test.example"),
    data("literal", "other@x.ex"),
    data("local-part", "$local_part"),
    data("failure", "${nosuch:x}"),
    data("forced-failure", "${if eq{a}{b}{x}fail}"),
    data("empty", "${if eq{a}{b}{x}}"),
    data("fail-in-data", ":fail: no $local_part here"),
    data("exim-filter", '"#Exim filter\\nfinish"'),
    data("sieve-filter", '"# Sieve filter\\nkeep;"'),
    data("newlines", '"a@x.ex\\nb@x.ex\\n# comment\\nc@x.ex"'),
    data("bad-skip", "x@@y", "skip_syntax_errors"),
    data("user-failure", "other@x.ex", "user = ${nosuch:x}"),
    data("file", "file = @ETC@/list"),
    data("file-relative", "file = relative"),
    data("file-missing", "file = @ETC@/nope"),
    data("file-missing-directory", "file = @ETC@/nope/x"),
    data("file-missing-directory-ignored", "file = @ETC@/nope/x", "ignore_enotdir"),
    data("file-below-file", "file = @ETC@/list/x"),
    data("file-below-file-ignored", "file = @ETC@/list/x", "ignore_enotdir"),
    data("file-is-directory", "file = @ETC@"),
    data("file-mode", "file = @ETC@/open", setup=(File("etc/open", "other@x.ex\n", 0o666),)),
    data("file-mode-allowed", "file = @ETC@/open", "modemask = 0", setup=(File("etc/open", "other@x.ex\n", 0o666),)),
    data("file-owner", "file = @ETC@/list", "owners = ptuser1"),
    data("file-owner-right", "file = @ETC@/own", "owners = ptuser1", setup=(File("etc/own", "other@x.ex\n", 0o644, "ptuser1"),)),
    data("file-group", "file = @ETC@/list", "owngroups = ptuser1"),
    data("file-check-owner", "file = @ETC@/list", "check_owner\nuser = ptuser1"),
    data("file-tainted", "file = @ETC@/$local_part", address="list@test.example"),
    data("file-empty", "file = @ETC@/empty", setup=(File("etc/empty", "\n# only comments\n"),)),
    data("file-no-newline", "file = @ETC@/one", setup=(File("etc/one", "other@x.ex"),)),
    data("file-eacces", "file = @ETC@/closed/x", "user = ptuser1", setup=(Dir("etc/closed", 0o700), File("etc/closed/x", "other@x.ex\n"))),
    data("file-eacces-ignored", "file = @ETC@/closed/x", "user = ptuser1\nignore_eacces", setup=(Dir("etc/closed", 0o700), File("etc/closed/x", "other@x.ex\n"))),
    data("file-symlink", "file = @ETC@/link", setup=(File("etc/list", "other@x.ex\n"), Symlink("etc/link", "list"))),
    data("file-error", "file = @ETC@/bad", setup=(File("etc/bad", "a@x.ex, b@@c\n"),)),
    replace(data("include-tainted", ":include:@ETC@/$local_part", address="list@test.example", difference="D-include-tainted", differs_in=("stdout", "stderr")), difference="D-include-tainted", differs_in=("stdout", "stderr")),
    data("include-empty", ":include:@ETC@/empty", setup=(File("etc/empty", ""),)),
    data("include-nested", ":include:@ETC@/one", setup=(File("etc/one", ":include:@ETC@/two\n"), File("etc/two", "other@x.ex\n"))),
    data("include-directory-itself", ":include:@ETC@"),
    data("include-as-user", ":include:@ETC@/list", "user = ptuser1"),
    data("include-as-user-unreadable", ":include:@ETC@/closed", "user = ptuser1", setup=(File("etc/closed", "other@x.ex\n", 0o600),)),
]

test_preconditions = compat(PRECONDITIONS)
test_affixes = compat(AFFIXES)
test_steps = compat(STEPS)
test_redirection = compat(REDIRECTION)

# ---- the same through a delivery: order of children, duplicates, log lines ----

DELIVER = "  file_transport = tf\n  directory_transport = td\n  allow_fail\n  allow_defer\n"
DELIVERY_ALIASES = (File("etc/aliases", ALIASES.replace("/d/", "@MAIL@/d/").replace(", |/bin/p", "")), Dir("mail/d", 0o777), ALIAS_FILES[1])


def delivered(name: str, *local_parts: str, options: str = "", transports: str = TRANSPORTS, main: str = "", **more) -> Case:
    return Case("deliver-" + name, conf(main, REDIRECT + DELIVER + options + TAIL, transports), DELIVERY_ALIASES,
                (Send(*(p if "@" in p else f"{p}@test.example" for p in local_parts), sender="<>"),), **more)


DELIVERIES = [
    delivered("list", "list"), delivered("mixed", "mixed"), delivered("nested", "nested"), delivered("dup", "dup"), delivered("dup-and-direct", "dup", "a@x.ex"), delivered("hole", "hole"),
    delivered("failed", "failed"), delivered("deferred", "deferred"), delivered("file", "file"), delivered("dir", "dir"), delivered("devnull", "devnull"), delivered("include", "include"),
    delivered("nolist", "nolist"), delivered("unroutable", "nobody"), delivered("self", "self"), delivered("pair", "pair1"), delivered("several", "list", "e@x.ex", "nested"),
    delivered("list-and-failed", "list", "failed"), delivered("list-and-deferred", "list", "deferred"), delivered("forbid-file", "file", options="  forbid_file\n"),
    Case("deliver-no-file-transport", conf(routers=REDIRECT + TAIL, transports=TRANSPORTS), DELIVERY_ALIASES, (Send("file@test.example", "dir@test.example", "list@test.example", sender="<>"),)),
    Case("deliver-no-pipe-transport", conf(routers=REDIRECT + TAIL, transports=TRANSPORTS), DELIVERY_ALIASES, (Send("pipe@test.example", sender="<>"),)),
    delivered("one-time", "list", options="  one_time\n"),
    delivered("errors-to", "list", options="  errors_to = other@test.example\n", transports=TRANSPORTS.replace("file = @MAIL@/box", "file = @MAIL@/box\n  return_path_add")),
    delivered("errors-to-empty", "list", options="  errors_to =\n", transports=TRANSPORTS.replace("file = @MAIL@/box", "file = @MAIL@/box\n  return_path_add")),
    delivered("errors-to-unroutable", "list", options="  errors_to = nobody@nowhere.ex\n", transports=TRANSPORTS.replace("file = @MAIL@/box", "file = @MAIL@/box\n  return_path_add")),
    delivered("unseen", "list", "other", options="  unseen\n"),
    delivered("file-transport-with-directory-option", "file", "dir", transports=TRANSPORTS.replace("tf:\n  driver = appendfile\n", "tf:\n  driver = appendfile\n  file = @MAIL@/fixed\n")),
    delivered("file-user-from-router", "file", options="  user = ptuser2\n", transports=TRANSPORTS.replace("tf:\n  driver = appendfile\n  user = ptuser1\n", "tf:\n  driver = appendfile\n")),
    Case("deliver-unseen-accept", conf(routers="r1:\n  driver = accept\n  transport = t1\n  unseen\nr2:\n  driver = accept\n  transport = t2\n", transports=T2), calls=(Send("box@test.example", "b2@test.example", sender="<>"),)),
    Case("deliver-unseen-one-fails", conf(routers="r1:\n  driver = accept\n  transport = t1\n  unseen\nr2:\n  driver = accept\n  transport = t2\n", transports=T2.replace("@MAIL@/two", "relative")), calls=(Send("box@test.example", sender="<>"),)),
    Case("deliver-rcpt-affixes", conf(routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  local_part_suffix = +*\n  local_part_suffix_optional\n  transport = t1\n", transports=BOX + "  rcpt_include_affixes\n  envelope_to_add\n"), calls=(Send("pre-a+b@test.example", "pre-c@test.example", sender="<>"),)),
    Case("deliver-affixes", conf(routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  transport = t1\n", transports=BOX + "  envelope_to_add\n"), calls=(Send("pre-a@test.example", "PRE-b@test.example", sender="<>"),)),
    Case("deliver-log-as-local", conf(routers="r1:\n  driver = accept\n  no_log_as_local\n  transport = t1\n"), calls=(Send("box@test.example", "Box2@TEST.example", sender="<>"),)),
    Case("deliver-caseful", conf(routers="r1:\n  driver = accept\n  caseful_local_part\n  transport = t1\n"), calls=(Send("Box@test.example", "box@test.example", sender="<>"),)),
    Case("deliver-no-transport-set", conf(routers="r1:\n  driver = accept\n  verify_only\n"), calls=(Send("box@test.example", sender="<>"),)),
    Case("deliver-hold-domains", conf("hold_domains = test.example"), calls=(Send("box@test.example", "b@other.ex", sender="<>"),)),
    Case("deliver-queue-domains", conf("queue_domains = test.example"), calls=(Send("box@test.example", "b@other.ex", sender="<>"),)),
    Case("deliver-percent-hack", conf("percent_hack_domains = test.example"), calls=(Send("a%x.ex@test.example", sender="<>"),), difference="D-config-refused", differs_in=PARTS),
]
test_deliveries = compat(DELIVERIES)

# ---- found by random comparison with exim4 ----

LOOPS = (File("etc/al", "alice: a1, box\nlist: alice, two, @MAIL@/f1, x@x.ex\nself: self, box\ntwo: :blackhole:\nbox: box\na1: :fail: gone\n"), File("etc/fwd", "# f\nbox, two@x.ex\n"))
LOOKUP = "  data = ${lookup{$local_part}lsearch{@ETC@/al}}\n  file_transport = tf\n  allow_fail\n"
FORWARD = "fw:\n  driver = redirect\n  file = @ETC@/fwd\n"
REST = "rz:\n  driver = accept\n  transport = t1\n"
REST3 = REST.replace("accept\n", "accept\n  domains = test.example\n")
IGNORED = "r2:\n  driver = redirect\n  local_parts = alice : bob\n  errors_to =\n"
NOWHERE = "  data = nobody@nowhere.ex\n"
QUIET = "r0:\n  driver = redirect\n  domains = test.example\n  disable_logging\n"
TBAD = "tbad:\n  driver = appendfile\n  file = relative\n  user = ptuser1\n"


def found(name: str, routers: str, *to: str, main: str = "", transports: str = "  batch_max = 4\n  envelope_to_add\n  return_path_add\n", **more) -> Case:
    return Case("found-" + name, conf(main, routers, BOX + transports + "tf:\n  driver = appendfile\n  user = ptuser1\n"), LOOPS, (Send(*to, sender="<>"), Call("-bp")), **more)


FOUND = [
    found("duplicates-in-a-ring", "r0:\n  driver = redirect\n  local_part_prefix = real-\n  local_part_prefix_optional\n  data = $local_part@x.ex\n" + FORWARD + REST,
          "real-alice@x.ex", "list@a.x.ex", "alice@x.ex", main="log_selector = +all_parents"),
    found("duplicates-in-a-ring-one", "r0:\n  driver = redirect\n  data = $local_part@x.ex\n" + FORWARD + REST, "alice@test.example"),
    found("forward-twice", FORWARD + FORWARD.replace("fw:", "fv:") + REST, "alice@test.example", main="log_selector = +all_parents"),
    found("same-forward-two-recipients", FORWARD + REST, "alice@test.example", "bob@test.example"),
    found("box-and-two-of-same-domain", "r0:\n  driver = redirect\n  local_parts = alice : box\n" + LOOKUP + "r1:\n  driver = redirect\n  domains = *.x.ex : test.example\n  no_more\n  data = box@$domain, two\n" + REST,
          "list@a.x.ex", main="log_selector = +all_parents"),
    found("self-partly-done", "r0:\n  driver = redirect\n  domains = test.example\n" + LOOKUP + REST, "self@test.example", "alice@a.x.ex", "alice@test.example"),
    found("homonyms-in-two-rings", "r0:\n  driver = redirect\n" + LOOKUP + "r1:\n  driver = accept\n  local_parts = self : box\n  transport = t1\n", "box@test.example", "self@test.example", "late@test.example"),
    found("homonyms-in-two-rings-one-by-one", "r0:\n  driver = redirect\n" + LOOKUP + "r1:\n  driver = accept\n  local_parts = self : box\n  transport = t1\n", "self@test.example", "box@test.example", "late@test.example", transports=""),
    found("homonym-failing", "r0:\n  driver = redirect\n" + LOOKUP + REST, "self@test.example", "list@test.example", "alice@x.ex"),
    Case("found-child-of-a-file-is-clean", conf(routers=FORWARD + REST, transports=BOX.replace("@MAIL@/box", "@MAIL@/$local_part")), LOOPS, (Send("alice@test.example", sender="<>"),)),
    Case("found-child-of-a-lookup-is-clean", conf(routers="r0:\n  driver = redirect\n  local_parts = self\n" + LOOKUP + REST, transports=BOX.replace("@MAIL@/box", "@MAIL@/$local_part") + "tf:\n  driver = appendfile\n  user = ptuser1\n"),
         LOOPS, (Send("self@test.example", sender="<>"),)),
    found("failure-with-errors-to-empty", "r2:\n  driver = redirect\n  check_local_user\n  errors_to =\n  data = :fail: no\n  allow_fail\n" + REST, "ptuser1@test.example"),
    *(found("errors-to-empty-" + name, routers, *to, **more) for name, routers, to, more in (
        ("two", IGNORED + NOWHERE + REST3, ("alice@test.example", "bob@test.example", "box@test.example"), {}),
        ("some-children", IGNORED + "  data = nobody@nowhere.ex, box@test.example, n2@nowhere.ex\n" + REST3, ("alice@test.example",), {}),
        ("and-a-failure-to-report", IGNORED + NOWHERE, ("alice@test.example", "other@test.example"), {}),
        ("and-deferred", IGNORED + NOWHERE + REST3.replace("t1", "tbad"), ("alice@test.example", "box@test.example"), {"transports": TBAD}),
        ("sibling-deferred", IGNORED + "  data = nobody@nowhere.ex, box@test.example\n" + REST3.replace("t1", "tbad"), ("alice@test.example",), {"transports": TBAD}),
        ("grandchild", IGNORED + "  data = carol\nr3:\n  driver = redirect\n  local_parts = carol\n" + NOWHERE, ("alice@test.example",), {"main": "log_selector = +all_parents"}),
        ("file-forbidden", IGNORED + "  data = /x/y\n  file_transport = tf\n  forbid_file\n", ("alice@test.example",), {}),
        ("transport-fails", "r3:\n  driver = accept\n  errors_to =\n  transport = t1\n", ("alice@test.example",), {"transports": "  message_size_limit = 1\n"}),
        ("transport-fails-quietly", "r3:\n  driver = accept\n  errors_to =\n  transport = t1\n", ("alice@test.example",), {"transports": "  message_size_limit = 1\n  disable_logging\n"}),
        ("quiet-router", IGNORED + "  data = :fail: no\n  allow_fail\n  disable_logging\n", ("alice@test.example",), {}),
        ("forced-failure", IGNORED.replace("=\n", "= ${if eq{a}{b}{x}fail}\n", 1) + "  data = :fail: no\n  allow_fail\n", ("alice@test.example",), {}),
        ("fail-but-bad-errors-to", IGNORED.replace("errors_to =", "errors_to = ${nosuch:x}") + "  data = :fail: no\n  allow_fail\n", ("alice@test.example",), {}),
        ("fail-but-bad-headers", IGNORED + "  headers_add = ${nosuch:x}\n  data = :fail: no\n  allow_fail\n", ("alice@test.example",), {}),
        ("old-bounce", REST3, ("nobody@nowhere.ex", "box@test.example"), {"main": "ignore_bounce_errors_after = 0s"}))),
    Case("found-errors-to-empty-with-sender", conf(routers=IGNORED + NOWHERE + REST3), LOOPS, (Send("alice@test.example", "box@test.example", sender="s@b.example"),)),
    found("failure-below-errors-to-empty", "r2:\n  driver = redirect\n  local_parts = alice\n  errors_to =\n  data = nobody@nowhere.ex\nr3:\n  driver = accept\n  domains = test.example\n  transport = t1\n", "alice@test.example"),
    found("blackhole-disable-logging", "r0:\n  driver = redirect\n  disable_logging\n" + LOOKUP + REST, "two@test.example"),
    *(found("quiet-" + name, routers, "hole@test.example", "box@x.ex", **more) for name, routers, more in (
        ("skipped-error", QUIET + "  data = x@@y, ok@x.ex\n  skip_syntax_errors\n" + REST, {}),
        ("precondition", QUIET.replace("redirect", "accept").replace("test.example", "${nosuch:x}") + "  transport = t1\n" + REST, {}),
        ("condition", QUIET.replace("redirect", "accept") + "  condition = ${nosuch:x}\n  transport = t1\n" + REST, {}),
        ("transport-tainted", QUIET.replace("redirect", "accept") + "  transport = $local_part\n" + REST, {}),
        ("cannot-route", QUIET + "  data =\n  no_more\n  cannot_route_message = ${nosuch:x}\n" + REST, {}),
        ("file-forbidden", QUIET + "  data = /x/y\n  file_transport = tf\n  forbid_file\n" + REST, {}),
        ("next-router", QUIET + "  data =\nr1:\n  driver = redirect\n  domains = test.example\n  data = :blackhole:\n" + REST, {}),
        ("child", QUIET + "  data = hole@y.ex\nr1:\n  driver = redirect\n  domains = y.ex\n  data = :blackhole:\n" + REST, {}),
        ("verifying", QUIET.replace("redirect", "accept") + "  errors_to = box@x.ex\n  transport = $local_part\nr1:\n  driver = accept\n  condition = ${nosuch:x}\n  transport = t1\n" + REST, {}))),
    *(Case("found-quiet-" + mode, conf(routers=QUIET.replace("redirect", "accept") + "  transport = $local_part\n" + REST), (), (Call(f"-{mode} a@test.example"),)) for mode in ("bt", "bv")),
    found("blackhole-unseen", "r0:\n  driver = redirect\n  unseen\n" + LOOKUP + REST, "two@test.example"),
    found("fail-disable-logging", "r0:\n  driver = redirect\n  disable_logging\n" + LOOKUP + REST, "a1@test.example"),
    found("queue-domains-order", REST, "one@a.ex", "two@b.ex", "three@t.ex", "four@c.ex", main="queue_domains = t.ex", transports=""),
    found("queue-domains-none", REST, "one@a.ex", "two@b.ex", "four@c.ex", main="queue_domains = nn.ex", transports=""),
    found("queue-domains-batch", REST, "one@a.ex", "two@b.ex", "three@t.ex", "four@c.ex", main="queue_domains = t.ex"),
    found("queue-domains-children", "r0:\n  driver = redirect\n  domains = test.example\n  data = a@x.ex, b@t.ex, c@x.ex\n" + REST, "l@test.example", "two@b.ex", main="queue_domains = t.ex", transports=""),
    found("hold-domains-order", REST, "one@a.ex", "two@b.ex", "three@t.ex", "four@c.ex", main="hold_domains = t.ex", transports=""),
    Case("found-home-differs-in-batch", conf(routers="r1:\n  driver = accept\n  check_local_user\n  transport = t1\n" + REST, transports="t1:\n  driver = appendfile\n  file = @MAIL@/box\n  user = ptuser1\n  batch_max = 4\n"),
         calls=(Send("list@test.example", "ptuser1@test.example", "other@test.example", sender="<>"),), difference="D-batch-home", differs_in=("log", "msglog", "spool", "mail")),
]
test_found = compat(FOUND)

# ---- taint: an address is as clean as the text that it was made of ----

TWO = (File("etc/fwd", "two@x.ex\n"), File("etc/al", "alice: two@x.ex\n"))
MADE = "r0:\n  driver = redirect\n  local_parts = alice\n  domains = test.example\n"
CHILDREN = {
    "file": "  file = @ETC@/fwd\n",
    "lookup": "  data = ${lookup{$local_part}lsearch{@ETC@/al}}\n",
    "lookup-and-variable": "  data = ${lookup{$local_part}lsearch{@ETC@/al}}, zz@$domain\n",
    "literal": "  data = two@x.ex\n",
    "literal-unqualified": "  data = two\n",
    "local-part": "  data = $local_part@x.ex\n",
    "domain": "  data = two@${domain}x\n",
    "local-part-data": "  data = $local_part_data@x.ex\n",
    "include": "  data = :include:@ETC@/fwd\n",
    "qualified-tainted": "  data = two\n  qualify_domain = $domain\n",
    "qualified-preserved": "  data = two\n  qualify_preserve_domain\n",
    "backslash": "  data = \\\\two\n",
    "quoted": "  data = \"\\\"q q\\\"@x.ex\"\n",
    "upper": "  data = TWO@X.EX\n",
    "one-time": "  data = two@x.ex\n  one_time\n",
    "as-user": "  file = @ETC@/fwd\n  user = ptuser1\n",
}


def taint(name: str, path: str, routers: str, **more) -> Case:
    return Case("taint-" + name, conf(routers=routers, transports="t1:\n  driver = appendfile\n  user = ptuser1\n  batch_max = 3\n  file = @MAIL@/x" + path + "\n", **more),
                TWO, (Send("alice@test.example", sender="<>"),))


ANCESTOR = MADE + "  data = mid@test.example\nr1:\n  driver = redirect\n  check_ancestor\n  local_parts = mid\n  data = alice@test.example\n" + REST
GRANDCHILD = MADE + "  data = mid@test.example\nr1:\n  driver = redirect\n  local_parts = mid\n  data = $local_part@x.ex\n" + REST
AFFIXED = MADE + "  data = pre-two+s@x.ex\nrz:\n  driver = accept\n  local_part_prefix = *-\n  local_part_suffix = +*\n  transport = t1\n"
TAINTS = [
    *(taint(f"{name}-{variable}", f"${variable}", MADE + how + REST) for name, how in CHILDREN.items() for variable in ("local_part", "domain")),
    *(taint(f"child-{variable}", f"${{{variable}}}", MADE + CHILDREN["literal"] + REST) for variable in ("original_local_part", "original_domain", "parent_local_part", "parent_domain")),
    *(taint(f"grandchild-{variable}", f"${{{variable}}}", GRANDCHILD) for variable in ("local_part", "parent_local_part", "parent_domain", "original_local_part")),
    *(taint(f"affixed-{variable}", f"${{{variable}}}", AFFIXED) for variable in ("local_part", "local_part_prefix", "local_part_prefix_v", "local_part_suffix_v")),
    taint("check-ancestor", "$local_part", ANCESTOR),
    taint("unseen", "$local_part", MADE + CHILDREN["literal"] + "r1:\n  driver = accept\n  unseen\n  transport = t1\n" + REST),
    taint("batch-domain", "$domain", MADE + "  data = two@x.ex, three@x.ex\n" + REST),
    taint("batch-domain-tainted", "$domain", MADE + "  data = two@x.ex\nr1:\n  driver = redirect\n  local_parts = two\n  data = a@x.ex, b@x.ex\n" + REST),
    taint("file-of-a-clean-child", "$local_part", MADE + CHILDREN["literal"] + "r1:\n  driver = redirect\n  local_parts = two\n  data = @MAIL@/$local_part\n  file_transport = tf\n", rest=""),
    taint("alias-file-of-a-clean-child", "$local_part", MADE + "  data = fwd@y.ex\nr1:\n  driver = redirect\n  domains = y.ex\n  file = @ETC@/$local_part\n" + REST),
    *(taint(f"capture-{name}", "", MADE + f"  data = {child}@x.ex\nr1:\n  driver = accept\n  local_parts = \\N^.*(.)$\\N\n  domains = x.ex\n  transport = t{number}\n") for name, child, number in (
        ("whole", "two1", "${substr_-1_1:$0}"), ("part", "two1", "$1"), ("tainted", "${local_part}1", "$1"))),
    taint("rewritten-with-capture", "$local_part", MADE + CHILDREN["literal"] + REST, rest="begin rewrite\n*@x.ex $1@y.ex T\n"),
    taint("rewritten-tainted-with-capture", "$local_part", MADE + CHILDREN["local-part"] + REST, rest="begin rewrite\n*@x.ex $1@y.ex T\n"),
    taint("rewritten-tainted-to-literal", "$local_part", MADE + CHILDREN["local-part"] + REST, rest="begin rewrite\n*@x.ex three@y.ex T\n"),
    taint("recipient-rewritten", "$local_part", REST, rest="begin rewrite\nalice@* three@y.ex T\n"),
    *(Case(f"taint-errors-to-{name}", conf(routers=MADE.replace("redirect", "accept") + f"  errors_to = {to}\n  transport = t1\nr1:\n  driver = redirect\n  file = @ETC@/$local_part\nrz:\n  driver = accept\n  domains = x.ex\n  transport = t1\n",
                                           transports=BOX + "  return_path_add\n"), TWO, (Send("alice@test.example", sender="<>"),)) for name, to in (("clean", "box@x.ex"), ("tainted", "$local_part@x.ex"))),
]
test_taint = compat(TAINTS)
