// SPDX-License-Identifier: Apache-2.0
// transports/autoreply_recipients.h – whom a reply goes to: the mailboxes of To:, Cc: and Bcc:, and of such lines in
// `headers`. What stays is as it was written; fields and lines that name nobody any more are gone. Pure functions.
#pragma once

#include <functional>

#include "driver/reply_data.h"

namespace postern {

// Takes out what cannot be read, of From: and Reply-To:, too: the engine's parser is the receiver's, and nobody is to
// be bounced for it. An empty To: stays: it is Exim's form.
void leave_out_unreadable(ReplyData& data);

// Takes out the mailboxes for which `is_named` is true.
void leave_out(ReplyData& data, const std::function<bool(std::string_view address)>& is_named);

[[nodiscard]] std::vector<std::string> reply_recipients(const ReplyData& data);

}  // namespace postern
