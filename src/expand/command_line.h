// SPDX-License-Identifier: Apache-2.0
// expand/command_line.h – a command line into words, as pipe and ${run split it: words in '…' as they are, words in "…"
// with backslash escapes, others up to white space.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern {

[[nodiscard]] std::vector<std::string> split_command(std::string_view command);

}  // namespace postern
