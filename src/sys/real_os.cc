// SPDX-License-Identifier: Apache-2.0
// Descriptors and names; process state and accounts are in real_os_process.cc.
#include "sys/real_os.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "sys/real_call.h"

namespace postern {

using real::checked;
using real::failed;

namespace {

FileKind kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFDIR:
            return FileKind::directory;
        case S_IFLNK:
            return FileKind::symlink;
        case S_IFIFO:
            return FileKind::fifo;
        case S_IFSOCK:
            return FileKind::socket;
        case S_IFCHR:
            return FileKind::character;
        case S_IFBLK:
            return FileKind::block;
        default:
            return FileKind::regular;
    }
}

FileStat stat_of(const struct stat& from) {
    FileStat out;
    out.kind = kind_of(from.st_mode);
    out.permissions = from.st_mode & 07777;
    out.uid = from.st_uid;
    out.gid = from.st_gid;
    out.device = from.st_dev;
    out.inode = from.st_ino;
    out.links = from.st_nlink;
    out.size = from.st_size;
    out.atime = from.st_atim;
    out.mtime = from.st_mtim;
    out.ctime = from.st_ctim;
    return out;
}

std::optional<FileKind> kind_of_entry(unsigned char type) {
    if (type == DT_UNKNOWN) return std::nullopt;
    return kind_of(static_cast<mode_t>(DTTOIF(type)));
}

// openat2() for kernels without it: one component after the other, links refused.
Result<UniqueFd> walk_beneath(Os& os, int dir, const std::string& relative, int flags, mode_t mode) {
    if (relative.starts_with('/')) return failure(EXDEV, "openat2", relative);
    UniqueFd here;
    int at = dir;
    std::string_view rest = relative;
    for (;;) {
        const std::size_t slash = rest.find('/');
        const std::string part(rest.substr(0, slash));
        if (part == "..") return failure(EXDEV, "openat2", relative);
        if (slash == std::string_view::npos)
            return os.open(AtPath{at, part.empty() ? "." : part}, flags | O_NOFOLLOW, mode);
        rest.remove_prefix(slash + 1);
        if (part.empty()) continue;
        POSTERN_TRY_ASSIGN(UniqueFd next, os.open(AtPath{at, part}, O_PATH | O_DIRECTORY | O_NOFOLLOW));
        here = std::move(next);
        at = here.get();
    }
}

}  // namespace

// --- descriptors ---

Result<UniqueFd> RealOs::open(const AtPath& where, int flags, mode_t mode) {
    const int fd = ::openat(where.dir, where.name.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0) return failed("open", where);
    return UniqueFd(*this, fd);
}

Result<UniqueFd> RealOs::open_beneath(int dir, const std::string& relative, int flags, mode_t mode) {
    struct open_how how {};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.mode = (flags & O_CREAT) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const long fd = ::syscall(SYS_openat2, dir, relative.c_str(), &how, sizeof how);
    if (fd < 0 && errno == ENOSYS) return walk_beneath(*this, dir, relative, flags, mode);
    if (fd < 0) return failed("openat2", relative);
    return UniqueFd(*this, static_cast<int>(fd));
}

Status RealOs::close(UniqueFd fd) {
    const int number = fd.release();
    return checked(::close(number), "close", number);
}

Result<std::size_t> RealOs::read(int fd, std::span<char> into) {
    const ssize_t got = ::read(fd, into.data(), into.size());
    if (got < 0) return failed("read", fd);
    return static_cast<std::size_t>(got);
}

Result<std::size_t> RealOs::pread(int fd, std::span<char> into, std::int64_t offset) {
    const ssize_t got = ::pread(fd, into.data(), into.size(), offset);
    if (got < 0) return failed("pread", fd);
    return static_cast<std::size_t>(got);
}

Result<std::size_t> RealOs::write(int fd, std::string_view bytes) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0) return failed("write", fd);
    return static_cast<std::size_t>(done);
}

Status RealOs::fsync(int fd) { return checked(::fsync(fd), "fsync", fd); }
Status RealOs::sync_data(int fd) { return checked(::fdatasync(fd), "fdatasync", fd); }
Status RealOs::truncate(int fd, std::int64_t size) { return checked(::ftruncate(fd, size), "ftruncate", fd); }

Result<std::int64_t> RealOs::seek(int fd, std::int64_t offset, int whence) {
    const off_t at = ::lseek(fd, offset, whence);
    if (at < 0) return failed("lseek", fd);
    return at;
}

Result<FileStat> RealOs::stat(int fd) {
    struct stat found {};
    if (::fstat(fd, &found) < 0) return failed("fstat", fd);
    return stat_of(found);
}

Status RealOs::chown(int fd, uid_t uid, gid_t gid) { return checked(::fchown(fd, uid, gid), "fchown", fd); }
Status RealOs::chmod(int fd, mode_t mode) { return checked(::fchmod(fd, mode), "fchmod", fd); }

Status RealOs::set_times(int fd, timespec atime, timespec mtime) {
    const std::array<timespec, 2> times = {atime, mtime};
    return checked(::futimens(fd, times.data()), "futimens", fd);
}

Result<std::vector<DirEntry>> RealOs::list(int dir) {
    // A duplicate, because closedir() closes what fdopendir() was given; both share one position, hence rewinddir().
    const int copy = ::fcntl(dir, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return failed("opendir", dir);
    struct Closer {
        void operator()(DIR* d) const { ::closedir(d); }
    };
    const std::unique_ptr<DIR, Closer> stream(::fdopendir(copy));
    if (!stream) {
        const int code = errno;
        ::close(copy);
        errno = code;
        return failed("opendir", dir);
    }
    ::rewinddir(stream.get());
    std::vector<DirEntry> entries;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") entries.push_back({std::string(name), kind_of_entry(entry->d_type)});
    }
    if (errno != 0) return failed("readdir", dir);
    return entries;
}

Result<Os::Pipe> RealOs::pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0) return failed("pipe", std::string_view());
    return Pipe{UniqueFd(*this, ends[0]), UniqueFd(*this, ends[1])};
}

Status RealOs::wait_any(std::span<Waiting> which, std::chrono::milliseconds at_most) {
    std::array<struct pollfd, 8> waiting{};
    if (which.size() > waiting.size()) return failure(EINVAL, "poll");
    for (std::size_t i = 0; i < which.size(); ++i) {
        waiting[i].fd = which[i].fd;
        waiting[i].events = which[i].what == Ready::to_read ? POLLIN : POLLOUT;
    }
    const auto milliseconds = std::clamp<std::int64_t>(at_most.count(), 0, INT_MAX);
    if (::poll(waiting.data(), which.size(), static_cast<int>(milliseconds)) < 0)
        return failed("poll", which.empty() ? -1 : which[0].fd);
    for (std::size_t i = 0; i < which.size(); ++i) which[i].ready = waiting[i].revents != 0;
    return {};
}

// --- names ---

Result<FileStat> RealOs::stat(const AtPath& where, Follow follow) {
    struct stat found {};
    const int flags = follow == Follow::yes ? 0 : AT_SYMLINK_NOFOLLOW;
    if (::fstatat(where.dir, where.name.c_str(), &found, flags) < 0) return failed("stat", where);
    return stat_of(found);
}

Status RealOs::mkdir(const AtPath& where, mode_t mode) {
    return checked(::mkdirat(where.dir, where.name.c_str(), mode), "mkdir", where);
}

Status RealOs::unlink(const AtPath& where) {
    return checked(::unlinkat(where.dir, where.name.c_str(), 0), "unlink", where);
}

Status RealOs::rmdir(const AtPath& where) {
    return checked(::unlinkat(where.dir, where.name.c_str(), AT_REMOVEDIR), "rmdir", where);
}

Status RealOs::link(const AtPath& from, const AtPath& to) {
    return checked(::linkat(from.dir, from.name.c_str(), to.dir, to.name.c_str(), 0), "link", to);
}

Status RealOs::rename(const AtPath& from, const AtPath& to) {
    return checked(::renameat(from.dir, from.name.c_str(), to.dir, to.name.c_str()), "rename", to);
}

Status RealOs::rename_no_replace(const AtPath& from, const AtPath& to) {
    return checked(::renameat2(from.dir, from.name.c_str(), to.dir, to.name.c_str(), RENAME_NOREPLACE), "rename", to);
}

Result<std::string> RealOs::read_link(const AtPath& where) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(where.dir, where.name.c_str(), target.data(), target.size());
    if (length < 0) return failed("readlink", where);
    return std::string(target.data(), static_cast<std::size_t>(length));
}

Result<std::string> RealOs::real_path(const std::string& path) {
    std::array<char, PATH_MAX> resolved{};
    if (::realpath(path.c_str(), resolved.data()) == nullptr) return failed("realpath", path);
    return std::string(resolved.data());
}

Status RealOs::chmod(const AtPath& where, mode_t mode, Follow follow) {
    const int flags = follow == Follow::yes ? 0 : AT_SYMLINK_NOFOLLOW;
    return checked(::fchmodat(where.dir, where.name.c_str(), mode, flags), "chmod", where);
}

Status RealOs::chown(const AtPath& where, uid_t uid, gid_t gid, Follow follow) {
    const int flags = follow == Follow::yes ? 0 : AT_SYMLINK_NOFOLLOW;
    return checked(::fchownat(where.dir, where.name.c_str(), uid, gid, flags), "chown", where);
}

}  // namespace postern
