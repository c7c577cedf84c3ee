// SPDX-License-Identifier: Apache-2.0
// deliver/homonym.h – an address that was generated from an equal ancestor is another thing than that ancestor: its
// unique string is "\\n\\address", n counting up from 0 (spec queue-retry-bounce.md §6, step 9b).
#pragma once

#include <cstddef>
#include <string>

namespace postern {

inline constexpr std::size_t kHomonymPrefix = 3;

[[nodiscard]] inline bool is_homonym(const std::string& unique) { return unique.starts_with('\\'); }
[[nodiscard]] inline std::string without_homonym_prefix(const std::string& unique) {
    return is_homonym(unique) ? unique.substr(kHomonymPrefix) : unique;
}

}  // namespace postern
