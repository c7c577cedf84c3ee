// SPDX-License-Identifier: Apache-2.0
// mailbox/locks.h – the rungs of the lock ladder of a mailbox in one file (spec appendfile.md §7.4, §7.6): PATH.lock
// made with a hitching post (safe on NFS), then fcntl and flock on the open file, or MBX locking (mbx_lock.h). Runs as
// the recipient.
//
// Losing the race until patience ends is an answer (busy), not an Error. Nothing here sleeps longer than the options
// allow: tries × interval in all, in short growing pauses instead of Exim's whole intervals.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mailbox/mailbox.h"
#include "mailbox/place.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

struct LockSettings {
    bool dot_lock = true, fcntl = true, flock = false;
    bool mbx = false;           // with fcntl or flock: how the mailbox and the lock file in /tmp are locked
    std::int64_t retries = 10;  // negative: not even one try
    Seconds interval{3};
    Seconds fcntl_timeout{0}, flock_timeout{0};  // > 0: block that long instead of trying again
    Seconds stale_after{1800};                   // age of a dot-lock that is broken; 0: never
    mode_t lockfile_mode = 0600;
    [[nodiscard]] bool on_file() const { return fcntl || flock || mbx; }
    [[nodiscard]] Seconds longest_wait() const { return std::max(fcntl_timeout, flock_timeout); }
    [[nodiscard]] Seconds total() const { return interval * std::max<std::int64_t>(retries, 0); }
};

// How long one rung may still try.
class Patience {
public:
    Patience(Clock& clock, const LockSettings& settings) : clock_(clock), settings_(settings), start_(clock.steady()) {}
    [[nodiscard]] bool may_try() const { return settings_.retries > 0; }
    // After a failed try: pauses and says true, or says false when the tries and the time are used up.
    [[nodiscard]] bool pause();
    // The same without a pause: after a try that failed for a reason that time does not change, or that has blocked.
    [[nodiscard]] bool again(bool blocked);

private:
    [[nodiscard]] std::chrono::microseconds elapsed() const;

    Clock& clock_;
    const LockSettings& settings_;
    std::chrono::nanoseconds start_;
    std::int64_t tries_ = 0, quick_tries_ = 0;
    std::chrono::microseconds next_pause_{5000};
};

// Holds DIRECTORY/LEAF.lock. Released by the destructor, but only while it is still the file that we made (W13).
class DotLock {
public:
    struct Target {
        const Place& place;              // outlives the lock
        std::string leaf;                // of the mailbox
        const MailboxSettings& mailbox;  // path for messages, host name, ids
    };
    // Failure: no hitching post, or (kLockFailed) somebody else has the lock.
    [[nodiscard]] static MailboxResult<std::unique_ptr<DotLock>> acquire(Os& os, Clock& clock, const Target& target,
                                                                         const LockSettings& settings);
    DotLock(Os& os, Clock& clock, AtPath name, std::optional<FileStat> made, Seconds stale_after)
        : os_(os),
          clock_(clock),
          name_(std::move(name)),
          made_(made),
          stale_after_(stale_after),
          refreshed_(clock.steady()) {}
    DotLock(const DotLock&) = delete;
    DotLock& operator=(const DotLock&) = delete;
    ~DotLock();

    // A lock that is held for long must not look abandoned (W13): renews its times well before lockfile_timeout.
    void refresh();

private:
    [[nodiscard]] bool still_ours() const;

    Os& os_;
    Clock& clock_;
    AtPath name_;
    std::optional<FileStat> made_;
    Seconds stale_after_;
    std::chrono::nanoseconds refreshed_;
};

enum class FileLock : std::uint8_t { locked, busy, timed_out };
enum class Sharing : std::uint8_t { exclusive, shared };
// Both kinds if both are wanted, fcntl first. Closing the descriptor lets go.
[[nodiscard]] FileLock lock_file(Os& os, int fd, const LockSettings& settings, Sharing sharing = Sharing::exclusive);

[[nodiscard]] inline bool same_file(const FileStat& a, const FileStat& b) {
    return a.device == b.device && a.inode == b.inode;
}

}  // namespace postern
