// SPDX-License-Identifier: Apache-2.0
// expand/fields.h – one field of a text with separators, of "name=value" pairs, or of JSON. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace postern {

// 1 is the first, -1 the last, 0 the whole text; fields may be empty. nullopt: there is no such field.
[[nodiscard]] std::optional<std::string> numbered_field(std::string_view text, std::int64_t number,
                                                        std::string_view separators);

// a=1 b = "x y" c: names in any case, the first one wins.
[[nodiscard]] std::optional<std::string> keyed_field(std::string_view text, std::string_view key);

// Member `key` of an object, or (key empty) element `number` (from 1) of an array. `type` is "json", or "jsons" for
// strings without their quotes. The error is Exim's text.
[[nodiscard]] tl::expected<std::optional<std::string>, std::string> json_field(std::string_view text,
                                                                               std::string_view key,
                                                                               std::int64_t number,
                                                                               std::string_view type);
[[nodiscard]] tl::expected<std::string, std::string> json_string(std::string_view element);  // without its quotes

// Takes one element off a comma-separated JSON text; false at its end.
[[nodiscard]] bool next_json_element(std::string_view& rest, std::string_view& element);

}  // namespace postern
