// SPDX-License-Identifier: Apache-2.0
// write/reference_writer.h – for tests and the fuzz target only: what Pump has to produce, one byte at a time and with
// the whole text in hand, so plain that it can be checked by reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "write/pump.h"

namespace postern {

struct Pumped {
    std::string bytes;
    std::int64_t newlines = 0;
    bool operator==(const Pumped&) const = default;
};

inline Pumped pump_reference(std::string_view text, const Pump::Rules& rules, bool at_line_start) {
    Pumped out;
    const bool escaping = !rules.check.empty() && !rules.escape.empty();
    for (std::size_t i = 0; i < text.size();) {
        if (escaping && at_line_start && text.substr(i).starts_with(rules.check)) {
            out.bytes += rules.escape;
            i += rules.check.size();
            at_line_start = rules.check.back() == '\n';
            continue;
        }
        const char c = text[i++];
        at_line_start = c == '\n';
        if (c == '\n') {
            ++out.newlines;
            if (rules.add_cr) out.bytes += '\r';
        }
        const bool before_newline = i < text.size() && text[i] == '\n';
        if (c == '\r' && before_newline && rules.drop_cr) continue;
        out.bytes += c;
    }
    return out;
}

}  // namespace postern
