// SPDX-License-Identifier: Apache-2.0
// doctor/mailbox_lines.h – a part of a file line by line, from a descriptor whose position stays where it is. Lines may
// be gigabytes long: what is longer than a buffer comes in pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sys/os.h"

namespace postern {

class MailboxLines {
public:
    static constexpr std::size_t kLongestPiece = 64 * 1024;

    MailboxLines(Os& os, int fd, std::int64_t from, std::int64_t to) : os_(os), fd_(fd), next_(from), to_(to) {}

    struct Line {
        std::int64_t offset = 0;
        std::string_view text;  // with its newline; good until the next call
        bool begins = true;     // at the start of a line, not in the middle of a long one
        bool ends = false;      // with a newline
        [[nodiscard]] bool blank() const { return begins && (text == "\n" || text == "\r\n"); }
    };
    [[nodiscard]] Result<std::optional<Line>> next();  // nullopt: that was all

private:
    [[nodiscard]] Status fill();

    Os& os_;
    int fd_;
    std::int64_t next_, to_;  // what is not in the buffer yet
    std::string buffer_;
    std::size_t taken_ = 0;
    bool begins_ = true;
};

}  // namespace postern
