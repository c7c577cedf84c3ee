// SPDX-License-Identifier: Apache-2.0
// Mailboxes as their owners, or their senders, make them: every examiner of files takes any bytes, and says nothing
// about a place that is not in the file. Completing the end leaves nothing to complete.
#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "doctor/repair.h"
#include "sys/real_os.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    postern::RealOs os;
    const postern::UniqueFd file(os, ::memfd_create("mailbox", MFD_CLOEXEC));
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    require(postern::write_all(os, file.get(), text).has_value());
    for (const auto examiner : {postern::examine_mbox, postern::examine_mbx}) {
        postern::Report report;
        require(examiner(os, file.get(), static_cast<std::int64_t>(size), report).has_value());
        for (const postern::Finding& finding : report.findings)
            require(finding.offset && *finding.offset >= 0 && *finding.offset <= static_cast<std::int64_t>(size));
        require(report.messages <= static_cast<std::int64_t>(size));
    }
    const auto missing = postern::mbox_missing_end(os, file.get(), static_cast<std::int64_t>(size));
    if (!missing || missing->empty()) return 0;
    require(postern::write_all(os, file.get(), *missing).has_value());
    const auto again = postern::mbox_missing_end(os, file.get(), static_cast<std::int64_t>(size + missing->size()));
    require(again && again->empty());
    return 0;
}
