// SPDX-License-Identifier: Apache-2.0
// transports/format_switch.h – file_format: which transport knows the format of a mailbox file, by its first bytes
// (spec appendfile.md §7.3). Texts and look-ups only; handing over is appendfile_run.cc's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/transport.h"
#include "mailbox/place.h"

namespace postern {

struct FormatRule {
    std::string start;      // of the file
    std::string transport;  // name
};

// Pairs of list items; an odd one at the end does not count.
[[nodiscard]] std::vector<FormatRule> parse_file_format(std::string_view list);

struct FormatChoice {
    const TransportInstance* transport = nullptr;  // nothing to go by, or it is for us: the transport itself
    std::optional<Outcome> refusal;
};
class FormatSwitch {
public:
    static constexpr std::size_t kStart = 256;  // bytes of the file that count

    FormatSwitch(const Configuration& configuration, const TransportInstance& self, std::string_view list)
        : configuration_(configuration), self_(self), rules_(parse_file_format(list)) {}

    [[nodiscard]] FormatChoice choose(std::string_view start) const;
    // Of a file that is not open yet. Does not change its times where the system lets us (W11); a file that cannot be
    // read, or is none, decides nothing.
    [[nodiscard]] FormatChoice choose_for(Os& os, const AtPath& file) const;
    // Of the open file: the errno to report if it is not ours (any more).
    [[nodiscard]] std::optional<int> refuses(Os& os, int fd) const;
    // All transports that the list names, if they can take over.
    [[nodiscard]] std::vector<const TransportInstance*> others() const;

private:
    const Configuration& configuration_;
    const TransportInstance& self_;
    std::vector<FormatRule> rules_;
};

}  // namespace postern
