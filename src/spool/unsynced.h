// SPDX-License-Identifier: Apache-2.0
// spool/unsynced.h – tells whether the files of a message that was never synced (-odf, until it is delivered or kept)
// are what was written. A power cut may leave them with any part missing; then nobody was told that the message is
// safe, and half of it must not be delivered. Its -H has a line "-unsynced SIZE-OF-H SIZE-OF-D SUM-OF-D", which exim4
// ignores; it goes when the -H is written anew.
#pragma once

#include <string>
#include <string_view>

#include "mail/message.h"
#include "sys/os.h"

namespace postern {

// The text of a -H file with the line in it.
[[nodiscard]] Result<std::string> with_unsynced_line(Os& os, std::string header_file, int data_fd);
// Takes the line out of a message that was read; empty if it has none.
[[nodiscard]] std::string take_unsynced_line(Message& message);
[[nodiscard]] Result<bool> is_what_was_written(Os& os, std::string_view unsynced_line, std::size_t header_file_size,
                                               int data_fd);

}  // namespace postern
