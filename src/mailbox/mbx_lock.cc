// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbx_lock.h"

#include <fmt/format.h>

#include "wording/appendfile.h"

namespace postern {
namespace {

tl::unexpected<MailboxFailure> refused(std::string text) {
    return mailbox_failure(mailbox_code::kLockFailed, std::move(text));
}

// The lock file, open and known to be the one and only file of its name.
MailboxResult<UniqueFd> open_lock_file(Os& os, const std::string& name, mode_t mode) {
    if (const auto planted = os.stat(name, Follow::no)) {
        if (planted->kind == FileKind::symlink) return refused(wording::mbx_lock_is_link(name, true));
        if (planted->links > 1) return refused(wording::mbx_lock_is_link(name, false));
    }
    auto file = os.open(name, O_RDWR | O_CREAT | O_NOFOLLOW, mode);
    if (!file) return refused(wording::mbx_lock_not_opened(name, file.error().code));
    const auto named = os.stat(name, Follow::no);
    if (!named) return refused(wording::mbx_lock_not_looked_at(name, named.error().code));
    const auto opened = os.stat(file->get());
    if (!opened) return refused(wording::mbx_lock_fd_not_looked_at(name, opened.error().code));
    if (opened->links > 1 || named->links > 1 || named->kind != FileKind::regular || !same_file(*named, *opened))
        return refused(wording::mbx_lock_race(name));
    (void)os.chmod(file->get(), mode);  // as Exim: best effort, for it may be another user's
    return std::move(*file);
}

}  // namespace

std::string MbxLock::name_for(const FileStat& mailbox) {
    return fmt::format("/tmp/.{:x}.{:x}", mailbox.device, mailbox.inode);
}

MailboxResult<MbxLock::Attempt> MbxLock::take(Os& os, int mailbox, const LockSettings& settings) {
    const FileLock shared = lock_file(os, mailbox, settings, Sharing::shared);
    const auto box = os.stat(mailbox);
    if (shared != FileLock::locked || !box) return Attempt{shared == FileLock::timed_out ? shared : FileLock::busy, {}};

    std::string name = name_for(*box);
    auto file = open_lock_file(os, name, settings.lockfile_mode);
    if (!file) return tl::unexpected(file.error());
    const FileLock exclusive = lock_file(os, file->get(), settings, Sharing::exclusive);
    if (exclusive != FileLock::locked) return Attempt{exclusive, {}};
    // The one who held it may have removed it when he was done: then we hold a file that nobody else will look at.
    const auto named = os.stat(name, Follow::no), held = os.stat(file->get());
    if (!named || !held || !same_file(*named, *held)) return Attempt{FileLock::busy, {}};
    return Attempt{FileLock::locked,
                   std::make_unique<MbxLock>(os, mailbox, settings, std::move(name), std::move(*file))};
}

MbxLock::~MbxLock() {
    LockSettings once = settings_;
    once.fcntl_timeout = once.flock_timeout = Seconds{0};
    // Alone with the mailbox: nobody is about to lock the file either.
    if (lock_file(os_, mailbox_, once, Sharing::exclusive) == FileLock::locked) (void)os_.unlink(name_);
}

}  // namespace postern
