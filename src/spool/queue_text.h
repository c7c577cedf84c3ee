// SPDX-License-Identifier: Apache-2.0
// spool/queue_text.h – one block of `exim -bp`: age, size, id, sender, recipients (spec queue-retry-bounce.md §8).
// exiqgrep, exiqsumm and mailq users parse these columns.
#pragma once

#include <string>

#include "spool/spool.h"

namespace postern {

struct QueueTextStyle {
    bool undelivered_only = false;     // -bpu: no lines of done recipients
    bool all_non_recipients = false;   // -bpa: also the addresses that were generated and are done
    std::int64_t now = 0;
};

[[nodiscard]] std::string queue_block(const Message& message, const QueueTextStyle& style);
[[nodiscard]] std::string unreadable_block(const std::string& id, const Spool::ReadFailure& why, const QueueTextStyle& style);

[[nodiscard]] std::string age_column(std::int64_t seconds);   // " 5m", "23h", " 4d"
[[nodiscard]] std::string size_column(std::int64_t bytes);    // five characters

}  // namespace postern
