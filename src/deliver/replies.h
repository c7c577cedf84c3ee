// SPDX-License-Identifier: Apache-2.0
// deliver/replies.h – sends what a batch's child composed (AddressReport::reply): spooled first, then the transport
// hears of it in a second child of the same user, then the address may be settled.
#pragma once

#include "deliver/executor.h"
#include "deliver/new_message.h"

namespace postern {

// Addresses whose reply could not be sent become deferred. The replies are delivered by OutTray::deliver_sent().
void send_replies(const Engine& engine, BatchRun& run, OutTray& tray);

}  // namespace postern
