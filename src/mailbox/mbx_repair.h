// SPDX-License-Identifier: Apache-2.0
// mailbox/mbx_repair.h – what a writer that died left unfinished at the end of an MBX mailbox. A message whose line
// promises more bytes than there are would swallow the next one, and readers refuse the mailbox: so the missing bytes
// are written first. Nothing that is there is changed (W18).
#pragma once

#include <string>
#include <string_view>

#include "base/time_text.h"
#include "sys/os.h"

namespace postern {

// The bytes to append so that the file ends with a whole message. Empty: it does, or it is not such a file, or too much
// is missing to be a torn message. Reads one block for each message.
[[nodiscard]] std::string mbx_missing_end(Os& os, int mailbox, std::int64_t size, TimePoint now);

// The rest of a header block or message line that breaks off; nothing if it is no beginning of one.
[[nodiscard]] std::string rest_of_mbx_header(std::string_view torn, TimePoint now);
[[nodiscard]] std::string rest_of_mbx_line(std::string_view torn, TimePoint now);

}  // namespace postern
