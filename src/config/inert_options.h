// SPDX-License-Identifier: Apache-2.0
// config/inert_options.h – the main options of Exim 4.96 that have no member in MainOptions, because what they steer is
// not part of Postern (yet). They are read and checked, kept as the line that -bP shows, and reported as having no
// effect. Where having no effect would let mail through that the administrator wants refused, filtered or re-routed,
// setting them is an error by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/read_value.h"

namespace postern {

enum class InertType : std::uint8_t { boolean, text, integer, fixed_point, time, expandable_time, user, group };
enum class Danger : std::uint8_t { if_set, unless_accept };

struct InertOption {
    std::string_view name;
    InertType type;
    std::string_view unset_line;    // as -bP prints it by default; empty: a synonym that -bP does not list
    std::string_view why_not = {};  // not empty: an error when it is set (a boolean: when it is true)
    Danger danger = Danger::if_set;
};

[[nodiscard]] std::span<const InertOption> inert_options();  // sorted by name
[[nodiscard]] const InertOption* find_inert_option(std::string_view name);

// Reads the value and prints it as -bP does. False: the reader holds the error (malformed, or dangerous to ignore).
[[nodiscard]] bool parse_inert(ValueReader& reader, const InertOption& option, std::string& printed);

}  // namespace postern
