// SPDX-License-Identifier: Apache-2.0
// transports/pipe_outcome.h – what the end of a pipe command means (spec pipe.md §9, §10, §12, §14).
#pragma once

#include <string_view>

#include "driver/transport.h"
#include "transports/pipe_command.h"
#include "transports/pipe_conversation.h"
#include "transports/pipe_options.h"

namespace postern {

[[nodiscard]] Outcome outcome_of_run(const PipeRun& run, const PipeCommand& command, const PipeOptions& options,
                                     std::string_view transport);

// The options about output: may turn the outcome into a failure, and says what is logged and what a bounce returns.
void judge_output(AddressReport& report, std::string output, const DeliveryContext& context,
                  const PipeOptions& options);

}  // namespace postern
