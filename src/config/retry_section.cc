// SPDX-License-Identifier: Apache-2.0
// The retry section: every rule is checked as Exim checks it and kept as text (spec configuration.md §6.3). The engine
// that interprets the rules parses them again; here only their syntax is judged.
#include "base/strings.h"
#include "base/time_text.h"
#include "config/loader.h"
#include "wording/config.h"

namespace postern {

namespace {

// --- the error name ---

std::string check_digits(std::string_view name, std::string_view prefix) {
    const std::string_view code = name.substr(prefix.size());
    const auto ok = [](char c) { return c == 'x' || c == 'X' || is_digit(c); };
    const bool good = code.size() == 2 && ok(code[0]) && ok(code[1]) && !(is_digit(code[1]) && !is_digit(code[0]));
    return good ? "" : wording::retry_bad_digits(prefix);
}

std::string check_timeout(std::string_view kind) {
    constexpr std::string_view kConnect = "_connect";
    if (istarts_with(kind, kConnect)) kind.remove_prefix(kConnect.size());
    if (kind.empty() || iequals(kind, "_A") || iequals(kind, "_MX")) return {};
    return wording::retry_after_timeout();
}

std::string check_error_name(std::string_view name) {
    for (const std::string_view plain :
         {"*", "auth_failed", "lost_connection", "lookup", "tls_required", "quota", "timeout_dns"})
        if (iequals(name, plain)) return {};
    if (istarts_with(name, "quota_")) {
        const auto age = parse_interval(name.substr(6));
        return age && *age > 0 ? "" : wording::retry_bad_time();
    }
    if (istarts_with(name, "refused")) {
        const std::string_view kind = name.substr(7);
        return kind.empty() || iequals(kind, "_A") || iequals(kind, "_MX") ? "" : wording::retry_after_refused();
    }
    if (istarts_with(name, "timeout")) return check_timeout(name.substr(7));
    for (const std::string_view prefix : {"mail_4", "rcpt_4", "data_4"})
        if (istarts_with(name, prefix)) return check_digits(name, prefix);
    return wording::retry_unknown_error(name);
}

// --- the rules: "F,maxtime,interval", "G,maxtime,interval,factor", H like G ---

bool ends_argument(std::string_view text) {
    return text.empty() || is_space(text[0]) || text[0] == ',' || text[0] == ';';
}

// "," and the argument behind it off the front of `text`; "" in `error` when all is well.
std::string_view take_argument(std::string_view& text, std::string& error) {
    if (!text.starts_with(',')) {
        error = wording::retry_comma_expected();
        return {};
    }
    text = trim_left(text.substr(1));
    std::size_t length = 0;
    while (length < text.size() && (is_alnum(text[length]) || text[length] == '.')) ++length;
    const std::string_view argument = text.substr(0, length);
    text.remove_prefix(length);
    if (!ends_argument(text)) error = wording::retry_comma_or_semicolon_expected();
    text = trim_left(text);
    return argument;
}

bool positive_time(std::string_view text) {
    const auto seconds = parse_interval(text);
    return seconds && *seconds > 0;
}

bool factor_at_least_one(std::string_view text) {
    const auto point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    if (whole.empty() || !is_digit(whole[0])) return false;
    const auto number = parse_uint(whole);
    const std::string_view decimals = point == std::string_view::npos ? "" : text.substr(point + 1);
    return number && *number >= 1 && decimals.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string check_rule(std::string_view& text) {
    std::string error;
    const char letter = to_upper(text[0]);
    text.remove_prefix(1);
    const std::string_view maxtime = take_argument(text, error);
    if (!error.empty()) return error;
    if (letter != 'F' && letter != 'G' && letter != 'H') return wording::retry_unknown_letter();
    const std::string_view interval = take_argument(text, error);
    if (!error.empty()) return error;
    std::string_view factor = "1";
    if (letter != 'F') factor = take_argument(text, error);
    if (!error.empty()) return error;
    if (!positive_time(maxtime) || !positive_time(interval) || !factor_at_least_one(factor))
        return wording::retry_bad_parameters();
    if (!text.empty() && text[0] != ';') return wording::retry_semicolon_expected();
    if (!text.empty()) text = trim_left(text.substr(1));
    return {};
}

// The whole line. Returns Exim's error text or "".
std::string read_rule(std::string_view text, RetryRuleText& rule) {
    rule.pattern = take_word(text);
    text = trim_left(text);
    if (text.empty()) return wording::retry_no_error_type();
    std::size_t length = 0;
    while (length < text.size() && !is_space(text[length])) ++length;
    rule.error = text.substr(0, length);
    text = trim_left(text.substr(length));
    if (std::string error = check_error_name(rule.error); !error.empty()) return error;

    constexpr std::string_view kSenders = "senders";
    if (istarts_with(text, kSenders)) {
        text = trim_left(text.substr(kSenders.size()));
        if (!text.starts_with('=')) return wording::retry_senders_equals();
        text = trim_left(text.substr(1));
        rule.senders = take_word(text);
        text = trim_left(text);
    }
    rule.rules = text;
    while (!text.empty())
        if (std::string error = check_rule(text); !error.empty()) return error;
    return {};
}

}  // namespace

void read_retry_section(Loader& loader) {
    while (loader.next_line()) {
        RetryRuleText rule;
        if (std::string error = read_rule(loader.line(), rule); !error.empty()) {
            loader.error_here(std::move(error));
            continue;
        }
        rule.where = loader.lines.place();
        loader.configuration->retry.push_back(std::move(rule));
    }
}

}  // namespace postern
