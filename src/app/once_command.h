// SPDX-License-Identifier: Apache-2.0
// app/once_command.h – `postern once import|dump`. The result is the exit code; reasons are on standard error.
#pragma once

#include <string>

#include "sys/os.h"

namespace postern {

[[nodiscard]] int import_once_database(Os& os, const std::string& path);
[[nodiscard]] int dump_once_database(Os& os, const std::string& path);

}  // namespace postern
