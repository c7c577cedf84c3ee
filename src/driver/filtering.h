// SPDX-License-Identifier: Apache-2.0
// driver/filtering.h – the transport_filter option for every transport: its command is worked out before anything else
// is, and it has run before anything is delivered. What a failure means is the transport's to say.
#pragma once

#include <string>
#include <vector>

#include "driver/transport.h"
#include "write/transport_filter.h"

namespace postern {

// The filter's words; none: no filter is wanted.
[[nodiscard]] tl::expected<std::vector<std::string>, Outcome> filter_command(DeliveryContext& context);

// What is to be written, through the filter if there is one. `file` keeps `body` open.
struct MessageToWrite {
    WritePlan plan;
    BodySource body;
    UniqueFd file;
};
[[nodiscard]] tl::expected<MessageToWrite, FilterFailure> through_filter(DeliveryContext& context,
                                                                         const std::vector<std::string>& filter,
                                                                         WritePlan plan);

}  // namespace postern
