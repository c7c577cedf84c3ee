// SPDX-License-Identifier: Apache-2.0
// expand/compare.h – comparisons of two texts as bytes, without case, or as numbers with k, m, g suffixes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "expand/names.h"

namespace postern {

// "  -12k ": optional blanks and sign; empty is 0. The error is Exim's text.
[[nodiscard]] tl::expected<std::int64_t, std::string> parse_expansion_integer(std::string_view text);

// equal … greater_equal, eq, eqi … gei; the error is about a number.
[[nodiscard]] tl::expected<bool, std::string> compare_texts(ConditionName name, std::string_view a, std::string_view b);
// equal … greater_equal.
[[nodiscard]] bool is_numeric(ConditionName name);
[[nodiscard]] bool compare_numbers(ConditionName name, std::int64_t a, std::int64_t b);
[[nodiscard]] bool is_ordering(ConditionName name);  // < <= > >= and lt … gei: what sort takes

}  // namespace postern
