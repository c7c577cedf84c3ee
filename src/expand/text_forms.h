// SPDX-License-Identifier: Apache-2.0
// expand/text_forms.h – the text operators' pure parts: quoting, escaping, UTF-8, addresses (spec expansion.md §4).
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "mail/address.h"

namespace postern {

[[nodiscard]] std::string quote_text(std::string_view text);        // ${quote:…}
[[nodiscard]] std::string quote_for_regex(std::string_view text);   // ${rxquote:…}
[[nodiscard]] std::string quote_hex(std::string_view text);         // ${hexquote:…}
[[nodiscard]] std::string escape_8bit(std::string_view text);       // ${escape8bit:…}
[[nodiscard]] std::string bytes_from_hex(std::string_view digits);  // pairs of hex digits
[[nodiscard]] std::string latin1_from_utf8(std::string_view text);  // others become _
[[nodiscard]] std::string clean_utf8(std::string_view text);        // each illegal sequence becomes ?

[[nodiscard]] std::string address_of(std::string_view text);  // empty if it does not parse
// ${addresses:…}: bare addresses as a list, with a leading ">x" as its separator. The error is Exim's text.
[[nodiscard]] tl::expected<std::string, std::string> list_of_addresses(std::string_view text);

}  // namespace postern
