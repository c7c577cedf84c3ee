// SPDX-License-Identifier: Apache-2.0
// doctor/quiet_open.h – opening for looking only: no links, no waiting for FIFOs, no access time where the kernel lets
// us do without. As root nothing is opened that a user could put something else in the place of.
#pragma once

#include "sys/os.h"

namespace postern {

// A regular file, by a name that a listing gave. Error{EINVAL}: it is something else.
struct QuietFile {
    UniqueFd fd;
    FileStat stat;
};
[[nodiscard]] Result<QuietFile> open_quietly(Os& os, int directory, const std::string& name);
// A directory, to be listed. Error{EPERM}: a user's, and we are root.
[[nodiscard]] Result<UniqueFd> open_directory_quietly(Os& os, int directory, const std::string& name);

}  // namespace postern
