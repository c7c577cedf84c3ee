// SPDX-License-Identifier: Apache-2.0
#include "wording/config.h"

#include <initializer_list>

namespace postern::wording {

namespace {

std::string cat(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const auto part : parts) size += part.size();
    std::string out;
    out.reserve(size);
    for (const auto part : parts) out += part;
    return out;
}

// Somebody wrote a comment behind a value: the most frequent cause of left-over text.
std::string_view comment_advice(std::string_view rest) {
    return rest.starts_with('#') ? " (# is comment only at line start)" : "";
}

std::string_view number_name(NumberKind kind) {
    switch (kind) {
        case NumberKind::integer:
            return "integer";
        case NumberKind::octal:
            return "octal integer";
        case NumberKind::fixed_point:
            return "fixed-point";
    }
    return "";
}

}  // namespace

std::string config_error_at(std::string_view message, std::string_view file, int line) {
    return cat({"Exim configuration error in line ", std::to_string(line), " of ", file, ":\n  ", message});
}
std::string config_error(std::string_view message) { return cat({"Exim configuration error:\n  ", message}); }
std::string config_error_for(std::string_view what, std::string_view message) {
    return cat({"Exim configuration error for ", what, ":\n  ", message});
}
std::string config_error_of(std::string_view what, std::string_view message) { return cat({what, ":\n  ", message}); }

std::string no_configuration_file(std::string_view candidates) {
    return cat({"non-existent configuration file(s): ", candidates});
}
std::string cannot_open_configuration(std::string_view file, std::string_view why) {
    return cat({"failed to open configuration file ", file, ": ", why});
}
std::string untrusted_configuration_file(std::string_view file) {
    return cat({"Exim configuration file ", file, " has the wrong owner, group, or mode"});
}
std::string lost_privilege(std::string_view option) {
    return cat({"exim user lost privilege for using ", option, " option"});
}
std::string purging_environment() {
    return "Warning: purging the environment.\n Suggested action: use keep_environment.";
}

std::string unexpected_bom() { return "found unexpected BOM (Byte Order Mark)"; }
std::string nested_too_deeply(std::string_view directive) { return cat({directive, " nested too deeply"}); }
std::string without_ifdef(std::string_view directive) { return cat({directive, " without matching .ifdef"}); }
std::string endif_missing() { return "Unexpected end of configuration file: .endif missing"; }
std::string include_not_absolute(std::string_view path) {
    return cat({".include specifies a non-absolute path \"", path, "\""});
}
std::string cannot_open_include(std::string_view path) {
    return cat({"failed to open included configuration file ", path});
}
std::string macro_name_too_long() { return "macro name too long (maximum is 63 characters)"; }
std::string malformed_macro() { return "malformed macro definition"; }
std::string macro_already_defined(std::string_view name) {
    return cat({"macro \"", name, "\" is already defined (use \"==\" if you want to redefine it)"});
}
std::string macro_not_defined(std::string_view name) {
    return cat({"can't redefine an undefined macro \"", name, "\""});
}
std::string macro_is_substring(std::string_view name, std::string_view earlier) {
    return cat({"\"", name, "\" cannot be defined as a macro because previously defined macro \"", earlier,
                "\" is a substring"});
}
std::string command_line_macro_not_upper() { return "macro name set by -D must start with an upper case letter"; }
std::string command_line_macro_duplicated() { return "duplicated -D in command line"; }
std::string command_line_macros_too_many() { return "too many -D options on command line"; }

std::string unknown_section(std::string_view name) {
    return cat({"\"", name, "\" is not a known configuration section name"});
}
std::string repeated_section(std::string_view name) {
    return cat({"\"", name, "\" section is repeated in the configuration file"});
}
std::string unrecognized_line() { return "unrecognized configuration line"; }
std::string missing_equals_after_list(std::string_view name) { return cat({"missing '=' after \"", name, "\""}); }
std::string duplicate_list(std::string_view name, std::string_view kind) {
    return cat({"duplicate name \"", name, "\" for a named ", kind});
}
std::string too_many_lists(std::string_view kind, std::size_t limit) {
    return cat({"too many named ", kind, "s (max is ", std::to_string(limit), ")\n"});
}
std::string name_too_long(std::string_view truncated) {
    return cat({"exim item name too long (>64), unable to use \"", truncated, "\" (truncated)"});
}
std::string after_driver_name(std::string_view name, std::string_view rest) {
    return cat({"extra characters follow driver name ", name, comment_advice(rest)});
}
std::string two_drivers_called(std::string_view section, std::string_view name) {
    return cat({"there are two ", section, " called \"", name, "\""});
}
std::string driver_name_missing(std::string_view what) { return cat({what, " name missing"}); }
std::string unknown_driver(std::string_view what, std::string_view name, std::string_view driver) {
    return cat({what, " ", name, ": cannot find ", what, " driver \"", driver, "\""});
}
std::string no_driver(std::string_view what, std::string_view name) {
    return cat({"no driver defined for ", what, " \"", name, "\""});
}
std::string local_scan_unsupported() {
    return "local_scan() options not supported: (LOCAL_SCAN_HAS_OPTIONS not defined in Local/Makefile)";
}
std::string malformed_acl_name() { return "missing or malformed ACL name"; }
std::string two_acls_called(std::string_view name) { return cat({"there are two ACLs called \"", name, "\""}); }
std::string unknown_acl_verb(std::string_view verb, std::string_view line) {
    return cat({"error in ACL: unknown ACL verb \"", verb, "\" in \"", line, "\""});
}

std::string transport_required() { return "a transport is required for this router"; }
std::string transport_forbidden() { return "a transport must not be defined for this router"; }
std::string bad_self(std::string_view value) { return cat({value, " is not valid for the self option"}); }
std::string new_router_not_found(std::string_view wanted, std::string_view router) {
    return cat({"new_router \"", wanted, "\" not found for \"", router, "\" router"});
}
std::string new_router_not_after(std::string_view wanted, std::string_view router) {
    return cat({"new_router \"", wanted, "\" does not follow \"", router, "\" router"});
}
std::string body_and_headers_only(std::string_view transport) {
    return cat({transport, " transport: body_only and headers_only are mutually exclusive"});
}
std::string remote_shadow(std::string_view transport) {
    return cat({"shadow transport not allowed on non-local transport ", transport});
}

std::string option_expected(std::string_view rest) { return cat({"option setting expected: ", rest}); }
std::string unknown_main_option(std::string_view name) { return cat({"main option \"", name, "\" unknown"}); }
std::string unknown_option(std::string_view name, bool driver_known) {
    return cat({"option \"", name, "\" unknown",
                driver_known ? "" : " (\"driver\" must be specified before any private options)"});
}
std::string set_twice(std::string_view name) { return cat({"\"", name, "\" option set for the second time"}); }
std::string negated_non_boolean() { return "negation prefix applied to a non-boolean option"; }
std::string data_missing(std::string_view name) { return cat({"unexpected end of line (data missing) after ", name}); }
std::string missing_equals(std::string_view name) { return cat({"missing \"=\" after ", name}); }
std::string extra_after_boolean(std::string_view name, std::string_view rest) {
    return cat({"extra characters follow boolean option ", name, comment_advice(rest)});
}
std::string not_a_boolean(std::string_view value, std::string_view name) {
    return cat({"\"", value, "\" is not a valid value for the \"", name, "\" option"});
}
std::string extra_after_boolean_value(std::string_view value, std::string_view name, std::string_view rest) {
    return cat({"extra characters follow \"", value, "\" for boolean option ", name, comment_advice(rest)});
}
std::string number_expected(NumberKind kind, std::string_view name) {
    return cat({number_name(kind), kind == NumberKind::fixed_point ? " number" : "", " expected for ", name});
}
std::string extra_after_number(NumberKind kind, std::string_view name, std::string_view rest) {
    return cat({"extra characters follow ", number_name(kind), " value for ", name, comment_advice(rest)});
}
std::string integer_overflow(std::string_view text) {
    return cat({"absolute value of integer \"", text, "\" is too large (overflow)"});
}
std::string fixed_point_overflow(std::string_view text) {
    return cat({"integer \"", text, "\" is too large (overflow)"});
}
std::string invalid_time(std::string_view name) { return cat({"invalid time value for ", name}); }
std::string times_out_of_order(std::string_view name) { return cat({"time value out of order for ", name}); }
std::string too_many_times(std::string_view name) { return cat({"too many time values for ", name}); }
std::string missing_quote(std::string_view name) { return cat({"missing quote at end of string value for ", name}); }
std::string extra_after_string(std::string_view name) {
    return cat({"extra characters follow string value for ", name});
}
std::string account_not_found(std::string_view kind, std::string_view name) {
    return cat({kind, " ", name, " was not found"});
}
std::string failed_to_expand(std::string_view option, std::string_view why) {
    return cat({"failed to expand ", option, ": ", why});
}
std::string failed_to_expand_value(std::string_view option, std::string_view value, std::string_view why) {
    return cat({"failed to expand ", option, " \"", value, "\": ", why});
}

std::string retry_no_error_type() { return "missing error type in retry rule"; }
std::string retry_unknown_error(std::string_view name) {
    return cat({"unknown or malformed retry error \"", name, "\""});
}
std::string retry_senders_equals() { return "\"=\" expected after \"senders\" in retry rule"; }
std::string retry_unknown_letter() { return "unknown retry rule letter"; }
std::string retry_comma_expected() { return "comma expected"; }
std::string retry_comma_or_semicolon_expected() { return "comma or semicolon expected"; }
std::string retry_bad_parameters() { return "bad parameters for retry rule"; }
std::string retry_semicolon_expected() { return "semicolon expected"; }
std::string retry_after_refused() { return "A or MX expected after \"refused\""; }
std::string retry_after_timeout() { return "\"A\", \"MX\", or \"connect\" expected after \"timeout\""; }
std::string retry_bad_time() { return "bad time value"; }
std::string retry_bad_digits(std::string_view prefix) {
    return cat({prefix, " must be followed by xx, dx, or dd, where x is literal and d is any digit"});
}
std::string rewrite_no_replacement() { return "missing rewrite replacement string"; }
std::string rewrite_unknown_flag(char flag) {
    return cat({"unknown rewrite flag character '", std::string_view(&flag, 1),
                "' (could be missing quotes round replacement item)"});
}
std::string rewrite_smtp_not_regex() { return "rewrite rule has the S flag but is not a regular expression"; }
std::string rewrite_not_at_transport_time() {
    return "rewrite rule specifies a non-header rewrite - not allowed at transport time -";
}

std::string from_check_and_sender_retain() {
    return "both local_from_check and local_sender_retain are set; this combination is not allowed";
}
std::string no_host_name() { return "uname() failed to yield host name"; }
std::string spool_directory_undefined() { return "spool_directory undefined: cannot proceed"; }
std::string log_path_without_name(std::string_view item) {
    return cat({"log_file_path \"", item, "\" does not contain \"%s\""});
}
std::string log_path_unexpected_percent(std::string_view path) {
    return cat({"log_file_path \"", path, "\" contains unexpected \"%\" character"});
}
std::string bad_syslog_facility(std::string_view name) {
    return cat({"failed to interpret syslog_facility \"", name, "\""});
}
std::string bad_regular_expression(std::string_view why, std::size_t offset, std::string_view pattern) {
    return cat(
        {"regular expression error: ", why, " at offset ", std::to_string(offset), " while compiling ", pattern});
}
std::string malformed_ratelimit(std::string_view value) { return cat({"malformed ratelimit data: ", value}); }
std::string errors_reply_to_error(std::string_view address, std::string_view why) {
    return cat({"error in errors_reply_to (", address, "): ", why});
}
std::string errors_reply_to_without_domain(std::string_view address) {
    return cat({"errors_reply_to (", address, ") does not contain a domain"});
}
std::string smtp_accept_max_needed() {
    return "smtp_accept_max must be set if smtp_accept_queue or smtp_accept_max_per_host is set";
}
std::string localhost_number_not_a_number(std::string_view value) {
    return cat({"localhost_number value is not a number: ", value});
}
std::string localhost_number_too_big() { return "localhost_number is greater than the maximum allowed value (16)"; }

std::string not_a_known_option(std::string_view name) { return cat({name, " is not a known option"}); }
std::string driver_not_found(std::string_view what, std::string_view name) {
    return cat({what, " ", name, " not found"});
}
std::string named_list_not_found(std::string_view name) {
    return cat({"no address, domain, host, or local part list called \"", name, "\" exists"});
}
std::string macro_not_found(std::string_view name) { return cat({"macro ", name, " not found"}); }

std::string option_not_supported(std::string_view option, std::string_view why) {
    return cat({"main option \"", option, "\" is not supported by Postern: ", why});
}
std::string option_without_effect(std::string_view option) {
    return cat({"main option \"", option, "\" is recognised but has no effect yet"});
}
std::string syslog_without_effect() { return "log_file_path: \"syslog\" has no effect yet, logs go to files"; }
std::string section_without_effect(std::string_view section) {
    return cat({"the ", section, " section is recognised but has no effect yet"});
}
std::string hint_later_driver(std::string_view what, std::string_view driver) {
    return cat({"Exim's ", what, " driver \"", driver, "\" is not in this version of Postern yet"});
}
std::string hint_nearest(std::string_view names) { return cat({"did you mean ", names, "?"}); }
std::string hint_values(std::string_view values) { return cat({"allowed: ", values}); }

}  // namespace postern::wording
