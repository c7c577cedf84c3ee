// SPDX-License-Identifier: Apache-2.0
// route/affix.h – local_part_prefix and local_part_suffix (spec routing.md §3.3). Pure text; the lists are not
// expanded, comparison ignores case whatever the router says.
#pragma once

#include <optional>
#include <string_view>

namespace postern {

struct Affix {
    std::string_view text;      // what is taken off the local part
    std::string_view variable;  // the part of it that a `*` covered
    bool wildcard = false;      // then the text is the sender's choice: tainted
};

// First item of `list` that fits; the views point into `local_part`.
[[nodiscard]] std::optional<Affix> find_prefix(std::string_view local_part, std::string_view list);
[[nodiscard]] std::optional<Affix> find_suffix(std::string_view local_part, std::string_view list);

}  // namespace postern
