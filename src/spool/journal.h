// SPDX-License-Identifier: Apache-2.0
// spool/journal.h – what a -J file says (spec queue-retry-bounce.md §5): one line for each address that was delivered.
#pragma once

#include <cstddef>
#include <string_view>

#include "mail/message.h"

namespace postern {

// Bytes up to and with the last newline. Whatever follows was being written when a process or the machine died.
[[nodiscard]] std::size_t journal_complete_size(std::string_view text);

// Marks what the complete lines name as done in `message`; gives their number. A line with a NUL is a block that never
// reached the disk and names nobody.
std::size_t replay_journal(std::string_view text, Message& message);

}  // namespace postern
