// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace postern {

namespace {

constexpr std::string_view kBase62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string mapped(std::string_view text, char (*map)(char)) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), map);
    return out;
}

}  // namespace

// --- case ---

std::string to_lower(std::string_view text) { return mapped(text, to_lower); }
std::string to_upper(std::string_view text) { return mapped(text, to_upper); }

bool iequals(std::string_view a, std::string_view b) { return a.size() == b.size() && istarts_with(a, b); }

int icompare(std::string_view a, std::string_view b) {
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto left = static_cast<unsigned char>(to_lower(a[i]));
        const auto right = static_cast<unsigned char>(to_lower(b[i]));
        if (left != right) return left - right;
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

bool istarts_with(std::string_view text, std::string_view prefix) {
    if (text.size() < prefix.size()) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        if (to_lower(text[i]) != to_lower(prefix[i])) return false;
    }
    return true;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// --- trimming and joining ---

std::string_view trim_left(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    return text;
}

std::string_view trim_right(std::string_view text) {
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::string_view trim(std::string_view text) { return trim_left(trim_right(text)); }

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += separator;
        out += parts[i];
    }
    return out;
}

// --- numbers ---

std::optional<std::int64_t> parse_int(std::string_view text, int base) {
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
    return parse_number<std::int64_t>(text, base);
}

std::optional<std::uint64_t> parse_uint(std::string_view text, int base) {
    return parse_number<std::uint64_t>(text, base);
}

std::string base62(std::uint64_t value, std::size_t width) {
    std::string out;
    for (; value != 0; value /= 62) out += kBase62Digits[value % 62];
    if (out.size() < width) out.append(width - out.size(), '0');
    std::reverse(out.begin(), out.end());
    return out;
}

std::optional<std::uint64_t> parse_base62(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char c : digits) {
        const std::size_t digit = kBase62Digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 62) return std::nullopt;
        value = value * 62 + digit;
    }
    return value;
}

// --- printing ---

std::string printable(std::string_view text, bool eight_bit_ok, bool tab_too) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_print(c) || (c == '\t' && !tab_too) || (byte >= 128 && eight_bit_ok)) {
            out += c;
            continue;
        }
        out += '\\';
        switch (c) {
            case '\n':
                out += 'n';
                break;
            case '\r':
                out += 'r';
                break;
            case '\b':
                out += 'b';
                break;
            case '\v':
                out += 'v';
                break;
            case '\f':
                out += 'f';
                break;
            case '\t':
                out += 't';
                break;
            default:
                out += static_cast<char>('0' + (byte >> 6));
                out += static_cast<char>('0' + ((byte >> 3) & 7));
                out += static_cast<char>('0' + (byte & 7));
        }
    }
    return out;
}

// --- lists ---

namespace {

// White space does not include the separator: with "<\n" an empty line is an empty item.
void skip_space(std::string_view& rest, char separator) {
    while (!rest.empty() && is_space(rest.front()) && rest.front() != separator) rest.remove_prefix(1);
}

// Takes one item and the separator after it off `rest`, which is not empty.
std::string take_item(std::string_view& rest, char separator) {
    std::string item;
    for (;;) {
        const std::size_t at = rest.find(separator);
        item += rest.substr(0, at);
        if (at == std::string_view::npos) {
            rest = {};
            break;
        }
        rest.remove_prefix(at + 1);
        if (is_cntrl(separator) || !rest.starts_with(separator)) break;
        item += separator;
        rest.remove_prefix(1);
    }
    item.resize(trim_right(item).size());
    return item;
}

}  // namespace

std::vector<std::string> split_list_fixed(std::string_view list, char separator) {
    std::vector<std::string> items;
    skip_space(list, separator);
    while (!list.empty()) {
        items.push_back(take_item(list, separator));
        skip_space(list, separator);
    }
    return items;
}

std::vector<std::string> split_list(std::string_view list, char separator, char* used) {
    skip_space(list, separator);
    if (list.size() >= 2 && list[0] == '<' && (is_punct(list[1]) || is_cntrl(list[1]))) {
        separator = list[1];
        list.remove_prefix(2);
    }
    if (used != nullptr) *used = separator;
    return split_list_fixed(list, separator);
}

void append_to_list(std::string& list, std::string_view item, char separator) {
    if (!list.empty()) list += separator;
    for (const char c : item) {
        list += c;
        if (c == separator) list += c;
    }
}

}  // namespace postern
