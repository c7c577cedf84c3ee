// SPDX-License-Identifier: Apache-2.0
#include "mailbox/message_shape.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace postern {
namespace {

// What mutt, pine, UW-IMAP and Dovecot add, change and drop.
constexpr std::array<std::string_view, 8> kReadersNames{"Status",     "X-Status", "X-Keywords",     "X-UID",
                                                        "X-IMAPbase", "X-IMAP",   "Content-Length", "Lines"};
constexpr std::size_t kLongestName = 14;

bool is_readers(std::string_view name) {
    return std::ranges::any_of(kReadersNames, [&](std::string_view other) { return iequals(name, other); });
}

}  // namespace

void LastingSum::keep(std::string_view bytes) {
    static constexpr std::string_view kNewlines = "\n\n\n\n\n\n\n\n";
    while (!bytes.empty() && !full()) {
        const std::size_t text = bytes.find_first_not_of('\n');
        newlines_ += std::min(text, bytes.size());
        if (text == std::string_view::npos) return;
        bytes.remove_prefix(text);
        for (; newlines_ > 0 && !full(); --newlines_) sum_.add(kNewlines.substr(0, 1));
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        sum_.add(bytes.substr(0, std::min<std::uint64_t>(end, limit_ - sum_.count())));
        bytes.remove_prefix(end);
    }
}

// The beginning of a header line, until it is clear what line it is. How much it took.
std::size_t LastingSum::take_name(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        const bool ends = c == ':' || c == '\n' || name_.size() > kLongestName;
        if (!ends) {
            name_ += c;
            continue;
        }
        const bool blank = c == '\n' && (name_.empty() || name_ == "\r");
        dropping_ = c == ':' && is_readers(name_);
        if (!dropping_) keep(name_);
        name_.clear();
        at_ = blank ? At::body : dropping_ ? At::dropped_line : At::kept_line;
        return i;  // the byte that ended it belongs to the line
    }
    return bytes.size();
}

void LastingSum::add(std::string_view bytes) {
    while (!bytes.empty() && !full()) {
        switch (at_) {
            case At::body:
                keep(bytes);
                return;
            case At::line_start:
                if (bytes.front() == ' ' || bytes.front() == '\t') {
                    at_ = dropping_ ? At::dropped_line : At::kept_line;
                } else {
                    at_ = At::name;
                }
                break;
            case At::name:
                bytes.remove_prefix(take_name(bytes));
                break;
            case At::kept_line:
            case At::dropped_line: {
                const std::size_t newline = bytes.find('\n');
                const std::size_t end = newline == std::string_view::npos ? bytes.size() : newline + 1;
                if (at_ == At::kept_line) keep(bytes.substr(0, end));
                if (newline != std::string_view::npos) at_ = At::line_start;
                bytes.remove_prefix(end);
                break;
            }
        }
    }
}

Status ShapeSink::write(std::string_view bytes) {
    sum_.add(bytes);
    lasting_.add(bytes);
    if (head_.size() < MessageShape::kLongHead) head_ += bytes.substr(0, MessageShape::kLongHead - head_.size());
    return {};
}

MessageShape ShapeSink::shape() const {
    MessageShape out{.size = sum_.count(),
                     .sum = sum_.value(),
                     .lasting_size = lasting_.count(),
                     .lasting_sum = lasting_.value(),
                     .head = head_,
                     .own_from = 0,
                     .reported = 0};
    const std::size_t id = out.head.find(message_id_);
    if (message_id_.empty() || id == std::string::npos) return out;
    out.own_from = id + message_id_.size();
    out.head.resize(
        std::min<std::size_t>(std::max<std::uint64_t>(MessageShape::kShortHead, out.own_from), out.head.size()));
    return out;
}

}  // namespace postern
