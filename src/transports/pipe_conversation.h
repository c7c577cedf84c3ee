// SPDX-License-Identifier: Apache-2.0
// transports/pipe_conversation.h – one run of a pipe command: it gets the message, its output is kept up to a limit, it
// is waited for, and what outlives its time is killed (spec pipe.md §7–§10). No verdicts here: pipe_outcome.h.
#pragma once

#include <optional>
#include <string>

#include "driver/filtering.h"
#include "driver/transport.h"

namespace postern {

struct PipeRun {
    enum class Written : std::uint8_t { whole, not_wanted, timed_out, failed };
    Written written = Written::whole;  // not_wanted: the command stopped reading, which is its own business
    int write_error = 0;
    std::optional<ExitStatus> status;  // nullopt: it was killed, because its time was up
    int wait_error = 0;                // or because it could not be waited for
    std::string output;                // what is kept of stdout and stderr
    std::int64_t bytes_written = 0;
};

struct PipeLimits {
    Seconds timeout{0};       // for each piece that is written, and again for all that follows; 0: none
    std::int64_t output = 0;  // bytes; one more, and the command is killed
};

// Error: no process was started.
[[nodiscard]] Result<PipeRun> run_pipe_command(DeliveryContext& context, const Spawn& command, const WritePlan& plan,
                                               const PipeLimits& limits);

}  // namespace postern
