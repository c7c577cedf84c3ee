// SPDX-License-Identifier: Apache-2.0
// mail/message_id.h – Exim's message ids, tttttt-pppppp-ss (spec queue-retry-bounce.md §2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time_text.h"

namespace postern {

// The caller waits for the next tick (id_tick_microseconds) before it makes a second id.
[[nodiscard]] std::string make_message_id(TimePoint when, std::uint64_t pid, std::optional<int> localhost_number);
[[nodiscard]] int id_tick_microseconds(std::optional<int> localhost_number);  // 5000, or 10000 with a host number

[[nodiscard]] bool is_message_id(std::string_view text);       // 16 characters; the 23-character form is recognised too
[[nodiscard]] std::optional<std::int64_t> message_id_seconds(std::string_view id);
[[nodiscard]] constexpr std::size_t data_offset(std::string_view id) { return id.size() + 3; }  // "<id>-D\n"

}  // namespace postern
