// SPDX-License-Identifier: Apache-2.0
#include "mailbox/maildirsize.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace postern {
namespace {

bool is_letter(char c) { return is_alnum(c) && !is_digit(c); }

// "1000S,10C\n": letters other than S and C are somebody else's limits.
bool take_limits(std::string_view& text, MaildirsizeText& out) {
    for (;;) {
        const std::int64_t number = take_number(text);
        if (text.empty() || !is_letter(text.front())) return false;
        if (text.front() == 'S') out.size_limit = number;
        if (text.front() == 'C') out.count_limit = number;
        text.remove_prefix(1);
        if (text.empty()) return false;  // a line without end: more of it may be on its way
        const char next = text.front();
        text.remove_prefix(1);
        if (next == '\n') return true;
        if (next != ',') return false;
    }
}

// "<bytes> <files>\n", with blanks in front of each number.
bool take_line(std::string_view& text, MaildirsizeText& out) {
    const std::int64_t size = take_number(text);
    if (!text.starts_with(' ')) return false;
    text.remove_prefix(1);
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    std::size_t end = !text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    const auto count = parse_int(text.substr(0, end));
    text.remove_prefix(count ? end : 0);
    if (!text.starts_with('\n')) return false;
    text.remove_prefix(1);
    out.use = sum_of(out.use, {size, count.value_or(0)});
    ++out.lines;
    return true;
}

}  // namespace

std::optional<MaildirsizeText> parse_maildirsize(std::string_view text) {
    MaildirsizeText out;
    if (!take_limits(text, out)) return std::nullopt;
    while (!text.empty()) {
        if (!take_line(text, out)) return std::nullopt;
    }
    if (out.use.size < 0 || out.use.count < 0) return std::nullopt;
    return out;
}

std::string maildirsize_line(const MailboxUse& added) { return fmt::format("{} {}\n", added.size, added.count); }

std::string maildirsize_text(std::int64_t size_limit, std::int64_t count_limit, const MailboxUse& use) {
    return fmt::format("{}S,{}C\n{}", size_limit, count_limit, maildirsize_line(use));
}

}  // namespace postern
