// SPDX-License-Identifier: Apache-2.0
#include "support/fault_os.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace postern {

// --- which call may say what ---

namespace {

constexpr std::array kNames = {
    "open",       "create",  "close",   "read",      "write",    "fsync", "truncate", "seek",
    "stat",       "chown",   "chmod",   "set_times", "list",     "lock",  "unlock",   "pipe",
    "wait_ready", "connect", "mkdir",   "unlink",    "rmdir",    "link",  "rename",   "read_link",
    "real_path",  "chdir",   "set_ids", "limit",     "accounts", "host",  "network",
};

bool is_one_of(Call call, std::initializer_list<Call> calls) {
    return std::find(calls.begin(), calls.end(), call) != calls.end();
}

}  // namespace

const char* name_of(Call call) { return kNames.at(static_cast<std::size_t>(call)); }

bool can_give(Call call, int code) {
    using enum Call;
    switch (code) {
        case EINTR:
            return is_one_of(call, {open, create, close, read, write, fsync, truncate, lock, wait_ready, connect});
        case EAGAIN:
            return is_one_of(call, {read, write, lock, set_ids});
        case ENOSPC:
        case EDQUOT:
            return is_one_of(call, {create, write, fsync, close, mkdir, link, rename});
        case EROFS:
            return is_one_of(call, {create, truncate, chown, chmod, set_times, mkdir, unlink, rmdir, link, rename});
        case EPERM:
            return is_one_of(call,
                             {create, truncate, chown, chmod, set_times, mkdir, unlink, rmdir, link, rename, set_ids});
        case EACCES:
            return is_one_of(call,
                             {open, create, stat, mkdir, unlink, rmdir, link, rename, read_link, real_path, chdir});
        case ENOENT:
            return is_one_of(call,
                             {open, create, stat, mkdir, unlink, rmdir, link, rename, read_link, real_path, chdir});
        case EMFILE:
        case ENFILE:
            return is_one_of(call, {open, create, pipe, list, accounts, connect});
        case ENOLCK:
        case EDEADLK:
            return call == lock;
        default:
            return !is_one_of(call, {unlock, set_ids, limit, host});
    }
}

bool changes_something(Call call) {
    using enum Call;
    return is_one_of(call, {create, write, fsync, truncate, chown, chmod, set_times, lock, unlock, mkdir, unlink, rmdir,
                            link, rename});
}

// --- arming ---

void FaultOs::fail_at(long n, int code, bool lasting) {
    disarm();
    plan_ = Plan::fail;
    at_ = n;
    code_ = code;
    lasting_ = lasting;
}

void FaultOs::crash_at(long n, AtWrite where) {
    disarm();
    plan_ = Plan::crash;
    at_ = n;
    at_write_ = where;
}

void FaultOs::disarm() {
    plan_ = Plan::none;
    seen_ = calls_when_dead_ = 0;
    next_write_fails_ = 0;
    hit_ = dead_ = torn_write_ = false;
    hit_at_.clear();
}

int FaultOs::verdict(Call call, std::string_view object) {
    torn_write_ = false;
    if (dead_) {
        if (++calls_when_dead_ > 1'000'000) {
            std::fprintf(stderr, "FaultOs: endless loop on errors after the crash at %s\n", hit_at_.c_str());
            std::abort();
        }
        return EIO;
    }
    if (call == Call::write && next_write_fails_ != 0) return std::exchange(next_write_fails_, 0);
    const bool counts = plan_ == Plan::fail    ? can_give(call, code_) && (only_.empty() || only_.contains(call))
                        : plan_ == Plan::crash ? changes_something(call)
                                               : false;
    if (!counts) return 0;
    ++seen_;
    if (seen_ < at_ || (seen_ > at_ && !lasting_)) return 0;
    if (!hit_) hit_at_ = std::string(name_of(call)) + " " + std::string(object);
    const bool first = !std::exchange(hit_, true);
    if (plan_ == Plan::crash) {
        dead_ = true;
        torn_write_ = call == Call::write && at_write_ == AtWrite::halfway;
        return EIO;
    }
    torn_write_ = first && call == Call::write && (code_ == ENOSPC || code_ == EDQUOT || code_ == EIO);
    return code_;
}

template <class Forward>
auto FaultOs::through(Call call, std::string_view object, Forward forward) -> decltype(forward()) {
    if (const int code = verdict(call, object)) return failure(code, name_of(call), object);
    return forward();
}

// --- descriptors ---

namespace {

std::string descriptor(int fd) { return "descriptor " + std::to_string(fd); }

}  // namespace

Result<UniqueFd> FaultOs::open(const AtPath& where, int flags, mode_t mode) {
    const Call call = (flags & (O_CREAT | O_TRUNC)) != 0 ? Call::create : Call::open;
    return through(call, where.name, [&]() -> Result<UniqueFd> {
        POSTERN_TRY_ASSIGN(UniqueFd fd, inner_.open(where, flags, mode));
        return rewrap(std::move(fd));
    });
}

Result<UniqueFd> FaultOs::open_beneath(int dir, const std::string& relative, int flags, mode_t mode) {
    const Call call = (flags & (O_CREAT | O_TRUNC)) != 0 ? Call::create : Call::open;
    return through(call, relative, [&]() -> Result<UniqueFd> {
        POSTERN_TRY_ASSIGN(UniqueFd fd, inner_.open_beneath(dir, relative, flags, mode));
        return rewrap(std::move(fd));
    });
}

Status FaultOs::close(UniqueFd fd) {
    const int number = fd.release();
    const int code = verdict(Call::close, descriptor(number));
    if (dead_) return failure(code, "close", descriptor(number));
    const Status closed = inner_.close(UniqueFd(inner_, number));  // gone even if it says no
    if (code != 0) return failure(code, "close", descriptor(number));
    return closed;
}

Result<std::size_t> FaultOs::write(int fd, std::string_view bytes) {
    const int code = verdict(Call::write, descriptor(fd));
    if (code != 0 && torn_write_ && bytes.size() > 1) {
        const auto done = inner_.write(fd, bytes.substr(0, bytes.size() / 2));
        if (!dead_) {
            next_write_fails_ = code;
            return done;
        }
    }
    if (code != 0) return failure(code, "write", descriptor(fd));
    return inner_.write(fd, bytes.substr(0, most_at_once_));
}

Result<Os::Pipe> FaultOs::pipe() {
    return through(Call::pipe, {}, [&]() -> Result<Pipe> {
        POSTERN_TRY_ASSIGN(Pipe ends, inner_.pipe());
        return Pipe{rewrap(std::move(ends.read_end)), rewrap(std::move(ends.write_end))};
    });
}

Result<UniqueFd> FaultOs::connect(const SocketAddress& to, std::chrono::milliseconds at_most) {
    return through(Call::connect, to.text(), [&]() -> Result<UniqueFd> {
        POSTERN_TRY_ASSIGN(UniqueFd fd, inner_.connect(to, at_most));
        return rewrap(std::move(fd));
    });
}

#define FORWARD(call, object, expression) return through(Call::call, object, [&] { return inner_.expression; })

Result<std::size_t> FaultOs::read(int fd, std::span<char> into) { FORWARD(read, descriptor(fd), read(fd, into)); }
Result<std::size_t> FaultOs::pread(int fd, std::span<char> into, std::int64_t offset) {
    FORWARD(read, descriptor(fd), pread(fd, into, offset));
}
Status FaultOs::sync_data(int fd) { FORWARD(fsync, descriptor(fd), sync_data(fd)); }
Status FaultOs::fsync(int fd) { FORWARD(fsync, descriptor(fd), fsync(fd)); }
Status FaultOs::truncate(int fd, std::int64_t size) { FORWARD(truncate, descriptor(fd), truncate(fd, size)); }
Result<std::int64_t> FaultOs::seek(int fd, std::int64_t offset, int whence) {
    FORWARD(seek, descriptor(fd), seek(fd, offset, whence));
}
Result<FileStat> FaultOs::stat(int fd) { FORWARD(stat, descriptor(fd), stat(fd)); }
Status FaultOs::chown(int fd, uid_t uid, gid_t gid) { FORWARD(chown, descriptor(fd), chown(fd, uid, gid)); }
Status FaultOs::chmod(int fd, mode_t mode) { FORWARD(chmod, descriptor(fd), chmod(fd, mode)); }
Status FaultOs::set_times(int fd, timespec atime, timespec mtime) {
    FORWARD(set_times, descriptor(fd), set_times(fd, atime, mtime));
}
Result<std::vector<DirEntry>> FaultOs::list(int dir) { FORWARD(list, descriptor(dir), list(dir)); }
Status FaultOs::lock(int fd, LockKind kind, LockRange range, Seconds wait) {
    FORWARD(lock, descriptor(fd), lock(fd, kind, range, wait));
}
Status FaultOs::unlock(int fd, LockKind kind, LockRange range) {
    FORWARD(unlock, descriptor(fd), unlock(fd, kind, range));
}
Status FaultOs::wait_any(std::span<Waiting> which, std::chrono::milliseconds at_most) {
    FORWARD(wait_ready, descriptor(which.empty() ? -1 : which.front().fd), wait_any(which, at_most));
}

// --- names ---

Result<FileStat> FaultOs::stat(const AtPath& where, Follow follow) { FORWARD(stat, where.name, stat(where, follow)); }
Status FaultOs::mkdir(const AtPath& where, mode_t mode) { FORWARD(mkdir, where.name, mkdir(where, mode)); }
Status FaultOs::unlink(const AtPath& where) { FORWARD(unlink, where.name, unlink(where)); }
Status FaultOs::rmdir(const AtPath& where) { FORWARD(rmdir, where.name, rmdir(where)); }
Status FaultOs::link(const AtPath& from, const AtPath& to) { FORWARD(link, to.name, link(from, to)); }
Status FaultOs::rename(const AtPath& from, const AtPath& to) { FORWARD(rename, to.name, rename(from, to)); }
Status FaultOs::rename_no_replace(const AtPath& from, const AtPath& to) {
    FORWARD(rename, to.name, rename_no_replace(from, to));
}
Result<std::string> FaultOs::read_link(const AtPath& where) { FORWARD(read_link, where.name, read_link(where)); }
Result<std::string> FaultOs::real_path(const std::string& path) { FORWARD(real_path, path, real_path(path)); }
Status FaultOs::chmod(const AtPath& where, mode_t mode, Follow follow) {
    FORWARD(chmod, where.name, chmod(where, mode, follow));
}
Status FaultOs::chown(const AtPath& where, uid_t uid, gid_t gid, Follow follow) {
    FORWARD(chown, where.name, chown(where, uid, gid, follow));
}

// --- process state, accounts, host ---

Status FaultOs::chdir(const std::string& path) { FORWARD(chdir, path, chdir(path)); }
Status FaultOs::chdir(int dir) { FORWARD(chdir, descriptor(dir), chdir(dir)); }
Status FaultOs::set_groups(std::span<const gid_t> groups) { FORWARD(set_ids, "groups", set_groups(groups)); }
Status FaultOs::set_gids(gid_t gid) { FORWARD(set_ids, "gid", set_gids(gid)); }
Status FaultOs::set_uids(uid_t uid) { FORWARD(set_ids, "uid", set_uids(uid)); }
Status FaultOs::limit_core_size(std::uint64_t bytes) { FORWARD(limit, "core", limit_core_size(bytes)); }
Result<std::optional<User>> FaultOs::user(const std::string& name) { FORWARD(accounts, name, user(name)); }
Result<std::optional<User>> FaultOs::local_user(const std::string& name) { FORWARD(accounts, name, local_user(name)); }
Result<std::optional<User>> FaultOs::user(uid_t uid) { FORWARD(accounts, std::to_string(uid), user(uid)); }
Result<std::optional<Group>> FaultOs::group(const std::string& name) { FORWARD(accounts, name, group(name)); }
Result<std::optional<Group>> FaultOs::group(gid_t gid) { FORWARD(accounts, std::to_string(gid), group(gid)); }
Result<std::vector<gid_t>> FaultOs::groups_of(const User& user) { FORWARD(accounts, user.name, groups_of(user)); }
Result<std::vector<std::string>> FaultOs::addresses_of(const std::string& host) {
    FORWARD(host, host, addresses_of(host));
}
Status FaultOs::hang_up(int socket) { FORWARD(close, descriptor(socket), hang_up(socket)); }
Result<std::string> FaultOs::node_name() { FORWARD(host, {}, node_name()); }
Result<Os::Space> FaultOs::free_space(const std::string& path) { FORWARD(host, path, free_space(path)); }

Result<std::optional<std::uint16_t>> FaultOs::service_port(const std::string& name, const std::string& protocol) {
    FORWARD(accounts, name, service_port(name, protocol));
}
Status FaultOs::send_datagram(const std::string& address, std::uint16_t port, std::string_view bytes) {
    FORWARD(network, address, send_datagram(address, port, bytes));
}

#undef FORWARD

}  // namespace postern
