// SPDX-License-Identifier: Apache-2.0
// config/nearest.h – "did you mean": the known names that are closest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

// Edits (insert, delete, replace, swap neighbours) from a to b; gives up above `limit` and returns limit + 1.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// At most three names, nearest first, joined by ", "; "" if none is near enough to be meant.
[[nodiscard]] std::string nearest_names(std::string_view wrong, const std::vector<std::string_view>& known);

}  // namespace postern
