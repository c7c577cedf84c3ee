// SPDX-License-Identifier: Apache-2.0
// driver/reply_data.h – what an automatic reply is made of. The autoreply transport fills it from its options; a
// filter's `mail` and `vacation` (and Sieve's vacation) hang it on the address that they generate, checked already
// (AddressItem::reply), and then the options are not looked at (spec autoreply.md §2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/text.h"

namespace postern {

struct ReplyData {
    std::optional<std::string> from, reply_to, to, cc, bcc, subject;  // values of header lines
    std::optional<std::string> headers;                               // more header lines
    std::optional<std::string> text;
    std::optional<Text> file, log, once;
    std::int64_t once_repeat = 0;  // seconds; 0: never again
    bool file_expand = false, return_message = false;
};

}  // namespace postern
