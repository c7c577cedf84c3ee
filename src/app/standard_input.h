// SPDX-License-Identifier: Apache-2.0
// app/standard_input.h – lines typed at a prompt (-be, -bt): a backslash at the end joins the next line, whose leading
// white space goes.
#pragma once

#include <optional>
#include <string>

#include "app/workplace.h"

namespace postern {

class StandardInput {
public:
    explicit StandardInput(Workplace& place) : place_(place) {}
    // nullopt at end of input. The prompt is written even when nobody is there to see it, as Exim does.
    [[nodiscard]] std::optional<std::string> logical_line(std::string_view prompt);

private:
    [[nodiscard]] std::optional<std::string> physical_line();
    Workplace& place_;
    std::string buffer_;
    bool at_end_ = false;
};

}  // namespace postern
