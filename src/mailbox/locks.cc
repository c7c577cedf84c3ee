// SPDX-License-Identifier: Apache-2.0
#include "mailbox/locks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "wording/appendfile.h"

namespace postern {
namespace {

using std::chrono::microseconds;

constexpr microseconds kLongestPause{500'000};
constexpr int kRefreshesPerTimeout = 4;

// One attempt after the other at LOCK, through HITCH.
class Hitching {
public:
    Hitching(Os& os, Clock& clock, const DotLock::Target& target, const LockSettings& settings)
        : os_(os),
          clock_(clock),
          target_(target),
          settings_(settings),
          lock_leaf_(target.leaf + ".lock"),
          hitch_suffix_(fmt::format(".{}.{:08x}.{:08x}", target.mailbox.hostname,
                                    static_cast<std::uint32_t>(clock.now().seconds),
                                    static_cast<std::uint32_t>(os.pid()))) {}

    [[nodiscard]] AtPath lock() const { return target_.place.at(lock_leaf_); }
    [[nodiscard]] AtPath hitch() const { return target_.place.at(lock_leaf_ + hitch_suffix_); }
    [[nodiscard]] const std::optional<FileStat>& made() const { return made_; }

    // True: LOCK is ours.
    MailboxResult<bool> attempt() {
        auto post = os_.open(hitch(), O_WRONLY | O_CREAT | O_EXCL, settings_.lockfile_mode);
        if (!post) {
            const MailboxSettings& mailbox = target_.mailbox;
            return mailbox_failure(
                post.error().code,
                wording::hitching_post_failed(mailbox.path + ".lock" + hitch_suffix_, mailbox.uid, mailbox.gid));
        }
        const bool linked = os_.link(hitch(), lock()).has_value();
        // Over NFS the answer to link() can be lost; the link count tells.
        const auto post_stat = os_.stat(post->get());
        (void)os_.close(std::move(*post));
        (void)os_.unlink(hitch());
        if (!linked && !(post_stat && post_stat->links == 2)) return false;
        if (post_stat) made_ = *post_stat;
        return true;
    }

    // A holder that died: its lock is older than lockfile_timeout. It is first renamed, so that of two breakers only
    // one gets it, and put back if it turns out to be somebody's fresh lock.
    void break_if_stale() {
        if (settings_.stale_after <= Seconds{0}) return;
        const auto old = os_.stat(lock(), Follow::yes);
        if (!old || old->kind == FileKind::directory) return;
        if (clock_.now().seconds - old->ctime.tv_sec <= settings_.stale_after.count()) return;
        if (!os_.rename(lock(), hitch())) return;
        const auto taken = os_.stat(hitch(), Follow::yes);
        if (taken && !same_file(*taken, *old) && os_.rename_no_replace(hitch(), lock())) return;
        (void)os_.unlink(hitch());
    }

private:
    Os& os_;
    Clock& clock_;
    const DotLock::Target& target_;
    const LockSettings& settings_;
    std::string lock_leaf_, hitch_suffix_;
    std::optional<FileStat> made_;
};

FileLock result_of(const Status& locked) {
    if (locked) return FileLock::locked;
    return locked.error().code == ETIMEDOUT ? FileLock::timed_out : FileLock::busy;
}

}  // namespace

microseconds Patience::elapsed() const { return std::chrono::duration_cast<microseconds>(clock_.steady() - start_); }

bool Patience::again(bool blocked) {
    ++quick_tries_;
    if (blocked && quick_tries_ * settings_.longest_wait() >= settings_.total()) return false;
    return quick_tries_ < settings_.retries;
}

bool Patience::pause() {
    ++tries_;
    const microseconds total = settings_.total();
    const microseconds left = total - elapsed();
    if (left.count() <= 0) return tries_ < settings_.retries;
    clock_.sleep(std::min({next_pause_, left, microseconds(settings_.interval)}));
    next_pause_ = std::min(next_pause_ * 2, kLongestPause);
    return true;
}

MailboxResult<std::unique_ptr<DotLock>> DotLock::acquire(Os& os, Clock& clock, const Target& target,
                                                         const LockSettings& settings) {
    Hitching hitching(os, clock, target, settings);
    Patience patience(clock, settings);
    bool go_on = patience.may_try();
    while (go_on) {
        const auto locked = hitching.attempt();
        if (!locked) return tl::unexpected(locked.error());
        if (*locked)
            return std::make_unique<DotLock>(os, clock, hitching.lock(), hitching.made(), settings.stale_after);
        hitching.break_if_stale();
        go_on = patience.pause();
    }
    return mailbox_failure(mailbox_code::kLockFailed, wording::lock_file_busy(target.mailbox.path));
}

bool DotLock::still_ours() const {
    if (!made_) return true;  // it could not be looked at
    const auto there = os_.stat(name_, Follow::no);
    return there && same_file(*there, *made_);
}

void DotLock::refresh() {
    const auto now = clock_.steady();
    if (!made_ || stale_after_ <= Seconds{0} || now - refreshed_ < stale_after_ / kRefreshesPerTimeout) return;
    refreshed_ = now;
    const auto lock = os_.open(name_, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!lock) return;
    const auto opened = os_.stat(lock->get());
    if (!opened || !same_file(*opened, *made_)) return;
    timespec time{};
    time.tv_sec = static_cast<time_t>(clock_.now().seconds);
    (void)os_.set_times(lock->get(), time, time);
}

DotLock::~DotLock() {
    if (still_ours()) (void)os_.unlink(name_);  // else: broken by somebody who thought us dead
}

FileLock lock_file(Os& os, int fd, const LockSettings& settings, Sharing sharing) {
    const bool shared = sharing == Sharing::shared;
    if (settings.fcntl) {
        const LockKind kind = shared ? LockKind::fcntl_read : LockKind::fcntl_write;
        const FileLock got = result_of(os.lock(fd, kind, {}, settings.fcntl_timeout));
        if (got != FileLock::locked) return got;
    }
    if (!settings.flock) return FileLock::locked;
    const LockKind kind = shared ? LockKind::flock_shared : LockKind::flock_exclusive;
    return result_of(os.lock(fd, kind, {}, settings.flock_timeout));
}

}  // namespace postern
