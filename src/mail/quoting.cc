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

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_phrase_char(char c) {
    return is_blank(c) || (is_print(c) && std::string_view("()<>@,;:\\\".[]").find(c) == std::string_view::npos);
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

// A stretch of a phrase without strings.
struct Stretch {
    std::size_t length = 0;
    bool plain = true;  // words and comments that need no quotes
};

// Up to the first string. A comment that holds a quote ends it, too, unless it is in quotes anyway.
Stretch first_stretch(std::string_view phrase) {
    Stretch run;
    for (std::size_t& i = run.length; i < phrase.size() && phrase[i] != '"';) {
        const std::size_t comment = phrase[i] == '(' ? closed_length(phrase.substr(i)) : 0;
        if (comment != 0 && run.plain && phrase.substr(i, comment).find('"') != std::string_view::npos) break;
        run.plain = run.plain && (comment != 0 || is_phrase_char(phrase[i]));
        i += comment != 0 ? comment : 1;
    }
    return run;
}

// A word behind a string, up to a blank or the next string.
Stretch next_word(std::string_view rest) {
    Stretch word;
    for (std::size_t& i = word.length; i < rest.size() && !is_blank(rest[i]) && rest[i] != '"';) {
        const std::size_t comment = word.plain && rest[i] == '(' ? closed_length(rest.substr(i)) : 0;
        word.plain = word.plain && (comment != 0 || is_phrase_char(rest[i]));
        i += comment != 0 ? comment : 1;
    }
    return word;
}

// The string at the front of `rest`, closed if it is open; how much of `rest` it was.
std::size_t append_string(std::string& out, std::string_view rest) {
    const std::size_t length = closed_length(rest);
    if (length != 0) {
        out += rest.substr(0, length);
        return length;
    }
    out += in_quotes(rest.substr(1));
    return rest.size();
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

// What precedes the first string is quoted as a whole, what follows it word by word.
std::string fix_phrase(std::string_view phrase, std::string_view charset) {
    phrase = trim_left(phrase);
    for (const char c : phrase)
        if (!is_print(c) && c != '\t') return rfc2047_encode(phrase, charset);
    const Stretch first = first_stretch(phrase);
    std::string_view rest = phrase.substr(first.length);
    std::string_view run = phrase.substr(0, first.length);
    std::string out;
    if (first.plain) {
        out += run;
    } else {
        const std::string_view quoted =
            rest.empty() ? run : trim_right(run);  // blanks in front of a string stay outside
        out = in_quotes(quoted);
        out += run.substr(quoted.size());
    }
    while (!rest.empty()) {
        std::size_t taken = 1;
        if (rest.front() == '"') {
            taken = append_string(out, rest);
        } else if (is_blank(rest.front())) {
            out += rest.front();
        } else {
            const Stretch word = next_word(rest);
            taken = word.length;
            out += word.plain ? std::string(rest.substr(0, taken)) : in_quotes(rest.substr(0, taken));
        }
        rest.remove_prefix(taken);
    }
    return out;
}

}  // namespace postern
