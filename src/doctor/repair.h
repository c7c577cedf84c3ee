// SPDX-License-Identifier: Apache-2.0
// doctor/repair.h – `postern mailbox repair`: examines, then does what cannot lose a byte of anybody's mail, under the
// locks that deliveries take, and syncs it. The report says of each finding what was done, or why nothing was.
//
//   mbox, MBX     what the end lacks is appended: the line end and the empty line, the rest of a torn message
//   Maildir       missing cur, new, tmp are made; maildirsize is counted again; old files of tmp are set aside if asked
//   Mailstore     nothing: a half message there is for a person to decide on
//
// A repair that fails is undone. Cutting, joining and removing messages is never done.
#pragma once

#include "doctor/examination.h"
#include "mailbox/locks.h"

namespace postern {

struct RepairSettings {
    std::string hostname;          // in names of lock files and temporary files
    bool set_stale_aside = false;  // tmp/x becomes tmp.old/x
    std::int64_t lock_tries = 10;  // as lock_retries
    Seconds lock_interval{3};
};

[[nodiscard]] Result<Report> repair(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings);

// Of one finding: what was done, or why not.
using Mended = tl::expected<std::string, std::string>;
[[nodiscard]] Mended mend_end(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings);

// What ends the last line of an mbox and stands between two messages, as far as it is missing.
[[nodiscard]] Result<std::string> mbox_missing_end(Os& os, int fd, std::int64_t size);

}  // namespace postern
