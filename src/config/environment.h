// SPDX-License-Identifier: Apache-2.0
// config/environment.h – what of the caller's environment a run keeps (spec configuration.md §1.2). Computes; the
// caller installs the result and logs wording::purging_environment() when asked to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/main_options.h"

namespace postern {

struct EnvironmentPlan {
    std::vector<std::string> environment;  // NAME=value, complete
    bool warn = false;  // something was purged though nobody said so: to be logged (not in test modes)
    std::string error;  // add_environment could not be expanded: why. Its items are then missing
};

// `expand`: expands add_environment; without it the option is taken as it stands.
// TZ is not special here: main option timezone decides about it, in the caller.
[[nodiscard]] EnvironmentPlan plan_environment(
    const MainOptions& options, const std::vector<std::string>& before,
    const std::function<Result<std::string>(const Expandable&)>& expand = {});

}  // namespace postern
