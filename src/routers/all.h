// SPDX-License-Identifier: Apache-2.0
// routers/all.h – the router drivers of this program, in the order of CMakeLists.txt. Only app/ and tests name them.
#pragma once

#include <span>

#include "driver/router.h"

namespace postern {

[[nodiscard]] std::span<const RouterDriver* const> all_routers();

// Routers that Exim has and Postern does not have yet: refused by name when the configuration is read. Sorted.
[[nodiscard]] std::span<const std::string_view> later_routers();

}  // namespace postern
