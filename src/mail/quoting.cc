// SPDX-License-Identifier: Apache-2.0
// Local parts and phrases in and out of quotes.
#include "base/strings.h"
#include "mail/address.h"
#include "mail/rfc2047.h"

namespace postern {
namespace {

bool needs_quotes(std::string_view local_part) {
    if (local_part.empty() || local_part.front() == '.' || local_part.back() == '.') return true;
    for (const char c : local_part)
        if (!is_alnum(c) && std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) == std::string_view::npos) return true;
    return false;
}

bool is_phrase_char(char c) {
    return is_print(c) && std::string_view("()<>@,;:\\\".[]").find(c) == std::string_view::npos;
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out + '"';
}

// A quoted string or a comment at the front of `text`; 0 if it is not closed.
std::size_t closed_length(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\') {
            ++i;
        } else if (text.front() == '"') {
            if (c == '"' && i > 0) return i + 1;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

// Words without strings and comments: as they are, or all in one pair of quotes; blanks at the ends stay outside.
void append_words(std::string& out, std::string_view words) {
    const std::string_view inner = trim(words);
    bool plain = true;
    for (const char c : inner) plain = plain && is_phrase_char(c);
    const auto lead = static_cast<std::size_t>(inner.data() - words.data());
    out += inner.empty() ? words : words.substr(0, lead);
    if (inner.empty()) return;
    out += plain ? std::string(inner) : in_quotes(inner);
    out += words.substr(lead + inner.size());
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

std::string fix_phrase(std::string_view phrase, std::string_view charset) {
    for (const char c : phrase)
        if (!is_print(c)) return rfc2047_encode(phrase, charset);
    std::string out;
    std::size_t start = 0;
    for (std::size_t i = 0; i < phrase.size();) {
        const std::size_t length = phrase[i] == '"' || phrase[i] == '(' ? closed_length(phrase.substr(i)) : 0;
        if (length == 0) {
            ++i;
            continue;
        }
        append_words(out, phrase.substr(start, i - start));
        out += phrase.substr(i, length);
        start = i += length;
    }
    append_words(out, phrase.substr(start));
    return out;
}

}  // namespace postern
