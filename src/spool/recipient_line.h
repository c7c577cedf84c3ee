// SPDX-License-Identifier: Apache-2.0
// spool/recipient_line.h – one recipient's line in a -H file (spec queue-retry-bounce.md §4, point 8).
#pragma once

#include <string>
#include <string_view>

#include "mail/message.h"

namespace postern {

// Without the newline. The plain address, or the "#3" form if there is more to say.
[[nodiscard]] std::string format_recipient_line(const Recipient& recipient);
// Any line is some recipient: what is not one of the known forms is an address.
[[nodiscard]] Recipient parse_recipient_line(std::string_view line);

}  // namespace postern
