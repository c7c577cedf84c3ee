// SPDX-License-Identifier: Apache-2.0
// base/words.h – one line of words: how small facts are written down so that anything may be in them and a person can
// still read them. Words are separated by single blanks; in a word, bytes that are not printable ASCII, blanks and "%"
// become "%XX"; an empty word is a lone "%".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern {

void append_word(std::string& line, std::string_view word);  // with a blank before it unless the line is empty
// Takes the next word off the line. False, and `word` is empty: there is none, or it is not well formed.
[[nodiscard]] bool take_word(std::string_view& line, std::string& word);
// The same for a number in decimal.
void append_number(std::string& line, std::uint64_t number);
[[nodiscard]] bool take_number(std::string_view& line, std::uint64_t& number);

}  // namespace postern
