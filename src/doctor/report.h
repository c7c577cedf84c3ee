// SPDX-License-Identifier: Apache-2.0
// doctor/report.h – what was found in a mailbox. A value: the examiners fill it, the repairer marks what it has done,
// the command prints it. Bounded, however bad the mailbox is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wording/doctor.h"

namespace postern {

using wording::MailboxFault;

enum class MailboxFormat : std::uint8_t { mbox, maildir, mbx, mailstore };
[[nodiscard]] std::string_view name_of(MailboxFormat format);
[[nodiscard]] std::optional<MailboxFormat> mailbox_format(std::string_view name);

struct Finding {
    MailboxFault fault{};
    bool note = false;                   // worth knowing, no damage
    std::string file;                    // relative to the mailbox; empty: the mailbox itself
    std::optional<std::int64_t> offset;  // in the file
    std::string detail;                  // may be empty
    std::string repaired{};              // what was done about it
    std::string left{};                  // or why nothing was done; both empty: nobody has tried
};

struct Report {
    static constexpr std::size_t kMostFindings = 1000;

    MailboxFormat format = MailboxFormat::mbox;
    std::int64_t messages = 0;
    std::vector<Finding> findings;
    std::int64_t not_listed = 0;  // problems beyond kMostFindings

    void add(Finding finding);
    // Problems that are still there.
    [[nodiscard]] std::int64_t problems() const;
};

}  // namespace postern
