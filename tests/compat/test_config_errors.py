# SPDX-License-Identifier: Apache-2.0
"""Texts, places and exit codes of configuration errors (configuration.md 3–9 and 13, transport-framework.md 1, appendfile.md 2.3).

Each faulty configuration is met twice: by -bt (stderr only) and by a message (paniclog, stderr, nothing spooled).
"""
from compatlib import Call, Case, Config, File, Send, compat, conf
from compatlib.case import ACCEPT, BOX, RETRY

CALLS = (Call("-bt box@test.example"), Send("box@test.example"))


def main(name: str, text: str, **more) -> Case:
    return Case("main-" + name, conf(text), calls=CALLS, **more)


def router(name: str, text: str, **more) -> Case:
    return Case("router-" + name, conf(routers=text), calls=CALLS, **more)


def transport(name: str, text: str, **more) -> Case:
    return Case("transport-" + name, conf(transports=text), calls=CALLS, **more)


def appendfile(name: str, options: str, **more) -> Case:
    body = "".join(f"  {line.strip()}\n" for line in options.strip().splitlines())
    return Case("appendfile-" + name, conf(transports="t1:\n  driver = appendfile\n" + body), calls=CALLS, **more)


def section(name: str, text: str, **more) -> Case:
    return Case("section-" + name, conf(retry="", rest=text), calls=CALLS, **more)


OPTION_LINES = [
    main("unknown-option", "nosuchopt = 1"),
    main("unknown-option-after-continuation", "local_from_prefix = a \\\n  b \\\n  c\nnosuchopt = 1"),
    main("unknown-option-in-continued-line", "nosuchopt = a \\\n  b \\\n  c"),
    main("data-missing", "qualify_recipient"),
    main("equals-missing", "qualify_recipient foo"),
    main("negated-string", "no_qualify_recipient = x"),
    main("not-negated-string", "not_qualify_recipient"),
    main("second-time", "qualify_recipient = a\nqualify_recipient = b"),
    main("second-time-boolean", "split_spool_directory\nno_split_spool_directory"),
    main("bad-boolean", "split_spool_directory = maybe"),
    main("boolean-number", "split_spool_directory = 1"),
    main("boolean-comment", "split_spool_directory = yes # comment"),
    main("boolean-extra", "split_spool_directory = yes please"),
    main("negated-boolean-value", "no_split_spool_directory = yes"),
    main("boolean-no-equals", "split_spool_directory yes"),
    main("integer-word", "bounce_return_size_limit = abc"),
    main("integer-extra", "bounce_return_size_limit = 10x"),
    main("integer-suffix-extra", "recipients_max = 10KK"),
    main("integer-overflow", "bounce_return_size_limit = 99999999999"),
    main("integer-overflow-suffix", "recipients_max = 4G"),
    main("k-integer-word", "check_spool_space = abc"),
    main("k-integer-extra", "check_spool_space = 10x"),
    main("time-no-unit", "auto_thaw = 5"),
    main("time-last-unit-missing", "auto_thaw = 1h30"),
    main("time-upper-case", "auto_thaw = 1H"),
    main("time-extra", "auto_thaw = 1h x"),
    main("time-list-order", "delay_warning = 4h:2h"),
    main("time-list-bad", "delay_warning = 4h:x"),
    main("time-list-too-many", "delay_warning = 1h:2h:3h:4h:5h:6h:7h:8h:9h:10h:11h"),
    main("fixed-word", "queue_only_load = x"),
    main("fixed-extra", "queue_only_load = 1.5x"),
    main("fixed-leading-point", "queue_only_load = .5"),
    main("quote-missing", 'qualify_recipient = "abc'),
    main("quote-extra", 'qualify_recipient = "abc" def'),
    main("quote-extra-comment", 'qualify_recipient = "abc" # def'),
    main("user-unknown", "system_filter_user = nosuchuser"),
    main("group-unknown", "system_filter_group = nosuchgroup"),
    Case("main-exim-user-unknown", conf().replace("exim_user = Debian-exim", "exim_user = nosuchuser"), calls=(Call("-bt box@test.example"),)),
    Case("main-exim-group-unknown", conf().replace("exim_group = Debian-exim", "exim_group = nosuchgroup"), calls=(Call("-bt box@test.example"),)),
    main("users-unknown", "trusted_users = nosuchuser"),
    main("groups-unknown", "trusted_groups = root:nosuchgroup"),
    main("users-expansion", "never_users = ${if"),
    main("no-letter-equals", "= foo"),
    main("no-letter-digit", "1abc = foo"),
    main("no-letter-punctuation", "-abc = foo"),
    main("hide-twice", "hide hide qualify_recipient = x"),
    main("hide-alone", "hide"),
    main("hide-unknown", "hide nosuch = x"),
    main("equals-only-name", "qualify_recipient: foo"),
]

MACROS_AND_CONDITIONALS = [
    main("ifdef-open", ".ifdef FOO\nx"),
    main("ifdef-open-true", "FOO = 1\n.ifdef FOO\nqualify_recipient = x"),
    main("endif-alone", ".endif"),
    main("else-alone", ".else"),
    main("elifdef-alone", ".elifdef A"),
    main("elifndef-alone", ".elifndef A"),
    main("ifdef-too-deep", ".ifdef A\n" * 11),
    main("ifndef-too-deep", ".ifndef A\n" * 11),
    main("ifdef-tab", "A = 1\n.ifdef\tA\nqualify_recipient = x\n.endif"),
    main("unknown-directive", ".foo bar"),
    main("macro-twice", "AAA = x\nAAA = y"),
    main("macro-redefine-undefined", "AAA == y"),
    main("macro-substring", "AAA = x\nAAAB = y"),
    main("macro-malformed", "AAA x"),
    main("macro-name-too-long", "A" * 64 + " = x"),
    main("macro-name-63", "A" * 63 + " = x\nnosuch = 1"),
    main("macro-turns-line-into-error", "OPT = nosuchopt\nOPT = 1\nOPTX"),
    main("macro-makes-unknown-option", "AB = nosuch\nx AB = 1"),
    main("include-missing", ".include /nope"),
    main("include-relative-missing", ".include nope"),
    main("include-if-exists-relative", ".include_if_exists nope"),
    main("include-if-exists-missing-then-error", ".include_if_exists /nope\nnosuch = 1"),
    main("include-no-name", ".include", difference="D-config-directory", differs_in=("exit", "stdout", "stderr", "log", "msglog", "spool", "mail")),
    Case("include-error-in-included-file", conf(".include @ETC@/part.conf\nqualify_recipient = x"),
         (File("etc/part.conf", "# comment\nlocal_from_prefix = a\nnosuch = 1\n"),), CALLS),
    Case("include-error-after-included-file", conf(".include \"@ETC@/part.conf\"\nnosuch = 1"),
         (File("etc/part.conf", "local_from_prefix = a\n"),), CALLS),
    Case("include-nested-missing", conf(".include @ETC@/part.conf"), (File("etc/part.conf", "\n.include /nope/x\n"),), CALLS),
    Case("include-nested-relative", conf(".include @ETC@/part.conf"),
         (File("etc/part.conf", "\n.include other.conf\n"), File("etc/other.conf", "nosuch = 1\n")), CALLS),
    Case("bom", "\ufeff".encode().decode("latin-1") + conf(), calls=CALLS),
]

NAMED_LISTS = [
    main("list-bare", "domainlist"),
    main("list-no-equals", "domainlist a"),
    main("list-keyword-runs-on", "domainlistx a = b"),
    main("list-cache-runs-on", "domainlist_cachex a = b"),
    main("list-twice", "domainlist a = b\ndomainlist a = c"),
    main("list-twice-host", "hostlist a = b\nhostlist a = c"),
    main("list-twice-address", "addresslist a = b\naddresslist a = c"),
    main("list-twice-local-part", "localpartlist a = b\nlocalpartlist a = c"),
    main("list-many", "".join(f"domainlist d{n} = x\n" for n in range(16))),
    main("list-too-many", "".join(f"domainlist d{n} = x\n" for n in range(18))),
    main("list-bad-name", "domainlist a-b = c"),
]

SECTIONS = [
    section("unknown", "begin foo"),
    section("unknown-no-name", "begin "),
    section("twice", "begin routers"),
    section("twice-singular", "begin router"),
    section("twice-upper", "BEGIN ROUTERS"),
    Case("section-begin-as-option", conf("BEGIN = x"), calls=CALLS),
    section("local-scan-option", "begin local_scan\nfoo = bar"),
    section("rewrite-missing", "begin rewrite\n*@old.ex"),
    section("rewrite-flag", "begin rewrite\n*@old.ex $1@new.ex Z"),
    section("rewrite-s-not-regex", "begin rewrite\n*@old.ex $1@new.ex S"),
    section("acl-verb", "begin acl\nacl1:\n  foo"),
    section("acl-twice", "begin acl\nacl1:\n  accept\nacl1:\n  accept"),
]

RETRY_LINES = [Case("retry-" + name, conf(retry=rule), calls=CALLS) for name, rule in [
    ("no-error", "*"),
    ("unknown-error", "* foo F,1h,1m"),
    ("unknown-letter", "* * X,1h,1m"),
    ("missing-argument", "* * F,1h"),
    ("junk-after-argument", "* * F,1h,1m x"),
    ("junk-in-argument", "* * F,1h x,1m"),
    ("bad-parameters-zero", "* * F,0s,1m"),
    ("bad-parameters-word", "* * F,abc,1m"),
    ("bad-factor", "* * G,1h,1m,0.5"),
    ("refused-x", "* refused_X F,1h,1m"),
    ("timeout-x", "* timeout_X F,1h,1m"),
    ("quota-x", "* quota_x F,1h,1m"),
    ("rcpt-45", "* rcpt_45 F,1h,1m"),
    ("rcpt-4", "* rcpt_4 F,1h,1m"),
    ("senders-no-equals", "* * senders x F,1h,1m"),
    ("second-rule", "* * F,1h,1m; Q,1h,1m"),
]]

DRIVERS = [
    router("name-missing", "driver = accept"),
    router("private-before-driver", "r1:\n  file = x\n  driver = redirect"),
    router("unknown-option", "r1:\n  driver = accept\n  nosuch = x\n  transport = t1"),
    router("private-of-other-driver", "r1:\n  driver = accept\n  data = x\n  transport = t1"),
    router("unknown-driver", "r1:\n  driver = nosuch"),
    router("no-driver", "r1:\n  transport = t1"),
    router("no-driver-then-next", "r1:\n  transport = t1\nr2:\n  driver = accept\n  transport = t1"),
    router("transport-missing", "r1:\n  driver = accept"),
    router("transport-missing-verify-only", "r1:\n  driver = accept\n  verify_only\nr2:\n  driver = accept"),
    router("twice", "r1:\n  driver = accept\n  transport = t1\nr1:\n  driver = accept\n  transport = t1"),
    router("extra-after-name", "r1: foo\n  driver = accept"),
    router("comment-after-name", "r1: # foo\n  driver = accept"),
    router("name-too-long", "r" * 70 + ":\n  driver = accept"),
    router("bad-self", "r1:\n  driver = accept\n  self = foo\n  transport = t1"),
    router("driver-twice", "r1:\n  driver = accept\n  driver = accept\n  transport = t1"),
    router("macro-ends-driver", "r1:\n  driver = accept\nAAA = x\n  transport = t1"),
    router("redirect-router-missing", "r1:\n  driver = accept\n  transport = t1\n  redirect_router = nope"),
    router("pass-router-missing", "r1:\n  driver = accept\n  transport = t1\n  pass_router = nope"),
    router("pass-router-earlier", ACCEPT.replace("r1", "r0") + "r1:\n  driver = accept\n  transport = t1\n  pass_router = r0"),
    router("bad-expanded-boolean", "r1:\n  driver = accept\n  transport = t1\n  unseen = maybe"),
    router("user-unknown", "r1:\n  driver = accept\n  transport = t1\n  user = nosuchuser"),
    router("group-unknown", "r1:\n  driver = accept\n  transport = t1\n  group = nosuchgroup"),
    router("redirect-nothing", "r1:\n  driver = redirect"),
    router("redirect-both", "r1:\n  driver = redirect\n  data = x\n  file = /x"),
    router("redirect-with-transport", "r1:\n  driver = redirect\n  data = x\n  transport = t1"),
    router("redirect-filter-without-user", "r1:\n  driver = redirect\n  data = x\n  allow_filter"),
    router("redirect-one-time-headers", "r1:\n  driver = redirect\n  data = x\n  one_time\n  headers_add = X: y"),
    router("redirect-one-time-unseen", "r1:\n  driver = redirect\n  data = x\n  one_time\n  unseen"),
    router("redirect-qualify-both", "r1:\n  driver = redirect\n  data = x\n  qualify_domain = a\n  qualify_preserve_domain"),
    router("redirect-owners-unknown", "r1:\n  driver = redirect\n  file = /x\n  owners = nosuchuser"),
    transport("name-missing", "driver = appendfile"),
    transport("unknown-driver", "t1:\n  driver = nosuch"),
    transport("no-driver", "t1:\n  user = root"),
    transport("twice", BOX + BOX),
    transport("unknown-option", "t1:\n  driver = appendfile\n  nosuch = 1"),
    transport("private-before-driver", "t1:\n  file = /x\n  driver = appendfile"),
    transport("body-and-headers-only", BOX + "  body_only\n  headers_only"),
    transport("bad-name", "1t:\n  driver = appendfile"),
    transport("extra-after-name", "t1: t2:\n  driver = appendfile"),
    transport("headers-rewrite-envelope-flag", BOX + "  headers_rewrite = *@x y@z E"),
    transport("headers-rewrite-no-replacement", BOX + "  headers_rewrite = *@x"),
    transport("headers-rewrite-bad-flag", BOX + "  headers_rewrite = *@x y@z Z"),
    transport("size-limit-twice", BOX + "  message_size_limit = 1\n  message_size_limit = 2"),
]

APPENDFILE = [
    appendfile("file-and-directory", "file = /x\ndirectory = /y"),
    appendfile("quota-filecount-file", "file = /x\nquota_filecount = 3"),
    appendfile("quota-directory-file", "file = /x\nquota_directory = /y"),
    appendfile("no-locking", "file = /x\nno_use_lockfile\nno_use_fcntl_lock"),
    appendfile("no-locking-directory", "directory = /x\nno_use_lockfile\nno_use_fcntl_lock"),
    appendfile("maildir-and-mailstore", "directory = /x\nmaildir_format\nmailstore_format"),
    appendfile("quota-filecount-without-quota", "directory = /x\nquota_filecount = 3"),
    appendfile("quota-directory-without-quota", "directory = /x\nquota_directory = /y"),
    appendfile("user-without-group", "file = /x\nuser = 54321"),
    appendfile("create-file", "file = /x\ncreate_file = somewhere"),
    appendfile("octal", "file = /x\nmode = 888"),
    appendfile("octal-extra", "file = /x\nmode = 0668"),
    appendfile("time", "file = /x\nlock_interval = 3"),
    appendfile("boolean-number", "file = /x\nallow_fifo = 1"),
    appendfile("string-no-equals", "file /x"),
    appendfile("string-missing", "file"),
    appendfile("negated-string", "no_file = /x"),
    appendfile("set-then-negated", "file = /x\nno_file"),
    appendfile("second-time", "file = /x\nfile = /y"),
    appendfile("user-unknown", "file = /x\nuser = nosuchuser"),
    appendfile("group-unknown", "file = /x\ngroup = nosuchgroup"),
    appendfile("retries-word", "file = /x\nlock_retries = many"),
]

AFTER_MAIN = [
    main("from-check-and-sender-retain", "local_sender_retain"),
    Case("main-spool-directory-expansion", conf().replace("@SPOOL@", "${nosuch:x}"), calls=CALLS),
    Case("main-log-path-no-percent-s", conf().replace("%slog", "mainlog"), calls=CALLS),
    Case("main-log-path-odd-percent", conf().replace("%slog", "%slog%x"), calls=(Call("-bt box@test.example"),)),
    Case("main-log-path-expansion", conf().replace("@LOG@/%slog", "$nosuch/%slog"), calls=(Call("-bt box@test.example"),)),
    main("log-selector-unknown", "log_selector = +foo"),
    main("log-selector-malformed", "log_selector = foo"),
    main("log-selector-second-unknown", "log_selector = +subject -foo"),
    main("errors-reply-to-bad", "errors_reply_to = foo@@"),
    main("errors-reply-to-unqualified", "errors_reply_to = foo"),
    main("accept-queue-without-max", "smtp_accept_max = 0\nsmtp_accept_queue = 3"),
    main("localhost-number-word", "localhost_number = x"),
    main("localhost-number-large", "localhost_number = 17"),
    main("localhost-number-expansion", "localhost_number = ${nosuch:x}"),
    main("syslog-facility", "syslog_facility = foo"),
    main("uucp-pattern", "uucp_from_pattern = ("),
    main("pid-file-expansion", "pid_file_path = ${nosuch:x}"),
    main("ratelimit", "smtp_ratelimit_mail = x"),
]

VERBOSE = [Case("verbose-" + name, conf(text), calls=(Call("-bP qualify_domain"),)) for name, text in [
    ("unknown", "nosuchopt = 1"),
    ("macro", "AAA = x\nAAA = y"),
    ("not-config-class", "local_sender_retain"),
    ("log-selector", "log_selector = +foo"),
    ("include", ".include /nope"),
]]

COMMAND_LINE = [
    Case("no-such-configuration", calls=(Call("-C /nope/x.conf -bt a@b", config=False), Call("-C /nope/x:/nope/y -bt a@b", config=False))),
    Case("configuration-is-directory", calls=(Call("-C /etc -bt a@b", config=False),), difference="D-config-directory", differs_in=("exit", "stdout", "stderr")),
    Case("configuration-list-second", calls=(Call("-C /nope/x:@CONF@ -bt a@b", config=False),)),
    Case("configuration-empty-file", "", calls=(Call("-bt a@b"),)),
    *(Case(f"configuration-mode-{mode:o}-{owner.replace(':', '-')}", setup=(Config(mode, owner),), calls=(Call("-bt a@b.ex"),))
      for mode, owner in [(0o600, "root"), (0o666, "root"), (0o664, "root"), (0o664, "root:mail"), (0o644, "ptuser1"), (0o640, "root:Debian-exim"), (0o660, "root:Debian-exim"), (0o644, "Debian-exim")]),
    Case("define-lower-case", calls=(Call("-Dabc=x -bt a@b"),)),
    Case("define-twice", calls=(Call("-DABC=x -DABC=y -bt a@b"),)),
    Case("define-too-many", calls=(Call(" ".join(f"-DA{chr(65 + n)}=x" for n in range(11)) + " -bt a@b"),)),
    Case("define-makes-error", conf("qualify_recipient = ${lc:ABC}\nXYZ"), calls=(Call("-DXYZ=nosuch -bt a@b"),)),
    Case("unknown-option", calls=(Call("-bzz"), Call("--nosuch"))),
    Case("unknown-option-usage", calls=(Call("-zz"),), difference="D-usage", differs_in=("stderr",)),
]

test_option_lines = compat(OPTION_LINES)
test_macros_and_conditionals = compat(MACROS_AND_CONDITIONALS)
test_named_lists = compat(NAMED_LISTS)
test_sections = compat(SECTIONS)
test_retry_rules = compat(RETRY_LINES)
test_drivers = compat(DRIVERS)
test_appendfile = compat(APPENDFILE)
test_after_main = compat(AFTER_MAIN)
test_verbose = compat(VERBOSE)
test_command_line = compat(COMMAND_LINE)
