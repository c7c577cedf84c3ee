// SPDX-License-Identifier: Apache-2.0
// expand/rfc2047.h – encoded words of headers (RFC 2047), as ${rfc2047:…}, ${rfc2047d:…} and $h_… see them
// (spec expansion.md §4, last paragraphs). Pure functions; iconv does the character sets.
#pragma once

#include <string>
#include <string_view>

namespace postern {

// Unchanged if nothing needs encoding.
[[nodiscard]] std::string rfc2047_encode(std::string_view text, std::string_view charset);

struct Rfc2047Decoding {
    std::string_view charset;  // to convert to; empty: bytes as they are
    bool check_length = true;  // words longer than 75 characters are no words
};
[[nodiscard]] std::string rfc2047_decode(std::string_view text, const Rfc2047Decoding& how);

// Standard base64. Decoding skips white space and ends at the padding; nullopt-like: false if it is not well formed.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] bool base64_decode(std::string_view text, std::string& bytes);

}  // namespace postern
