// SPDX-License-Identifier: Apache-2.0
#include "doctor/quiet_open.h"

#include <cerrno>

#include "wording/doctor.h"

namespace postern {
namespace {

// Only the owner may ask for no access time.
Result<UniqueFd> open_without_trace(Os& os, const AtPath& where, int flags) {
    auto fd = os.open(where, flags | O_NOATIME);
    if (!fd && fd.error().code == EPERM) fd = os.open(where, flags);
    return fd;
}

}  // namespace

Result<QuietFile> open_quietly(Os& os, int directory, const std::string& name) {
    const AtPath where{directory, name};
    POSTERN_TRY_ASSIGN(const FileStat found, os.stat(where, Follow::no));
    if (found.kind != FileKind::regular) return failure(EINVAL, "open", name);
    POSTERN_TRY_ASSIGN(UniqueFd fd, open_without_trace(os, where, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    POSTERN_TRY_ASSIGN(const FileStat opened, os.stat(fd.get()));
    if (opened.kind != FileKind::regular) return failure(EINVAL, "open", name);
    return QuietFile{std::move(fd), opened};
}

Result<UniqueFd> open_directory_quietly(Os& os, int directory, const std::string& name) {
    POSTERN_TRY_ASSIGN(
        UniqueFd fd, open_without_trace(os, AtPath{directory, name}, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOFOLLOW));
    POSTERN_TRY_ASSIGN(const FileStat opened, os.stat(fd.get()));
    if (os.ids().effective_uid == 0 && opened.uid != 0)
        return Unexpected(Error{EPERM, "open", name, wording::mailbox_below_user()});
    return fd;
}

}  // namespace postern
