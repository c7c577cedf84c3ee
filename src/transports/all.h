// SPDX-License-Identifier: Apache-2.0
// transports/all.h – every transport driver that CMakeLists.txt names, in its order. Only app/ and tests ask for it.
#pragma once

#include <span>

#include "driver/transport.h"

namespace postern {

[[nodiscard]] std::span<const TransportDriver* const> all_transports();

}  // namespace postern
