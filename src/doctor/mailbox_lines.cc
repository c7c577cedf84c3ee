// SPDX-License-Identifier: Apache-2.0
#include "doctor/mailbox_lines.h"

#include <algorithm>
#include <cerrno>

namespace postern {
namespace {

constexpr int kMostRounds = 100;  // of being interrupted

}  // namespace

// A file that has become shorter ends where it ends now.
Status MailboxLines::fill() {
    buffer_.erase(0, taken_);
    taken_ = 0;
    const std::size_t had = buffer_.size();
    const auto most =
        static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(kLongestPiece), to_ - next_));
    buffer_.resize(had + most);
    auto got = os_.pread(fd_, {buffer_.data() + had, most}, next_);
    for (int round = 0; round < kMostRounds && !got && got.error().code == EINTR; ++round)
        got = os_.pread(fd_, {buffer_.data() + had, most}, next_);
    buffer_.resize(had + got.value_or(0));
    if (!got) return Unexpected(got.error());
    next_ += static_cast<std::int64_t>(*got);
    if (*got == 0) to_ = next_;
    return {};
}

Result<std::optional<MailboxLines::Line>> MailboxLines::next() {
    std::size_t newline = buffer_.find('\n', taken_);
    while (newline == std::string::npos && buffer_.size() - taken_ < kLongestPiece && next_ < to_) {
        const std::size_t searched = buffer_.size() - taken_;
        POSTERN_TRY(fill());
        newline = buffer_.find('\n', searched);
    }
    const std::size_t left = buffer_.size() - taken_;
    if (left == 0) return std::optional<Line>();
    const bool ends = newline != std::string::npos;
    const std::size_t length = ends ? newline - taken_ + 1 : left;
    const Line line{.offset = next_ - static_cast<std::int64_t>(left),
                    .text = std::string_view(buffer_).substr(taken_, length),
                    .begins = begins_,
                    .ends = ends};
    begins_ = ends;
    taken_ += length;
    return std::optional(line);
}

}  // namespace postern
