// SPDX-License-Identifier: Apache-2.0
#include "wording/expansion.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {
namespace {

// A header name in $h_… ends at a colon; without one it may have swallowed a brace.
std::string with_header_hint(std::string_view text, bool header_name) {
    return fmt::format("{}{}", text, header_name ? " - could be header name not terminated by colon" : "");
}

std::string_view acl_hint(std::string_view name) {
    if (!name.starts_with("acl_")) return {};
    const bool prefix = name.size() > 4 && (name[4] == 'c' || name[4] == 'm');
    return prefix ? " (6th character of a user-defined ACL variable must be a digit or underscore)"
                  : " (user-defined ACL variables must start acl_c or acl_m)";
}

}  // namespace

// --- syntax (spec expansion.md §2) ---

std::string bad_dollar() { return "$ not followed by letter, digit, or {"; }
std::string bad_dollar_brace() { return "letter or digit expected after ${"; }
std::string brace_after_number() { return "} expected after number"; }
std::string backslash_at_end() { return "\\ at end of string"; }
std::string missing_brace_at_end(bool header_name) {
    return with_header_hint("missing } at end of string", header_name);
}
std::string misplaced_brace(bool header_name) { return with_header_hint("missing or misplaced { or }", header_name); }
std::string unknown_variable(std::string_view name) {
    return fmt::format("unknown variable name \"{}\"{}", name, acl_hint(name));
}
std::string unknown_variable_in_braces(std::string_view name) {
    return fmt::format("unknown variable in \"${{{}}}\"{}", name, acl_hint(name));
}
std::string unset_acl_variable(std::string_view name, bool in_braces) {
    return fmt::format("unknown variable {} (strict_acl_vars is set)",
                       in_braces ? fmt::format("in \"${{{}}}\"", name) : fmt::format("name \"{}\"", name));
}
std::string unset_acl_variable_after_def(std::string_view name) {
    return fmt::format("unknown variable \"{}\" after \"def:\" (strict_acl_vars is set)", name);
}
std::string not_a_known_operator(std::string_view name) {
    return fmt::format("\"${{{}\" is not a known operator (or a }} is missing in a variable reference)", name);
}
std::string unknown_operator(std::string_view name) { return fmt::format("unknown expansion operator \"{}\"", name); }
std::string nested_too_deeply() { return "expansion items are nested too deeply"; }
std::string too_long() { return "expansion yields too long a string"; }
std::string too_much_work() { return "expansion takes too many steps"; }

// --- arguments of items ---

std::string not_enough_arguments(std::string_view item, std::size_t least) {
    return fmt::format("Not enough arguments for '{}' (min is {})", item, least);
}
std::string too_many_arguments(std::string_view item, std::size_t most) {
    return fmt::format("Too many arguments for '{}' (max is {})", item, most);
}
std::string missing_brace_after(std::string_view item) { return fmt::format("missing '}}' after '{}'", item); }
std::string argument_missing(int number, std::string_view item) {
    return fmt::format("missing '{{' for arg {} of {}", number, item);
}
std::string list_argument_missing(std::string_view which, std::string_view item) {
    return fmt::format("missing '{{' for {} arg of {}", which, item);
}
std::string brace_after_expression(std::string_view item) {
    return fmt::format(
        "missing }} at end of condition or expression inside \"{}\"; could be an unquoted }} in the content", item);
}
std::string brace_at_end_of(std::string_view item) { return fmt::format("missing }} at end of \"{}\"", item); }
std::string inside_item(std::string_view item) { return fmt::format(" inside \"{}\" item", item); }
std::string extract_not_closed() { return "missing '}' closing extract"; }
std::string first_argument_empty(std::string_view item) {
    return fmt::format("first argument of \"{}\" must not be empty", item);
}
std::string first_argument_not_numeric(std::string_view item) {
    return fmt::format("first argument of \"{}\" must be numeric", item);
}
std::string extract_index_not_positive() { return "first argument of \"extract\" must be greater than zero"; }
std::string json_wrapping(char bracket, bool object, std::string_view type) {
    return fmt::format("missing '{}' wrapping {} for extract {}", bracket, object ? "object" : "array", type);
}
std::string json_colon(std::string_view type) {
    return fmt::format("missing object value-separator for extract {}", type);
}
std::string json_key_quotes(std::string_view type) {
    return fmt::format("missing '\"' wrapping string key for extract {}", type);
}
std::string sort_field(std::string_view source) { return fmt::format("field-extract in sort: \"{}\"", source); }
std::string command_not_closed() { return "missing '}' closing command arg of run"; }
std::string json_quotes_missing() { return "missing '\"' wrapping string result for extract jsons"; }
std::string not_a_number_for(std::string_view value, std::string_view item, bool positive) {
    return fmt::format("\"{}\" is not a {}number (in \"{}\" expansion)", value, positive ? "positive " : "", item);
}
std::string hash_count_too_big(std::string_view count) { return fmt::format("hash count \"{}\" too big", count); }
std::string nhash_by_zero() { return "nhash count must not be zero"; }
std::string hmac_algorithm(std::string_view name) {
    return fmt::format("hmac algorithm \"{}\" is not recognised", name);
}
std::string comparator_not_handled() { return "comparator not handled for sort"; }
std::string regex_error(std::string_view pattern, std::string_view why, std::size_t offset) {
    return fmt::format("regular expression error in \"{}\": {} at offset {}", pattern, why, offset);
}

// --- yes/no processing ---

std::string branches_problem(std::string_view where, std::string_view rest) {
    return fmt::format("curly-bracket problem in conditional yes/no parsing: {}\n remaining string is '{}'", where,
                       rest);
}
std::string fail_word_expected(std::string_view item) {
    return fmt::format("syntax error in \"{}\" item - \"fail\" expected", item);
}
std::string forced_failure(std::string_view item) { return fmt::format("\"{}\" failed and \"fail\" requested", item); }

// --- files and commands ---

std::string file_open(std::string_view path, int code) {
    return fmt::format("failed to open {}: {}", path, errno_text(code));
}
std::string file_no_permission(std::string_view path, std::uint64_t euid, std::uint64_t egid) {
    return fmt::format("failed to open {}: Permission denied (euid={} egid={})", path, euid, egid);
}
std::string tainted_file_refused(std::string_view path, std::uint64_t euid, std::uint64_t egid) {
    return file_no_permission(path, euid, egid);
}
std::string bad_run_option(std::string_view option) { return fmt::format("bad option '{}' for run", option); }
std::string command_word_not_expanded(std::string_view word, std::string_view command, std::string_view why) {
    return fmt::format("Expansion of \"{}\" from command \"{}\" in ${{run}} expansion failed: {}", word, command, why);
}
std::string child_not_created(int code) { return fmt::format("couldn't create child process: {}", errno_text(code)); }
std::string command_timed_out() { return "command timed out"; }
std::string command_killed(int signal) { return fmt::format("command killed by signal {}", signal); }

// --- taint: these go to the main and the panic log (§9) ---

std::string tainted_expansion(std::string_view text) {
    return fmt::format("attempt to expand tainted string '{}'", text);
}
std::string tainted_file_name(std::string_view path) { return fmt::format("Tainted filename '{}'", path); }
std::string tainted_lookup_file(std::string_view path) {
    return fmt::format("Tainted filename for search: '{}'", path);
}
std::string tainted_exec(std::string_view path) { return fmt::format("Attempt to exec tainted path: '{}'", path); }

// --- what this version leaves out ---

std::string facility_not_included(std::string_view item) {
    return fmt::format("\"${{{}\" encountered, but this facility is not included in this binary", item);
}
std::string item_not_supported(std::string_view item) {
    return fmt::format("\"${{{}\" is not supported by this version of Postern", item);
}
std::string operator_not_supported(std::string_view name) {
    return fmt::format("expansion operator \"{}\" is not supported by this version of Postern", name);
}
std::string condition_not_supported(std::string_view name) {
    return fmt::format("condition \"{}\" is not supported by this version of Postern", name);
}
std::string lookup_type_not_supported(std::string_view type) {
    return fmt::format("lookup type \"{}\" is not supported by this version of Postern", type);
}
std::string list_item_not_supported(std::string_view item) {
    return fmt::format("list item \"{}\" is not supported by this version of Postern", item);
}
std::string support_not_compiled(std::string_view condition) {
    return fmt::format("support for \"{}\" not compiled", condition);
}
std::string certificate_variable_wanted() {
    return "second argument of \"certextract\" must be a certificate variable";
}
std::string acl_error(std::string_view name) { return fmt::format("ERROR from acl \"{}\"", name); }

// --- operators (§4) ---

std::string missing_values_after(std::string_view name) { return fmt::format("missing values after {}", name); }
std::string non_digit_after_underscore(std::string_view text) {
    return fmt::format("non-digit after underscore in \"{}\"", text);
}
std::string value_too_large(std::string_view text) { return fmt::format("value too large in \"{}\"", text); }
std::string not_base64(std::string_view text) {
    return fmt::format("string \"{}\" is not well-formed for \"base64d\" operator", text);
}
std::string not_decimal(std::string_view name, std::string_view text) {
    return fmt::format("argument for {} operator is \"{}\", which is not a decimal number", name, text);
}
std::string not_base32(std::string_view text) {
    return fmt::format("argument for base32d operator is \"{}\", which is not a base 32 number", text);
}
std::string not_base62(std::string_view text) {
    return fmt::format("argument for base62d operator is \"{}\", which is not a base 62 number", text);
}
std::string not_hex(std::string_view text) { return fmt::format("\"{}\" is not a hex string", text); }
std::string odd_hex(std::string_view text) { return fmt::format("\"{}\" contains an odd number of characters", text); }
std::string eval_error(std::string_view why, std::string_view consumed) {
    return fmt::format("error in expression evaluation: {} (after processing \"{}\")", why, consumed);
}
std::string internal_expansion(std::string_view source, std::string_view why) {
    return fmt::format("internal expansion of \"{}\" failed: {}", source, why);
}
std::string not_an_ip_address(std::string_view text) { return fmt::format("\"{}\" is not an IP address", text); }
std::string mask_missing(std::string_view text) { return fmt::format("missing mask value in \"{}\"", text); }
std::string mask_too_big(std::string_view text) { return fmt::format("mask value too big in \"{}\"", text); }
std::string reverse_ip_wants_address(std::string_view text) {
    return fmt::format("reverse_ip() not given an IP address [{}]", text);
}
std::string not_an_interval(std::string_view text) {
    return fmt::format("string \"{}\" is not an Exim time interval in \"time_eval\" operator", text);
}
std::string not_a_positive_number(std::string_view text) {
    return fmt::format("string \"{}\" is not a positive number in \"time_interval\" operator", text);
}
std::string stat_failed(std::string_view path, int code) {
    return fmt::format("stat({}) failed: {}", path, errno_text(code));
}
std::string non_negative_expected(std::string_view text) {
    return fmt::format("non-negative integer expected but \"{}\" found", text);
}
std::string output_separator_missing(std::string_view text) {
    return fmt::format("output separator missing in expanding ${{addresses:{}}}", text);
}
std::string bad_list_suffix() { return "bad suffix on \"list\" operator"; }
std::string not_a_named_list(std::string_view name, std::optional<std::string_view> kind) {
    return kind ? fmt::format("\"{}\" is not a {} named list", name, *kind)
                : fmt::format("\"{}\" is not a named list", name);
}

// --- conditions (§5) ---

std::string condition_name_expected(std::string_view found) {
    return fmt::format("condition name expected, but found \"{}\"", found);
}
std::string unknown_condition(std::string_view name) { return fmt::format("unknown condition \"{}\"", name); }
std::string missing_brace_after_condition(std::string_view name) {
    return fmt::format("missing {{ after \"{}\"", name);
}
std::string second_string_missing(std::string_view name) {
    return fmt::format("missing 2nd string in {{}} after \"{}\"", name);
}
std::string end_of_condition(std::string_view name) {
    return fmt::format("missing }} at end of \"{}\" condition", name);
}
std::string subcondition_brace(std::string_view name) {
    return fmt::format("each subcondition inside an \"{}{{...}}\" condition must be in its own {{}}", name);
}
std::string inside_combination(std::string_view name) { return fmt::format(" inside \"{}{{...}}\" condition", name); }
std::string group_not_closed(std::string_view name) {
    return fmt::format("missing }} at end of condition inside \"{}\" group", name);
}
std::string inside_condition(std::string_view name) { return fmt::format(" inside \"{}\" condition", name); }
std::string condition_not_closed(std::string_view name) {
    return fmt::format("missing }} at end of condition inside \"{}\"", name);
}
std::string colon_after_def() { return "\":\" expected after \"def\""; }
std::string variable_name_omitted() { return "variable name omitted after \"def:\""; }
std::string unknown_variable_after_def(std::string_view name) {
    return fmt::format("unknown variable \"{}\" after \"def:\"{}", name, acl_hint(name));
}
std::string unrecognised_boolean(std::string_view value) {
    return fmt::format("unrecognised boolean value \"{}\"", value);
}
std::string integer_expected(std::string_view found) { return fmt::format("integer expected but \"{}\" found", found); }
std::string invalid_integer(std::string_view text) { return fmt::format("invalid integer \"{}\"", text); }
std::string integer_too_large(std::string_view text) {
    return fmt::format("absolute value of integer \"{}\" is too large (overflow)", text);
}
std::string unknown_encryption(std::string_view text) {
    return fmt::format("unknown encryption mechanism in \"{}\"", text);
}
std::string match_deferred(std::string_view list, std::string_view why) {
    return fmt::format("unable to complete match against \"{}\": {}", list, why);
}

// --- lookups (§8) ---

std::string missing_lookup_type() { return "missing lookup type"; }
std::string unknown_lookup_type(std::string_view name) { return fmt::format("unknown lookup type \"{}\"", name); }
std::string lookup_type_format(std::string_view text) {
    return fmt::format("format error in lookup type \"{}\"", text);
}
std::string partial_not_permitted(std::string_view type) {
    return fmt::format("\"partial\" is not permitted for lookup type \"{}\"", type);
}
std::string defaults_not_permitted(std::string_view type) {
    return fmt::format("defaults using \"*\" or \"*@\" are not permitted for lookup type \"{}\"", type);
}
std::string key_missing(std::string_view type) {
    return fmt::format("missing {{key}} for single-key \"{}\" lookup", type);
}
std::string key_not_wanted(std::string_view type) {
    return fmt::format("a single key was given for lookup type \"{}\", which is not a single-key lookup type", type);
}
std::string lookup_argument_missing() { return "missing '{' for lookup file-or-query arg"; }
std::string lookup_deferred(std::string_view key, std::string_view why) {
    return fmt::format("lookup of \"{}\" gave DEFER: {}", key, why);
}
std::string lookup_open(std::string_view path, std::string_view purpose, int code) {
    return fmt::format("failed to open {} {}: {}", path, purpose, errno_text(code));
}
std::string lookup_stat(std::string_view path, int code) {
    return fmt::format("failed to stat open file {}: {}", path, errno_text(code));
}
std::string not_a_regular_lookup_file(std::string_view path, std::string_view type) {
    return fmt::format("{} is not a regular file ({} lookup)", path, type);
}
std::string lookup_file_not_read(std::string_view path, int code) {
    return fmt::format("failed to read {}: {}", path, errno_text(code));
}
std::string iplsearch_key(std::string_view key) {
    return fmt::format(
        "\"{}\" is not a valid iplsearch key (an IP address, with optional CIDR mask, is wanted): in a host list, use "
        "net-iplsearch as the search type",
        key);
}
std::string dsearch_slash(std::string_view key) {
    return fmt::format("key for dsearch lookup contains a slash: {}", key);
}
std::string dsearch_stat(std::string_view path, int code) {
    return fmt::format("{}: lstat: {}", path, errno_text(code));
}
std::string cdb_too_short(std::string_view path) { return fmt::format("{} too short for cdb lookup", path); }
std::string passwd_not_available(int code) { return fmt::format("the account service failed: {}", errno_text(code)); }
std::string quote_option_unrecognised(std::string_view option, std::string_view type) {
    return fmt::format("\"{}\" unrecognized after \"${{quote_{}\"", option, type);
}

// --- lists (spec routing.md §1); all but the last go to the main and the panic log ---

std::string list_not_expanded(std::string_view list, std::string_view why) {
    return fmt::format("failed to expand \"{}\" while checking a list: {}", list, why);
}
std::string unknown_named_list(int kind, std::string_view name) {
    constexpr std::string_view kKinds[] = {"domain", "host", "address", "local part"};
    return fmt::format("unknown named {} list \"+{}\"", kKinds[kind & 3], name);
}
std::string list_file_open(std::string_view path, std::string_view option, int code) {
    return fmt::format("failed to open {} when checking {}: {}", path, option, errno_text(code));
}
std::string list_regex_error(std::string_view pattern, std::string_view why, std::size_t offset) {
    return fmt::format("regular expression error: {} at offset {} while compiling {}", why, offset, pattern);
}
std::string partial_ignored(std::string_view item) {
    return fmt::format("partial matching is not applicable to whole-address lookups: ignored \"partial-\" in \"{}\"",
                       item);
}
std::string no_at_in_subject(std::string_view subject, std::string_view pattern) {
    return fmt::format("no @ found in the subject of an address list match: subject=\"{}\" pattern=\"{}\"", subject,
                       pattern);
}
std::string local_part_lookup_loop(std::string_view address) {
    return fmt::format("Loop detected in lookup of local part of {}", address);
}

// --- options that are conditions or booleans (§1) ---

std::string condition_not_expanded(std::string_view source, std::string_view instance, std::string_view kind,
                                   std::string_view why) {
    return fmt::format("failed to expand condition \"{}\" for {} {}: {}", source, instance, kind, why);
}
std::string boolean_not_expanded(std::string_view option, std::string_view instance, std::string_view kind,
                                 std::string_view why) {
    return fmt::format("failed to expand \"{}\" in {} {}: {}", option, instance, kind, why);
}
std::string boolean_invalid(std::string_view value, std::string_view option, std::string_view instance,
                            std::string_view kind) {
    return fmt::format("\"{}\" is not a valid value for the \"{}\" option in the {} {}", value, option, instance, kind);
}

}  // namespace postern::wording
