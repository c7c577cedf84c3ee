// SPDX-License-Identifier: Apache-2.0
// mail/header_text.h – values for header lines of our own from text that may hold anything: what comes out is one
// header field, whatever went in. Text that is a good value already stays byte for byte what it was.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

// Printable ASCII and tabs, newlines only where a line is folded, no line without text, none longer than 998 bytes
// (`name_length` is what stands before the value on its first line).
[[nodiscard]] bool is_good_header_value(std::string_view value, std::size_t name_length);

// Of an unstructured field (Subject:): control characters become blanks, what is not ASCII encoded words (RFC 2047, as
// UTF-8), long lines are folded. nullopt: it is not UTF-8, or there is nothing to be seen in it.
[[nodiscard]] std::optional<std::string> unstructured_header_value(std::string_view text, std::size_t name_length);

// Of a field of addresses (From:, To:): the mailboxes that can be understood, names encoded where needed; "" if there
// are none. Addresses with other than ASCII bytes are left out.
[[nodiscard]] std::string address_header_value(std::string_view text, std::size_t name_length);

// `text` as header lines, each complete: blank lines, lines that are neither a field nor the continuation of one, and
// control characters are left out, long lines are folded.
[[nodiscard]] std::string header_lines_of(std::string_view text);

// How much of `text` is header lines, each complete, before the first line that is none.
[[nodiscard]] std::size_t header_lines_size(std::string_view text);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

}  // namespace postern
