// SPDX-License-Identifier: Apache-2.0
#include "spool/recipient_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::int64_t kHasErrorsTo = 1, kHasDsn = 2;

std::string one_line(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
}

// Takes pieces off the end of a line; `line` keeps what is left. An address may contain anything, so the front can't
// be trusted.
struct Tail {
    std::string_view line;

    bool number(std::int64_t& value) {
        std::size_t start = line.size();
        while (start > 0 && is_digit(line[start - 1])) --start;
        if (start > 0 && start < line.size() && line[start - 1] == '-') --start;
        const auto parsed = parse_int(line.substr(start));
        if (!parsed) return false;
        value = *parsed;
        line.remove_suffix(line.size() - start);
        return true;
    }
    bool character(char c) {
        if (line.empty() || line.back() != c) return false;
        line.remove_suffix(1);
        return true;
    }
    bool text(std::int64_t length, std::string& into) {
        if (length < 0 || static_cast<std::uint64_t>(length) > line.size()) return false;
        const auto size = static_cast<std::size_t>(length);
        into = line.substr(line.size() - size);
        line.remove_suffix(size);
        return true;
    }
    // " <text> <length>,<number>"
    bool text_and_number(std::string& into, std::int64_t& value) {
        std::int64_t length = 0;
        return number(value) && character(',') && number(length) && character(' ') && text(length, into) &&
               character(' ');
    }
};

bool parse_flagged(std::string_view line, Recipient& into) {
    Tail tail{line};
    std::int64_t flags = 0, parent = -1, dsn = 0;
    if (!tail.number(flags) || !tail.character('#')) return false;
    if ((flags & kHasErrorsTo) != 0 && !tail.text_and_number(into.errors_to, parent)) return false;
    if ((flags & kHasDsn) != 0 && !tail.text_and_number(into.original, dsn)) return false;
    if (parent < -1 || parent > INT32_MAX || dsn < 0 || dsn > INT32_MAX) return false;
    into.parent = static_cast<int>(parent);
    into.dsn_flags = static_cast<unsigned>(dsn);
    into.address = tail.line;
    return true;
}

// "<address> <parent>" of early Exim 4, "<address> <n>,<n>,<n>" of Exim 3.
bool parse_old(std::string_view line, Recipient& into) {
    Tail tail{line};
    std::int64_t parent = -1, ignored = 0;
    if (!tail.number(parent)) return false;
    Tail longer = tail;
    const bool three =
        longer.character(',') && longer.number(ignored) && longer.character(',') && longer.number(ignored);
    if (three) tail = longer;
    if (parent < -1 || parent > INT32_MAX || !tail.character(' ') || tail.line.empty() || tail.line.back() == ' ')
        return false;
    into.parent = three ? -1 : static_cast<int>(parent);
    into.address = tail.line;
    return true;
}

}  // namespace

std::string format_recipient_line(const Recipient& r) {
    const std::string address = one_line(r.address);
    const bool plain = r.errors_to.empty() && r.parent < 0 && r.original.empty() && r.dsn_flags == 0;
    if (plain && parse_recipient_line(address).address == address)
        return address;  // else it would be read as something else
    return fmt::format("{} {} {},{} {} {},{}#{}", address, one_line(r.original), r.original.size(), r.dsn_flags,
                       one_line(r.errors_to), r.errors_to.size(), r.parent, kHasErrorsTo | kHasDsn);
}

Recipient parse_recipient_line(std::string_view line) {
    Recipient recipient;
    if (!line.empty() && is_digit(line.back())) {
        if (parse_flagged(line, recipient)) return recipient;
        recipient = {};
        if (parse_old(line, recipient)) return recipient;
        recipient = {};
    }
    recipient.address = line;
    return recipient;
}

}  // namespace postern
