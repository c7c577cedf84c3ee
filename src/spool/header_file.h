// SPDX-License-Identifier: Apache-2.0
// spool/header_file.h – the text of a -H file: Message to bytes and back (spec queue-retry-bounce.md §4). Pure
// functions.
//
// What exim4 4.96 wrote comes back byte for byte, lines that Postern has no use for included. Older forms of recipient
// lines are read. Never crashes, whatever the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "mail/message.h"

namespace postern {

// A -H file with more recipients or a longer line is unreadable for exim4 (spec §16.3): intake refuses such messages.
inline constexpr std::size_t kSpoolRecipientsMax = 16384;
inline constexpr std::size_t kSpoolLineMax = 65535;

[[nodiscard]] std::string format_header_file(const Message& message);

struct HeaderFileError {
    bool in_envelope = true;  // else in the header lines, or where they should begin
    std::string what;         // for debugging and `explain`
    // Not in_envelope: what was read, and how long the header line that is broken claims to be (if it counts).
    std::optional<Message> read;
    std::int64_t broken_line_size = 0;
};
[[nodiscard]] tl::expected<Message, HeaderFileError> parse_header_file(std::string_view text);

}  // namespace postern
