// SPDX-License-Identifier: Apache-2.0
// mail/automatic.h – may a program answer this message? RFC 3834 §2 and RFC 5230 §4.5, §4.6: people write to people,
// and two programs that answer each other never stop. Pure functions on envelope and header lines.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "mail/header_list.h"

namespace postern {

enum class NoAnswer : std::uint8_t {
    null_sender,     // a bounce, or a reply like ours
    auto_submitted,  // Auto-Submitted: other than no, or a report
    mailing_list,    // any List- field of RFC 2369 and 2919
    precedence,      // bulk, list, junk or auto_reply
    suppressed,      // X-Auto-Response-Suppress:
    system_sender,   // MAILER-DAEMON, owner-…, …-request and the like, also with +detail
    own_address,     // it would answer itself
    not_addressed,   // no address of the recipient's in To:, Cc:, Bcc: or their Resent- forms
};

using OwnAddress = std::function<bool(std::string_view address)>;

// What sender and headers say.
[[nodiscard]] std::optional<NoAnswer> automatic_mail(std::string_view sender, const HeaderList& headers);
[[nodiscard]] bool is_system_address(std::string_view address);
// Is one of the recipient's addresses where the message says whom it is for?
[[nodiscard]] bool is_addressed_to(const OwnAddress& own, const HeaderList& headers);
[[nodiscard]] bool is_from(const OwnAddress& own, const HeaderList& headers);

}  // namespace postern
