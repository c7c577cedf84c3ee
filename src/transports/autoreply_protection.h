// SPDX-License-Identifier: Apache-2.0
// transports/autoreply_protection.h – may this reply be sent? What `loop_protection` and `personal` want to know of
// the message, of the recipient's own addresses and of those that the reply would go to. Changes nothing.
#pragma once

#include "driver/transport.h"
#include "mail/automatic.h"
#include "transports/autoreply_options.h"

namespace postern {

// A deferring Outcome: `personal_addresses` cannot be read now, so nobody knows.
[[nodiscard]] tl::expected<std::optional<NoAnswer>, Outcome> reason_not_to_answer(DeliveryContext& context,
                                                                                  const AutoreplyOptions& options,
                                                                                  const ReplyData& data);

// Nobody is mailed by mistake, and nobody forgotten: a list that cannot be read defers.
[[nodiscard]] Outcome list_not_read(const DeliveryContext& context, std::string_view option, std::string_view why);

}  // namespace postern
