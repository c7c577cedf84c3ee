// SPDX-License-Identifier: Apache-2.0
// app/submission.h – a message on standard input: taken, and delivered as the command line and the configuration say.
#pragma once

#include "app/workplace.h"
#include "intake/submission.h"

namespace postern {

// Reads the message. A refusal has been explained on stderr.
[[nodiscard]] tl::expected<Submission, int> take_message(Workplace& place);

// When nobody said otherwise on the command line: queue_only and its relatives.
[[nodiscard]] DeliveryMode delivery_mode(Workplace& place);
// queue_only, queue_only_file, queue_only_load: whatever the command line says.
[[nodiscard]] bool messages_held_back(Workplace& place);

}  // namespace postern
