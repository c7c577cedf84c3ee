// SPDX-License-Identifier: Apache-2.0
// route/preconditions.h – everything that a router's generic options ask before its driver runs (spec routing.md §3.2,
// steps 3 to 16), in Exim's order: an administrator's lookups run, and fail, in the order that they are used to.
#pragma once

#include <string>
#include <vector>

#include "driver/router.h"

namespace postern {

struct Gate {
    enum class Kind : std::uint8_t {
        open,
        skip,     // this router is not for the address; `more` is not asked
        decline,  // as if the driver had declined: `more` decides
        defer,
    };
    Kind kind = Kind::open;
    std::string why;     // for `postern explain`
    RouteResult result;  // defer
};

// Changes what the router would see and what it sets: the affixes, $home, the data variables, router variables,
// address_data; fills context.address_scope. `captures` gets $0, $1 … as domains and local_parts left them.
[[nodiscard]] Gate check_preconditions(const RouterInstance& router, AddressItem& item, RouteContext& context,
                                       std::vector<Text>& captures);

}  // namespace postern
