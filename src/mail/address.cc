// SPDX-License-Identifier: Apache-2.0
// The grammar, as far as Exim enforces it:
//   mailbox    = route-addr-less local [ "@" domain ]  |  *word "<" [route] local [ "@" domain ] ">"
//   local      = [word] *( "." [word] )          word = atom | quoted string; any number of dots anywhere
//   domain     = label *( "." label ) | "[" literal "]"
//   route      = "@" domain *( "," [ "@" domain ] ) ":"
// with comments and white space between any two of these.
#include "mail/address.h"

#include <fmt/format.h>

#include <utility>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::string_view kEmptyAddress = "empty address";
constexpr unsigned char kFirstUtf8Lead = 0xc0;
constexpr int kExcessBrackets = 5;  // more than these are an error even with strip_excess_angle_brackets

bool is_address_char(char c) {
    return is_digit(c) || c == ':' || c == '.' || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

bool is_utf8_byte(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_atom_char(char c) {
    return is_utf8_byte(c) || (is_graph(c) && std::string_view("()<>@,;:\".[]").find(c) == std::string_view::npos);
}

// Length of a valid UTF-8 sequence at the front of `text`; 0 if there is none.
std::size_t utf8_sequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead >= 0xf0 && lead < 0xf8   ? 4
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
    return length;
}

// Where the parser is in "Name: a@b, c@d;", across the items of a header.
struct GroupState {
    bool inside = false;
    std::size_t mailbox_start = 0, mailbox_end = 0;  // the part of the current item that is in the group
};

// Positions of the closing quote and parenthesis, or of the text's end.
std::size_t string_end(std::string_view text, std::size_t i, bool ends_at_newline) {
    for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\n' && ends_at_newline) return i - 1;
        if (text[i] == '\\') ++i;
    }
    return i;
}
std::size_t comment_end(std::string_view text, std::size_t i) {
    int depth = 1;
    for (++i; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '(')
            ++depth;
        else if (text[i] == ')' && --depth == 0)
            break;
    }
    return i;
}

class Parser {
public:
    Parser(std::string_view text, const AddressRules& rules, GroupState* group)
        : text_(text), rules_(rules), group_(group) {}

    AddressParse run() {
        AddressParse parse;
        if (mailbox() && short_enough()) {
            parse.value = std::move(result_);
        } else {
            parse.error.text = std::move(error_);
        }
        return parse;
    }

private:
    // What Exim puts up with.
    bool short_enough() {
        constexpr std::size_t kLongest = 256, kShown = 64;
        if (result_.address.size() <= kLongest) return true;
        return fail(
            fmt::format("address is ridiculously long: {}...", std::string_view(result_.address).substr(0, kShown)));
    }
    [[nodiscard]] char peek() const { return pos_ < text_.size() ? text_[pos_] : '\0'; }
    [[nodiscard]] bool at_end() const { return pos_ >= text_.size(); }
    bool fail(std::string text) {
        error_ = std::move(text);
        return false;
    }
    bool take(char c) {
        if (at_end() || text_[pos_] != c) return false;
        ++pos_;
        return true;
    }

    // Comments nest; one that is not closed reaches to the end.
    void skip_blanks_and_comments() {
        int depth = 0;
        for (; pos_ < text_.size(); ++pos_) {
            const char c = text_[pos_];
            if (c == '(') {
                ++depth;
            } else if (depth == 0) {
                if (!is_space(c)) return;
            } else if (c == ')') {
                --depth;
            } else if (c == '\\' && pos_ + 1 < text_.size()) {
                ++pos_;
            }
        }
    }

    // One atom or quoted string, if there is one. False only for a string that is not closed.
    bool word(std::string& into) {
        if (peek() == '"') return quoted_string(into);
        while (!at_end() && is_atom_char(text_[pos_])) {
            if (text_[pos_] == '\\' && pos_ + 1 < text_.size())
                into += text_[pos_++];  // whatever follows is part of it
            into += text_[pos_++];
        }
        return true;
    }
    bool quoted_string(std::string& into) {
        std::string string = "\"";
        for (++pos_; pos_ < text_.size(); ++pos_) {
            const char c = text_[pos_];
            string += c;
            if (c == '"') {
                ++pos_;
                into += string;
                return true;
            }
            if (c == '\\' && pos_ + 1 < text_.size()) string += text_[++pos_];
        }
        return fail("unmatched doublequote in local part");
    }

    // Dots and words; `may_be_missing` where the caller knows better what to say about nothing.
    bool local_part(std::string& into, bool may_be_missing) {
        skip_blanks_and_comments();
        into.clear();
        const std::size_t start = pos_;
        do {
            if (!word(into)) return false;
            end_ = pos_;
            skip_blanks_and_comments();
            while (take('.')) {
                into += '.';
                end_ = pos_;
                skip_blanks_and_comments();
                dot_ = true;
            }
        } while (std::exchange(dot_, false));
        if (into.empty()) {
            pos_ = start;
            if (!may_be_missing) return fail("missing or malformed local part");
        }
        return true;
    }

    bool label(std::string& into) {
        const std::size_t start = pos_;
        while (!at_end()) {
            const char c = text_[pos_];
            if (static_cast<unsigned char>(c) >= kFirstUtf8Lead && rules_.allow_utf8_domains) {
                const std::size_t length = utf8_sequence(text_.substr(pos_));
                if (length == 0) return fail("invalid UTF-8 byte sequence");
                into.append(text_.substr(pos_, length));
                pos_ += length;
            } else if (is_alnum(c) || (c == '-' && pos_ > start)) {
                into += c;
                ++pos_;
            } else {
                break;
            }
        }
        return true;
    }

    bool literal(std::string& into, bool anything) {
        if (!anything && !rules_.allow_domain_literals) return fail("domain literals not allowed");
        const std::size_t start = pos_++;
        const std::string_view rest = text_.substr(pos_);
        if (istarts_with(rest, "IPv6:") || istarts_with(rest, "IPv4:")) pos_ += 5;
        while (!at_end() && (anything ? is_graph(peek()) && peek() != '[' && peek() != '\\' && peek() != ']'
                                      : is_address_char(peek())))
            ++pos_;
        into = text_.substr(start, pos_ - start);
        if (!take(']')) return fail("malformed domain literal");
        into += ']';
        end_ = pos_;
        skip_blanks_and_comments();
        return true;
    }

    bool domain(std::string& into, bool any_literal) {
        skip_blanks_and_comments();
        into.clear();
        if (peek() == '[') return literal(into, any_literal);
        for (;;) {
            const std::size_t before = into.size();
            if (!label(into)) return false;
            if (into.size() == before) {
                if (before == 0 || !rules_.strip_trailing_dot) return fail("domain missing or malformed");
                into.pop_back();
                if (into.ends_with('.') || peek() == '.') return fail("domain missing or malformed");
                return true;
            }
            end_ = pos_;
            skip_blanks_and_comments();
            if (!take('.')) return true;
            into += '.';
            skip_blanks_and_comments();
        }
    }

    bool route() {
        std::string ignored;
        bool comma = false;
        for (;;) {
            ++pos_;  // the @
            if (!domain(ignored, false)) return false;
            if (take(':')) return true;
            if (!take(',')) break;
            comma = true;
            skip_blanks_and_comments();
            if (take(':')) return true;
            if (peek() != '@') break;
        }
        return fail(comma ? "colon expected after route list" : "no local part");
    }

    bool domain_follows(bool any_literal) {
        result_.at = result_.address.size();
        ++pos_;
        std::string name;
        if (!domain(name, any_literal)) return false;
        result_.address += '@';
        result_.address += name;
        return true;
    }

    bool routed_address(bool in_brackets) {
        if (!route() || !local_part(result_.address, false)) return false;
        if (peek() == '@') return domain_follows(false);
        const bool complete = in_brackets ? peek() == '>' : at_end();
        return complete ? fail("domain missing in source-routed address") : fail_after_local_part();
    }
    bool fail_after_local_part() { return fail(fmt::format("\"@\" or \".\" expected after \"{}\"", result_.address)); }

    bool in_angle_brackets() {
        ++pos_;  // the <
        int excess = 0;
        while (rules_.strip_excess_angle_brackets && excess < kExcessBrackets && take('<')) ++excess;
        skip_blanks_and_comments();
        result_.start = end_ = pos_;
        if (peek() == '@') {
            if (!routed_address(true)) return false;
        } else if (!bare_address()) {
            return false;
        }
        result_.end = end_;
        for (; excess >= 0; --excess)
            if (!take('>')) return at_end() ? fail("'>' missing at end of address") : fail_trailing();
        return nothing_follows();
    }
    bool bare_address() {
        if (!local_part(result_.address, rules_.allow_null)) return false;
        if (peek() == '@')
            return result_.address.empty() ? fail("missing or malformed local part") : domain_follows(false);
        return peek() == '>' || fail_after_local_part();
    }

    bool fail_trailing() {
        return fail(fmt::format("malformed address: {} may not follow {}", text_.substr(pos_), text_.substr(0, pos_)));
    }
    bool nothing_follows() {
        skip_blanks_and_comments();
        return at_end() || group_ends() ? true : fail_trailing();
    }

    bool group_begins() {
        if (group_ == nullptr || group_->inside || !take(':')) return false;
        group_->inside = true;
        group_->mailbox_start = pos_;
        return true;
    }
    bool group_ends() {
        if (group_ == nullptr || !group_->inside || peek() != ';') return false;
        group_->inside = false;
        group_->mailbox_end = pos_;
        return true;  // what follows, up to the next comma, is ignored
    }

    bool mailbox() {
        skip_blanks_and_comments();
        result_.start = end_ = pos_;
        if (!local_part(result_.address, true)) return false;
        if (group_begins()) return mailbox();
        const char next = peek();
        if (next == '@') {
            if (result_.address.empty() ? !routed_address(false) : !domain_follows(true)) return false;
            result_.end = end_;
            return nothing_follows();
        }
        if (at_end() || next == ';') {
            result_.end = end_;
            if (result_.address.empty()) {
                (void)group_ends();
                return fail(std::string(kEmptyAddress));
            }
            return nothing_follows();
        }
        return phrase_and_angle_brackets();
    }

    // What has been read was the beginning of a phrase.
    bool phrase_and_angle_brackets() {
        while (peek() != '<') {
            if (!local_part(result_.address, false)) {
                error_ += " (expected word or \"<\")";
                return false;
            }
            if (group_begins()) return mailbox();
        }
        result_.address.clear();
        return in_angle_brackets();
    }

    std::string_view text_;
    const AddressRules& rules_;
    GroupState* group_;  // null: no group syntax
    std::size_t pos_ = 0;
    std::size_t end_ = 0;  // behind the last byte of the address proper that has been read
    bool dot_ = false;
    ParsedAddress result_;
    std::string error_;
};

}  // namespace

AddressParse parse_address(std::string_view text, const AddressRules& rules) {
    return Parser(text, rules, nullptr).run();
}

std::size_t address_item_end(std::string_view text, bool newline_ends) {
    bool in_brackets = false, in_route = false, at_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n' && newline_ends) return i;
        if (c == ',' && !in_brackets && !in_route) return i;
        if (c == '@' && at_start) in_route = true;
        if (c == ':') in_route = false;
        if (c != '(' && !is_space(c)) at_start = false;
        switch (c) {
            case '"':
                i = string_end(text, i, newline_ends);
                break;
            case '(':
                i = comment_end(text, i);
                break;
            case '\\':
                ++i;
                break;
            case '<':
                in_brackets = true;
                break;
            case '>':
                in_brackets = false;
                break;
            default:
                break;
        }
    }
    return text.size();
}

std::vector<HeaderAddress> header_addresses(std::string_view text, const AddressRules& rules) {
    std::vector<HeaderAddress> found;
    GroupState group;
    for (std::size_t start = 0; start < text.size();) {
        if (is_space(text[start])) {
            ++start;
            continue;
        }
        const std::size_t length = address_item_end(text.substr(start), false);
        const std::string_view whole = text.substr(start, length);
        group.mailbox_start = 0;
        group.mailbox_end = whole.size();
        AddressParse parse = Parser(whole, rules, &group).run();
        const std::string_view item = whole.substr(group.mailbox_start, group.mailbox_end - group.mailbox_start);
        if (parse.value) {
            parse.value->start -= group.mailbox_start;
            parse.value->end -= group.mailbox_start;
        }
        if (parse.value || parse.error.text != kEmptyAddress)
            found.push_back({start + group.mailbox_start, item, std::move(parse), start, start + length});
        start += length + 1;
    }
    return found;
}

LocalAndDomain split_address(std::string_view address) {
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return {address, {}, false};
    return {address.substr(0, at), address.substr(at + 1), true};
}

bool shows_domain(std::string_view address) {
    bool in_quotes = false;
    std::size_t backslashes = 0;
    for (std::size_t i = 0; i < address.size(); ++i) {
        const char c = address[i];
        if (c == '@' && !in_quotes && backslashes % 2 == 0) return true;
        if (c == '"' && backslashes % 2 == 0) in_quotes = !in_quotes;
        backslashes = c == '\\' && i > 0 ? backslashes + 1 : 0;
    }
    return false;
}

std::string qualified_sender(std::string_view address, std::string_view domain) {
    if (address.empty() || shows_domain(address)) return std::string(address);
    return quote_local_part(address) + '@' + std::string(domain);
}

}  // namespace postern
