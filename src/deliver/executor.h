// SPDX-License-Identifier: Apache-2.0
// deliver/executor.h – runs one batch in a child of its own: setup privileged, become the recipient, deliver, one
// report back through a pipe (spec transport-framework.md §7).
//
// A child that dies without a complete report leaves DEFER for every address that it had not reported; nothing that it
// says can make the parent do more than settle these addresses. The child never logs what the parent can log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deliver/engine.h"

namespace postern {

struct BatchRun {
    const Message& message;
    const BodyView& body_view;
    BodySource body;
    const std::vector<const AddressItem*>* duplicates = nullptr;
    std::vector<AddressItem*> batch;
    const TransportInstance* transport = nullptr;  // of the batch, or the shadow
    bool shadowing = false;
    bool first_delivery = false, queue_running = false;
    IdleConnections* idle = nullptr;  // of the message or of more; null: none are kept
    bool more_to_come = false;        // other deliveries may follow that would take a connection up
    IntentLog* intents = nullptr;     // of this batch
    std::vector<EarlierIntent> earlier_intents = {};
    std::optional<std::string> return_path;  // result: of the copy; absent if it never came to a delivery
    Author author = {};                      // result: who delivered
};

// Fills outcome, bytes_written … of each address. Problems before and around the child are logged
// here (main and panic log), verdicts are not: settlement does that.
void run_batch(const Engine& engine, BatchRun& run);

// The follow-up of a ReplyOrder: Transport::message_sent() in a child that is the batch's recipient. 0, or an errno.
[[nodiscard]] int tell_transport(const Engine& engine, const BatchRun& run, const std::string& memo);

// What a transport gets for this batch, without running anything: also for `postern explain`. The scope inside points
// into `address_scope`, which the caller keeps.
[[nodiscard]] tl::expected<DeliveryContext, Outcome> prepare_delivery(const Engine& engine, const BatchRun& run,
                                                                      AddressScope& address_scope);

}  // namespace postern
