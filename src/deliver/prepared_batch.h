// SPDX-License-Identifier: Apache-2.0
// deliver/prepared_batch.h – addresses that are to be delivered together, with everything that can be computed before
// their child starts: return path, identity, what the transport gets.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "deliver/engine.h"
#include "deliver/in_hand.h"

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
    TimePoint started, finished;             // result: of the delivery
};

// Why it could not even begin, to both logs; all addresses have that outcome.
void not_started(const Engine& engine, BatchRun& run, const Outcome& outcome);

// What a transport gets for this batch, without running anything: also for `postern explain`. The scope inside points
// into `address_scope`, which the caller keeps.
[[nodiscard]] tl::expected<DeliveryContext, Outcome> prepare_delivery(const Engine& engine, const BatchRun& run,
                                                                      AddressScope& address_scope);

// Refers to its BatchRun, which outlives it.
struct PreparedBatch {
    // nullptr: it is not_started().
    [[nodiscard]] static std::unique_ptr<PreparedBatch> make(const Engine& engine, BatchRun& run);
    PreparedBatch(const PreparedBatch&) = delete;
    PreparedBatch& operator=(const PreparedBatch&) = delete;

    // Both can have the same child.
    [[nodiscard]] bool goes_with(const PreparedBatch& other) const;

    BatchRun& run;
    std::unique_ptr<AddressScope> scope;  // `context` points into it
    DeliveryContext context;
    std::unique_ptr<Transport> transport;
    InHand in_hand;

private:
    PreparedBatch(const Engine& engine, BatchRun& of, DeliveryContext made, std::unique_ptr<AddressScope> made_in);
};

}  // namespace postern
