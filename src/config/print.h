// SPDX-License-Identifier: Apache-2.0
// config/print.h – -bP: the configuration as Exim prints it (spec configuration.md §10). Text out, nothing written.
// The configuration should have been loaded with LoadRequest::for_printing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"

namespace postern {

struct PrintRequest {
    bool admin = true;                     // may see hidden values, and macros at all
    bool no_labels = false;                // -n: values only
    std::vector<std::string> environment;  // NAME=value, for "environment"
};

struct PrintResult {
    std::string text;     // for stdout
    bool ok = true;       // as the exit status has it: whether the last thing asked for exists
    bool denied = false;  // "permission denied" on stderr, exit 1: macros are for administrators
};

// `words` as on the command line: option names, "+list", "router NAME", "routers", "config", …; none: all main options.
[[nodiscard]] PrintResult print_options(const Configuration& configuration, const std::vector<std::string>& words,
                                        const PrintRequest& request);

}  // namespace postern
