// SPDX-License-Identifier: Apache-2.0
#include "doctor/examination.h"

#include "doctor/quiet_open.h"

namespace postern {
namespace {

bool is_of_the_end(MailboxFault fault) {
    return fault == MailboxFault::torn_end || fault == MailboxFault::missing_newline;
}

bool has_changed(const FileStat& before, const FileStat& now) {
    return before.size != now.size || before.mtime.tv_sec != now.mtime.tv_sec ||
           before.mtime.tv_nsec != now.mtime.tv_nsec;
}

Result<Report> examine_file(Os& os, const Patient& patient) {
    Report report{.format = patient.format, .messages = 0, .findings = {}};
    POSTERN_TRY_ASSIGN(const QuietFile file, open_quietly(os, patient.place.dir.get(), patient.leaf));
    const auto examiner = patient.format == MailboxFormat::mbx ? examine_mbx : examine_mbox;
    POSTERN_TRY(examiner(os, file.fd.get(), file.stat.size, report));
    POSTERN_TRY_ASSIGN(const FileStat now, os.stat(file.fd.get()));
    if (!has_changed(file.stat, now)) return report;
    for (Finding& finding : report.findings) finding.note = finding.note || is_of_the_end(finding.fault);
    report.add({.fault = MailboxFault::in_use, .note = true, .file = {}, .offset = {}, .detail = {}});
    return report;
}

}  // namespace

Result<Report> examine(Os& os, Clock& clock, const Patient& patient) {
    const bool is_directory = patient.stat.kind == FileKind::directory;
    if (!is_directory) return examine_file(os, patient);
    Report report{.format = patient.format, .messages = 0, .findings = {}};
    POSTERN_TRY_ASSIGN(const UniqueFd directory, open_directory_quietly(os, patient.place.dir.get(), patient.leaf));
    const auto examiner = patient.format == MailboxFormat::maildir ? examine_maildir : examine_mailstore;
    POSTERN_TRY(examiner(os, clock, directory.get(), report));
    return report;
}

}  // namespace postern
