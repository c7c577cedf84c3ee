// SPDX-License-Identifier: Apache-2.0
// transports/autoreply_text.h – the text of a reply: header lines in Exim's order, body, the file, the copy of the
// original (spec autoreply.md §7, §9). Reads the file as the user; writes nothing.
#pragma once

#include "driver/reply_data.h"
#include "driver/transport.h"
#include "transports/autoreply_options.h"

namespace postern {

// A complete message for NewMessage::text. Longer than DeliveryReport::kMaxReply it never is: the copy is cut.
[[nodiscard]] tl::expected<std::string, Outcome> reply_text(DeliveryContext& context, const AutoreplyOptions& options,
                                                            const ReplyData& data);

}  // namespace postern
