// SPDX-License-Identifier: Apache-2.0
// lookup/quoted.h – backslash escapes and "quoted words" as Exim's keyed files, keyed fields and expansion text share
// them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern {

// `at` stands on a backslash that is not the last character. Appends what it stands for and moves behind it:
// \n \r \t \b \f \v, \ooo (1–3 octal digits), \xhh (0–2 hex digits), anything else is that character.
void read_escape(std::string_view text, std::size_t& at, std::string& out);

// `at` stands on the opening quote; ends behind the closing one or at the end of the text.
[[nodiscard]] std::string read_quoted(std::string_view text, std::size_t& at);

}  // namespace postern
