// SPDX-License-Identifier: Apache-2.0
// expand/arithmetic.h – ${eval:…} and ${eval10:…}: 64-bit signed integers with C's operators (spec expansion.md §4).
// Never overflows into undefined behaviour: what Exim leaves to the processor wraps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace postern {

// The error is Exim's whole text.
[[nodiscard]] tl::expected<std::int64_t, std::string> evaluate_arithmetic(std::string_view expression,
                                                                          bool decimal_only);

}  // namespace postern
