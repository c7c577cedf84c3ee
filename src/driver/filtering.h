// SPDX-License-Identifier: Apache-2.0
// driver/filtering.h – the transport_filter option for every transport. The engine works out its command before the
// transport does anything; the transport sends its plan through, before anything is delivered, and says what a failure
// means.
#pragma once

#include "driver/transport.h"
#include "write/transport_filter.h"

namespace postern {

// Fills context.filter. The outcome, if there is one, is the delivery's.
[[nodiscard]] std::optional<Outcome> prepare_filter(DeliveryContext& context);

// Without a filter nothing happens; else `plan` and context.body are from now on what came out of it.
[[nodiscard]] std::optional<FilterFailure> pass_through_filter(DeliveryContext& context, WritePlan& plan);

}  // namespace postern
