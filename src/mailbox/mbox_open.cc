// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbox_open.h"

#include <cerrno>

#include "mailbox/ownership.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

using wording::MailboxStep;

tl::unexpected<MailboxFailure> step_failed(int code, MailboxStep step, const std::string& path) {
    return mailbox_failure(code, wording::mailbox_step_failed(step, path));
}

tl::unexpected<MailboxFailure> final_failure(int code, MailboxStep step, const std::string& path) {
    return tl::unexpected(
        MailboxFailure{MailboxFailure::Kind::fail, code, wording::mailbox_step_failed(step, path), false, {}});
}

}  // namespace

MailboxResult<MboxFile::Opened> MboxOpener::open() {
    const LockSettings& locks = settings_.locks;
    Patience patience(clock_, locks);
    bool was_open = false;
    bool go_on = patience.may_try();
    while (go_on) {
        bool blocked = false;
        const auto step = try_open();
        if (!step) return tl::unexpected(step.error());
        if (*step == Step::follow_link) continue;  // the same try, looking at the link's target
        was_open = *step == Step::opened;
        if (was_open) {
            const auto lock = lock_opened();
            if (!lock) return tl::unexpected(lock.error());
            // W1: whoever held the lock may have put another file in place while we waited.
            if (*lock == FileLock::locked && (!locks.on_file() || still_named())) return std::move(file_);
            file_.mbx_lock.reset();
            file_ = {};
            nofollow_ = true;
            if (*lock == FileLock::busy && locks.longest_wait() == Seconds{0}) {
                go_on = patience.pause();
                continue;
            }
            blocked = *lock == FileLock::timed_out;
        }
        go_on = patience.again(blocked);
    }
    if (!was_open) return mailbox_failure(mailbox_code::kExistRace, wording::existence_unclear(path()), true);
    return mailbox_failure(mailbox_code::kLockFailed, wording::file_lock_busy(path()));
}

MailboxResult<FileLock> MboxOpener::lock_opened() {
    const int fd = file_.fd.get();
    if (!settings_.locks.mbx) return lock_file(os_, fd, settings_.locks);
    auto attempt = MbxLock::take(os_, fd, settings_.locks);
    if (!attempt) return tl::unexpected(attempt.error());
    file_.mbx_lock = std::move(attempt->lock);
    return attempt->result;
}

MailboxResult<std::optional<FileStat>> MboxOpener::look() const {
    const auto found = os_.stat(name(), nofollow_ ? Follow::no : Follow::yes);
    if (found) {
        if (auto ok = check_found(*found); !ok) return tl::unexpected(ok.error());
        return *found;
    }
    if (found.error().code != ENOENT) return step_failed(found.error().code, MailboxStep::stat, path());
    if (settings_.file_must_exist) return mailbox_failure(ENOENT, wording::mailbox_must_exist(path()));
    if (!settings_.creation_allowed)
        return mailbox_failure(mailbox_code::kBadCreate, wording::file_creation_refused(path()));
    return std::nullopt;
}

std::optional<MailboxFailure> MboxOpener::examine() {
    auto found = look();
    if (found && *found && (*found)->kind == FileKind::symlink) {
        nofollow_ = false;
        found = look();
    }
    if (!found) return found.error();
    if (!*found) return std::nullopt;
    const auto change_mode = wants_chmod(**found);
    return change_mode ? std::nullopt : std::optional(change_mode.error());
}

MailboxResult<MboxOpener::Step> MboxOpener::try_open() {
    const auto found = look();
    if (!found) return tl::unexpected(found.error());
    return *found ? open_existing(**found) : create();
}

MailboxResult<MboxOpener::Step> MboxOpener::create() {
    const int exclusive = nofollow_ ? O_EXCL : 0;
    auto fd = os_.open(name(), O_RDWR | O_APPEND | O_CREAT | exclusive, settings_.common.mode);
    if (!fd) {
        const int why = fd.error().code;
        if (why == EEXIST) return Step::look_again;
        const bool for_good = settings_.from_redirect && (why == EPERM || why == ENOENT || why == EACCES);
        return for_good ? final_failure(why, MailboxStep::create, path())
                        : step_failed(why, MailboxStep::create, path());
    }
    auto owned = own_file(os_, fd->get(), settings_.common, path(),
                          wording::mailbox_step_failed(MailboxStep::set_permissions, path()));
    if (!owned) {
        owned.error().kind = MailboxFailure::Kind::fail;
        return tl::unexpected(std::move(owned.error()));
    }
    file_ = {.fd = std::move(*fd), .created = true};
    return Step::opened;
}

MailboxResult<void> MboxOpener::check_found(const FileStat& found) const {
    const bool symlink = found.kind == FileKind::symlink;
    if (settings_.check_owner && found.uid != uid_)
        return mailbox_failure(mailbox_code::kBadUgid, wording::wrong_owner(path(), "uid", symlink, found.uid, uid_));
    if (settings_.check_group && found.gid != gid_)
        return mailbox_failure(mailbox_code::kBadUgid, wording::wrong_owner(path(), "gid", symlink, found.gid, gid_));
    if (found.links != 1)
        return mailbox_failure(mailbox_code::kNotRegular, wording::too_many_links(path(), symlink, found.links));
    if (symlink && settings_.allow_symlink) return {};
    const bool fifo = found.kind == FileKind::fifo && settings_.allow_fifo;
    if (found.kind != FileKind::regular && !fifo)
        return mailbox_failure(mailbox_code::kNotRegular, wording::not_regular(path(), settings_.allow_fifo));
    return {};
}

MailboxResult<bool> MboxOpener::wants_chmod(const FileStat& found) const {
    const mode_t wanted = settings_.common.mode, differing = found.permissions ^ wanted;
    if (differing == 0) return false;
    const bool only_too_wide = (differing & found.permissions) == differing;
    if (settings_.own_mode || only_too_wide) return true;
    if (settings_.mode_fail_narrower)
        return mailbox_failure(mailbox_code::kBadMode, wording::wrong_mode(path(), found.permissions, wanted));
    return false;
}

MailboxResult<MboxOpener::Step> MboxOpener::open_existing(const FileStat& found) {
    if (found.kind == FileKind::symlink) {
        nofollow_ = false;
        return Step::follow_link;
    }
    const auto change_mode = wants_chmod(found);
    if (!change_mode) return tl::unexpected(change_mode.error());

    const bool fifo = found.kind == FileKind::fifo;
    // Looking at its format or its last byte must not count as reading the mailbox; only the owner may ask for that.
    const int quiet = found.uid == uid_ ? O_NOATIME : 0;
    const int flags = (fifo ? O_WRONLY | O_NONBLOCK : O_RDWR | O_APPEND | quiet) | (nofollow_ ? O_NOFOLLOW : 0);
    mode_t expected = found.permissions;
    auto fd = os_.open(name(), flags);
    if (!fd && fd.error().code == EACCES && *change_mode) {  // our own file, closed to us until its mode is right
        if (const Status done = os_.chmod(name(), settings_.common.mode); !done)
            return step_failed(done.error().code, MailboxStep::chmod, path());
        expected = settings_.common.mode;
        fd = os_.open(name(), flags);
    }
    if (!fd) {
        const int why = fd.error().code;
        if (why == ENOENT) {
            nofollow_ = true;
            return Step::look_again;
        }
        if (fifo) return mailbox_failure(why, wording::fifo_not_opened(path()));
        return step_failed(why, MailboxStep::open, path());
    }
    file_ = {.fd = std::move(*fd), .fifo = fifo};
    if (auto ok = check_opened(found, expected); !ok) return tl::unexpected(ok.error());
    if (*change_mode && expected != settings_.common.mode) {
        if (const Status done = os_.chmod(file_.fd.get(), settings_.common.mode); !done)
            return step_failed(done.error().code, MailboxStep::chmod, path());
    }
    if (settings_.wrong_format) {
        if (const auto other = settings_.wrong_format(file_.fd.get()))
            return mailbox_failure(*other, wording::format_changed());
    }
    return Step::opened;
}

// What was opened has to be what was looked at: anything else is somebody's trick, and freezes the message.
MailboxResult<void> MboxOpener::check_opened(const FileStat& found, mode_t expected) const {
    const auto opened = os_.stat(file_.fd.get());
    if (!opened) return step_failed(opened.error().code, MailboxStep::stat_open, path());
    const auto refused = [](int code, std::string text) { return mailbox_failure(code, std::move(text), true); };
    if (!same_file(*opened, found))
        return refused(mailbox_code::kInodeChanged, wording::inode_changed(path(), found.inode, opened->inode));
    if (opened->kind != found.kind)
        return refused(mailbox_code::kNotRegular, wording::kind_changed(path(), found.kind == FileKind::fifo));
    if ((settings_.check_owner && opened->uid != uid_) || (settings_.check_group && opened->gid != gid_))
        return refused(mailbox_code::kBadUgid, wording::owner_changed(path()));
    if (opened->permissions != expected)
        return refused(mailbox_code::kBadMode,
                       wording::mode_changed(path(), opened->permissions, settings_.common.mode));
    if (opened->links != found.links)
        return refused(mailbox_code::kNotRegular, wording::too_many_links(path(), false, opened->links));
    return {};
}

bool MboxOpener::still_named() const {
    const auto named = os_.stat(name(), nofollow_ ? Follow::no : Follow::yes);
    const auto held = os_.stat(file_.fd.get());
    return named && held && same_file(*named, *held) && held->links != 0;
}

}  // namespace postern
