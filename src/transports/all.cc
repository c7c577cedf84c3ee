// SPDX-License-Identifier: Apache-2.0
#include "transports/all.h"

namespace postern {

#define POSTERN_TRANSPORT(name) extern const TransportDriver name##_driver;
#include "transports/all.inc"
#undef POSTERN_TRANSPORT

namespace {

constexpr const TransportDriver* kAll[] = {
#define POSTERN_TRANSPORT(name) &name##_driver,
#include "transports/all.inc"
#undef POSTERN_TRANSPORT
};

}  // namespace

std::span<const TransportDriver* const> all_transports() { return kAll; }

}  // namespace postern
