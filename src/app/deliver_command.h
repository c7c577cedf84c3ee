// SPDX-License-Identifier: Apache-2.0
// app/deliver_command.h – `postern deliver RECIPIENT… < message`: delivers now and says what became of each recipient.
#pragma once

#include <optional>

#include "app/workplace.h"

namespace postern {

[[nodiscard]] int deliver_now(Workplace::World world, const CommandLine& line,
                              const std::vector<std::string>& recipients, const std::optional<std::string>& sender,
                              bool json);

}  // namespace postern
