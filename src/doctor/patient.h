// SPDX-License-Identifier: Apache-2.0
// doctor/patient.h – the mailbox at a path that somebody gave: where it is, whose it is, of which format.
//
// The path is the caller's word, so links on the way are resolved, once; the mailbox itself must not be one. Root does
// not work below directories that a user owns, nor on a user's mailbox: it becomes that user first (identity_for).
#pragma once

#include <optional>

#include "doctor/report.h"
#include "mailbox/place.h"
#include "sys/identity.h"
#include "sys/os.h"

namespace postern {

struct Patient {
    std::string path;  // absolute
    Place place;       // the directory that it is in
    std::string leaf;
    FileStat stat;
    MailboxFormat format = MailboxFormat::mbox;
};

// Absolute, without links in its directories.
[[nodiscard]] Result<std::string> resolved_path(Os& os, const std::string& path);
// Who has to look at it; nobody else than the caller unless that is root.
[[nodiscard]] Result<std::optional<Identity>> identity_for(Os& os, const std::string& resolved);
// The format is recognised if it is not given.
[[nodiscard]] Result<Patient> find_patient(Os& os, const std::string& resolved, std::optional<MailboxFormat> format);

}  // namespace postern
