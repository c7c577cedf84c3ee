// SPDX-License-Identifier: Apache-2.0
// app/explain.h – `postern explain ADDRESS`: what would happen to a message, step by step, from the same computations
// that a delivery makes (router chain, target_identity, Transport::plan). Plans are made in a child that has become the
// recipient, as a delivery is. Nothing is changed, nothing is logged. Exit code: 0 deliverable, 1 deferred, 2 fails.
#pragma once

#include <optional>

#include "app/workplace.h"

namespace postern {

[[nodiscard]] int explain_address(Workplace::World world, const CommandLine& line, const std::string& address,
                                  const std::optional<std::string>& sender, bool json);

}  // namespace postern
