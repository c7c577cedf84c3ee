// SPDX-License-Identifier: Apache-2.0
// app/check.h – `postern check FILE`: reads a whole configuration without acting on it.
//
// Beyond what a run would complain about, it looks into every option that is expanded later and reports its syntax
// errors with file and line, and it lists what is accepted but has no effect yet. Exit code 0: no errors (warnings are
// fine).
#pragma once

#include "app/workplace.h"

namespace postern {

[[nodiscard]] int check_configuration(Workplace::World world, const CommandLine& line, bool json);

}  // namespace postern
