// SPDX-License-Identifier: Apache-2.0
#include "mailbox/ownership.h"

#include "wording/appendfile.h"

namespace postern {

MailboxResult<void> own_file(Os& os, int fd, const MailboxSettings& settings, std::string_view file,
                             std::string message) {
    const Status owned = os.chown(fd, settings.uid, settings.gid);
    if (!owned) {
        auto failure = mailbox_failure(owned.error().code, std::move(message));
        failure.value().panic_line = wording::chown_failed(file, settings.uid, settings.gid, owned.error().code);
        return failure;
    }
    const Status mode_set = os.chmod(fd, settings.mode);
    if (!mode_set) return mailbox_failure(mode_set.error().code, std::move(message));
    return {};
}

}  // namespace postern
