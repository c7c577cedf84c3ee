// SPDX-License-Identifier: Apache-2.0
// fcntl locks belong to a process and a file, flock locks to an open file; see sys/os.h.
#include <algorithm>

#include "support/fake_os.h"
#include "support/fake_os_inode.h"

namespace postern {

namespace {

bool is_flock(LockKind kind) { return kind == LockKind::flock_shared || kind == LockKind::flock_exclusive; }
bool is_exclusive(LockKind kind) { return kind == LockKind::fcntl_write || kind == LockKind::flock_exclusive; }

std::int64_t end_of(LockRange range) { return range.length == 0 ? INT64_MAX : range.start + range.length; }
bool overlap(LockRange a, LockRange b) { return a.start < end_of(b) && b.start < end_of(a); }

}  // namespace

const FakeOs::Lock* FakeOs::conflict(const Lock& wanted) const {
    for (const Lock& held : locks_) {
        if (held.node != wanted.node || is_flock(held.kind) != is_flock(wanted.kind)) continue;
        if (!is_exclusive(held.kind) && !is_exclusive(wanted.kind)) continue;
        const bool own = is_flock(held.kind) ? held.file == wanted.file : held.pid == wanted.pid;
        if (own || (!is_flock(held.kind) && !overlap(held.range, wanted.range))) continue;
        return &held;
    }
    return nullptr;
}

void FakeOs::remove_own_locks(const Lock& like) {
    std::vector<Lock> rest;
    for (Lock& held : locks_) {
        const bool same_owner = is_flock(like.kind) ? is_flock(held.kind) && held.file == like.file
                                                    : !is_flock(held.kind) && held.pid == like.pid;
        if (held.node != like.node || !same_owner) {
            rest.push_back(held);
            continue;
        }
        if (is_flock(like.kind)) continue;
        // What lies before and behind the range stays locked.
        if (held.range.start < like.range.start) {
            Lock before = held;
            before.range.length = std::min(end_of(held.range), like.range.start) - held.range.start;
            rest.push_back(before);
        }
        if (end_of(held.range) > end_of(like.range)) {
            Lock behind = held;
            behind.range.start = std::max(held.range.start, end_of(like.range));
            behind.range.length = held.range.length == 0 ? 0 : end_of(held.range) - behind.range.start;
            rest.push_back(behind);
        }
    }
    locks_ = std::move(rest);
}

void FakeOs::replace_lock(Lock lock) {
    remove_own_locks(lock);
    locks_.push_back(std::move(lock));
}

void FakeOs::drop_expired_locks() {
    std::erase_if(locks_, [&](const Lock& held) { return held.until && *held.until <= clock_.now(); });
}

Status FakeOs::lock(int fd, LockKind kind, LockRange range, Seconds wait) {
    const char* call = is_flock(kind) ? "flock" : "fcntl";
    const OpenFile* open = file(fd);
    if (open == nullptr) return failure(EBADF, call, descriptor_name(fd));
    if (kind == LockKind::fcntl_write && !open->writable()) return failure(EBADF, call, descriptor_name(fd));
    if (kind == LockKind::fcntl_read && !open->readable()) return failure(EBADF, call, descriptor_name(fd));
    Lock wanted{open->node, kind, range, process_.pid, open};

    drop_expired_locks();
    auto left = std::chrono::duration_cast<std::chrono::microseconds>(wait);
    for (;;) {
        const Lock* other = conflict(wanted);
        if (other == nullptr) break;
        if (wait <= Seconds{0}) return failure(EAGAIN, call, descriptor_name(fd));
        std::chrono::microseconds until_free = left + std::chrono::microseconds(1);
        if (other->until) {
            const TimePoint now = clock_.now();
            until_free = std::chrono::microseconds((other->until->seconds - now.seconds) * 1'000'000 +
                                                   other->until->microseconds - now.microseconds);
        }
        if (until_free > left) {
            clock_.advance(left);
            return failure(ETIMEDOUT, call, descriptor_name(fd));
        }
        clock_.advance(until_free);
        left -= until_free;
        drop_expired_locks();
    }
    replace_lock(std::move(wanted));
    return {};
}

Status FakeOs::unlock(int fd, LockKind kind, LockRange range) {
    const OpenFile* open = file(fd);
    if (open == nullptr) return failure(EBADF, is_flock(kind) ? "flock" : "fcntl", descriptor_name(fd));
    remove_own_locks({open->node, kind, range, process_.pid, open});
    return {};
}

void FakeOs::drop_locks_of_closed(const OpenFile& closed, bool still_open) {
    std::erase_if(locks_, [&](const Lock& held) {
        if (held.node != closed.node) return false;
        if (is_flock(held.kind)) return held.file == &closed && !still_open;
        return held.pid == process_.pid;  // whichever descriptor took it
    });
}

void FakeOs::leave_child(Process parent) {
    const pid_t child = process_.pid;
    std::erase_if(locks_, [&](const Lock& held) {
        if (!is_flock(held.kind)) return held.pid == child;
        if (held.file == nullptr) return false;
        return std::none_of(parent.descriptors.begin(), parent.descriptors.end(),
                            [&](const auto& entry) { return entry.second.get() == held.file; });
    });
    process_ = std::move(parent);
}

void FakeOs::hold_lock(const std::string& path, LockKind kind, LockRange range, Seconds for_how_long) {
    Lock lock{look(path), kind, range, kForeigner, nullptr, {}};
    if (for_how_long >= Seconds{0}) {
        const TimePoint now = clock_.now();
        lock.until = TimePoint{now.seconds + for_how_long.count(), now.microseconds};
    }
    locks_.push_back(std::move(lock));
}

void FakeOs::release_foreign_locks() {
    std::erase_if(locks_,
                  [](const Lock& held) { return is_flock(held.kind) ? held.file == nullptr : held.pid == kForeigner; });
}

std::size_t FakeOs::locks_held() const {
    return static_cast<std::size_t>(std::count_if(locks_.begin(), locks_.end(), [&](const Lock& held) {
        return is_flock(held.kind) ? held.file != nullptr : held.pid == process_.pid;
    }));
}

}  // namespace postern
