// SPDX-License-Identifier: Apache-2.0
// doctor/message_file.h – the look at one file with one message in it, for the formats with a file a message.
#pragma once

#include "doctor/message_digest.h"
#include "doctor/report.h"
#include "sys/os.h"

namespace postern {

// Opens and reads `name`, of `directory`, which the report calls `shown`; nothing if it went away meanwhile or could
// not be read (then that is reported).
struct MessageFile {
    FileStat stat;
    MessageDigest digest;
};
[[nodiscard]] std::optional<MessageFile> read_message_file(Os& os, int directory, const std::string& name,
                                                           const std::string& shown, Report& report);

}  // namespace postern
