// SPDX-License-Identifier: Apache-2.0
// support/doctor_world.h – findings about mailboxes as one line, for comparison.
#pragma once

#include <string>

#include "doctor/report.h"
#include "support/fault_sweep.h"

namespace postern {

// "torn-end@60,foreign-file:cur/x", notes in parentheses, what was repaired in brackets.
inline std::string findings_text(const Report& report) {
    std::string out;
    for (const Finding& finding : report.findings) {
        std::string text(name_of(finding.fault));
        if (!finding.file.empty()) text += ":" + finding.file;
        if (finding.offset) text += "@" + std::to_string(*finding.offset);
        if (finding.note) text = "(" + text + ")";
        if (!finding.repaired.empty()) text = "[" + text + "]";
        out += (out.empty() ? "" : ",") + text;
    }
    return out;
}

}  // namespace postern
