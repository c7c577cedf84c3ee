// SPDX-License-Identifier: Apache-2.0
#include "mailbox/publish.h"

#include <cerrno>

namespace postern {

Status publish(Os& os, const AtPath& temporary, const AtPath& final_name) {
    const Status renamed = os.rename_no_replace(temporary, final_name);
    if (renamed || (renamed.error().code != EINVAL && renamed.error().code != ENOSYS)) return renamed;
    // File systems without RENAME_NOREPLACE (NFS): two names for a moment.
    POSTERN_TRY(os.link(temporary, final_name));
    (void)os.unlink(temporary);
    return {};
}

}  // namespace postern
