// SPDX-License-Identifier: Apache-2.0
// transports/autoreply_data.h – from the options of autoreply to the data of one reply: expanded in Exim's order,
// checked, and with never_mail taken out (spec autoreply.md §3–§5). Changes nothing.
#pragma once

#include "driver/reply_data.h"
#include "driver/transport.h"
#include "transports/autoreply_options.h"

namespace postern {

// Also for addresses that bring their data along.
[[nodiscard]] tl::expected<ReplyData, Outcome> reply_data(DeliveryContext& context, const AutoreplyOptions& options);

}  // namespace postern
