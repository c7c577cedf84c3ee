# SPDX-License-Identifier: Apache-2.0
"""pipe (pipe.md): words of the command, what may be run, environment, bytes written, ends of the command, output, batches.

Messages have an empty sender, so that a failed delivery freezes the message instead of making a bounce. The commands are
small scripts of the case, which leave behind what they saw in @MAIL@/seen.
"""
from compatlib import Call, Case, Dir, File, Send, Symlink, compat, conf, message

ACCEPT = "r1:\n  driver = accept\n  transport = t1\n"
SEEN = "exec >>@MAIL@/seen\n"
# one line a word; the message is read and dropped
ARGS = File("etc/args", "#!/bin/sh\n" + SEEN + 'for word; do printf "[%s]" "$word"; echo; done\ncat >/dev/null\n', 0o755)
NAME = File("etc/name", "#!/bin/sh\n" + SEEN + 'echo "$0"\ncat >/dev/null\n', 0o755)
ENV = File("etc/env", "#!/usr/bin/perl\nopen(E, '<', '/proc/self/environ'); $e = join('', <E>); $e =~ tr/\\0/\\n/;\n"
           "open(O, '>>', '@MAIL@/seen'); print O $e; 1 while <STDIN>;\n", 0o755)
BYTES = File("etc/bytes", "#!/bin/sh\nexec cat >>@MAIL@/seen\n", 0o755)
SEND = (Send("box@test.example", sender="<>"),)
TWO = (Send("a@test.example", "b@test.example", sender="<>"),)


def pipe(name: str, options: str, *setup, calls=SEND, main: str = "", routers: str = ACCEPT, **more) -> Case:
    lines = [line.strip() for line in options.strip().splitlines()]
    if not any(line.startswith(("user ", "no user")) for line in lines):
        lines.append("user = ptuser1")
    body = "".join(f"  {line}\n" for line in lines if line != "no user")
    return Case(name, conf(main, routers, "t1:\n  driver = pipe\n" + body), setup, calls, **more)


def args(name: str, command: str, *setup, **more) -> Case:
    """What argv does the command see?"""
    options = more.pop("options", "")
    return pipe(name, f"command = @ETC@/args {command}\n{options}", ARGS, *setup, **more)


def script(name: str, text: str, options: str = "", *setup, **more) -> Case:
    return pipe(name, f"command = @ETC@/cmd\n{options}", File("etc/cmd", "#!/bin/sh\n" + text + "\n", 0o755), *setup, **more)


def redirected(name: str, data: str, options: str = "", *setup, router: str = "", to=SEND, **more) -> Case:
    """The address itself is a pipe."""
    routers = (f"r1:\n  driver = redirect\n  data = {data}\n  pipe_transport = t1\n"
               + "".join(f"  {line}\n" for line in router.splitlines()))
    return pipe(name, options, ARGS, NAME, ENV, BYTES, *setup, calls=to, routers=routers, **more)


WORDS = [
    args("words-plain", "a bc  d\te"),
    args("words-single-quotes", "'a b' 'c\\n$home' 'unclosed"),
    args("words-double-quotes", '"a b" "c\\td" "e\\"f" "unclosed'),
    args("words-quotes-inside", "e\"f g\"h i'j k=\"l m\""),
    args("words-adjacent", "\"a\"b 'c'd \"e\"\"f\" 'g''h'"),
    args("words-octal", '"\\101\\60\\7x\\0444" "\\400"'),
    args("words-hex", '"\\x41\\x4\\xzz\\x414"'),
    args("words-escapes", '"\\b\\f\\n\\r\\t\\v\\q\\\\"'),
    args("words-nul", '"a\\0b" "\\x" c'),
    args("words-trailing-backslash", '"a\\'),
    args("words-empty", "'' \"\" ''"),
    args("words-expanded-empty", "a ${if eq{a}{b}{x}} b"),
    args("words-variables", "$home ${domain} $message_exim_id $local_part_prefix", options="home_directory = /usr/lib"),
    args("words-no-split-after-expansion", "${lookup{a}lsearch{@ETC@/list}}", File("etc/list", "a: one two 'three'\n")),
    args("words-space-in-braces", "${if eq {a}{a}{yes}{no}}"),
    args("words-quoted-braces", '"${if eq {a}{a}{yes yes}{no}}"'),
    args("words-single-quoted-expands", "'${if eq {a}{a}{yes yes}{no}}'"),
    args("words-unknown-variable", "$nosuch"),
    args("words-forced-failure", "${if eq{a}{b}{x}fail}"),
    args("words-lookup-defer", "${lookup{a}lsearch{/no/such/file}}"),
    args("words-tainted-local-part", "$local_part"),
    args("words-tainted-second", "x $sender_address$local_part y", calls=(Send("box@test.example"),), difference="D-no-bounce-yet", differs_in=("log", "msglog", "spool")),
    args("words-tainted-mixed", "-d ${domain}.x"),
    args("words-untainted-data", "-d $local_part_data", routers="r1:\n  driver = accept\n  local_parts = box\n  transport = t1\n"),
    args("words-sixty", " ".join(str(n) for n in range(60))),
    args("words-sixty-one", " ".join(str(n) for n in range(61))),
    args("words-long", "x" * 5000),
    args("words-backslashes", "a\\nb \\$home c\\ d"),
    args("words-dollar-space", "$ a"),
    args("addresses-one", "-- $pipe_addresses end"),
    args("addresses-braces", "-- ${pipe_addresses} end"),
    args("addresses-batch", "-- $pipe_addresses end", calls=TWO, options="batch_max = 5"),
    args("addresses-batch-case", "$pipe_addresses", calls=(Send("Aa@test.example", "bB@Other.Example", sender="<>"),), options="batch_max = 5"),
    args("addresses-batch-limit", "$pipe_addresses", calls=(Send("a@t.ex", "b@t.ex", "c@t.ex", sender="<>"),), options="batch_max = 2"),
    args("addresses-inside-word", "to=$pipe_addresses"),
    args("addresses-with-sixty", " ".join("x" for _ in range(59)) + " $pipe_addresses", calls=TWO, options="batch_max = 5"),
    args("addresses-too-many", " ".join("x" for _ in range(61)) + " $pipe_addresses", calls=TWO, options="batch_max = 5"),
    args("recipients-not-available", "$recipients"),
    pipe("command-missing", ""),
    pipe("command-empty", "command ="),
    pipe("command-quoted-option", 'command = "@ETC@/args \'a b\' \\"c d\\" e\\tf"', ARGS),
    pipe("command-first-word-quoted", "command = '@ETC@/args' x", ARGS),
    pipe("command-expands-to-nothing", "command = ${if eq{a}{b}{x}} a"),
    pipe("command-name-tainted", "command = @ETC@/$local_part", ARGS, calls=(Send("args@test.example", sender="<>"),)),
    pipe("command-name-expanded", "command = @ETC@/${lc:ARGS} x", ARGS),
]

PERMISSION = [
    pipe("path-default", "command = cat"),
    pipe("path-found", "command = args x\npath = /nowhere:@ETC@", ARGS),
    pipe("path-argv0", "command = name\npath = @ETC@", NAME),
    pipe("path-first-wins", "command = name\npath = @ETC@/a:@ETC@", NAME, Dir("etc/a"), File("etc/a/name", "#!/bin/sh\necho a >>@MAIL@/seen\ncat >/dev/null\n", 0o755)),
    pipe("path-not-found", "command = nosuchcommand"),
    pipe("path-empty", "command = cat\npath ="),
    pipe("path-empty-item", "command = bin/cat\npath = :"),
    pipe("path-with-slash", "command = sub/name\npath = @ETC@", Dir("etc/sub"), File("etc/sub/name", "#!/bin/sh\necho $0 >>@MAIL@/seen\ncat >/dev/null\n", 0o755)),
    pipe("path-directory-matches", "command = name\npath = @ETC@/a:@ETC@", NAME, Dir("etc/a"), Dir("etc/a/name")),
    pipe("path-not-executable", "command = plain\npath = @ETC@", File("etc/plain", "x", 0o644)),
    pipe("path-expanded", "command = name\npath = ${lc:@ETC@}", NAME),
    pipe("path-expansion-fails", "command = name\npath = ${nosuch:x}", NAME),
    pipe("path-expansion-fails-absolute", "command = @ETC@/env\npath = ${nosuch:x}", ENV),
    pipe("path-semicolon-list", "command = name\npath = <; /nowhere; @ETC@", NAME),
    pipe("absolute-missing", "command = /no/such/command"),
    pipe("absolute-directory", "command = /usr"),
    pipe("absolute-not-executable", "command = @ETC@/plain", File("etc/plain", "x", 0o644)),
    pipe("absolute-bad-interpreter", "command = @ETC@/bad", File("etc/bad", "#!/no/such/interpreter\n", 0o755)),
    pipe("absolute-no-interpreter", "command = @ETC@/bad", File("etc/bad", "echo no\n", 0o755)),
    pipe("symlink", "command = @ETC@/link a", ARGS, Symlink("etc/link", "args")),
    pipe("restrict-plain", "command = name\npath = @ETC@\nrestrict_to_path", NAME),
    pipe("restrict-slash", "command = @ETC@/name x\nrestrict_to_path", NAME),
    pipe("restrict-slash-in-argument", "command = name a/b\npath = @ETC@\nrestrict_to_path", NAME),
    pipe("allow-listed", "command = name\npath = @ETC@\nallow_commands = other : name", NAME),
    pipe("allow-listed-absolute", "command = @ETC@/name\nallow_commands = @ETC@/name", NAME),
    pipe("allow-not-listed", "command = name\npath = @ETC@\nallow_commands = @ETC@/name : names", NAME),
    pipe("allow-empty", "command = name\npath = @ETC@\nallow_commands =", NAME),
    pipe("allow-expanded", "command = name\npath = @ETC@\nallow_commands = ${lc:NAME}", NAME),
    pipe("allow-fails", "command = name\npath = @ETC@\nallow_commands = ${nosuch:x}", NAME),
    pipe("allow-and-restrict-listed", "command = @ETC@/name\nallow_commands = @ETC@/name\nrestrict_to_path", NAME),
    pipe("allow-and-restrict-path", "command = name\npath = @ETC@\nallow_commands = other\nrestrict_to_path", NAME),
    pipe("allow-and-restrict-slash", "command = @ETC@/name\nallow_commands = other\nrestrict_to_path", NAME),
]

SHELL = [
    pipe("shell", "use_shell\ncommand = cat >>@MAIL@/seen; echo \"$0 $USER\" >>@MAIL@/seen"),
    pipe("shell-expands", "use_shell\ncommand = echo ${if eq {a}{a}{yes yes}} \\$HOME >>@MAIL@/seen; cat >/dev/null\nhome_directory = /usr"),
    pipe("shell-tainted", "use_shell\ncommand = echo '$local_part' >>@MAIL@/seen; cat >/dev/null"),
    pipe("shell-expansion-fails", "use_shell\ncommand = echo $nosuch"),
    pipe("shell-lookup-defers", "use_shell\ncommand = echo ${lookup{a}lsearch{/no/such/file}}"),
    pipe("shell-addresses", "use_shell\ncommand = echo $pipe_addresses"),
    pipe("shell-addresses-braces", "use_shell\nbatch_max = 3\ncommand = echo ${pipe_addresses} x", calls=TWO),
    pipe("shell-addresses-not-first", "use_shell\ncommand = echo pipe_addresses $pipe_addresses"),
    pipe("shell-exit", "use_shell\ncommand = cat >/dev/null; exit 3"),
    pipe("shell-missing-command", "use_shell\ncommand = nosuchcommand 2>/dev/null"),
    pipe("shell-kills-itself", "use_shell\ncommand = kill -9 \\$\\$"),
    pipe("shell-path", "use_shell\npath = @ETC@\ncommand = name", NAME),
    pipe("shell-empty", "use_shell\ncommand ="),
]

ENVIRONMENT = [
    pipe("env", "command = @ETC@/env", ENV),
    pipe("env-home", "command = @ETC@/env\nhome_directory = /usr/lib", ENV),
    pipe("env-bounce-and-sender", "command = @ETC@/env\nreturn_path = other@x.ex", ENV, calls=(Send("box@test.example"),)),
    pipe("env-affixes", "command = @ETC@/env", ENV, calls=(Send("pre-Box+tag@Test.Example", sender="<>"),),
         routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  local_part_suffix = +*\n  transport = t1\n"),
    pipe("env-caseful", "command = @ETC@/env", ENV, calls=(Send("Box@Test.Example", sender="<>"),), routers="r1:\n  driver = accept\n  caseful_local_part\n  transport = t1\n"),
    pipe("env-batch", "command = @ETC@/env\nbatch_max = 5", ENV, calls=TWO),
    pipe("env-batch-domains", "command = @ETC@/env\nbatch_max = 5", ENV, calls=(Send("a@t.ex", "b@u.ex", sender="<>"),)),
    pipe("env-extra", "command = @ETC@/env\nenvironment = A=1 : B=two words :C=$domain", ENV),
    pipe("env-extra-separator", "command = @ETC@/env\nenvironment = <; A=1:2 ;B=3;;4", ENV),
    pipe("env-extra-doubled-colon", "command = @ETC@/env\nenvironment = A=1::2:B=3", ENV),
    pipe("env-extra-empty-item", "command = @ETC@/env\nenvironment = A=1 : : B=3", ENV),
    pipe("env-extra-no-equals", "command = @ETC@/env\nenvironment = ABC", ENV),
    pipe("env-extra-same-name", "command = @ETC@/env\nenvironment = HOME=/other:USER=me", ENV),
    pipe("env-extra-fails", "command = @ETC@/env\nenvironment = ${nosuch:x}", ENV),
    pipe("env-extra-34", "command = @ETC@/env\nenvironment = " + ":".join(f"V{n}={n}" for n in range(34)), ENV),
    pipe("env-extra-35", "command = @ETC@/env\nenvironment = " + ":".join(f"V{n}={n}" for n in range(35)), ENV),
    pipe("env-extra-40", "command = @ETC@/env\nenvironment = " + ":".join(f"V{n}={n}" for n in range(40)), ENV),
    pipe("env-path", "command = @ETC@/env\npath = /usr/bin:${lc:/SBIN}", ENV),
    pipe("env-add-environment", "command = @ETC@/env", ENV, main="add_environment = X=y"),
    script("umask-default", SEEN + "umask"),
    script("umask-set", SEEN + "umask", "umask = 0117"),
    script("umask-files", "cat >@MAIL@/new", "umask = 027"),
    script("directory-home", SEEN + "pwd", "home_directory = /usr/lib"),
    script("directory-current", SEEN + "pwd", "home_directory = /usr/lib\ncurrent_directory = /usr/bin"),
    script("directory-none", SEEN + "pwd"),
    script("directory-missing", SEEN + "pwd", "current_directory = /no/such/directory"),
    script("identity", SEEN + "id -u; id -g; id -G; cat >/dev/null", "group = mail"),
    script("identity-initgroups", SEEN + "id -G", "initgroups"),
    script("identity-default", SEEN + "id -u; id -g", "no user"),
    script("descriptors", SEEN + "ls /proc/self/fd | wc -l"),
    script("core-limit", SEEN + "ulimit -c"),
    pipe("creator", "command = @ETC@/id\npipe_as_creator\nno user", File("etc/id", "#!/bin/sh\n" + SEEN + "id -u; id -g\ncat >/dev/null\n", 0o755)),
]

LINES = "From here\n.dot\n..dots\nplain\n.\n>From quoted\n"
WRITTEN = [
    pipe("bytes", "command = @ETC@/bytes", BYTES),
    pipe("bytes-sender", "command = @ETC@/bytes", BYTES, calls=(Send("box@test.example"),)),
    pipe("bytes-return-path", "command = @ETC@/bytes\nreturn_path = other@x.ex", BYTES, calls=(Send("box@test.example"),)),
    pipe("bytes-no-affixes", "command = @ETC@/bytes\nmessage_prefix =\nmessage_suffix =", BYTES),
    pipe("bytes-affixes", "command = @ETC@/bytes\nmessage_prefix = \"<$local_part $message_exim_id>\\n\"\nmessage_suffix = \"end\\r\\n\"", BYTES),
    pipe("bytes-added-lines", "command = @ETC@/bytes\nreturn_path_add\nenvelope_to_add\ndelivery_date_add\nheaders_add = X-Added: $domain\nheaders_remove = subject", BYTES),
    pipe("bytes-headers-only", "command = @ETC@/bytes\nheaders_only", BYTES),
    pipe("bytes-body-only", "command = @ETC@/bytes\nbody_only", BYTES),
    pipe("bytes-crlf", "command = @ETC@/bytes\nuse_crlf", BYTES),
    pipe("bytes-check-escape", "command = @ETC@/bytes\ncheck_string = \"From \"\nescape_string = \">From \"", BYTES, calls=(Send("box@test.example", sender="<>", message=message(LINES)),)),
    pipe("bytes-check-only", "command = @ETC@/bytes\ncheck_string = .", BYTES, calls=(Send("box@test.example", sender="<>", message=message(LINES)),)),
    pipe("bytes-escape-only", "command = @ETC@/bytes\nescape_string = ..", BYTES, calls=(Send("box@test.example", sender="<>", message=message(LINES)),)),
    pipe("bytes-bsmtp", "command = @ETC@/bytes\nuse_bsmtp", BYTES, calls=(Send("box@test.example", message=message(LINES, ".Odd: header")),)),
    pipe("bytes-bsmtp-bounce", "command = @ETC@/bytes\nuse_bsmtp", BYTES),
    pipe("bytes-bsmtp-batch", "command = @ETC@/bytes\nuse_bsmtp\nbatch_max = 9", BYTES, calls=(Send("Aa@test.example", "b@Other.Example", sender="<>"),)),
    pipe("bytes-bsmtp-crlf", "command = @ETC@/bytes\nuse_bsmtp\nuse_crlf", BYTES, calls=(Send("box@test.example", sender="<>", message=message(LINES)),)),
    pipe("bytes-bsmtp-affixes", "command = @ETC@/bytes\nuse_bsmtp\nmessage_prefix = \"HELO x\\r\\n\"\nmessage_suffix = \"# end\\n\"", BYTES),
    pipe("bytes-bsmtp-check-string-overruled", "command = @ETC@/bytes\nuse_bsmtp\ncheck_string = F\nescape_string = G", BYTES, calls=(Send("box@test.example", sender="<>", message=message(LINES)),)),
    pipe("bytes-bsmtp-rcpt-affixes", "command = @ETC@/bytes\nuse_bsmtp\nrcpt_include_affixes", BYTES, calls=(Send("pre-Box@test.example", sender="<>"),), routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  transport = t1\n"),
    pipe("bytes-bsmtp-no-affixes", "command = @ETC@/bytes\nuse_bsmtp", BYTES, calls=(Send("pre-Box@test.example", sender="<>"),), routers="r1:\n  driver = accept\n  local_part_prefix = pre-\n  transport = t1\n"),
    *(pipe(f"bytes-body-{size}", "command = @ETC@/bytes", BYTES, calls=(Send("box@test.example", sender="<>", message=message(("y" * 70 + "\n") * (size // 71) + "z" * (size % 71))),))
      for size in (0, 8191, 8192, 8193, 65536, 300_000)),
    pipe("bytes-nul-and-8-bit", "command = @ETC@/bytes", BYTES, calls=(Send("box@test.example", sender="<>", message=message(b"a\0b\xff\r\nc\rd\n")),)),
    pipe("bytes-size-in-log", "command = @ETC@/bytes", BYTES, main="log_selector = +delivery_size"),
    pipe("bytes-size-in-log-bsmtp", "command = @ETC@/bytes\nuse_bsmtp", BYTES, main="log_selector = +delivery_size"),
    pipe("message-too-big", "command = @ETC@/bytes\nmessage_size_limit = 100", BYTES),
    pipe("input-not-read", "command = /bin/true", calls=(Send("box@test.example", sender="<>", message=message("x" * 70 + "\n" * 20)),)),
    pipe("input-not-read-large", "command = /bin/true", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
    pipe("input-not-read-and-fails", "command = /bin/false", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
    script("input-closed-first", "exec <&-\nexit 0", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
    script("input-half-read", "head -c 1000 >>@MAIL@/seen", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
    pipe("prefix-fails", "command = /bin/cat\nmessage_prefix = ${nosuch:x}"),
    pipe("prefix-forced", "command = /bin/cat\nmessage_prefix = ${if eq{a}{b}{x}fail}"),
    pipe("suffix-fails", "command = /bin/cat\nmessage_suffix = ${nosuch:x}"),
    pipe("suffix-lookup-defers", "command = /bin/cat\nmessage_suffix = ${lookup{a}lsearch{/no/such/file}}"),
    pipe("headers-fail", "command = /bin/cat\nheaders_add = ${nosuch:x}"),
    pipe("headers-remove-fails", "command = /bin/cat\nheaders_remove = ${nosuch:x}"),
    pipe("prefix-fails-before-start", "command = @ETC@/bytes\nmessage_prefix = ${nosuch:x}", BYTES, difference="D-pipe-before-start", differs_in=("mail",)),
    pipe("suffix-fails-before-start", "command = @ETC@/bytes\nmessage_suffix = ${nosuch:x}", BYTES, difference="D-pipe-before-start", differs_in=("mail",)),
    pipe("headers-fail-before-start", "command = @ETC@/bytes\nheaders_add = ${nosuch:x}", BYTES, difference="D-pipe-before-start", differs_in=("mail",)),
]

CODES = [0, 1, 2, *range(63, 80), 126, 127, 128, 129, 137, 139, 143, 192, 254, 255]
ENDS = [
    *(script(f"exit-{code}", f"cat >/dev/null; exit {code}") for code in CODES),
    script("temp-errors-star", "exit 3", "temp_errors = *"),
    script("temp-errors-star-127", "exit 127", "temp_errors = *"),
    script("temp-errors-list", "exit 3", "temp_errors = 2 : 3:4"),
    script("temp-errors-not-listed", "exit 75", "temp_errors = 2:3"),
    script("temp-errors-empty", "exit 75", "temp_errors ="),
    script("temp-errors-star-success", "exit 0", "temp_errors = *"),
    script("ignore-status", "exit 3", "ignore_status"),
    script("ignore-status-temporary", "exit 75", "ignore_status"),
    script("ignore-status-signal", "kill -9 $$", "ignore_status"),
    script("ignore-status-127", "exit 127", "ignore_status"),
    *(script(f"signal-{number}", f"kill -{number} $$") for number in (3, 6, 8, 9, 11, 12, 13, 14, 31, 34)),
    *(script(f"signal-inherited-{number}", f"kill -{number} $$; exit 0", difference="D-pipe-signals", differs_in=("log", "msglog", "spool")) for number in (1, 2, 10, 15)),
    script("freeze-signal", "kill -9 $$", "freeze_signal"),
    script("freeze-signal-and-ignore-status", "kill -9 $$", "freeze_signal\nignore_status"),
    script("freeze-signal-exit", "exit 3", "freeze_signal"),
    script("freeze-exec-fail", "exit 127", "freeze_exec_fail"),
    script("freeze-exec-fail-and-ignore-status", "exit 127", "freeze_exec_fail\nignore_status"),
    script("freeze-exec-fail-other", "exit 126", "freeze_exec_fail"),
    pipe("freeze-exec-fail-missing", "command = /no/such/command 'a b'\nfreeze_exec_fail"),
    pipe("exit-with-blank-in-name", "command = '@ETC@/my cmd' x", File("etc/my cmd", "#!/bin/sh\nexit 3\n", 0o755)),
    script("timeout", "exec sleep 1000", "timeout = 1s"),
    script("timeout-defer", "exec sleep 1000", "timeout = 1s\ntimeout_defer"),
    script("timeout-ignore-status", "exec sleep 1000", "timeout = 1s\nignore_status"),
    script("timeout-kills-group", "sleep 1000 & sleep 1000", "timeout = 1s"),
    script("timeout-none", "cat >/dev/null; sleep 1; exit 3", "timeout = 0s"),
    script("timeout-not-reached", "cat >/dev/null; sleep 1; exit 3", "timeout = 5s"),
    script("timeout-writing", "exec sleep 1000", "timeout = 1s", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
    script("timeout-writing-defer", "exec sleep 1000", "timeout = 1s\ntimeout_defer", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
    script("two-recipients-fail", "exit 3", "batch_max = 5", calls=TWO),
    script("two-recipients-succeed", "exit 0", "batch_max = 5", calls=TWO),
    script("apart", SEEN + "echo once", calls=TWO),
]

OUTPUT = [
    script("log-output", "cat >/dev/null; echo first line; echo second", "log_output"),
    script("log-output-nothing", "cat >/dev/null", "log_output"),
    script("log-output-empty-line", "cat >/dev/null; echo; echo second", "log_output"),
    script("log-output-no-newline", "cat >/dev/null; printf 'no newline'", "log_output"),
    script("log-output-stderr", "cat >/dev/null; echo out >&2", "log_output"),
    script("log-output-odd", "cat >/dev/null; printf 'a\\tb\\001c\\\\d\\377e  \\r\\n'", "log_output"),
    script("log-output-fail", "echo out; exit 3", "log_output"),
    script("log-output-defer", "echo out; exit 75", "log_output"),
    script("log-fail-output-ok", "echo out; exit 0", "log_fail_output"),
    script("log-fail-output-fail", "echo out; exit 3", "log_fail_output"),
    script("log-fail-output-defer", "echo out; exit 75", "log_fail_output"),
    script("log-defer-output-fail", "echo out; exit 3", "log_defer_output"),
    script("log-defer-output-defer", "echo out; exit 75", "log_defer_output"),
    script("log-fail-and-defer-output", "echo out; exit 75", "log_defer_output\nlog_fail_output"),
    script("log-output-batch", "echo out; exit 0", "log_output\nbatch_max = 5", calls=TWO),
    script("log-output-long", "cat >/dev/null; head -c 3000 /dev/zero | tr '\\0' x", "log_output"),
    script("log-output-timeout", "echo out; exec sleep 1000", "log_output\ntimeout = 1s"),
    script("return-output-nobody", "echo out; exit 0", "return_output"),
    script("return-output-nobody-defer", "echo out; exit 75", "return_output"),
    script("return-fail-output-nobody", "echo out; exit 3", "return_fail_output"),
    script("return-output-silent", "cat >/dev/null; exit 0", "return_output", calls=(Send("box@test.example"),)),
    script("return-fail-output-success", "echo out; cat >/dev/null; exit 0", "return_fail_output", calls=(Send("box@test.example"),)),
    script("return-fail-output-defer", "echo out; cat >/dev/null; exit 75", "return_fail_output", calls=(Send("box@test.example"),)),
    script("max-output", "cat >/dev/null; while :; do echo 0123456789; done", "max_output = 1000"),
    script("max-output-ignore-status", "cat >/dev/null; while :; do echo 0123456789; done", "max_output = 1K\nignore_status"),
    script("max-output-freeze", "cat >/dev/null; while :; do echo 0123456789; done", "max_output = 1K\nfreeze_signal"),
    script("max-output-default", "cat >/dev/null; while :; do echo 0123456789; done"),
    script("max-output-not-reached", "cat >/dev/null; head -c 20480 /dev/zero"),
    script("max-output-large", "cat >/dev/null; head -c 2000000 /dev/zero", "max_output = 2M"),
    script("output-before-input", "head -c 400000 /dev/zero; cat >/dev/null", "max_output = 1M", calls=(Send("box@test.example", sender="<>", message=message(("x" * 70 + "\n") * 6000)),)),
]

ADDRESS_PIPES = [
    redirected("address", "|@ETC@/args a 'b c' \"d e\""),
    redirected("address-quoted", '"\\"|@ETC@/args a \'b c\'\\""'),
    redirected("address-not-expanded", "|@ETC@/args \\$home \\$pipe_addresses"),
    redirected("address-blank-after-bar", "|  @ETC@/args a"),
    redirected("address-name", "|@ETC@/name"),
    redirected("address-env", "|@ETC@/env"),
    redirected("address-bytes", "|@ETC@/bytes", "envelope_to_add\nreturn_path_add"),
    redirected("address-bsmtp", "|@ETC@/bytes", "use_bsmtp"),
    redirected("address-fails", "|/bin/false"),
    redirected("address-missing", "|/no/such/command"),
    redirected("address-path", "|args x", "path = @ETC@"),
    redirected("address-restrict", "|@ETC@/args x", "restrict_to_path"),
    redirected("address-allow", "|@ETC@/args x", "allow_commands = @ETC@/args"),
    redirected("address-allow-not", "|@ETC@/args x", "allow_commands = @ETC@/name"),
    redirected("address-tainted", "|@ETC@/args $local_part"),
    redirected("address-untainted", "|@ETC@/args $local_part_data", router="local_parts = box"),
    redirected("address-only-bar", "|"),
    redirected("address-overrides-command", "|@ETC@/args a", "command = @ETC@/name"),
    redirected("address-forced", "|@ETC@/args a b", "command = @ETC@/args pre $address_pipe post\nforce_command"),
    redirected("address-forced-braces", '"|@ETC@/args \\"a b\\" c"', "command = @ETC@/args ${address_pipe}\nforce_command"),
    redirected("address-forced-without", "|@ETC@/name a b", "command = @ETC@/args x\nforce_command"),
    redirected("address-forced-part-of-word", "|@ETC@/name a b", "command = @ETC@/args x=$address_pipe\nforce_command"),
    redirected("address-forced-single-quotes", "|/bin/echo a 'b c' d", "command = @ETC@/args pre $address_pipe post\nforce_command", difference="D-pipe-address-pipe", differs_in=("mail",)),
    redirected("address-not-forced-address-pipe", "|@ETC@/name a b", "command = @ETC@/args $address_pipe"),
    pipe("address-pipe-of-ordinary-address", "command = @ETC@/args x $address_pipe y\nforce_command", ARGS),
    redirected("address-forbidden", "|@ETC@/args", router="forbid_pipe"),
    redirected("address-forced-no-command", "|@ETC@/args", "force_command"),
    redirected("address-shell", "|echo \\$USER >>@MAIL@/seen; cat >/dev/null", "use_shell"),
    redirected("address-two-same", "|@ETC@/args x", to=TWO),
    redirected("address-two-same-batch", "|@ETC@/bytes", "batch_max = 5", to=TWO),
    redirected("address-two-same-batch-env", "|@ETC@/env", "batch_max = 5", to=TWO),
    redirected("address-two-different-batch", "|@ETC@/args ${if eq{$local_part}{a}{x}{y}}", "batch_max = 5", to=TWO),
    redirected("address-twice-in-list", "|@ETC@/args x, |@ETC@/args x"),
    redirected("address-log-output", "|/bin/echo hello", "log_output"),
    redirected("address-exit-status", "|@ETC@/three x", "", File("etc/three", "#!/bin/sh\nexit 3\n", 0o755)),
    redirected("address-signal-text", "|@ETC@/nine x 'y z'", "", File("etc/nine", "#!/bin/sh\nkill -9 $$\n", 0o755)),
]

BATCHES = [
    pipe("batch", "command = @ETC@/bytes\nbatch_max = 10\nenvelope_to_add", BYTES, calls=(Send("a@t.ex", "b@t.ex", "c@u.ex", sender="<>"),)),
    pipe("batch-mentions-local-part", "command = @ETC@/args ${if eq{$local_part}{a}{A}{B}}\nbatch_max = 10", ARGS, calls=(Send("a@t.ex", "b@t.ex", "a@u.ex", sender="<>"),)),
    pipe("batch-mentions-domain", "command = @ETC@/args ${if eq{$domain}{t.ex}{T}{U}}\nbatch_max = 10", ARGS, calls=(Send("a@t.ex", "b@t.ex", "a@u.ex", sender="<>"),)),
    pipe("batch-id", "command = @ETC@/args x\nbatch_max = 10\nbatch_id = ${lc:$domain}", ARGS, calls=(Send("a@t.ex", "b@u.ex", "c@t.ex", sender="<>"),)),
    pipe("batch-local-part-unset", "command = @ETC@/bytes\nbatch_max = 10\nmessage_prefix = \"[${if def:domain{d}}]\\n\"", BYTES, calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
    pipe("max-parallel", "command = @ETC@/bytes\nmax_parallel = 1", BYTES),
    pipe("shadow", "command = @ETC@/bytes\nshadow_transport = t1", BYTES),
]

REFUSED = [
    pipe(f"config-{n}", text) for n, text in enumerate([
        "pipe_as_creator", "pipe_as_creator\ngroup = mail\nno user", "user = 1000", "temp_errors = 1:x", "temp_errors = 1,2", "temp_errors = * : 3",
        "temp_errors = **", "return_output\nreturn_fail_output", "log_output\nlog_fail_output", "restrict_to_path\nuse_shell",
        "allow_commands = x\nuse_shell", "body_only\nheaders_only", "use_classresources", "timeout = x", "timeout = -1s", "umask = 9",
        "umask = 022x", "max_output = x", "max_output = 3G", "batch_max = x", "timeout_defer = maybe", "no_command", "path = /bin\npath = /usr/bin",
        "bogus", "log_output\nreturn_output\nlog_fail_output\nreturn_fail_output", "return_output\nreturn_fail_output\nuse_shell\nrestrict_to_path",
        "ignore_status = true\nno_timeout_defer\nnot_use_crlf\ncommand = /bin/true",
    ])
]

PRINTED = [
    Case("printed-" + name, conf("", ACCEPT, "t1:\n  driver = pipe\n" + options), calls=(Call("-bP transport t1"),))
    for name, options in [
        ("defaults", ""),
        ("bsmtp", "  use_bsmtp\n"),
        ("all", "  command = /bin/cat $x\n  path = /a:/b\n  timeout = 90s\n  max_output = 3K\n  umask = 027\n  temp_errors = 1:2\n  environment = A=b\n"
                "  ignore_status\n  log_output\n  return_fail_output\n  batch_max = 7\n  batch_id = $domain\n  check_string = a\n  escape_string = b\n  transport_filter = /bin/cat\n  no_restrict_to_path\n"),
    ]
]

test_printed = compat(PRINTED)
test_words = compat(WORDS)
test_permission = compat(PERMISSION)
test_shell = compat(SHELL)
test_environment = compat(ENVIRONMENT)
test_written = compat(WRITTEN)
test_ends = compat(ENDS)
test_output = compat(OUTPUT)
test_address_pipes = compat(ADDRESS_PIPES)
test_batches = compat(BATCHES)
test_refused = compat(REFUSED)
