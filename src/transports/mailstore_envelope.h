// SPDX-License-Identifier: Apache-2.0
// transports/mailstore_envelope.h – the text of a Mailstore's .env file (spec appendfile.md §9.3): prefix, sender, one
// line a recipient, suffix.
#pragma once

#include <string>

#include "driver/transport.h"
#include "mailbox/mailbox.h"
#include "transports/appendfile_options.h"

namespace postern {

// $mailstore_basename has to be in the context's scope. Failure: an option that does not expand.
[[nodiscard]] MailboxResult<std::string> mailstore_envelope(DeliveryContext& context, const AppendfileOptions& options,
                                                            const std::string& path);

}  // namespace postern
