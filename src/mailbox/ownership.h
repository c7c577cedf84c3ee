// SPDX-License-Identifier: Apache-2.0
// mailbox/ownership.h – a file that was just created gets the delivery's owner and exactly the configured mode.
#pragma once

#include <string_view>

#include "mailbox/mailbox.h"

namespace postern {

// `file`: how the configuration names it. `message`: what the log says if it fails; a refused chown, which points at a
// file server with ideas of its own about owners, is told to the panic log as well.
[[nodiscard]] MailboxResult<void> own_file(Os& os, int fd, const MailboxSettings& settings, std::string_view file,
                                           std::string message);

}  // namespace postern
