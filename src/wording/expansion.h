// SPDX-License-Identifier: Apache-2.0
// wording/expansion.h – the error texts of the expansion language, of lookups and of list matching. Administrators
// search the web for them and scripts compare them with -be's answers: they are Exim 4.96's, observed, but for the few
// that say what Postern does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wording {

// --- syntax (spec expansion.md §2) ---
[[nodiscard]] std::string bad_dollar();
[[nodiscard]] std::string bad_dollar_brace();
[[nodiscard]] std::string brace_after_number();
[[nodiscard]] std::string backslash_at_end();
[[nodiscard]] std::string missing_brace_at_end(bool header_name);
[[nodiscard]] std::string misplaced_brace(bool header_name);
[[nodiscard]] std::string unknown_variable(std::string_view name);
[[nodiscard]] std::string unknown_variable_in_braces(std::string_view name);
[[nodiscard]] std::string unset_acl_variable(std::string_view name, bool in_braces);
[[nodiscard]] std::string unset_acl_variable_after_def(std::string_view name);
[[nodiscard]] std::string not_a_known_operator(std::string_view name);
[[nodiscard]] std::string unknown_operator(std::string_view name);
[[nodiscard]] std::string nested_too_deeply();
[[nodiscard]] std::string too_long();
[[nodiscard]] std::string too_much_work();

// --- arguments of items ---
[[nodiscard]] std::string not_enough_arguments(std::string_view item, std::size_t least);
[[nodiscard]] std::string too_many_arguments(std::string_view item, std::size_t most);
[[nodiscard]] std::string missing_brace_after(std::string_view item);
[[nodiscard]] std::string argument_missing(int number, std::string_view item);
[[nodiscard]] std::string list_argument_missing(std::string_view which, std::string_view item);
[[nodiscard]] std::string brace_after_expression(std::string_view item);
[[nodiscard]] std::string brace_at_end_of(std::string_view item);
[[nodiscard]] std::string inside_item(std::string_view item);
[[nodiscard]] std::string extract_not_closed();
[[nodiscard]] std::string first_argument_empty(std::string_view item);
[[nodiscard]] std::string first_argument_not_numeric(std::string_view item);
[[nodiscard]] std::string extract_index_not_positive();
[[nodiscard]] std::string json_wrapping(char bracket, bool object, std::string_view type);
[[nodiscard]] std::string json_colon(std::string_view type);
[[nodiscard]] std::string json_key_quotes(std::string_view type);
[[nodiscard]] std::string sort_field(std::string_view source);
[[nodiscard]] std::string command_not_closed();
[[nodiscard]] std::string json_quotes_missing();
[[nodiscard]] std::string not_a_number_for(std::string_view value, std::string_view item, bool positive);
[[nodiscard]] std::string hash_count_too_big(std::string_view count);
[[nodiscard]] std::string nhash_by_zero();
[[nodiscard]] std::string hmac_algorithm(std::string_view name);
[[nodiscard]] std::string comparator_not_handled();
[[nodiscard]] std::string regex_error(std::string_view pattern, std::string_view why, std::size_t offset);

// --- yes/no processing ---
[[nodiscard]] std::string branches_problem(std::string_view where, std::string_view rest);
[[nodiscard]] std::string fail_word_expected(std::string_view item);
[[nodiscard]] std::string forced_failure(std::string_view item);

// --- files and commands ---
[[nodiscard]] std::string file_open(std::string_view path, int code);
[[nodiscard]] std::string file_no_permission(std::string_view path, std::uint64_t euid, std::uint64_t egid);
[[nodiscard]] std::string tainted_file_refused(std::string_view path, std::uint64_t euid, std::uint64_t egid);
[[nodiscard]] std::string bad_run_option(std::string_view option);
[[nodiscard]] std::string command_word_not_expanded(std::string_view word, std::string_view command,
                                                    std::string_view why);
[[nodiscard]] std::string child_not_created(int code);
[[nodiscard]] std::string command_timed_out();
[[nodiscard]] std::string command_killed(int signal);

// --- taint: these go to the main and the panic log (§9) ---
[[nodiscard]] std::string tainted_expansion(std::string_view text);
[[nodiscard]] std::string tainted_file_name(std::string_view path);
[[nodiscard]] std::string tainted_lookup_file(std::string_view path);
[[nodiscard]] std::string tainted_exec(std::string_view path);

// --- what this version leaves out ---
[[nodiscard]] std::string facility_not_included(std::string_view item);
[[nodiscard]] std::string item_not_supported(std::string_view item);
[[nodiscard]] std::string operator_not_supported(std::string_view name);
[[nodiscard]] std::string condition_not_supported(std::string_view name);
[[nodiscard]] std::string lookup_type_not_supported(std::string_view type);
[[nodiscard]] std::string list_item_not_supported(std::string_view item);
[[nodiscard]] std::string support_not_compiled(std::string_view condition);
[[nodiscard]] std::string certificate_variable_wanted();
[[nodiscard]] std::string acl_error(std::string_view name);

// --- operators (§4) ---
[[nodiscard]] std::string missing_values_after(std::string_view name);
[[nodiscard]] std::string non_digit_after_underscore(std::string_view text);
[[nodiscard]] std::string value_too_large(std::string_view text);
[[nodiscard]] std::string not_base64(std::string_view text);
[[nodiscard]] std::string not_decimal(std::string_view name, std::string_view text);
[[nodiscard]] std::string not_base32(std::string_view text);
[[nodiscard]] std::string not_base62(std::string_view text);
[[nodiscard]] std::string not_hex(std::string_view text);
[[nodiscard]] std::string odd_hex(std::string_view text);
[[nodiscard]] std::string eval_error(std::string_view why, std::string_view consumed);
[[nodiscard]] std::string internal_expansion(std::string_view source, std::string_view why);
[[nodiscard]] std::string not_an_ip_address(std::string_view text);
[[nodiscard]] std::string mask_missing(std::string_view text);
[[nodiscard]] std::string mask_too_big(std::string_view text);
[[nodiscard]] std::string reverse_ip_wants_address(std::string_view text);
[[nodiscard]] std::string not_an_interval(std::string_view text);
[[nodiscard]] std::string not_a_positive_number(std::string_view text);
[[nodiscard]] std::string stat_failed(std::string_view path, int code);
[[nodiscard]] std::string non_negative_expected(std::string_view text);
[[nodiscard]] std::string output_separator_missing(std::string_view text);
[[nodiscard]] std::string bad_list_suffix();
[[nodiscard]] std::string not_a_named_list(std::string_view name, std::optional<std::string_view> kind);

// --- conditions (§5) ---
[[nodiscard]] std::string condition_name_expected(std::string_view found);
[[nodiscard]] std::string unknown_condition(std::string_view name);
[[nodiscard]] std::string missing_brace_after_condition(std::string_view name);
[[nodiscard]] std::string second_string_missing(std::string_view name);
[[nodiscard]] std::string end_of_condition(std::string_view name);
[[nodiscard]] std::string subcondition_brace(std::string_view name);
[[nodiscard]] std::string inside_combination(std::string_view name);
[[nodiscard]] std::string group_not_closed(std::string_view name);
[[nodiscard]] std::string inside_condition(std::string_view name);
[[nodiscard]] std::string condition_not_closed(std::string_view name);
[[nodiscard]] std::string colon_after_def();
[[nodiscard]] std::string variable_name_omitted();
[[nodiscard]] std::string unknown_variable_after_def(std::string_view name);
[[nodiscard]] std::string unrecognised_boolean(std::string_view value);
[[nodiscard]] std::string integer_expected(std::string_view found);
[[nodiscard]] std::string invalid_integer(std::string_view text);
[[nodiscard]] std::string integer_too_large(std::string_view text);
[[nodiscard]] std::string unknown_encryption(std::string_view text);
[[nodiscard]] std::string match_deferred(std::string_view list, std::string_view why);

// --- lookups (§8) ---
[[nodiscard]] std::string missing_lookup_type();
[[nodiscard]] std::string unknown_lookup_type(std::string_view name);
[[nodiscard]] std::string lookup_type_format(std::string_view text);
[[nodiscard]] std::string partial_not_permitted(std::string_view type);
[[nodiscard]] std::string defaults_not_permitted(std::string_view type);
[[nodiscard]] std::string key_missing(std::string_view type);
[[nodiscard]] std::string key_not_wanted(std::string_view type);
[[nodiscard]] std::string lookup_argument_missing();
[[nodiscard]] std::string lookup_deferred(std::string_view key, std::string_view why);
[[nodiscard]] std::string lookup_open(std::string_view path, std::string_view purpose, int code);
[[nodiscard]] std::string lookup_stat(std::string_view path, int code);
[[nodiscard]] std::string not_a_regular_lookup_file(std::string_view path, std::string_view type);
[[nodiscard]] std::string lookup_file_not_read(std::string_view path, int code);
[[nodiscard]] std::string iplsearch_key(std::string_view key);
[[nodiscard]] std::string dsearch_slash(std::string_view key);
[[nodiscard]] std::string dsearch_stat(std::string_view path, int code);
[[nodiscard]] std::string cdb_too_short(std::string_view path);
[[nodiscard]] std::string passwd_not_available(int code);
[[nodiscard]] std::string quote_option_unrecognised(std::string_view option, std::string_view type);

// --- lists (spec routing.md §1); all but the last go to the main and the panic log ---
[[nodiscard]] std::string list_not_expanded(std::string_view list, std::string_view why);
[[nodiscard]] std::string unknown_named_list(int kind, std::string_view name);
[[nodiscard]] std::string list_file_open(std::string_view path, std::string_view option, int code);
[[nodiscard]] std::string list_regex_error(std::string_view pattern, std::string_view why, std::size_t offset);
[[nodiscard]] std::string partial_ignored(std::string_view item);
[[nodiscard]] std::string no_at_in_subject(std::string_view subject, std::string_view pattern);
[[nodiscard]] std::string local_part_lookup_loop(std::string_view address);

// --- options that are conditions or booleans (§1) ---
[[nodiscard]] std::string condition_not_expanded(std::string_view source, std::string_view instance,
                                                 std::string_view kind, std::string_view why);
[[nodiscard]] std::string boolean_not_expanded(std::string_view option, std::string_view instance,
                                               std::string_view kind, std::string_view why);
[[nodiscard]] std::string boolean_invalid(std::string_view value, std::string_view option, std::string_view instance,
                                          std::string_view kind);

}  // namespace postern::wording
