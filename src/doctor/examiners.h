// SPDX-License-Identifier: Apache-2.0
// doctor/examiners.h – one for each format: what is wrong with an open mailbox. They change nothing, not even access
// times if the files are the caller's, follow no links, and need little memory however large the mailbox is (names of a
// directory, and a few numbers for each message). Everything they read may be meant to harm.
//
// An Error is one of reading the mailbox at all; what goes wrong with single messages is a finding.
#pragma once

#include "doctor/report.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

inline constexpr std::int64_t kStaleAfter = 36 * 3600;  // the Maildir definition's time for files in tmp

[[nodiscard]] Status examine_mbox(Os& os, int fd, std::int64_t size, Report& report);
[[nodiscard]] Status examine_mbx(Os& os, int fd, std::int64_t size, Report& report);
// With its folders and its maildirsize.
[[nodiscard]] Status examine_maildir(Os& os, Clock& clock, int directory, Report& report);
[[nodiscard]] Status examine_mailstore(Os& os, Clock& clock, int directory, Report& report);

// "From joe@x.example Sun Nov 22 03:00:00 2026", with or without what programs write around the date.
[[nodiscard]] bool is_from_line(std::string_view line);

}  // namespace postern
