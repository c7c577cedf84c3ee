// SPDX-License-Identifier: Apache-2.0
// deliver/recipients.h – from a message's recipients, through the routers, to the list of local deliveries, in the
// order in which Exim considers them (spec transport-framework.md §3 "Order of work", §4; queue-retry-bounce.md §6 step
// 8–10).
#pragma once

#include <set>
#include <string>

#include "deliver/batch.h"
#include "deliver/settlement.h"

namespace postern {

class Routing {
public:
    Routing(const Engine& engine, Message& message, const BodyView& body, Settlement& settlement, AddressPool& pool,
            const RunRequest& request);

    // Everything that needs no delivery is settled on the way; what remains is to be delivered, front to back.
    [[nodiscard]] AddressChain deliveries();

private:
    void collect_recipients();
    void consider(AddressItem& item);
    void consider_child(AddressItem& item);
    void consider_mailbox(AddressItem& item);
    [[nodiscard]] bool held_back(AddressItem& item);
    void hold_queue_domains();
    void route(AddressItem& item);
    void settle_routed(AddressItem& item);
    void drop_duplicates(AddressChain& chain);
    [[nodiscard]] bool listed(const Expandable& option, std::string_view name, AddressItem& item, Stage stage,
                              std::string_view defer_message);
    void defer_item(AddressItem& item, Stage stage, int code, std::string message);

    const Engine& engine_;
    Message& message_;
    const BodyView& body_;
    Settlement& settlement_;
    AddressPool& pool_;
    const RunRequest& request_;
    RouterChain chain_;
    AddressChain new_, to_route_, local_;
    std::set<std::string> pfr_seen_;
};

}  // namespace postern
