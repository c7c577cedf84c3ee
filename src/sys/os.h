// SPDX-License-Identifier: Apache-2.0
// sys/os.h – the operating system as Postern uses it: one seam, one method a system call.
//
// RealOs (real_os.h) adds nothing but the translation of errno into Error{errno, call, object}; it retries nothing.
// tests/support has FakeOs (a file tree in memory with owners, modes, links, quotas, unsynced data) and FaultOs (fails
// or crashes at the n-th call); real and fake pass the same conformance test. Names are always relative to a directory
// descriptor: AtPath{kCwd, "/abs"} for the few that come from the configuration, AtPath{dir, "leaf"} below directories
// that a user owns. Every descriptor is opened close-on-exec. Blocking: only lock() and connect() with a wait,
// addresses_of(), read()/write() on pipes and wait() block.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time_text.h"
#include "sys/unique_fd.h"

namespace postern {

inline constexpr int kCwd = AT_FDCWD;

struct AtPath {
    int dir = kCwd;
    std::string name;
    AtPath(int d, std::string n) : dir(d), name(std::move(n)) {}
    AtPath(std::string absolute) : name(std::move(absolute)) {}  // NOLINT: an absolute or cwd-relative path
    AtPath(const char* absolute) : name(absolute) {}             // NOLINT
};

enum class FileKind : std::uint8_t { regular, directory, symlink, fifo, socket, character, block };

struct FileStat {
    FileKind kind = FileKind::regular;
    mode_t permissions = 0;  // 07777 bits
    uid_t uid = 0;
    gid_t gid = 0;
    std::uint64_t device = 0, inode = 0, links = 0;
    std::int64_t size = 0;
    timespec atime{}, mtime{}, ctime{};
};

struct DirEntry {
    std::string name;              // never "." or ".."
    std::optional<FileKind> kind;  // from d_type, absent where the file system does not say
};

struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string gecos, home, shell;
};
struct Group {
    std::string name;
    gid_t gid = 0;
    std::vector<std::string> members;
};

struct SocketAddress {
    std::string path;  // of a Unix socket; else:
    std::string ip;
    std::uint16_t port = 0;
    [[nodiscard]] std::string text() const {
        return path.empty() ? (ip.find(':') == std::string::npos ? ip : "[" + ip + "]") + ":" + std::to_string(port)
                            : path;
    }
};

enum class Follow : bool { no, yes };
enum class LockKind : std::uint8_t { fcntl_read, fcntl_write, flock_shared, flock_exclusive };
struct LockRange {
    std::int64_t start = 0, length = 0;  // length 0: to the end, however far the file grows; flock ignores the range
};

class Os {
public:
    Os() = default;
    Os(const Os&) = delete;
    Os& operator=(const Os&) = delete;
    virtual ~Os() = default;

    // --- descriptors ---
    virtual Result<UniqueFd> open(const AtPath& where, int flags, mode_t mode = 0) = 0;  // O_CLOEXEC is added
    // openat2(RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS): `relative` may have several components, none may be a link.
    virtual Result<UniqueFd> open_beneath(int dir, const std::string& relative, int flags, mode_t mode = 0) = 0;
    virtual Status close(UniqueFd fd) = 0;                               // the descriptor is gone whatever the result
    virtual Result<std::size_t> read(int fd, std::span<char> into) = 0;  // 0 at end; EINTR is an Error
    virtual Result<std::size_t> pread(int fd, std::span<char> into, std::int64_t offset) = 0;
    virtual Result<std::size_t> write(int fd, std::string_view bytes) = 0;  // may be short
    virtual Status fsync(int fd) = 0;                                       // of files and of directories
    virtual Status sync_data(int fd) = 0;  // fdatasync: contents and size, no times; cheap where no block is added
    virtual Status truncate(int fd, std::int64_t size) = 0;
    virtual Result<std::int64_t> seek(int fd, std::int64_t offset, int whence) = 0;
    virtual Result<FileStat> stat(int fd) = 0;
    virtual Status chown(int fd, uid_t uid, gid_t gid) = 0;
    virtual Status chmod(int fd, mode_t mode) = 0;
    virtual Status set_times(int fd, timespec atime, timespec mtime) = 0;
    virtual Result<std::vector<DirEntry>> list(int dir) = 0;  // from the start each time; order is the file system's
    // wait: 0 = try once (EAGAIN/EACCES if taken), > 0 = block that long, then Error{ETIMEDOUT}.
    // The fcntl kinds are classic POSIX locks, because exim and the mail readers use them. They belong to the process
    // and the file, not to the descriptor: the process's first close() of *any* descriptor of that file drops them, a
    // second lock by the same process succeeds, and a forked child has none. So hold one descriptor of a mailbox and
    // never open it again meanwhile. flock locks belong to the open file and end with its last descriptor.
    virtual Status lock(int fd, LockKind kind, LockRange range = {}, Seconds wait = Seconds{0}) = 0;
    virtual Status unlock(int fd, LockKind kind, LockRange range = {}) = 0;
    struct Pipe {
        UniqueFd read_end, write_end;
    };
    virtual Result<Pipe> pipe() = 0;
    // Until read() (write()) would not block or its other end is gone; false: not within `at_most`, where 0 asks only.
    enum class Ready : bool { to_read, to_write };
    Result<bool> wait_ready(int fd, Ready what, std::chrono::milliseconds at_most);
    struct Waiting {
        int fd = -1;  // -1: not this one
        Ready what = Ready::to_read;
        bool ready = false;  // answer
    };
    // The same for several at once: returns when one of them is ready, or after `at_most`.
    virtual Status wait_any(std::span<Waiting> which, std::chrono::milliseconds at_most) = 0;

    // --- sockets ---
    // A connected stream socket that does not block. Error{ETIMEDOUT}: the other side has not answered within `at_most`
    // (0: however long it takes).
    virtual Result<UniqueFd> connect(const SocketAddress& to, std::chrono::milliseconds at_most) = 0;
    virtual Status hang_up(int socket) = 0;  // the other side sees the end, whoever else has a copy of ours
    // IPv4 and IPv6 addresses of a host as text, in the order to try them; empty: it has none; Error: try again later.
    virtual Result<std::vector<std::string>> addresses_of(const std::string& host) = 0;

    // --- names ---
    virtual Result<FileStat> stat(const AtPath& where, Follow follow) = 0;
    virtual Status mkdir(const AtPath& where, mode_t mode) = 0;
    virtual Status unlink(const AtPath& where) = 0;
    virtual Status rmdir(const AtPath& where) = 0;
    virtual Status link(const AtPath& from, const AtPath& to) = 0;
    virtual Status rename(const AtPath& from, const AtPath& to) = 0;
    // EEXIST if `to` is there; EINVAL where the file system cannot (NFS): then link() and unlink() do it.
    virtual Status rename_no_replace(const AtPath& from, const AtPath& to) = 0;
    virtual Result<std::string> read_link(const AtPath& where) = 0;
    virtual Result<std::string> real_path(const std::string& path) = 0;
    // Directories just made may be followed; of a link itself, not followed, it is EOPNOTSUPP.
    virtual Status chmod(const AtPath& where, mode_t mode, Follow follow = Follow::yes) = 0;
    virtual Status chown(const AtPath& where, uid_t uid, gid_t gid, Follow follow) = 0;

    // --- process state; only sys/identity.cc and process start-up call these ---
    virtual Status chdir(const std::string& path) = 0;
    virtual Status chdir(int dir) = 0;
    virtual mode_t umask(mode_t mask) = 0;
    virtual Status set_groups(std::span<const gid_t> groups) = 0;
    virtual Status set_gids(gid_t gid) = 0;  // setresgid(gid, gid, gid)
    virtual Status set_uids(uid_t uid) = 0;  // setresuid(uid, uid, uid)
    virtual Status limit_core_size(std::uint64_t bytes) = 0;
    struct Ids {
        uid_t real_uid = 0, effective_uid = 0, saved_uid = 0;
        gid_t real_gid = 0, effective_gid = 0, saved_gid = 0;
    };
    virtual Ids ids() = 0;
    virtual std::vector<gid_t> groups() = 0;
    virtual pid_t pid() = 0;

    // --- accounts and host; nullopt: no such entry; Error: the service failed, try again later ---
    virtual Result<std::optional<User>> user(const std::string& name) = 0;
    virtual Result<std::optional<User>> user(uid_t uid) = 0;
    // Of /etc/passwd alone. To learn from all account services that there is no such name costs more than a delivery.
    virtual Result<std::optional<User>> local_user(const std::string& name) = 0;
    virtual Result<std::optional<Group>> group(const std::string& name) = 0;
    virtual Result<std::optional<Group>> group(gid_t gid) = 0;
    virtual Result<std::vector<gid_t>> groups_of(const User& user) = 0;  // getgrouplist: for initgroups
    virtual Result<std::string> node_name() = 0;                         // uname -n
    struct Space {
        std::int64_t kilobytes = -1, inodes = -1;  // -1: the file system does not say
    };
    virtual Result<Space> free_space(const std::string& path) = 0;
    virtual Result<std::optional<std::uint16_t>> service_port(const std::string& name, const std::string& protocol) = 0;

    // --- network ---
    // One UDP datagram to a numeric IPv4 address; success says that it is on its way, no more.
    virtual Status send_datagram(const std::string& address, std::uint16_t port, std::string_view bytes) = 0;
};

// --- small compositions of the calls above; they hold no state of their own (os.cc) ---

// Writes everything. Goes on after EINTR and short writes, and after EAGAIN when the descriptor takes more, at most 100
// rounds (spec message-writer.md §8); then Error{kWriteIncomplete}. Every round may wait a second.
inline constexpr int kWriteIncomplete = -26;
[[nodiscard]] Status write_all(Os& os, int fd, std::string_view bytes);
// Reads a whole file; Error{EFBIG} past `limit` bytes.
[[nodiscard]] Result<std::string> read_all(Os& os, int fd, std::size_t limit);
[[nodiscard]] Result<std::string> read_file(Os& os, const AtPath& where, std::size_t limit);
// In a forked child: closes the child's copy of a descriptor whose owner is an object of the parent.
inline void close_inherited(Os& os, const UniqueFd& fd) { (void)os.close(UniqueFd(os, fd.get())); }
// fsync of the directory `relative` below `dir` (opened, synced, closed). EINVAL from file systems that cannot is
// success.
[[nodiscard]] Status sync_directory(Os& os, int dir, const std::string& relative = ".");
// mkdir -p of an absolute path as spec appendfile.md §6: every missing prefix with `mode`, chmod for bits above 0777.
// Appends the paths of the directories whose entry is new to `made` (so that the caller can sync their parents).
[[nodiscard]] Status make_directories(Os& os, const std::string& path, mode_t mode,
                                      std::vector<std::string>* made = nullptr);

}  // namespace postern
