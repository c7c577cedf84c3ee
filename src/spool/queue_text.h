// SPDX-License-Identifier: Apache-2.0
// spool/queue_text.h – one message's block in the listing of `-bp` (spec queue-retry-bounce.md §8).
#pragma once

#include <cstdint>
#include <string>

#include "spool/spool.h"

namespace postern {

struct QueueTextOptions {
    bool undelivered_only = false;  // -bpu: recipients that are done are left out
    bool all_done = false;          // -bpa: done addresses that are not recipients are shown
};
// With the blank line at its end. What is loaded must have been read with the journal.
[[nodiscard]] std::string queue_block(const Spool::Loaded& loaded, std::int64_t now, QueueTextOptions options);
// Of a message that cannot be read: what there is of it.
[[nodiscard]] std::string queue_block(const std::string& id, const Spool::ReadFailure& failure, std::int64_t now,
                                      QueueTextOptions options);

}  // namespace postern
