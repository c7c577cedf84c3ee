// SPDX-License-Identifier: Apache-2.0
// sys/trusted_file.h – a small file that the administrator named, read while the process is still privileged.
//
// Everything on the way from "/" – directories, symbolic links, the file – has to belong to root, to this process or to
// `owner`, and nobody else may be able to change it (in a directory like /tmp, what belongs to them cannot be
// replaced). So nobody can make a privileged process read a file of his choice. Links are followed by hand, one
// component at a time. Error{EPERM}: somebody else could have changed `object`; EINVAL: no absolute path, or no regular
// file.
#pragma once

#include <string>

#include "sys/os.h"

namespace postern {

[[nodiscard]] Result<std::string> read_trusted_file(Os& os, const std::string& path, uid_t owner, std::size_t limit);

}  // namespace postern
