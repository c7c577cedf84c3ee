// SPDX-License-Identifier: Apache-2.0
// Any directory as a Maildir for `postern mailbox check` and `repair`: see support/doctor_input.h.
#include "support/doctor_input.h"

#include <cstddef>
#include <cstdint>

#include "doctor/repair.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    postern::DoctorInput(postern::MailboxFormat::maildir).run({reinterpret_cast<const char*>(data), size});
    return 0;
}
