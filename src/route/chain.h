// SPDX-License-Identifier: Apache-2.0
// route/chain.h – runs the routers for one address: loop protection, affixes, preconditions, driver, unseen, more,
// "Unrouteable address" (spec routing.md §3.2). Used by deliver/ for deliveries and by app/ for -bt and explain.
#pragma once

#include "driver/router.h"

namespace postern {

struct RoutedAddress {
    RouteVerdict verdict = RouteVerdict::fail;  // ok: item.transport set, or children made; fail/defer: item.outcome
};

class RouterChain {
public:
    RouterChain(const Configuration& configuration, const DriverSet& drivers);
    ~RouterChain();
    // Runs `item` (already split) through the routers from item.start_router. Children (redirect) and the clone of an
    // `unseen` router are appended to *context.children with parents, child counts and propagated facts set.
    [[nodiscard]] RoutedAddress route(AddressItem& item, RouteContext& context);

    // Whether `address` routes as a recipient, with an empty sender: what errors_to asks.
    [[nodiscard]] bool verifies(const Text& address, const RouteContext& context);

private:
    struct State;
    class Run;
    std::unique_ptr<State> state_;
};

}  // namespace postern
