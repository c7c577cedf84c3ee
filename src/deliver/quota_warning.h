// SPDX-License-Identifier: Apache-2.0
// deliver/quota_warning.h – the message that tells a user that the mailbox has got fuller than quota_warn_threshold
// (spec appendfile.md §16). Composed by the parent when the delivery is over and recorded.
#pragma once

#include <vector>

#include "deliver/engine.h"
#include "deliver/new_message.h"

namespace postern {

// `scope` is that of the delivered batch. Does nothing if the transport has no warning text.
void send_quota_warning(const Engine& engine, const TransportInstance& transport, const Message& delivered,
                        const Scope& scope, OutTray& tray);

}  // namespace postern
