// SPDX-License-Identifier: Apache-2.0
#include "config/main_options.h"

#include <algorithm>

#include "base/strings.h"

namespace postern {

namespace {

constexpr OptionRow kRows[] = {
    opt<&MainOptions::add_environment>("add_environment"),
    opt<&MainOptions::admin_groups>("admin_groups"),
    opt<&MainOptions::allow_domain_literals>("allow_domain_literals"),
    opt<&MainOptions::allow_utf8_domains>("allow_utf8_domains"),
    opt<&MainOptions::auto_thaw>("auto_thaw"),
    opt<&MainOptions::bounce_message_file>("bounce_message_file"),
    opt<&MainOptions::bounce_message_text>("bounce_message_text"),
    opt<&MainOptions::bounce_return_body>("bounce_return_body"),
    opt<&MainOptions::bounce_return_linesize_limit>("bounce_return_linesize_limit"),
    opt<&MainOptions::bounce_return_message>("bounce_return_message"),
    opt<&MainOptions::bounce_return_size_limit>("bounce_return_size_limit"),
    opt<&MainOptions::bounce_sender_authentication>("bounce_sender_authentication"),
    opt<&MainOptions::check_log_inodes>("check_log_inodes"),
    opt<&MainOptions::check_log_space>("check_log_space"),
    opt<&MainOptions::check_rfc2047_length>("check_rfc2047_length"),
    opt<&MainOptions::check_spool_inodes>("check_spool_inodes"),
    opt<&MainOptions::check_spool_space>("check_spool_space"),
    opt<&MainOptions::commandline_checks_require_admin>("commandline_checks_require_admin"),
    opt<&MainOptions::delay_warning>("delay_warning"),
    opt<&MainOptions::delay_warning_condition>("delay_warning_condition"),
    opt<&MainOptions::deliver_drop_privilege>("deliver_drop_privilege"),
    opt<&MainOptions::deliver_queue_load_max>("deliver_queue_load_max"),
    opt<&MainOptions::delivery_date_remove>("delivery_date_remove"),
    opt<&MainOptions::drop_cr>("drop_cr"),
    opt<&MainOptions::dsn_from>("dsn_from"),
    opt<&MainOptions::envelope_to_remove>("envelope_to_remove"),
    opt<&MainOptions::errors_copy>("errors_copy"),
    opt<&MainOptions::errors_reply_to>("errors_reply_to"),
    opt<&MainOptions::event_action>("event_action"),
    opt<&MainOptions::exim_group>("exim_group"),
    opt<&MainOptions::exim_path>("exim_path"),
    opt<&MainOptions::exim_user>("exim_user"),
    opt<&MainOptions::extract_addresses_remove_arguments>("extract_addresses_remove_arguments"),
    opt<&MainOptions::finduser_retries>("finduser_retries"),
    opt<&MainOptions::freeze_tell>("freeze_tell"),
    opt<&MainOptions::gecos_name>("gecos_name"),
    opt<&MainOptions::gecos_pattern>("gecos_pattern"),
    opt<&MainOptions::header_line_maxsize>("header_line_maxsize"),
    opt<&MainOptions::header_maxsize>("header_maxsize"),
    opt<&MainOptions::headers_charset>("headers_charset"),
    opt<&MainOptions::hold_domains>("hold_domains"),
    opt<&MainOptions::ignore_bounce_errors_after>("ignore_bounce_errors_after"),
    opt<&MainOptions::ignore_fromline_local>("ignore_fromline_local"),
    opt<&MainOptions::keep_environment>("keep_environment"),
    opt<&MainOptions::keep_malformed>("keep_malformed"),
    opt<&MainOptions::local_from_check>("local_from_check"),
    opt<&MainOptions::local_from_prefix>("local_from_prefix"),
    opt<&MainOptions::local_from_suffix>("local_from_suffix"),
    opt<&MainOptions::local_sender_retain>("local_sender_retain"),
    opt<&MainOptions::localhost_number>("localhost_number"),
    opt<&MainOptions::log_file_path>("log_file_path"),
    opt<&MainOptions::log_selector>("log_selector"),
    opt<&MainOptions::log_timezone>("log_timezone"),
    opt<&MainOptions::lookup_open_max>("lookup_open_max"),
    opt<&MainOptions::max_username_length>("max_username_length"),
    opt<&MainOptions::message_body_newlines>("message_body_newlines"),
    opt<&MainOptions::message_body_visible>("message_body_visible"),
    opt<&MainOptions::message_id_header_domain>("message_id_header_domain"),
    opt<&MainOptions::message_id_header_text>("message_id_header_text"),
    opt<&MainOptions::message_logs>("message_logs"),
    opt<&MainOptions::message_size_limit>("message_size_limit"),
    opt<&MainOptions::never_users>("never_users"),
    opt<&MainOptions::pid_file_path>("pid_file_path"),
    opt<&MainOptions::preserve_message_logs>("preserve_message_logs"),
    opt<&MainOptions::primary_hostname>("primary_hostname"),
    opt<&MainOptions::print_topbitchars>("print_topbitchars"),
    opt<&MainOptions::process_log_path>("process_log_path"),
    opt<&MainOptions::prod_requires_admin>("prod_requires_admin"),
    opt<&MainOptions::qualify_domain>("qualify_domain"),
    opt<&MainOptions::qualify_recipient>("qualify_recipient"),
    opt<&MainOptions::queue_domains>("queue_domains"),
    opt<&MainOptions::queue_fast_ramp>("queue_fast_ramp"),
    opt<&MainOptions::queue_list_requires_admin>("queue_list_requires_admin"),
    opt<&MainOptions::queue_only>("queue_only"),
    opt<&MainOptions::queue_only_file>("queue_only_file"),
    opt<&MainOptions::queue_only_load>("queue_only_load"),
    opt<&MainOptions::queue_only_load_latch>("queue_only_load_latch"),
    opt<&MainOptions::queue_only_override>("queue_only_override"),
    opt<&MainOptions::queue_run_in_order>("queue_run_in_order"),
    opt<&MainOptions::queue_run_max>("queue_run_max"),
    opt<&MainOptions::queue_smtp_domains>("queue_smtp_domains"),
    opt<&MainOptions::receive_timeout>("receive_timeout"),
    opt<&MainOptions::received_header_text>("received_header_text"),
    opt<&MainOptions::received_headers_max>("received_headers_max"),
    opt<&MainOptions::recipients_max>("recipients_max"),
    opt<&MainOptions::recipients_max_reject>("recipients_max_reject"),
    opt<&MainOptions::remote_max_parallel>("remote_max_parallel"),
    opt<&MainOptions::remote_sort_domains>("remote_sort_domains"),
    opt<&MainOptions::retry_data_expire>("retry_data_expire"),
    opt<&MainOptions::retry_interval_max>("retry_interval_max"),
    opt<&MainOptions::return_path_remove>("return_path_remove"),
    synonym_of<&MainOptions::bounce_return_size_limit>("return_size_limit"),
    opt<&MainOptions::split_spool_directory>("split_spool_directory"),
    opt<&MainOptions::spool_directory>("spool_directory"),
    opt<&MainOptions::spool_wireformat>("spool_wireformat"),
    opt<&MainOptions::sqlite_dbfile>("sqlite_dbfile"),
    opt<&MainOptions::sqlite_lock_timeout>("sqlite_lock_timeout"),
    opt<&MainOptions::strict_acl_vars>("strict_acl_vars"),
    opt<&MainOptions::strip_excess_angle_brackets>("strip_excess_angle_brackets"),
    opt<&MainOptions::strip_trailing_dot>("strip_trailing_dot"),
    opt<&MainOptions::syslog_duplication>("syslog_duplication"),
    opt<&MainOptions::syslog_facility>("syslog_facility"),
    opt<&MainOptions::syslog_pid>("syslog_pid"),
    opt<&MainOptions::syslog_processname>("syslog_processname"),
    opt<&MainOptions::syslog_timestamp>("syslog_timestamp"),
    opt<&MainOptions::timeout_frozen_after>("timeout_frozen_after"),
    opt<&MainOptions::timezone>("timezone"),
    opt<&MainOptions::trusted_groups>("trusted_groups"),
    opt<&MainOptions::trusted_users>("trusted_users"),
    opt<&MainOptions::unknown_login>("unknown_login"),
    opt<&MainOptions::unknown_username>("unknown_username"),
    opt<&MainOptions::untrusted_set_sender>("untrusted_set_sender"),
    opt<&MainOptions::uucp_from_pattern>("uucp_from_pattern"),
    opt<&MainOptions::uucp_from_sender>("uucp_from_sender"),
    opt<&MainOptions::warn_message_file>("warn_message_file"),
    opt<&MainOptions::write_rejectlog>("write_rejectlog"),
};
static_assert(sorted_and_unique(kRows));

// Members that no code reads yet. Who makes one work takes it out of here.
constexpr std::string_view kPending[] = {
    "bounce_message_file",
    "bounce_message_text",
    "bounce_return_body",
    "bounce_return_linesize_limit",
    "bounce_return_message",
    "check_log_inodes",
    "check_log_space",
    "commandline_checks_require_admin",
    "delay_warning",
    "delay_warning_condition",
    "deliver_queue_load_max",
    "errors_copy",
    "event_action",
    "finduser_retries",
    "freeze_tell",
    "keep_malformed",
    "pid_file_path",
    "process_log_path",
    "queue_fast_ramp",
    "queue_only_load_latch",
    "queue_run_in_order",
    "queue_run_max",
    "queue_smtp_domains",
    "recipients_max_reject",
    "remote_max_parallel",
    "remote_sort_domains",
    "retry_data_expire",
    "retry_interval_max",
    "spool_wireformat",
    "sqlite_dbfile",
    "sqlite_lock_timeout",
    "syslog_duplication",
    "syslog_facility",
    "syslog_pid",
    "syslog_processname",
    "syslog_timestamp",
    "timeout_frozen_after",
    "unknown_login",
    "unknown_username",
    "warn_message_file",
};
consteval bool pending_are_members() {
    for (const auto name : kPending)
        if (std::none_of(std::begin(kRows), std::end(kRows), [&](const OptionRow& row) { return row.name == name; }))
            return false;
    return std::is_sorted(std::begin(kPending), std::end(kPending));
}
static_assert(pending_are_members());

}  // namespace

OptionTable main_option_table() { return kRows; }

bool has_no_effect_yet(std::string_view main_option) {
    return std::binary_search(std::begin(kPending), std::end(kPending), main_option);
}

std::string MainOptions::log_template() const {
    for (const auto& item : split_list(log_file_path.value))
        if (!item.empty() && item != "syslog") return item;
    return MainOptions{}.log_file_path.value;
}

std::optional<int> MainOptions::localhost() const {
    if (localhost_number.value.empty()) return std::nullopt;
    const auto number = parse_int(localhost_number.value);
    if (!number || *number < 0 || *number > 16) return std::nullopt;
    return static_cast<int>(*number);
}

}  // namespace postern
