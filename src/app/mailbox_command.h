// SPDX-License-Identifier: Apache-2.0
// app/mailbox_command.h – `postern mailbox check|repair PATH`: looks at a mailbox, and mends what can be mended without
// losing a byte of anybody's mail. Exit code 0: it is (now) in order, 1: problems, 2: it could not be looked at.
#pragma once

#include "app/workplace.h"

namespace postern {

struct MailboxRequest {
    std::string path, format;  // format: empty to find out
    bool json = false;
    bool set_stale_aside = false;  // only repair asks
};

[[nodiscard]] int check_mailbox(Workplace::World world, const MailboxRequest& request);
[[nodiscard]] int repair_mailbox(Workplace::World world, const MailboxRequest& request);

}  // namespace postern
