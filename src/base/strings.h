// SPDX-License-Identifier: Apache-2.0
// base/strings.h – the small string helpers that every folder needs. ASCII only and locale-free: mail and Exim's
// configuration language are defined on bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

// --- character classes (C locale, whatever setlocale says) ---
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
[[nodiscard]] constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return is_upper(c) || is_lower(c); }
[[nodiscard]] constexpr bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] constexpr bool is_graph(char c) { return c > ' ' && c < '\x7f'; }
[[nodiscard]] constexpr bool is_print(char c) { return c >= ' ' && c < '\x7f'; }
[[nodiscard]] constexpr bool is_punct(char c) { return is_graph(c) && !is_alnum(c); }
[[nodiscard]] constexpr bool is_cntrl(char c) { return static_cast<unsigned char>(c) < 32 || c == '\x7f'; }
[[nodiscard]] constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
[[nodiscard]] constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c; }

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] int icompare(std::string_view a, std::string_view b);  // <0, 0, >0 like strcasecmp
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix);
[[nodiscard]] bool contains(std::string_view text, std::string_view part);

[[nodiscard]] std::string_view trim_left(std::string_view text);  // is_space() characters
[[nodiscard]] std::string_view trim_right(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text);

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Whole-text numbers: nullopt if anything but the number is there or it does not fit. parse_int takes one sign.
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text, int base = 10);
[[nodiscard]] std::optional<std::uint64_t> parse_uint(std::string_view text, int base = 10);

// Exim's printable form (string_printing): bytes other than 32–126 and tab become \n \r \b \v \f or \ooo; backslash is
// left alone. With `eight_bit_ok` (main option print_topbitchars) 128–255 stay. Tab is escaped to \t when tab_too.
[[nodiscard]] std::string printable(std::string_view text, bool eight_bit_ok = false, bool tab_too = false);

// Base 62, digits 0-9A-Za-z, most significant first, padded with '0' to `width` (more digits if it needs them).
[[nodiscard]] std::string base62(std::uint64_t value, std::size_t width);
[[nodiscard]] std::optional<std::uint64_t> parse_base62(std::string_view digits);

// --- Exim list syntax (spec configuration.md §8.6) ---
// Splits `list`, honouring a leading "<x" separator change, doubled separators, trimming; see the table there.
// Control-character separators do not double. Returns the separator in use through `separator` if given.
[[nodiscard]] std::vector<std::string> split_list(std::string_view list, char separator = ':', char* used = nullptr);
// The same with a fixed separator: a leading "<x" is ordinary text.
[[nodiscard]] std::vector<std::string> split_list_fixed(std::string_view list, char separator);
// Appends an item, doubling separators inside it (spec §8.6, last paragraph).
void append_to_list(std::string& list, std::string_view item, char separator = ':');

}  // namespace postern
