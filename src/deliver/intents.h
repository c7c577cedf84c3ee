// SPDX-License-Identifier: Apache-2.0
// deliver/intents.h – the intent records of one message in a delivery run: which addresses an earlier run may already
// have served, and where this run's deliveries record what they are about to do.
//
// A record is pending while an address that it names is still to be delivered by the transport that made it. Addresses
// of one pending record are delivered together, as they were then, and not with others.
#pragma once

#include <memory>
#include <vector>

#include "deliver/engine.h"

namespace postern {

class Intents {
public:
    Intents(HeldMessage& held, std::vector<IntentRecord> earlier) : held_(held), earlier_(std::move(earlier)) {}

    [[nodiscard]] bool any() const { return !earlier_.empty(); }
    // The latest record for the address and its transport, by its number; -1: none.
    [[nodiscard]] int pending(const AddressItem& item) const;
    [[nodiscard]] std::vector<EarlierIntent> earlier(const std::vector<AddressItem*>& batch) const;
    [[nodiscard]] Result<std::unique_ptr<IntentLog>> log(const std::vector<AddressItem*>& batch) const;

private:
    HeldMessage& held_;
    std::vector<IntentRecord> earlier_;
};

}  // namespace postern
