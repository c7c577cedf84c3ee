// SPDX-License-Identifier: Apache-2.0
#include "doctor/repair.h"

#include <algorithm>

#include "doctor/mend_maildir.h"
#include "doctor/quiet_open.h"

namespace postern {
namespace {

void note_result(Finding& finding, Mended mended) {
    if (mended) {
        finding.repaired = std::move(*mended);
    } else {
        finding.left = std::move(mended.error());
    }
}

bool is_of_the_size_file(const Finding& finding) {
    return finding.fault == MailboxFault::maildirsize_wrong || finding.fault == MailboxFault::maildirsize_malformed;
}

// With all its directories there the Maildir can be counted, and maildirsize may turn out to be wrong.
Status look_at_size_file_again(Os& os, Clock& clock, const Patient& patient, Report& report) {
    POSTERN_TRY_ASSIGN(Report again, examine(os, clock, patient));
    for (Finding& finding : again.findings) {
        if (is_of_the_size_file(finding)) report.add(std::move(finding));
    }
    return {};
}

Status repair_maildir(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings, Report& report) {
    POSTERN_TRY_ASSIGN(const UniqueFd directory, open_directory_quietly(os, patient.place.dir.get(), patient.leaf));
    MaildirMender mender(os, clock, directory.get(), settings);
    // Counting last: it needs tmp.
    bool made = false;
    for (Finding& finding : report.findings) {
        if (finding.fault == MailboxFault::missing_directory) {
            note_result(finding, mender.make_directory(finding.file));
            made = made || !finding.repaired.empty();
        } else if (finding.fault == MailboxFault::stale_temporary) {
            note_result(finding, mender.set_aside(finding.file));
        }
    }
    if (made && std::ranges::none_of(report.findings, is_of_the_size_file)) {
        POSTERN_TRY(look_at_size_file_again(os, clock, patient, report));
    }
    for (Finding& finding : report.findings) {
        if (is_of_the_size_file(finding)) note_result(finding, mender.count_again());
    }
    return {};
}

void repair_file(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings, Report& report) {
    for (Finding& finding : report.findings) {
        const bool end = finding.fault == MailboxFault::torn_end || finding.fault == MailboxFault::missing_newline;
        if (end && !finding.note) note_result(finding, mend_end(os, clock, patient, settings));
    }
}

}  // namespace

Result<Report> repair(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings) {
    POSTERN_TRY_ASSIGN(Report report, examine(os, clock, patient));
    if (patient.stat.kind == FileKind::regular) {
        repair_file(os, clock, patient, settings, report);
    } else if (patient.format == MailboxFormat::maildir) {
        POSTERN_TRY(repair_maildir(os, clock, patient, settings, report));
    }
    for (Finding& finding : report.findings) {
        if (!finding.note && finding.repaired.empty() && finding.left.empty())
            finding.left = wording::left_for_a_person();
    }
    return report;
}

}  // namespace postern
