// SPDX-License-Identifier: Apache-2.0
// mailbox/maildirsize.h – the text of Maildir++'s file "maildirsize" (spec appendfile.md §8.5): a line with the limits
// it was made for, then lines whose sum is what the Maildir holds. Courier, Dovecot and Exim write it, too, and so may
// its owner: nothing in it is believed that is not exactly in form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mailbox/quota_limits.h"

namespace postern {

inline constexpr std::size_t kMaildirsizeMax = 5120;  // a longer file is made anew: the format's own rule

struct MaildirsizeText {
    std::int64_t size_limit = 0, count_limit = 0;  // "1000S,10C"
    MailboxUse use;                                // sum of the lines
    int lines = 0;                                 // that were added
};
// nullopt: not in form, or a sum that cannot be: recalculate.
[[nodiscard]] std::optional<MaildirsizeText> parse_maildirsize(std::string_view text);

[[nodiscard]] std::string maildirsize_text(std::int64_t size_limit, std::int64_t count_limit, const MailboxUse& use);
[[nodiscard]] std::string maildirsize_line(const MailboxUse& added);

}  // namespace postern
