// SPDX-License-Identifier: Apache-2.0
// mail/header_list.h – a message's header lines as they are stored and sent: text with its final newline, folded lines
// kept as they came, and the one-letter type that -H files carry (spec queue-retry-bounce.md §4, point 10).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

enum class HeaderType : char {
    other = ' ',
    bcc = 'B',
    cc = 'C',
    from = 'F',
    message_id = 'I',
    received = 'P',
    reply_to = 'R',
    sender = 'S',
    to = 'T',
    removed = '*',  // deleted or replaced: kept in -H, never sent
};

struct HeaderLine {
    HeaderType type = HeaderType::other;
    std::string text;  // "Subject: x\n", continuation lines included
    bool operator==(const HeaderLine&) const = default;
};

using HeaderList = std::vector<HeaderLine>;

// True if `text` begins with `name` (any case), optional white space, colon. `name` without colon.
[[nodiscard]] bool header_is(std::string_view text, std::string_view name);
// Does reception take this for a header line? The name may be empty (":" alone) and have eight-bit bytes, as in Exim.
[[nodiscard]] bool is_header_line(std::string_view text);
// Length of the name before the colon, 0 if `text` is not a header line or has no name.
[[nodiscard]] std::size_t header_name_length(std::string_view text);
[[nodiscard]] std::string_view header_value(std::string_view text);  // after the colon, raw
// The type that reception gives a line with this text; resent is the letter's Resent- form.
struct HeaderClass {
    HeaderType type = HeaderType::other;
    bool resent = false;
};
[[nodiscard]] HeaderClass classify_header(std::string_view text);

// First live (not removed) line of that name, or nullptr.
[[nodiscard]] const HeaderLine* find_header(const HeaderList& headers, std::string_view name);
[[nodiscard]] std::size_t transmitted_size(const HeaderList& headers);  // bytes of all lines that are not removed

}  // namespace postern
