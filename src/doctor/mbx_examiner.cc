// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "doctor/examiners.h"
#include "doctor/mailbox_lines.h"
#include "doctor/message_digest.h"
#include "mailbox/mbx_file.h"

namespace postern {
namespace {

constexpr std::size_t kLongestLine = 80;
constexpr std::size_t kUidsAt = 7, kUidDigits = 8;

class MbxExaminer {
public:
    MbxExaminer(Os& os, int fd, std::int64_t size, Report& report) : os_(os), fd_(fd), size_(size), report_(report) {}

    Status examine() {
        if (size_ == 0) return {};
        POSTERN_TRY_ASSIGN(const bool walkable, header());
        if (!walkable) return {};
        while (at_ < size_) {
            POSTERN_TRY_ASSIGN(const std::string_view text, block(at_));
            if (text.empty()) break;  // cut off meanwhile
            const auto line = parse_mbx_message_line(text);
            if (!line) return no_line(text);
            POSTERN_TRY(message(*line));
        }
        return {};
    }

private:
    Result<std::string_view> block(std::int64_t offset) {
        POSTERN_TRY_ASSIGN(const std::size_t got, os_.pread(fd_, buffer_, offset));
        return std::string_view(buffer_.data(), got);
    }

    // False: no messages can follow.
    Result<bool> header() {
        POSTERN_TRY_ASSIGN(const std::string_view text, block(0));
        if (size_ < static_cast<std::int64_t>(kMbxHeaderSize)) {
            found(MailboxFault::torn_end, 0, wording::bytes_missing(static_cast<std::int64_t>(kMbxHeaderSize) - size_));
            return false;
        }
        const std::string_view numbers = text.substr(std::min(kUidsAt, text.size()));
        const auto validity = parse_uint(numbers.substr(0, kUidDigits), 16);
        const auto last =
            numbers.size() > kUidDigits ? parse_uint(numbers.substr(kUidDigits, kUidDigits), 16) : std::nullopt;
        const bool ends = numbers.size() >= 2 * kUidDigits && numbers.substr(2 * kUidDigits).starts_with("\r\n");
        if (!is_mbx_header(text) || !validity || !last || !ends) found(MailboxFault::mbx_header, 0);
        last_uid_ = last.value_or(UINT32_MAX);
        at_ = static_cast<std::int64_t>(kMbxHeaderSize);
        return true;
    }

    // A beginning of a line that breaks off with the file is what a dead writer leaves.
    Status no_line(std::string_view text) {
        const bool at_end =
            at_ + static_cast<std::int64_t>(text.size()) >= size_ && text.find('\n') == std::string_view::npos;
        found(at_end ? MailboxFault::torn_end : MailboxFault::mbx_line, at_,
              at_end ? std::string() : wording::bytes_unreadable(size_ - at_));
        return {};
    }

    Status message(const MbxMessageLine& line) {
        const std::int64_t begin = at_ + static_cast<std::int64_t>(line.length), left = size_ - begin;
        ++report_.messages;
        if (line.uid != 0) {
            if (line.uid <= highest_uid_ || line.uid > last_uid_) found(MailboxFault::mbx_uid, at_);
            highest_uid_ = std::max(highest_uid_, line.uid);
        }
        if (line.message_size > left) {
            found(MailboxFault::torn_end, at_, wording::bytes_missing(line.message_size - left));
            at_ = size_;
            return {};
        }
        POSTERN_TRY(text(begin, begin + line.message_size, (line.system_flags & kMbxExpunged) != 0));
        at_ = begin + line.message_size;
        return {};
    }

    Status text(std::int64_t begin, std::int64_t end, bool expunged) {
        MailboxLines lines(os_, fd_, begin, end);
        MessageDigest digest;
        bool zeros_reported = false;
        for (;;) {
            POSTERN_TRY_ASSIGN(const auto line, lines.next());
            if (!line) break;
            digest.add(*line);
            const auto zeros = zeros_reported ? std::nullopt : find_zeros(line->text);
            if (!zeros) continue;
            zeros_reported = true;
            found(MailboxFault::zeros, line->offset + static_cast<std::int64_t>(*zeros));
        }
        if (expunged) return {};
        if (const auto first = seen_.first_place(digest, fmt::format("at {}", at_)))
            found(MailboxFault::duplicate_message, at_, wording::duplicate_of(*first));
        return {};
    }

    void found(MailboxFault fault, std::int64_t offset, std::string detail = {}) {
        report_.add({.fault = fault, .file = {}, .offset = offset, .detail = std::move(detail)});
    }

    Os& os_;
    int fd_;
    std::int64_t size_;
    Report& report_;
    std::array<char, kLongestLine> buffer_{};
    SeenMessages seen_;
    std::int64_t at_ = 0;
    std::uint64_t last_uid_ = 0;
    std::uint32_t highest_uid_ = 0;
};

}  // namespace

Status examine_mbx(Os& os, int fd, std::int64_t size, Report& report) {
    return MbxExaminer(os, fd, size, report).examine();
}

}  // namespace postern
