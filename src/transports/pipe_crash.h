// SPDX-License-Identifier: Apache-2.0
// transports/pipe_crash.h – what is written down about a command before and after it runs, and what the next run of the
// message makes of it when this one is cut short. A command's work cannot be looked at as a mailbox can: if it began
// and nobody knows how it ended, option after_crash decides.
#pragma once

#include <string_view>
#include <vector>

#include "base/intent_log.h"
#include "config/values.h"

namespace postern {

enum class AfterCrash : std::uint8_t { rerun, defer, fail };
[[nodiscard]] bool parse_after_crash(std::string_view text, AfterCrash& into);

inline constexpr std::string_view kPipeBegun = "pipe begun", kPipeDelivered = "pipe delivered",
                                  kPipeRefused = "pipe refused";

enum class EarlierRun : std::uint8_t {
    none,       // no command ran for these addresses, or one that did not deliver
    delivered,  // it ended well; only the report of it was lost
    unknown,    // it began
};
[[nodiscard]] EarlierRun earlier_pipe_run(const std::vector<EarlierIntent>& earlier);

}  // namespace postern
