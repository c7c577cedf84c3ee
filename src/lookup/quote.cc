// SPDX-License-Identifier: Apache-2.0
#include "lookup/quote.h"

#include "base/strings.h"

namespace postern {
namespace {

// LF TAB CR BS as two characters, which both MySQL and PostgreSQL read back.
bool append_control(std::string& out, char c) {
    switch (c) {
        case '\n':
            out += "\\n";
            return true;
        case '\t':
            out += "\\t";
            return true;
        case '\r':
            out += "\\r";
            return true;
        case '\b':
            out += "\\b";
            return true;
        default:
            return false;
    }
}

void append_url(std::string& out, char c) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    if (is_alnum(c) || (c != '\0' && contains("!$'()*+-._", std::string_view(&c, 1)))) {
        out += c;
        return;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
}

}  // namespace

std::string quote_sqlite(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') out += c;
        out += c;
    }
    return out;
}

std::string quote_mysql(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (append_control(out, c)) continue;
        if (c == '\'' || c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string quote_pgsql(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (append_control(out, c)) continue;
        if (c == '\'') out += '\'';
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

// A filter value: the four characters that mean something in a filter as \hh, then the whole as part of a URL.
std::string quote_ldap(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '*':
                out += "%5C2A";
                break;
            case '(':
                out += "%5C28";
                break;
            case ')':
                out += "%5C29";
                break;
            case '\\':
                out += "%5C5C";
                break;
            default:
                append_url(out, c);
        }
    }
    return out;
}

// A value in a distinguished name: its special characters, and blanks (or a leading #) at its ends, get a backslash.
std::string quote_ldap_dn(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    const std::size_t last = text.find_last_not_of(' ');
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool edge_blank = c == ' ' && (first == std::string_view::npos || i < first || i > last);
        const bool special = c != '\0' && contains(",+\"\\<>;", std::string_view(&c, 1));
        if (edge_blank || special || (c == '#' && i == 0)) out += "%5C";
        append_url(out, c);
    }
    return out;
}

}  // namespace postern
