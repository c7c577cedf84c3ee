// SPDX-License-Identifier: Apache-2.0
// Locks on files.
#include <sys/file.h>
#include <time.h>

#include <algorithm>
#include <chrono>

#include "sys/clock.h"
#include "sys/real_call.h"
#include "sys/real_os.h"

namespace postern {

namespace {

constexpr std::chrono::microseconds kFirstPause{500};
constexpr std::chrono::microseconds kLongestPause{100'000};

bool is_flock(LockKind kind) { return kind == LockKind::flock_shared || kind == LockKind::flock_exclusive; }

int set_fcntl_lock(int fd, short type, LockRange range) {
    struct flock request {};
    request.l_type = type;
    request.l_whence = SEEK_SET;
    request.l_start = range.start;
    request.l_len = range.length;
    return ::fcntl(fd, F_SETLK, &request);
}

int try_lock(int fd, LockKind kind, LockRange range) {
    switch (kind) {
        case LockKind::fcntl_read:
            return set_fcntl_lock(fd, F_RDLCK, range);
        case LockKind::fcntl_write:
            return set_fcntl_lock(fd, F_WRLCK, range);
        case LockKind::flock_shared:
            return ::flock(fd, LOCK_SH | LOCK_NB);
        case LockKind::flock_exclusive:
            return ::flock(fd, LOCK_EX | LOCK_NB);
    }
    errno = EINVAL;
    return -1;
}

}  // namespace

Status RealOs::lock(int fd, LockKind kind, LockRange range, Seconds wait) {
    const char* call = is_flock(kind) ? "flock" : "fcntl";
    if (try_lock(fd, kind, range) == 0) return {};
    if (wait <= Seconds{0}) return real::failed(call, fd);

    RealClock clock;
    const auto deadline = clock.steady() + wait;
    auto pause = kFirstPause;
    while (errno == EAGAIN || errno == EACCES || errno == EINTR) {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - clock.steady());
        if (left.count() <= 0) return failure(ETIMEDOUT, call, "descriptor " + std::to_string(fd));
        clock.sleep(std::min(pause, left));
        pause = std::min(pause * 2, kLongestPause);
        if (try_lock(fd, kind, range) == 0) return {};
    }
    return real::failed(call, fd);
}

Status RealOs::unlock(int fd, LockKind kind, LockRange range) {
    if (is_flock(kind)) return real::checked(::flock(fd, LOCK_UN), "flock", fd);
    return real::checked(set_fcntl_lock(fd, F_UNLCK, range), "fcntl", fd);
}

}  // namespace postern
