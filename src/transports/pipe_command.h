// SPDX-License-Identifier: Apache-2.0
// transports/pipe_command.h – what a pipe delivery runs: the address's own command or the option's, its words, the
// program that they mean, and the environment (spec pipe.md §2, §5, §6). Changes nothing, starts nothing.
#pragma once

#include <string>
#include <vector>

#include "driver/transport.h"
#include "transports/pipe_options.h"

namespace postern {

struct PipeCommand {
    std::string text;               // as the address or the option says it: what log lines show
    std::vector<std::string> argv;  // argv[0] is the program's path
    std::vector<std::string> environment;
};
[[nodiscard]] tl::expected<PipeCommand, Outcome> pipe_command(DeliveryContext& context, const PipeOptions& options);

}  // namespace postern
