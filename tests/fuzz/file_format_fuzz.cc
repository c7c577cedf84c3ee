// SPDX-License-Identifier: Apache-2.0
// file_format: any list, any first bytes of a mailbox. Input: the list, a NUL, the file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "transports/format_switch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string_view list = text.substr(0, text.find('\0'));
    const std::string_view start = text.substr(std::min(list.size() + 1, size));
    postern::Configuration configuration;
    configuration.transports.emplace_back().name = "t1";
    const postern::TransportInstance& self = configuration.transports.front();
    const postern::FormatSwitch formats(configuration, self, list);
    const postern::FormatChoice choice = formats.choose(start);
    // One or the other; an empty file is always ours.
    if ((choice.transport == nullptr) != choice.refusal.has_value()) std::abort();
    if (start.empty() && choice.transport != &self) std::abort();
    for (const postern::FormatRule& rule : postern::parse_file_format(list)) {
        if (rule.start.size() + rule.transport.size() > size) std::abort();
    }
    return 0;
}
