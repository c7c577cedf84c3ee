// SPDX-License-Identifier: Apache-2.0
// mailbox/mbx_file.h – the bytes that make a file an MBX mailbox (spec appendfile.md §11.5): a block of 2048 bytes at
// its start, and a line before each message that says when it came, how long it is and, later, what its reader did with
// it. Texts only; the file itself is an MboxFile, whose messages have CR LF line ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time_text.h"

namespace postern {

inline constexpr std::size_t kMbxHeaderSize = 2048;

// Of a new mailbox: UID validity, no keywords, no UID given yet.
[[nodiscard]] std::string mbx_file_header(TimePoint now);
// "22-Nov-2026 03:55:02 +0000,292;000000000000-00000000\r\n"
[[nodiscard]] std::string mbx_message_line(TimePoint now, std::int64_t message_size, bool utc = false);

struct MbxMessageLine {
    std::int64_t message_size = 0;
    std::uint32_t user_flags = 0;
    std::uint16_t system_flags = 0;
    std::uint32_t uid = 0;
    std::size_t length = 0;  // of the line itself, with its line end
    bool operator==(const MbxMessageLine&) const = default;
};
inline constexpr std::uint16_t kMbxExpunged = 0x8000;
// The line at the start of `text`; nothing if there is no complete and well-formed one.
[[nodiscard]] std::optional<MbxMessageLine> parse_mbx_message_line(std::string_view text);
// Does a file that begins so have the header block of an MBX mailbox?
[[nodiscard]] bool is_mbx_header(std::string_view start);

}  // namespace postern
