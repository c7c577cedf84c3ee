// SPDX-License-Identifier: Apache-2.0
// app/once_command.h – `postern once import|dump`. The result is the exit code; reasons are on standard error.
// Called by root they become whoever the database (or the directory that it is in, or what it is made from) belongs to.
#pragma once

#include <string>

#include "sys/os.h"

namespace postern {

// `from`: "": standard input; the database itself: it is replaced.
[[nodiscard]] int import_once_database(Os& os, const std::string& path, const std::string& from);
[[nodiscard]] int dump_once_database(Os& os, const std::string& path);

}  // namespace postern
