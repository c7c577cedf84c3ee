// SPDX-License-Identifier: Apache-2.0
// expand/hashing.h – substr and Exim's own two hashes (spec expansion.md §3 "Hash details"), shared by items and
// operators.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

// offset < 0 counts from the end; then without a count it is the text *before* that place.
[[nodiscard]] std::string_view substring(std::string_view text, std::int64_t offset, std::optional<std::int64_t> count);

inline constexpr std::int64_t kMostHashCodes = 62;
// `length` characters out of the first `codes` of Exim's alphabet.
[[nodiscard]] std::string text_hash(std::string_view text, std::int64_t length, std::optional<std::int64_t> codes);

// A number below `first`, or "q/r" with q < first and r < second. nullopt: a modulus of zero.
[[nodiscard]] std::optional<std::string> numeric_hash(std::string_view text, std::int64_t first,
                                                      std::optional<std::int64_t> second);

}  // namespace postern
