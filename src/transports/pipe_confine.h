// SPDX-License-Identifier: Apache-2.0
// transports/pipe_confine.h – option confine of pipe: what the other confine_… options come to for one delivery. Does
// not confine (sys/confinement.h) and makes nothing. A list that cannot be expanded, or that holds text from outside,
// defers.
#pragma once

#include "driver/transport.h"
#include "sys/confinement.h"
#include "transports/pipe_options.h"

namespace postern {

[[nodiscard]] tl::expected<Confinement, Outcome> confinement_of(DeliveryContext& context, const PipeOptions& options);

}  // namespace postern
