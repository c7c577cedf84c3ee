// SPDX-License-Identifier: Apache-2.0
// doctor/mend_maildir.h – the repairs of a Maildir, each for one finding.
#pragma once

#include "doctor/repair.h"

namespace postern {

class MaildirMender {
public:
    // `directory`: the Maildir, open for listing.
    MaildirMender(Os& os, Clock& clock, int directory, const RepairSettings& settings)
        : os_(os), clock_(clock), directory_(directory), settings_(settings) {}

    [[nodiscard]] Mended make_directory(const std::string& file);
    // Under the lock that a delivery with a quota takes, for the limits that the file was made for.
    [[nodiscard]] Mended count_again();
    [[nodiscard]] Mended set_aside(const std::string& file);

private:
    Os& os_;
    Clock& clock_;
    int directory_;
    const RepairSettings& settings_;
};

}  // namespace postern
