// SPDX-License-Identifier: Apache-2.0
// The addresses of a header line, in place: everything between them stays as it was.
#include "rewrite/rewrite.h"
#include "wording/rewrite.h"

namespace postern {
namespace {

constexpr std::size_t kLongEnough = 40;  // an output line that has grown past this is folded behind the separator

bool is_sender_type(HeaderType type) {
    return type == HeaderType::from || type == HeaderType::sender || type == HeaderType::reply_to;
}

}  // namespace

std::optional<Rewriter::Where> rewrite_place(HeaderType type) {
    switch (type) {
        case HeaderType::sender:
            return Rewriter::Where::sender;
        case HeaderType::from:
            return Rewriter::Where::from;
        case HeaderType::to:
            return Rewriter::Where::to;
        case HeaderType::cc:
            return Rewriter::Where::cc;
        case HeaderType::bcc:
            return Rewriter::Where::bcc;
        case HeaderType::reply_to:
            return Rewriter::Where::reply_to;
        default:
            return std::nullopt;
    }
}

// The item's new text; the old one if nothing applies to it.
std::string Rewriter::new_item(const HeaderAddress& item, HeaderType type, Where where,
                               std::span<const RewriteRule> rules, Qualify qualify, const Scope& scope) {
    std::string text(item.item);
    if (!item.parse.value) {
        if (!rules.empty()) hooks_.main_log(wording::header_address_bad(item.parse.error.text));
        return text;
    }
    const ParsedAddress& found = *item.parse.value;
    std::string address = found.address;
    if (!found.at) {
        const bool sender = is_sender_type(type);
        if (sender ? !qualify.senders : !qualify.recipients) return text;
        address += "@" + (sender ? main_.qualify_domain.value : main_.qualify_recipient.value);
    }
    const Result result = apply(tainted_text(address), where, rules, scope);
    if (!result.whole.empty()) {
        const std::size_t first = text.find_first_not_of(" \t\n"), last = text.find_last_not_of(" \t\n");
        return text.replace(first, last - first + 1, result.whole);
    }
    if (result.address.bytes != found.address) text.replace(found.start, found.end - found.start, result.address.bytes);
    return text;
}

std::optional<std::string> Rewriter::rewrite_header(const HeaderLine& line, std::span<const RewriteRule> rules,
                                                    Qualify qualify, const Scope& scope) {
    const auto where = rewrite_place(line.type);
    if (!where || (rules.empty() && !qualify.senders && !qualify.recipients)) return std::nullopt;
    const std::string_view text = line.text;
    const std::size_t value_at = text.size() - header_value(text).size();

    std::string out;
    std::size_t copied = 0, line_start = 0;  // folds of our own start lines; those that were there do not count
    bool changed = false;
    const auto items = header_addresses(text.substr(value_at), address_rules());
    for (const HeaderAddress& item : items) {
        const std::string replaced = new_item(item, line.type, *where, rules, qualify, scope);
        if (replaced == item.item) continue;
        changed = true;
        const std::size_t at = value_at + item.offset;
        // Blanks in front of the item may be out already, before a fold.
        if (at >= copied)
            out.append(text.substr(copied, at - copied)).append(replaced);
        else
            out.append(replaced, copied - at, std::string::npos);
        copied = at + item.item.size();
        if (replaced.size() <= item.item.size()) continue;
        // Fold behind one comma and its blanks, unless the line ends there anyway.
        const std::size_t comma = value_at + item.whole_end;
        if (comma >= text.size()) continue;
        const std::size_t next = text.find_first_not_of(" \t", comma + 1);
        if (next == std::string_view::npos || text[next] == '\n') continue;
        if (out.size() - line_start + (next - copied) <= kLongEnough) continue;
        out.append(text.substr(copied, next - copied)).append("\n\t");
        copied = next;
        line_start = out.size() - 2;  // the newline counts
    }
    if (!changed) return std::nullopt;
    out.append(text.substr(copied));
    if (!out.ends_with('\n')) out += '\n';  // a backslash at the end had taken it into the address
    return out;
}

}  // namespace postern
