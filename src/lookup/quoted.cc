// SPDX-License-Identifier: Apache-2.0
#include "lookup/quoted.h"

#include "base/strings.h"

namespace postern {
namespace {

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char read_octal(std::string_view text, std::size_t& at) {
    unsigned value = 0;
    for (int digits = 0; digits < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++digits, ++at)
        value = value * 8 + static_cast<unsigned>(text[at] - '0');
    return static_cast<char>(value & 0xffU);
}

char read_hex(std::string_view text, std::size_t& at) {
    unsigned value = 0;
    for (int digits = 0; digits < 2 && at < text.size() && hex_digit(text[at]) >= 0; ++digits, ++at)
        value = value * 16 + static_cast<unsigned>(hex_digit(text[at]));
    return static_cast<char>(value);
}

}  // namespace

void read_escape(std::string_view text, std::size_t& at, std::string& out) {
    const char c = text[++at];
    if (c >= '0' && c <= '7') {
        out += read_octal(text, at);
        return;
    }
    ++at;
    switch (c) {
        case 'b':
            out += '\b';
            break;
        case 'f':
            out += '\f';
            break;
        case 'n':
            out += '\n';
            break;
        case 'r':
            out += '\r';
            break;
        case 't':
            out += '\t';
            break;
        case 'v':
            out += '\v';
            break;
        case 'x':
            out += read_hex(text, at);
            break;
        default:
            out += c;
    }
}

std::string read_quoted(std::string_view text, std::size_t& at) {
    std::string out;
    ++at;
    while (at < text.size() && text[at] != '"') {
        if (text[at] == '\\' && at + 1 < text.size()) {
            read_escape(text, at, out);
        } else {
            out += text[at++];
        }
    }
    if (at < text.size()) ++at;
    return out;
}

}  // namespace postern
