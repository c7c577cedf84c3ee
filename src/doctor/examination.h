// SPDX-License-Identifier: Apache-2.0
// doctor/examination.h – `postern mailbox check`: looks at a mailbox of any format without changing it, and without
// locks: what a delivery that goes on meanwhile makes look torn is a note, no problem.
#pragma once

#include "doctor/examiners.h"
#include "doctor/patient.h"

namespace postern {

[[nodiscard]] Result<Report> examine(Os& os, Clock& clock, const Patient& patient);

}  // namespace postern
