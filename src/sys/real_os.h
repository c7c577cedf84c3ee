// SPDX-License-Identifier: Apache-2.0
// sys/real_os.h – the seam's real side: Linux. Holds no state; any number of them are the same system.
// Two methods are more than one system call: lock() with a wait tries with short growing pauses (no signals, and a lock
// that becomes free is taken within a tenth of a second), open_beneath() walks by hand on kernels before 5.6.
#pragma once

#include "sys/os.h"

namespace postern {

class RealOs final : public Os {
public:
    Result<UniqueFd> open(const AtPath& where, int flags, mode_t mode) override;
    Result<UniqueFd> open_beneath(int dir, const std::string& relative, int flags, mode_t mode) override;
    Status close(UniqueFd fd) override;
    Result<std::size_t> read(int fd, std::span<char> into) override;
    Result<std::size_t> pread(int fd, std::span<char> into, std::int64_t offset) override;
    Result<std::size_t> write(int fd, std::string_view bytes) override;
    Status fsync(int fd) override;
    Status sync_data(int fd) override;
    Status truncate(int fd, std::int64_t size) override;
    Result<std::int64_t> seek(int fd, std::int64_t offset, int whence) override;
    Result<FileStat> stat(int fd) override;
    Status chown(int fd, uid_t uid, gid_t gid) override;
    Status chmod(int fd, mode_t mode) override;
    Status set_times(int fd, timespec atime, timespec mtime) override;
    Result<std::vector<DirEntry>> list(int dir) override;
    Status lock(int fd, LockKind kind, LockRange range, Seconds wait) override;
    Status unlock(int fd, LockKind kind, LockRange range) override;
    Result<Pipe> pipe() override;
    Status wait_any(std::span<Waiting> which, std::chrono::milliseconds at_most) override;
    Result<UniqueFd> connect(const SocketAddress& to, std::chrono::milliseconds at_most) override;
    Status hang_up(int socket) override;
    Result<std::vector<std::string>> addresses_of(const std::string& host) override;

    Result<FileStat> stat(const AtPath& where, Follow follow) override;
    Status mkdir(const AtPath& where, mode_t mode) override;
    Status unlink(const AtPath& where) override;
    Status rmdir(const AtPath& where) override;
    Status link(const AtPath& from, const AtPath& to) override;
    Status rename(const AtPath& from, const AtPath& to) override;
    Status rename_no_replace(const AtPath& from, const AtPath& to) override;
    Result<std::string> read_link(const AtPath& where) override;
    Result<std::string> real_path(const std::string& path) override;
    Status chmod(const AtPath& where, mode_t mode, Follow follow = Follow::yes) override;
    Status chown(const AtPath& where, uid_t uid, gid_t gid, Follow follow) override;

    Status chdir(const std::string& path) override;
    Status chdir(int dir) override;
    mode_t umask(mode_t mask) override;
    Status set_groups(std::span<const gid_t> groups) override;
    Status set_gids(gid_t gid) override;
    Status set_uids(uid_t uid) override;
    Status limit_core_size(std::uint64_t bytes) override;
    Ids ids() override;
    std::vector<gid_t> groups() override;
    pid_t pid() override;

    Result<std::optional<User>> user(const std::string& name) override;
    Result<std::optional<User>> user(uid_t uid) override;
    Result<std::optional<User>> local_user(const std::string& name) override;
    Result<std::optional<Group>> group(const std::string& name) override;
    Result<std::optional<Group>> group(gid_t gid) override;
    Result<std::vector<gid_t>> groups_of(const User& user) override;
    Result<std::string> node_name() override;
    Result<Space> free_space(const std::string& path) override;
    Result<std::optional<std::uint16_t>> service_port(const std::string& name, const std::string& protocol) override;

    Status send_datagram(const std::string& address, std::uint16_t port, std::string_view bytes) override;
};

}  // namespace postern
