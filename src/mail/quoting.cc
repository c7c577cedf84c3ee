// SPDX-License-Identifier: Apache-2.0
// Local parts and phrases in and out of quotes.
#include "base/strings.h"
#include "mail/address.h"

namespace postern {
namespace {

bool needs_quotes(std::string_view local_part) {
    if (local_part.empty() || local_part.front() == '.' || local_part.back() == '.') return true;
    for (const char c : local_part)
        if (!is_alnum(c) && std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) == std::string_view::npos) return true;
    return false;
}

bool is_phrase_char(char c) {
    return is_alnum(c) || c == ' ' || c == '\t' || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

}  // namespace

std::string unquote_local_part(std::string_view local_part) {
    std::string out;
    bool in_quotes = false;
    for (std::size_t i = 0; i < local_part.size(); ++i) {
        const char c = local_part[i];
        if (c == '\\' && i + 1 < local_part.size()) {
            out += local_part[++i];
        } else if (c == '"') {
            in_quotes = !in_quotes;
        } else {
            out += c;
        }
    }
    return out;
}

std::string quote_local_part(std::string_view local_part) {
    if (!needs_quotes(local_part)) return std::string(local_part);
    std::string out = "\"";
    for (const char c : local_part) {
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else {
            if (c == '\\' || c == '"') out += '\\';
            out += c;
        }
    }
    return out + '"';
}

std::string quote_phrase(std::string_view phrase) {
    bool plain = true;
    for (const char c : phrase) plain = plain && is_phrase_char(c);
    if (plain) return std::string(phrase);
    std::string out = "\"";
    for (const char c : phrase) {
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace postern
