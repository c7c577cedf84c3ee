# SPDX-License-Identifier: Apache-2.0
"""-bP in all its forms (configuration.md 10 and the second table of 13), and what the syntax of lines, macros, conditionals
and includes makes of values (configuration.md 2–5, 8)."""
from compatlib import Call, Case, File, compat, conf

MAIN_NUMBERS = ("accept_8bitmime auto_thaw bounce_return_body bounce_return_linesize_limit bounce_return_message bounce_return_size_limit "
                "check_log_inodes check_log_space check_spool_inodes check_spool_space connection_max_messages delay_warning "
                "deliver_drop_privilege deliver_queue_load_max delivery_date_remove drop_cr envelope_to_remove "
                "extract_addresses_remove_arguments finduser_retries header_line_maxsize header_maxsize ignore_bounce_errors_after "
                "ignore_fromline_local keep_malformed local_from_check local_sender_retain log_timezone lookup_open_max max_username_length "
                "message_body_newlines message_body_visible message_logs move_frozen_messages mua_wrapper preserve_message_logs "
                "print_topbitchars queue_only queue_only_load queue_only_override queue_run_in_order receive_timeout received_headers_max "
                "recipients_max recipients_max_reject remote_max_parallel retry_data_expire retry_interval_max return_path_remove "
                "return_size_limit split_spool_directory spool_wireformat strict_acl_vars strip_excess_angle_brackets strip_trailing_dot "
                "syslog_duplication syslog_pid syslog_timestamp timeout_frozen_after write_rejectlog allow_domain_literals allow_utf8_domains "
                "commandline_checks_require_admin prod_requires_admin queue_list_requires_admin disable_ipv6 smtp_accept_max recipients_max")
MAIN_STRINGS = ("acl_not_smtp add_environment admin_groups bi_command bounce_message_file bounce_message_text bounce_sender_authentication "
                "delay_warning_condition dsn_from errors_copy errors_reply_to event_action exim_group exim_path exim_user freeze_tell gecos_name "
                "gecos_pattern headers_charset hold_domains keep_environment local_from_prefix local_from_suffix log_file_path log_selector "
                "message_id_header_domain message_id_header_text message_size_limit never_users percent_hack_domains pid_file_path primary_hostname "
                "process_log_path qualify_domain qualify_recipient queue_domains queue_only_file queue_run_max received_header_text spool_directory "
                "syslog_facility syslog_processname system_filter system_filter_user timezone trusted_groups trusted_users unknown_login "
                "unknown_username untrusted_set_sender uucp_from_pattern uucp_from_sender warn_message_file localhost_number")
RECOGNISED = ("av_scanner spamd_address dkim_verify_hashes dkim_verify_signers spf_guess tls_advertise_hosts tls_certificate "
              "tls_privatekey tls_require_ciphers acl_smtp_auth auth_advertise_hosts acl_smtp_connect acl_smtp_helo acl_smtp_mail acl_smtp_predata "
              "acl_smtp_quit acl_smtp_vrfy callout_negative_expire callout_positive_expire dns_csa_search_limit smtp_accept_keepalive "
              "smtp_accept_max_nonmail smtp_load_reserve smtp_ratelimit_rcpt tcp_nodelay hosts_proxy rfc1413_hosts rfc1413_query_timeout "
              "helo_lookup_domains helo_verify_hosts daemon_smtp_ports daemon_startup_retries local_interfaces smtp_banner smtp_receive_timeout "
              "host_lookup dns_retrans dns_retry dns_ipv4_lookup mysql_servers sqlite_lock_timeout sqlite_dbfile ldap_default_servers smtp_enforce_sync")


def values(name: str, text: str, options: str, *setup, args: str = "", **more) -> Case:
    return Case("value-" + name, conf(text), setup, (Call(f"{args} -bP {options}"),), **more)


OWN_PATHS = ("exim_path", "pid_file_path")
DEFAULTS = [Case(f"default-{option}", conf(), calls=(Call(f"-bP {option}"),),
                 **(dict(difference="D-own-paths", differs_in=("stdout",)) if option in OWN_PATHS else {}))
            for option in sorted(set((MAIN_NUMBERS + " " + MAIN_STRINGS + " " + RECOGNISED).split()))]
DEFAULTS.append(Case("default-received-header-text", conf(own_received=False), calls=(Call("-bP received_header_text"),)))

VALUES = [
    values("macros", "AA = one\nAB = AA-two\nBB = x AA AB y\nEMPTY =\nlocal_from_prefix = BB\nlocal_from_suffix = [EMPTY]", "local_from_prefix local_from_suffix"),
    values("macro-redefined", "AA = one\nAB = AA-two\nAA == newone\nlocal_from_suffix = AA AB", "local_from_suffix"),
    values("macro-in-word", "AA = one\nlocal_from_suffix = xAAy AAA", "local_from_suffix"),
    values("macro-order", "AAB = long\nAA = short\nlocal_from_suffix = AAB AA", "local_from_suffix"),
    values("macro-no-rescan", "AA = AAA\nlocal_from_suffix = AA", "local_from_suffix"),
    values("macro-underscore", "_AA = x\nA_B = y\nlocal_from_suffix = A_B", "local_from_suffix"),
    values("macro-on-left-side", "OPT = local_from_suffix\nOPT = x", "local_from_suffix"),
    values("macro-makes-comment", "COMMENT = # no option\nCOMMENT\nlocal_from_suffix = x", "local_from_suffix"),
    values("macro-makes-option", "OPT = local_from_suffix = x\n OPT", "local_from_suffix"),
    values("macro-command-line", "AA = file\nlocal_from_suffix = AA", "local_from_suffix", args="-DAA=line"),
    values("macro-command-line-blank", "local_from_suffix = [AA]", "local_from_suffix", args="-DAA"),
    values("macro-command-line-redefined", "AA == file\nlocal_from_suffix = AA", "local_from_suffix", args="-DAA=line"),
    values("built-in-macros", ".ifdef _HAVE_IPV6\nlocal_from_suffix = six\n.endif\n.ifdef _DRIVER_TRANSPORT_APPENDFILE\nlocal_from_prefix = app\n.endif",
           "local_from_suffix local_from_prefix"),
    values("built-in-macros-options", ".ifdef _OPT_MAIN_KEEP_ENVIRONMENT\nlocal_from_suffix = yes\n.endif\n.ifdef _OPT_ROUTERS_NOSUCH\nlocal_from_prefix = bad\n.endif",
           "local_from_suffix local_from_prefix"),
    values("built-in-macros-drivers", ".ifdef _DRIVER_ROUTER_REDIRECT\nlocal_from_suffix = yes\n.endif\n.ifdef _OPT_TRANSPORT_APPENDFILE_MAILDIR_TAG\nlocal_from_prefix = tag\n.endif",
           "local_from_suffix local_from_prefix"),
    values("quoted", 'AA = one\nqualify_recipient = "q\\tr\\x41\\101 AA"', "qualify_recipient"),
    values("quoted-escapes", r'local_from_prefix = "a\\b\"c\$d\q\n\r"', "local_from_prefix"),
    values("quoted-empty", 'local_from_prefix = ""', "local_from_prefix"),
    values("quoted-hex-nothing", r'local_from_prefix = "a\xz"', "local_from_prefix"),
    values("unquoted-backslash", r"local_from_prefix = a\tb\\", "local_from_prefix"),
    values("unquoted-inner-quote", 'local_from_prefix = a "b" c', "local_from_prefix"),
    values("empty", "local_from_prefix =", "local_from_prefix"),
    values("hash-in-value", "local_from_prefix = a # b", "local_from_prefix"),
    values("trailing-blanks", "local_from_prefix = trailing   \t", "local_from_prefix"),
    values("carriage-return", "local_from_prefix = a\r", "local_from_prefix"),
    values("eight-bit", "local_from_prefix = caf\xe9", "local_from_prefix"),
    values("continued", "local_from_prefix = one \\\n  two\\\nthree", "local_from_prefix"),
    values("continued-comment", "local_from_prefix = a \\\n# comment\n   b \\\n  c", "local_from_prefix"),
    values("continued-quoted", 'local_from_prefix = "a\\\n  b"', "local_from_prefix"),
    values("continued-blank-line", "local_from_prefix = a \\\n\nlocal_from_suffix = b", "local_from_prefix local_from_suffix"),
    values("continued-blank-after-backslash", "local_from_prefix = a \\   \n  b", "local_from_prefix"),
    values("continued-conditional", "AA = 1\nlocal_from_prefix = a \\\n.ifdef AA\n  b \\\n.else\n  c \\\n.endif\n  d", "local_from_prefix"),
    values("indented-option", "    local_from_prefix = a", "local_from_prefix"),
    values("no-blank-around-equals", "local_from_prefix=a", "local_from_prefix"),
    values("option-upper-rest", "local_from_prefix   =   a b", "local_from_prefix"),
    values("conditionals", "AA = 1\n.ifdef AA\nlocal_from_prefix = yes\n.else\nlocal_from_prefix = no\n.endif\n.ifndef AA\nlocal_from_suffix = no\n.elifdef BB\nlocal_from_suffix = bb\n"
           ".elifndef CC\nlocal_from_suffix = not-cc\n.else\nlocal_from_suffix = else\n.endif", "local_from_prefix local_from_suffix"),
    values("conditionals-nested", "AA = 1\n.ifdef BB\n.ifdef AA\nlocal_from_prefix = inner\n.else\nlocal_from_prefix = inner-else\n.endif\n.else\nlocal_from_prefix = outer-else\n.endif", "local_from_prefix"),
    values("conditionals-after-taken", "AA = 1\n.ifdef AA\nlocal_from_prefix = first\n.elifdef AA\nlocal_from_prefix = second\n.else\nlocal_from_prefix = third\n.endif", "local_from_prefix"),
    values("conditionals-several-names", "AA = 1\n.ifdef BB AA\nlocal_from_prefix = any\n.endif", "local_from_prefix"),
    values("conditionals-substring", "AA = 1\n.ifdef XAAX\nlocal_from_prefix = any\n.endif", "local_from_prefix"),
    values("conditionals-no-name", ".ifdef\nlocal_from_prefix = any\n.else\nlocal_from_prefix = none\n.endif", "local_from_prefix"),
    values("conditionals-skip-errors", ".ifdef AA\nthis is not = an option\nbegin nonsense\n.include /nope\n.endif\nlocal_from_prefix = ok", "local_from_prefix"),
    values("include", ".include @ETC@/part\nlocal_from_suffix = after", "local_from_prefix local_from_suffix", File("etc/part", "local_from_prefix = included\n")),
    values("include-quoted", '.include "@ETC@/a part"', "local_from_prefix", File("etc/a part", "local_from_prefix = included")),
    values("include-if-exists", ".include_if_exists @ETC@/part\n.include_if_exists @ETC@/nope", "local_from_prefix", File("etc/part", "local_from_prefix = included\n")),
    values("include-in-continuation", "local_from_prefix = a \\\n.include @ETC@/part\nlocal_from_suffix = x", "local_from_prefix local_from_suffix", File("etc/part", "  b \\\n  c")),
    values("include-in-continuation-open", "local_from_prefix = a \\\n.include @ETC@/part\n  d\nlocal_from_suffix = x", "local_from_prefix local_from_suffix", File("etc/part", "  b \\\n")),
    values("include-conditional-across", ".include @ETC@/part\nlocal_from_prefix = skipped\n.endif\nlocal_from_suffix = x", "local_from_prefix local_from_suffix", File("etc/part", ".ifdef NOPE\n")),
    values("include-macro", "DIR = @ETC@\n.include DIR/part", "local_from_prefix", File("etc/part", "local_from_prefix = included\n")),
    values("include-relative", ".include @ETC@/one", "local_from_prefix", File("etc/one", ".include two\n"), File("etc/two", "local_from_prefix = two\n")),
    values("integers", "bounce_return_size_limit = 0x10K\nmessage_body_visible = 010\nrecipients_max = 3k\nheader_maxsize = 2M\nreceived_headers_max = -5",
           "bounce_return_size_limit message_body_visible recipients_max header_maxsize received_headers_max"),
    values("integers-large", "bounce_return_size_limit = 1G\nheader_maxsize = 2147483647\nrecipients_max = 1025", "bounce_return_size_limit header_maxsize recipients_max"),
    values("k-integers", "check_spool_space = 1500\ncheck_log_space = 2M", "check_spool_space check_log_space"),
    values("k-integers-large", "check_spool_space = 3G\ncheck_log_space = 0", "check_spool_space check_log_space"),
    values("times", "auto_thaw = 1w2d3h4m5s\nignore_bounce_errors_after = 90m\nkeep_malformed = 0s\nretry_data_expire = 1h1h\ntimeout_frozen_after = 36h",
           "auto_thaw ignore_bounce_errors_after keep_malformed retry_data_expire timeout_frozen_after"),
    values("time-list", "delay_warning = 1h : 2h30m:1d", "delay_warning"),
    values("time-list-off", "delay_warning = 0s", "delay_warning"),
    values("retry-interval-capped", "retry_interval_max = 3d", "retry_interval_max"),
    values("fixed", "queue_only_load = 2.345\ndeliver_queue_load_max = 7", "queue_only_load deliver_queue_load_max"),
    values("fixed-more-digits", "queue_only_load = 2.34567", "queue_only_load"),
    values("booleans", "not_message_logs\nlocal_from_check = FALSE\nsplit_spool_directory\nlog_timezone = Yes\nno_write_rejectlog", "message_logs local_from_check split_spool_directory log_timezone write_rejectlog"),
    values("user-lists", "trusted_users = root : mail : 1234\nnever_users = root\ntrusted_groups = mail : 8", "trusted_users never_users trusted_groups"),
    values("user-list-other-separator", "trusted_users = <; root ; mail", "trusted_users", difference="D-config-accounts", differs_in=("stdout",)),
    values("user-list-expanded", "trusted_users = ${if eq{a}{a}{root:mail}}", "trusted_users"),
    values("named-lists", "domainlist open = c : $domain\nhide domainlist secret = a : b\nhostlist open = 10/8\naddresslist open = a@b\nlocalpartlist_cache open = x", "+open +secret"),
    values("named-list-unknown", "domainlist open = c", "+nosuch"),
    values("hidden", "hide local_from_prefix = secret", "local_from_prefix"),
    values("unknown", "", "nosuch domainlist qualify_domain"),
    values("no-labels", "", "qualify_domain local_from_check auto_thaw", args="-n"),
    values("files", "", "configure_file log_file_path"),
    values("recipient-defaults", "", "qualify_recipient"),
]

DRIVER_TEXT = dict(routers="""
r1:
  driver = accept
  domains = a.ex : b.ex
  local_parts = ! x
  transport = t1
  headers_add = X-A: a
  headers_add = X-B: b
  headers_remove = Subject
  headers_remove = X:Y
  condition = yes
  condition = ${if eq{a}{a}}
  unseen = ${if eq{a}{b}}
  user = ptuser1
r2:
  driver = redirect
  data = x
  no_more
  check_ancestor
  owners = ptuser1 : root
  modemask = 002
  set = r_a = b
  set = r_c = d
""", transports="""
t1:
  driver = appendfile
  file = @MAIL@/box
  user = ptuser1
  mode = 0660
  lock_interval = 90s
  no_use_fcntl_lock
  message_size_limit = 10K
t2:
  driver = appendfile
  directory = @MAIL@/md
  maildir_format
  group = mail
t3:
  driver = appendfile
  file = @MAIL@/u
  use_bsmtp
""")
DRIVERS = [Case("drivers-" + name, conf(**DRIVER_TEXT), calls=(Call("-bP " + args),)) for name, args in [
    ("router", "router r1"), ("router-redirect", "router r2"), ("routers", "routers"), ("router-list", "router_list"), ("router-unknown", "router nosuch"),
    ("transport", "transport t1"), ("transport-maildir", "transport t2"), ("transport-bsmtp", "transport t3"), ("transports", "transports"),
    ("transport-list", "transport_list"), ("transport-unknown", "transport nosuch"), ("authenticator-list", "authenticator_list"), ("authenticators", "authenticators"),
]]
DRIVERS.append(Case("drivers-no-labels", conf(**DRIVER_TEXT), calls=(Call("-n -bP transport t1"), Call("-n -bP router_list"))))
DRIVERS.append(Case("drivers-macro-between", conf(routers="AA = x\nr1:\n  driver = accept\n  transport = t1\nBB = AA\nr2:\n  driver = accept\n  local_parts = BB\n  transport = t1"),
                    calls=(Call("-bP router r2"),)))

WHOLE = [
    Case("macro-one", conf("AA = one\nAA == newone"), calls=(Call("-bP macro AA"),)),
    Case("macro-unknown", calls=(Call("-bP macro AA"),)),
    Case("macro-list", conf("AA = one\nBB = two"), calls=(Call("-DCC=three -bP macro AA"), Call("-DCC=three -bP macro CC"))),
    Case("config", conf("AA = one\n# comment\nlocal_from_prefix = AA \\\n   two\n.ifdef AA\nlocal_from_suffix = x\n.endif\n\n.include @ETC@/part"),
         (File("etc/part", "message_logs\n"),), (Call("-bP config"),)),
    Case("environment", calls=(Call("-bP environment"),)),
    Case("environment-added", conf("add_environment = A=1:B=2").replace("keep_environment =", "keep_environment = PATH"), calls=(Call("-bP environment"),)),
    Case("nothing-named", calls=(Call("-bP --all-of-nothing"),)),
]

test_defaults = compat(DEFAULTS)
test_values = compat(VALUES)
test_drivers = compat(DRIVERS)
test_whole = compat(WHOLE)
