// SPDX-License-Identifier: Apache-2.0
// expand/digest.h – MD5 and SHA-1 (RFC 1321, RFC 3174) with HMAC (RFC 2104), for ${md5:…}, ${sha1:…}, ${hmac…} and
// crypteq. For spreading and comparing, as old configurations do; nothing in Postern relies on them for security.
#pragma once

#include <string>
#include <string_view>

namespace postern {

// Raw bytes: 16 and 20.
[[nodiscard]] std::string md5(std::string_view text);
[[nodiscard]] std::string sha1(std::string_view text);
[[nodiscard]] std::string hmac_md5(std::string_view key, std::string_view text);
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view text);

[[nodiscard]] std::string hex(std::string_view bytes);  // lower case

}  // namespace postern
