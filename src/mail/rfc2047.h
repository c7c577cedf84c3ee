// SPDX-License-Identifier: Apache-2.0
// mail/rfc2047.h – encoded words ("=?UTF-8?Q?…?=") as Exim makes them (spec expansion.md §4, "rfc2047 encode").
#pragma once

#include <string>
#include <string_view>

namespace postern {

// The text itself if nothing in it has to be encoded.
[[nodiscard]] std::string rfc2047_encode(std::string_view text, std::string_view charset);

}  // namespace postern
