// SPDX-License-Identifier: Apache-2.0
#include "expand/text_forms.h"

#include <algorithm>

#include "base/strings.h"
#include "wording/expansion.h"

namespace postern {
namespace {

void append_octal(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += '\\';
    for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + (byte >> shift & 7));
}

// A character at the start of a text: its code, and its length; length 0: not UTF-8. `seen` bytes are what to skip
// then.
struct Utf8 {
    unsigned code = 0;
    std::size_t size = 0, seen = 1;
};
Utf8 read_utf8(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {lead, 1, 1};
    const std::size_t size = lead >= 0xf0 && lead < 0xf5   ? 4
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 0;
    if (size == 0) return {};
    unsigned code = lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return {0, 0, i};
        code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (too_long || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {0, 0, size};
    return {code, size, size};
}

}  // namespace

std::string quote_text(std::string_view text) {
    const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_alnum(c) || c == '_' || c == '-' || c == '.';
    });
    if (plain) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            out += c == '\n' ? "\\n" : "\\r";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string quote_for_regex(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (!is_alnum(c)) out += '\\';
        out += c;
    }
    return out;
}

std::string quote_hex(std::string_view text) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        if (is_graph(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string escape_8bit(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 127 || c == '\\') {
            append_octal(out, c);
        } else {
            out += c;
        }
    }
    return out;
}

std::string bytes_from_hex(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out += static_cast<char>(parse_uint(digits.substr(i, 2), 16).value_or(0));
    return out;
}

std::string latin1_from_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8 c = read_utf8(text);
        out += c.size > 0 && c.code < 256                       ? static_cast<char>(c.code)
               : c.size == 0 && c.seen == 1 && text.front() > 0 ? text.front()
                                                                : '_';
        text.remove_prefix(c.seen);
    }
    return out;
}

std::string clean_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8 c = read_utf8(text);
        if (c.size > 0) {
            out += text.substr(0, c.size);
        } else {
            out += '?';
        }
        text.remove_prefix(c.seen);
    }
    return out;
}

std::string address_of(std::string_view text) {
    const AddressParse parse = parse_address(text);
    return parse.value ? parse.value->address : std::string();
}

tl::expected<std::string, std::string> list_of_addresses(std::string_view text) {
    char separator = ':';
    text = trim_left(text);
    if (text.starts_with('>')) {
        if (text.size() < 2) return tl::unexpected(wording::output_separator_missing(text));
        separator = text[1];
        text.remove_prefix(2);
    }
    std::string out;
    for (const HeaderAddress& item : header_addresses(text)) {
        if (!item.parse.value) continue;
        const std::string& address = item.parse.value->address;
        if (!out.empty()) {
            out += separator;
            if (address.empty() || address.front() == separator) out += ' ';
        }
        for (const char c : address) {
            out += c;
            if (c == separator) out += c;
        }
    }
    return out;
}

}  // namespace postern
