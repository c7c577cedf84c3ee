// SPDX-License-Identifier: Apache-2.0
// Parsers of option values that accumulate over repeated settings, and of rewriting rules.
#include "base/strings.h"
#include "config/options.h"
#include "config/read_value.h"
#include "wording/config.h"

namespace postern {

// --- accumulating text (spec message-writer.md §3, last paragraphs; routing.md §3.1) ---

namespace {

// The text is split with the changeable default separator and its items are appended with that default separator, for
// the first setting too. Empty items mean nothing to anybody; only between newlines are they kept, as -bP shows them.
bool accumulate(ValueReader& reader, char separator, std::string& source, bool& set) {
    std::string text;
    if (!read_string(reader, text)) return false;
    for (const auto& item : split_list(text, separator))
        if (!item.empty() || is_cntrl(separator)) append_to_list(source, item, separator);
    set = true;
    return true;
}

}  // namespace

bool parse_into(ValueReader& reader, HeaderAdditions& value) {
    return accumulate(reader, '\n', value.source, value.set);
}
bool parse_into(ValueReader& reader, HeaderRemovals& value) { return accumulate(reader, ':', value.source, value.set); }
bool parse_into(ValueReader& reader, RouterVariables& value) {
    return accumulate(reader, ';', value.source, value.set);
}

bool parse_into(ValueReader& reader, Conditions& value) {
    std::string text;
    if (!read_string(reader, text)) return false;
    value.source = value.set ? "${if and{{bool_lax{" + value.source + "}}{bool_lax{" + text + "}}}}" : std::move(text);
    value.set = true;
    return true;
}

// --- rewriting rules (spec configuration.md §6.4, routing.md §9) ---

namespace {

struct FlagLetter {
    char letter;
    unsigned flags;
};
constexpr FlagLetter kFlagLetters[] = {
    {'E', kRewriteEnvFrom | kRewriteEnvTo},
    {'F', kRewriteEnvFrom},
    {'T', kRewriteEnvTo},
    {'b', kRewriteBcc},
    {'c', kRewriteCc},
    {'f', kRewriteFrom},
    {'h', kRewriteHeaders},
    {'r', kRewriteReplyTo},
    {'s', kRewriteSender},
    {'t', kRewriteTo},
    {'S', kRewriteSmtp},
    {'Q', kRewriteQualify},
    {'q', kRewriteQuit},
    {'R', kRewriteRepeat},
    {'w', kRewriteWhole},
};

unsigned flags_of(char letter) {
    for (const auto& row : kFlagLetters)
        if (row.letter == letter) return row.flags;
    return 0;
}

}  // namespace

std::string parse_rewrite_rule(std::string_view text, bool at_transport_time, RewriteRule& rule) {
    constexpr unsigned kEnvelope = kRewriteEnvFrom | kRewriteEnvTo;
    rule.key = take_word(text);
    text = trim_left(text);
    if (text.empty()) return wording::rewrite_no_replacement();
    rule.replacement = take_word(text);
    rule.flags = 0;
    for (const char letter : text) {
        if (is_space(letter)) continue;
        const unsigned flags = flags_of(letter);
        if (flags == 0) return wording::rewrite_unknown_flag(letter);
        rule.flags |= flags;
    }
    if ((rule.flags & (kRewriteHeaders | kEnvelope | kRewriteSmtp)) == 0)
        rule.flags |= at_transport_time ? kRewriteHeaders : kRewriteHeaders | kEnvelope;
    if ((rule.flags & kRewriteSmtp) != 0 && !rule.key.starts_with('^') && !rule.key.starts_with("\\N^"))
        return wording::rewrite_smtp_not_regex();
    if (at_transport_time && (rule.flags & (kEnvelope | kRewriteSmtp)) != 0)
        return wording::rewrite_not_at_transport_time();
    return {};
}

bool parse_into(ValueReader& reader, RewriteRules& value) {
    value = {};
    if (!read_string(reader, value.source)) return false;
    for (const auto& item : split_list(value.source)) {
        RewriteRule rule;
        if (std::string error = parse_rewrite_rule(item, true, rule); !error.empty())
            return reader.fail(std::move(error));
        rule.where = reader.where;
        value.rules.push_back(std::move(rule));
    }
    value.set = true;
    return true;
}

}  // namespace postern
