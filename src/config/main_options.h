// SPDX-License-Identifier: Apache-2.0
// config/main_options.h – the main options that Postern acts on: one member an option, named as the option is; the
// initialisers are the defaults (Exim 4.96 as Debian builds it). Meanings: spec configuration.md §11.
//
// Expandable: expanded, or matched as a list, by whoever uses it. PlainString: never expanded by its user; the few that
// load_configuration() expands once (spool_directory, log_file_path, pid_file_path, localhost_number) hold the result.
// Options that only parts of a mail system use that Postern lacks are not here; they are rows of kInertOptions
// (main_options.cc): read, checked for syntax and printed, then reported as having no effect, or refused where silence
// would be dangerous.
#pragma once

#include <optional>

#include "config/options.h"
#include "config/values.h"

namespace postern {

inline constexpr char kDefaultDelayWarningCondition[] =
    "${if or {{ !eq{$h_list-id:$h_list-post:$h_list-subscribe:}{} }{ match{$h_precedence:}{(?i)bulk|list|junk} }"
    "{ match{$h_auto-submitted:}{(?i)auto-generated|auto-replied} }} {no}{yes}}";
inline constexpr char kDefaultReceivedHeaderText[] =
    "Received: ${if def:sender_rcvhost {from $sender_rcvhost\n\t}"
    "{${if def:sender_ident {from ${quote_local_part:$sender_ident} }}"
    "${if def:sender_helo_name {(helo=$sender_helo_name)\n\t}}}}"
    "by $primary_hostname ${if def:received_protocol {with $received_protocol }}"
    "${if def:tls_in_ver        { ($tls_in_ver)}}${if def:tls_in_cipher_std { tls $tls_in_cipher_std\n\t}}"
    "(Exim $version_number)\n\t${if def:sender_address {(envelope-from <$sender_address>)\n\t}}"
    "id $message_exim_id${if def:received_for {\n\tfor $received_for}}";
inline constexpr char kDefaultUucpFromPattern[] =
    "^From\\s+(\\S+)\\s+(?:[a-zA-Z]{3},?\\s+)?(?:[a-zA-Z]{3}\\s+\\d?\\d|\\d?\\d\\s+[a-zA-Z]{3}\\s+\\d\\d(?:\\d\\d)?)"
    "\\s+\\d\\d?:\\d\\d?";
inline constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400, kWeek = 604800;

struct MainOptions {
    // --- identity, privilege, files (§11.1) ---
    PlainString primary_hostname;                   // after loading: never empty
    PlainString qualify_domain, qualify_recipient;  // after loading: never empty
    UserOption exim_user;  // after loading: set. Default: account "postern" if there is one, else who we are
    GroupOption exim_group;
    PlainString exim_path{"/usr/sbin/postern", true};
    PlainString spool_directory{"/var/spool/postern", true};
    bool split_spool_directory = false;
    bool spool_wireformat = false;
    PlainString localhost_number;  // see localhost()
    UidList trusted_users, never_users;
    GidList trusted_groups, admin_groups;
    bool deliver_drop_privilege = false;
    bool prod_requires_admin = true, queue_list_requires_admin = true, commandline_checks_require_admin = false;
    PlainString keep_environment;
    Expandable add_environment;
    PlainString timezone;  // empty after loading: leave TZ unset
    Integer finduser_retries, max_username_length;
    Integer lookup_open_max{25};
    PlainString process_log_path;  // after loading: set
    PlainString pid_file_path{"/run/postern/postern.pid", true};
    PlainString headers_charset{"UTF-8", true};
    bool print_topbitchars = false;
    bool strict_acl_vars = false;
    SizeInteger message_body_visible{500};
    bool message_body_newlines = false;
    Expandable event_action;
    PlainString sqlite_dbfile;
    Integer sqlite_lock_timeout{5};

    // --- taking messages in (§11.2) ---
    bool local_from_check = true, local_sender_retain = false;
    PlainString local_from_prefix, local_from_suffix;
    Expandable untrusted_set_sender;  // address list
    PlainString uucp_from_pattern{kDefaultUucpFromPattern, true};
    Expandable uucp_from_sender{"$1", true, {}};
    bool ignore_fromline_local = false;
    PlainString gecos_pattern;
    Expandable gecos_name;
    Expandable unknown_login, unknown_username;
    bool extract_addresses_remove_arguments = true;
    Integer recipients_max{50000};
    bool recipients_max_reject = false;
    Integer received_headers_max{30};
    Expandable received_header_text{kDefaultReceivedHeaderText, true, {}};
    Expandable message_id_header_domain, message_id_header_text;
    Expandable message_size_limit{"50M", true, {}};
    Integer header_maxsize{1048576}, header_line_maxsize;
    bool strip_excess_angle_brackets = false, strip_trailing_dot = false;
    bool allow_domain_literals = false, allow_utf8_domains = false;
    bool return_path_remove = true, delivery_date_remove = true, envelope_to_remove = true;
    bool drop_cr = false;  // no effect in Exim either
    bool check_rfc2047_length = true;
    Interval receive_timeout;
    Interval keep_malformed{4 * kDay};
    Kilobytes check_spool_space{10240}, check_log_space{10240};
    Integer check_spool_inodes{100}, check_log_inodes{100};

    // --- queueing, routing, delivery (§11.3) ---
    bool queue_only = false, queue_only_override = true;
    PlainString queue_only_file;
    FixedPoint queue_only_load;
    bool queue_only_load_latch = true;
    FixedPoint deliver_queue_load_max;
    Expandable queue_domains, queue_smtp_domains, hold_domains;  // domain lists
    bool queue_run_in_order = false;
    Expandable queue_run_max{"5", true, {}};
    bool queue_fast_ramp = false;
    Interval auto_thaw, timeout_frozen_after;
    Interval ignore_bounce_errors_after{10 * kWeek};
    Expandable freeze_tell;  // address list
    Integer remote_max_parallel{2};
    Expandable remote_sort_domains;
    Interval retry_data_expire{kWeek};
    Interval retry_interval_max{kDay};
    bool message_logs = true, preserve_message_logs = false;

    // --- bounces and warnings (§11.4) ---
    bool bounce_return_message = true, bounce_return_body = true;
    SizeInteger bounce_return_size_limit{102400};
    SizeInteger bounce_return_linesize_limit{998};
    Expandable bounce_message_file, warn_message_file, bounce_message_text;
    PlainString bounce_sender_authentication;
    Expandable errors_copy;
    PlainString errors_reply_to;
    IntervalList delay_warning{{kDay}};
    Expandable delay_warning_condition{kDefaultDelayWarningCondition, true, {}};
    Expandable dsn_from{"Mail Delivery System <Mailer-Daemon@$qualify_domain>", true, {}};

    // --- logs (§11.5) ---
    PlainString log_file_path{"/var/log/postern/%slog", true};
    PlainString log_selector;
    bool log_timezone = false, write_rejectlog = true;
    PlainString syslog_facility;
    PlainString syslog_processname{"exim", true};
    bool syslog_timestamp = true, syslog_pid = true, syslog_duplication = true;

    // localhost_number as a number; nullopt: unset (Exim's $localhost_number is then empty).
    [[nodiscard]] std::optional<int> localhost() const;
    // The file among the items of log_file_path; the built-in one if they name none ("syslog", an empty item).
    [[nodiscard]] std::string log_template() const;
};

// The rows of MainOptions, sorted.
[[nodiscard]] OptionTable main_option_table();

// Read and checked, but no code acts on it so far; setting it is worth a warning.
[[nodiscard]] bool has_no_effect_yet(std::string_view main_option);

}  // namespace postern
