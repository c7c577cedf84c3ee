// SPDX-License-Identifier: Apache-2.0
#include "deliver/intents.h"

#include <algorithm>

namespace postern {
namespace {

bool names(const IntentRecord& record, const AddressItem& item) {
    return record.transport == item.transport->name &&
           std::ranges::find(record.addresses, item.unique) != record.addresses.end();
}

}  // namespace

int Intents::pending(const AddressItem& item) const {
    if (!item.transport) return -1;
    for (std::size_t i = earlier_.size(); i-- > 0;) {
        if (names(earlier_[i], item)) return static_cast<int>(i);
    }
    return -1;
}

std::vector<EarlierIntent> Intents::earlier(const std::vector<AddressItem*>& batch) const {
    std::vector<EarlierIntent> out;
    out.reserve(earlier_.size());
    for (const IntentRecord& record : earlier_) {
        const bool ours = std::ranges::any_of(batch, [&](const AddressItem* item) { return names(record, *item); });
        out.push_back({record.text, ours});
    }
    return out;
}

Result<std::unique_ptr<IntentLog>> Intents::log(const std::vector<AddressItem*>& batch) const {
    std::vector<std::string> addresses;
    addresses.reserve(batch.size());
    for (const AddressItem* item : batch) addresses.push_back(item->unique);
    return held_.intent_log(batch.front()->transport->name, std::move(addresses));
}

}  // namespace postern
