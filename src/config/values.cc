// SPDX-License-Identifier: Apache-2.0
// Parsers of option values: booleans, numbers, times and plain strings. Accounts: accounts.cc; text that accumulates
// and rewriting rules: compound_values.cc.
#include <cerrno>
#include <cstdlib>
#include <limits>

#include "base/strings.h"
#include "base/time_text.h"
#include "config/options.h"
#include "config/read_value.h"
#include "wording/config.h"

namespace postern {

using wording::NumberKind;

// --- strings ---

namespace {

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char low = to_lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// The contents of a quoted string whose opening quote is gone; `at` ends behind the closing quote. False: there is
// none.
bool take_quoted(std::string_view text, std::size_t& at, std::string& into) {
    while (at < text.size()) {
        const char c = text[at++];
        if (c == '"') {
            // Option values are C strings in Exim: "\x" is a NUL that ends the value.
            if (const auto nul = into.find('\0'); nul != std::string::npos) into.resize(nul);
            return true;
        }
        into += c == '\\' && at < text.size() ? read_escape(text, at) : c;
    }
    return false;
}

}  // namespace

char read_escape(std::string_view text, std::size_t& at) {
    const char c = text[at++];
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        case 'x': {
            int value = 0;
            for (int digits = 0; digits < 2 && at < text.size() && hex_value(text[at]) >= 0; ++digits)
                value = value * 16 + hex_value(text[at++]);
            return static_cast<char>(value);
        }
        default:
            break;
    }
    if (!is_octal(c)) return c;
    int value = c - '0';
    for (int digits = 1; digits < 3 && at < text.size() && is_octal(text[at]); ++digits)
        value = value * 8 + (text[at++] - '0');
    return static_cast<char>(value);
}

std::string take_word(std::string_view& text) {
    std::string word;
    std::size_t at = 0;
    if (text.starts_with('"')) {
        at = 1;
        take_quoted(text, at, word);
    } else {
        while (at < text.size() && !is_space(text[at])) ++at;
        word = text.substr(0, at);
    }
    text.remove_prefix(at);
    return word;
}

bool read_string(ValueReader& reader, std::string& into) {
    into.clear();
    if (!reader.text.starts_with('"')) {
        into = reader.text;
        return true;
    }
    std::size_t at = 1;
    if (!take_quoted(reader.text, at, into)) return reader.fail(wording::missing_quote(reader.name));
    if (!trim_left(reader.text.substr(at)).empty()) return reader.fail(wording::extra_after_string(reader.name));
    return true;
}

bool parse_into(ValueReader& reader, Expandable& value) {
    if (!read_string(reader, value.source)) return false;
    value.set = true;
    value.where = reader.where;
    return true;
}

bool parse_into(ValueReader& reader, PlainString& value) {
    value.set = true;
    return read_string(reader, value.value);
}

// --- booleans ---

bool parse_into(ValueReader& reader, bool& value) {
    std::size_t length = 0;
    while (length < reader.text.size() && is_alpha(reader.text[length])) ++length;
    const std::string_view word = reader.text.substr(0, length);
    // "name =" with nothing behind it is true, like "name" alone.
    if (reader.text.empty() || iequals(word, "true") || iequals(word, "yes")) {
        value = true;
    } else if (iequals(word, "false") || iequals(word, "no")) {
        value = false;
    } else {
        return reader.fail(wording::not_a_boolean(word, reader.name), wording::hint_values("true, yes, false, no"));
    }
    const std::string_view rest = trim_left(reader.text.substr(length));
    if (!rest.empty()) return reader.fail(wording::extra_after_boolean_value(word, reader.name, rest));
    return true;
}

bool parse_into(ValueReader& reader, OptionalBool& value) {
    if (!parse_into(reader, value.value)) return false;
    value.set = true;
    return true;
}

bool parse_into(ValueReader& reader, ExpandableBool& value) {
    value.source.clear();
    value.where = reader.where;
    if (!contains(reader.text, "$")) return parse_into(reader, value.value);
    return read_string(reader, value.source);
}

// --- numbers ---

namespace {

// Number and suffix as strtoll in `base` reads the number. The suffix multiplies by 1024 for each step in `suffixes`
// up to it; the first letter counts `first_step` steps. False: reader holds the error.
struct Suffixes {
    std::string_view letters;
    int first_step = 1;
};

bool read_number(ValueReader& reader, int base, NumberKind kind, Suffixes suffixes, std::int64_t limit,
                 std::int64_t& value) {
    const std::string text(reader.text);
    char* end = nullptr;
    errno = 0;
    const long long number = std::strtoll(text.c_str(), &end, base);
    if (end == text.c_str()) return reader.fail(wording::number_expected(kind, reader.name));
    bool overflow = errno == ERANGE;
    value = number;

    const auto suffix = *end == '\0' ? std::string_view::npos : suffixes.letters.find(to_upper(*end));
    if (suffix != std::string_view::npos) {
        ++end;
        for (int step = static_cast<int>(suffix) + suffixes.first_step; step > 0 && !overflow; --step)
            overflow = __builtin_mul_overflow(value, std::int64_t{1024}, &value);
    }
    if (overflow || value > limit || value < -limit) return reader.fail(wording::integer_overflow(reader.text));
    const std::string_view rest = trim_left(end);
    if (!rest.empty()) return reader.fail(wording::extra_after_number(kind, reader.name, rest));
    return true;
}

constexpr std::int64_t kInt32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kInt64 = std::numeric_limits<std::int64_t>::max();

}  // namespace

bool parse_into(ValueReader& reader, Integer& value) {
    return read_number(reader, 0, NumberKind::integer, {"KMGT"}, kInt32, value.value);
}

bool parse_into(ValueReader& reader, SizeInteger& value) {
    return read_number(reader, 0, NumberKind::integer, {"KMGT"}, kInt32, value.value);
}

bool parse_into(ValueReader& reader, Kilobytes& value) {
    return read_number(reader, 0, NumberKind::integer, {"KMGTPEZ", 0}, kInt64, value.value);
}

bool parse_into(ValueReader& reader, Octal& value) {
    std::int64_t number = 0;
    if (!read_number(reader, 8, NumberKind::octal, {}, kInt32, number)) return false;
    value.value = static_cast<unsigned>(number);
    return true;
}

bool parse_into(ValueReader& reader, FixedPoint& value) {
    std::string_view text = reader.text;
    if (text.starts_with('-') && text.size() > 1 && is_digit(text[1]))
        return reader.fail(wording::fixed_point_overflow(text));
    if (text.empty() || !is_digit(text[0]))
        return reader.fail(wording::number_expected(NumberKind::fixed_point, reader.name));
    std::int64_t thousandths = 0;
    std::size_t at = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
        thousandths = thousandths * 10 + (text[at] - '0') * 1000;
        if (thousandths > kInt32) return reader.fail(wording::fixed_point_overflow(text));
    }
    if (at < text.size() && text[at] == '.') {
        std::int64_t weight = 100;  // further decimals are read and dropped
        for (++at; at < text.size() && is_digit(text[at]); ++at, weight /= 10) thousandths += (text[at] - '0') * weight;
    }
    const std::string_view rest = trim_left(text.substr(at));
    if (!rest.empty()) return reader.fail(wording::extra_after_number(NumberKind::fixed_point, reader.name, rest));
    value.thousandths = thousandths;
    return true;
}

// --- times ---

bool parse_into(ValueReader& reader, Interval& value) {
    const auto seconds = parse_interval(reader.text);
    if (!seconds) return reader.fail(wording::invalid_time(reader.name), "times need units: 5m, 1h30m, 2d");
    value.seconds = *seconds;
    return true;
}

bool parse_into(ValueReader& reader, ExpandableInterval& value) {
    value.source.clear();
    if (contains(reader.text, "$")) return read_string(reader, value.source);
    Interval fixed;
    if (!parse_into(reader, fixed)) return false;
    value.seconds = fixed.seconds;
    return true;
}

bool parse_into(ValueReader& reader, IntervalList& value) {
    constexpr std::size_t kMostTimes = 10;
    value.seconds.clear();
    std::string_view rest = reader.text;
    if (rest.empty()) return true;
    while (true) {
        if (value.seconds.size() >= kMostTimes) return reader.fail(wording::too_many_times(reader.name));
        const auto colon = rest.find(':');
        const auto seconds = parse_interval(trim(rest.substr(0, colon)));
        if (!seconds) return reader.fail(wording::invalid_time(reader.name));
        if (!value.seconds.empty() && *seconds <= value.seconds.back())
            return reader.fail(wording::times_out_of_order(reader.name));
        value.seconds.push_back(*seconds);
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
        if (trim(rest).empty()) break;  // a trailing colon adds nothing
    }
    if (value.seconds.front() == 0) value.seconds.clear();  // "0s": no warnings at all
    return true;
}

}  // namespace postern
