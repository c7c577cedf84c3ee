// SPDX-License-Identifier: Apache-2.0
// mail/message_id.h – Exim's message ids, tttttt-pppppp-ss (spec queue-retry-bounce.md §2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time_text.h"

namespace postern {

// A process waits for the next tick of this length (wait_for_next_tick) before it makes a second id.
inline constexpr int kMessageIdTick = 5000;  // microseconds
[[nodiscard]] std::string make_message_id(TimePoint when, std::uint64_t pid, std::optional<int> localhost_number);

[[nodiscard]] bool is_message_id(std::string_view text);  // 16 characters; the 23-character form is recognised too
[[nodiscard]] std::optional<std::int64_t> message_id_seconds(std::string_view id);
[[nodiscard]] constexpr std::size_t data_offset(std::string_view id) { return id.size() + 3; }  // "<id>-D\n"

}  // namespace postern
