// SPDX-License-Identifier: Apache-2.0
#include "routers/all.h"

namespace postern {

#define POSTERN_ROUTER(name) extern const RouterDriver name##_driver;
#include "routers/all.inc"
#undef POSTERN_ROUTER

std::span<const RouterDriver* const> all_routers() {
#define POSTERN_ROUTER(name) &name##_driver,
    static constexpr const RouterDriver* kAll[] = {
#include "routers/all.inc"
    };
#undef POSTERN_ROUTER
    return kAll;
}

std::span<const std::string_view> later_routers() {
    static constexpr std::string_view kLater[] = {"dnslookup", "ipliteral", "iplookup", "manualroute", "queryprogram"};
    return kLater;
}

}  // namespace postern
