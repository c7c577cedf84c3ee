// SPDX-License-Identifier: Apache-2.0
// wording/config.h – what the configuration reader says when it refuses (spec configuration.md §3–§9), in Exim's words.
// A record is a frame around a message; administrators grep paniclog for both. The hints at the end are Postern's own
// and only shown by `postern check`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wording {

// --- frames (§9) ---
[[nodiscard]] std::string config_error_at(std::string_view message, std::string_view file, int line);
[[nodiscard]] std::string config_error(std::string_view message);
[[nodiscard]] std::string config_error_for(std::string_view what, std::string_view message);  // what: "r1 router"
[[nodiscard]] std::string config_error_of(std::string_view what,
                                          std::string_view message);  // "r1 router:\n  …": a message

// --- finding and trusting the file (§1) ---
[[nodiscard]] std::string no_configuration_file(std::string_view candidates);
[[nodiscard]] std::string cannot_open_configuration(std::string_view file, std::string_view why);
[[nodiscard]] std::string untrusted_configuration_file(std::string_view file);
[[nodiscard]] std::string lost_privilege(std::string_view option);  // "-C" or "-D"
[[nodiscard]] std::string purging_environment();

// --- lines (§2–§5) ---
[[nodiscard]] std::string unexpected_bom();
[[nodiscard]] std::string nested_too_deeply(std::string_view directive);  // ".ifdef"
[[nodiscard]] std::string without_ifdef(std::string_view directive);
[[nodiscard]] std::string endif_missing();
[[nodiscard]] std::string include_not_absolute(std::string_view path);
[[nodiscard]] std::string cannot_open_include(std::string_view path);
[[nodiscard]] std::string macro_name_too_long();
[[nodiscard]] std::string malformed_macro();
[[nodiscard]] std::string macro_already_defined(std::string_view name);
[[nodiscard]] std::string macro_not_defined(std::string_view name);
[[nodiscard]] std::string macro_is_substring(std::string_view name, std::string_view earlier);
[[nodiscard]] std::string command_line_macro_not_upper();
[[nodiscard]] std::string command_line_macro_duplicated();
[[nodiscard]] std::string command_line_macros_too_many();

// --- sections (§6) ---
[[nodiscard]] std::string unknown_section(std::string_view name);
[[nodiscard]] std::string repeated_section(std::string_view name);
[[nodiscard]] std::string unrecognized_line();
[[nodiscard]] std::string missing_equals_after_list(std::string_view name);
[[nodiscard]] std::string duplicate_list(std::string_view name, std::string_view kind);  // kind: "domain list"
[[nodiscard]] std::string too_many_lists(std::string_view kind, std::size_t limit);
[[nodiscard]] std::string name_too_long(std::string_view truncated);
[[nodiscard]] std::string after_driver_name(std::string_view name, std::string_view rest);
[[nodiscard]] std::string two_drivers_called(std::string_view section, std::string_view name);  // "routers"
[[nodiscard]] std::string driver_name_missing(std::string_view what);                           // "router"
[[nodiscard]] std::string unknown_driver(std::string_view what, std::string_view name, std::string_view driver);
[[nodiscard]] std::string no_driver(std::string_view what, std::string_view name);
[[nodiscard]] std::string local_scan_unsupported();
[[nodiscard]] std::string malformed_acl_name();
[[nodiscard]] std::string two_acls_called(std::string_view name);
[[nodiscard]] std::string unknown_acl_verb(std::string_view verb, std::string_view line);

// --- cross checks of drivers (routing.md §3, transport-framework.md §1) ---
[[nodiscard]] std::string transport_required();
[[nodiscard]] std::string transport_forbidden();
[[nodiscard]] std::string bad_self(std::string_view value);
[[nodiscard]] std::string new_router_not_found(std::string_view wanted, std::string_view router);
[[nodiscard]] std::string new_router_not_after(std::string_view wanted, std::string_view router);
[[nodiscard]] std::string body_and_headers_only(std::string_view transport);
[[nodiscard]] std::string remote_shadow(std::string_view transport);

// --- option lines and values (§7, §8) ---
[[nodiscard]] std::string option_expected(std::string_view rest);
[[nodiscard]] std::string unknown_main_option(std::string_view name);
[[nodiscard]] std::string unknown_option(std::string_view name, bool driver_known);
[[nodiscard]] std::string set_twice(std::string_view name);
[[nodiscard]] std::string negated_non_boolean();
[[nodiscard]] std::string data_missing(std::string_view name);
[[nodiscard]] std::string missing_equals(std::string_view name);
[[nodiscard]] std::string extra_after_boolean(std::string_view name, std::string_view rest);
[[nodiscard]] std::string not_a_boolean(std::string_view value, std::string_view name);
[[nodiscard]] std::string extra_after_boolean_value(std::string_view value, std::string_view name,
                                                    std::string_view rest);
enum class NumberKind : unsigned char { integer, octal, fixed_point };
[[nodiscard]] std::string number_expected(NumberKind kind, std::string_view name);
[[nodiscard]] std::string extra_after_number(NumberKind kind, std::string_view name, std::string_view rest);
[[nodiscard]] std::string integer_overflow(std::string_view text);
[[nodiscard]] std::string fixed_point_overflow(std::string_view text);
[[nodiscard]] std::string invalid_time(std::string_view name);
[[nodiscard]] std::string times_out_of_order(std::string_view name);
[[nodiscard]] std::string too_many_times(std::string_view name);
[[nodiscard]] std::string missing_quote(std::string_view name);
[[nodiscard]] std::string extra_after_string(std::string_view name);
[[nodiscard]] std::string account_not_found(std::string_view kind, std::string_view name);  // "user", "group"
[[nodiscard]] std::string failed_to_expand(std::string_view option, std::string_view why);
[[nodiscard]] std::string failed_to_expand_value(std::string_view option, std::string_view value, std::string_view why);

// --- retry and rewrite rules (§6.3, §6.4) ---
[[nodiscard]] std::string retry_no_error_type();
[[nodiscard]] std::string retry_unknown_error(std::string_view name);
[[nodiscard]] std::string retry_senders_equals();
[[nodiscard]] std::string retry_unknown_letter();
[[nodiscard]] std::string retry_comma_expected();
[[nodiscard]] std::string retry_comma_or_semicolon_expected();
[[nodiscard]] std::string retry_bad_parameters();
[[nodiscard]] std::string retry_semicolon_expected();
[[nodiscard]] std::string retry_after_refused();
[[nodiscard]] std::string retry_after_timeout();
[[nodiscard]] std::string retry_bad_time();
[[nodiscard]] std::string retry_bad_digits(std::string_view prefix);  // "rcpt_4"
[[nodiscard]] std::string rewrite_no_replacement();
[[nodiscard]] std::string rewrite_unknown_flag(char flag);
[[nodiscard]] std::string rewrite_smtp_not_regex();
[[nodiscard]] std::string rewrite_not_at_transport_time();

// --- checks after the main section (§9.1) ---
[[nodiscard]] std::string from_check_and_sender_retain();
[[nodiscard]] std::string no_host_name();
[[nodiscard]] std::string spool_directory_undefined();
[[nodiscard]] std::string log_path_without_name(std::string_view item);
[[nodiscard]] std::string log_path_unexpected_percent(std::string_view path);
[[nodiscard]] std::string bad_syslog_facility(std::string_view name);
[[nodiscard]] std::string bad_regular_expression(std::string_view why, std::size_t offset, std::string_view pattern);
[[nodiscard]] std::string malformed_ratelimit(std::string_view value);
[[nodiscard]] std::string errors_reply_to_error(std::string_view address, std::string_view why);
[[nodiscard]] std::string errors_reply_to_without_domain(std::string_view address);
[[nodiscard]] std::string smtp_accept_max_needed();
[[nodiscard]] std::string localhost_number_not_a_number(std::string_view value);
[[nodiscard]] std::string localhost_number_too_big();

// --- -bP (§10) ---
[[nodiscard]] std::string not_a_known_option(std::string_view name);
[[nodiscard]] std::string driver_not_found(std::string_view what, std::string_view name);  // "transport t9 not found"
[[nodiscard]] std::string named_list_not_found(std::string_view name);
[[nodiscard]] std::string macro_not_found(std::string_view name);

// --- Postern's own: what it will not pretend to do, and hints ---
[[nodiscard]] std::string option_not_supported(std::string_view option, std::string_view why);
[[nodiscard]] std::string option_without_effect(std::string_view option);
[[nodiscard]] std::string syslog_without_effect();
[[nodiscard]] std::string section_without_effect(std::string_view section);
[[nodiscard]] std::string hint_later_driver(std::string_view what, std::string_view driver);
[[nodiscard]] std::string hint_nearest(std::string_view names);  // "a, b"
[[nodiscard]] std::string hint_values(std::string_view values);

}  // namespace postern::wording
