// SPDX-License-Identifier: Apache-2.0
// deliver/replies.h – sends what a batch's child composed (AddressReport::reply), exactly once whatever is cut short:
// the reply is prepared where nobody sees it, then its id is recorded among the message's intents – from here on it
// exists –, then it becomes visible, then the transport hears of it in a second child of the same user, then the
// address may be settled. A run that finds the record does what is left to do; one that finds none composes a reply of
// its own, and what had been prepared is never looked at.
#pragma once

#include <string>
#include <vector>

#include "deliver/executor.h"
#include "deliver/new_message.h"

namespace postern {

// Addresses whose reply could not be sent, or whose transport could not be told, become deferred. The replies are
// delivered by OutTray::deliver_sent().
void send_replies(const Engine& engine, BatchRun& run, OutTray& tray);

// An earlier run has recorded a reply for this batch: the batch has its outcome, nothing is to be run.
[[nodiscard]] bool replied_before(const Engine& engine, BatchRun& run);

// Makes every recorded reply of the message visible that is not yet; their ids. On an Error the message must be left
// alone: a reply of it could be lost.
[[nodiscard]] Result<std::vector<std::string>> publish_recorded_replies(Spool& spool, HeldMessage& held,
                                                                        const std::vector<IntentRecord>& intents);

}  // namespace postern
