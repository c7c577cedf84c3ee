// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_crash.h"

namespace postern {

bool parse_after_crash(std::string_view text, AfterCrash& into) {
    if (text == "rerun") return into = AfterCrash::rerun, true;
    if (text == "defer") return into = AfterCrash::defer, true;
    if (text == "fail") return into = AfterCrash::fail, true;
    return false;
}

EarlierRun earlier_pipe_run(const std::vector<EarlierIntent>& earlier) {
    EarlierRun run = EarlierRun::none;
    for (const EarlierIntent& intent : earlier) {
        if (!intent.ours) continue;
        if (intent.text == kPipeBegun) run = EarlierRun::unknown;
        if (intent.text == kPipeDelivered) run = EarlierRun::delivered;
        if (intent.text == kPipeRefused) run = EarlierRun::none;
    }
    return run;
}

}  // namespace postern
