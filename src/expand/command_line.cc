// SPDX-License-Identifier: Apache-2.0
#include "expand/command_line.h"

#include <algorithm>

#include "base/strings.h"
#include "lookup/quoted.h"

namespace postern {

std::vector<std::string> split_command(std::string_view command) {
    std::vector<std::string> words;
    std::size_t at = 0;
    for (;;) {
        while (at < command.size() && is_space(command[at])) ++at;
        if (at >= command.size()) return words;
        if (command[at] == '"') {
            words.push_back(read_quoted(command, at));
        } else if (command[at] == '\'') {
            const std::size_t end = std::min(command.find('\'', at + 1), command.size());
            words.emplace_back(command.substr(at + 1, end - at - 1));
            at = std::min(end + 1, command.size());
        } else {
            const std::size_t start = at;
            while (at < command.size() && !is_space(command[at])) ++at;
            words.emplace_back(command.substr(start, at - start));
        }
    }
}

}  // namespace postern
