// SPDX-License-Identifier: Apache-2.0
// deliver/target_identity.h – who a batch is delivered as, with home and working directory, and where each part comes
// from (spec transport-framework.md §8, §9). Used by deliveries and by `postern explain`.
#pragma once

#include <string>
#include <vector>

#include "deliver/engine.h"
#include "sys/identity.h"

namespace postern {

struct IdentityRefusal {
    Outcome outcome;  // DEFER with Exim's code and message; the engine logs the message to main and panic log
};

// `scope` is the batch's. $home is unset while it is expanded itself, and set for the working directory.
[[nodiscard]] tl::expected<Identity, IdentityRefusal> target_identity(const Engine& engine,
                                                                      const TransportInstance& transport,
                                                                      const AddressItem& first, const Scope& scope);

}  // namespace postern
