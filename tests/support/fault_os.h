// SPDX-License-Identifier: Apache-2.0
// support/fault_os.h – any Os, made to fail or to crash at its n-th call.
//
// A fault hits calls that can give its errno (no EINTR from unlink). A faulted write() of a full disk first goes short,
// as kernels do, and the next one fails. A crash does not unwind: from the n-th changing call on nothing reaches the
// inner Os any more and every call says EIO, so what the code still does has no effect, destructors included. What is
// done through other seams than Os after a crash (clock, processes) is not stopped.
#pragma once

#include <set>
#include <string>

#include "sys/os.h"

namespace postern {

enum class Call : std::uint8_t {
    open,
    create,
    close,
    read,
    write,
    fsync,
    truncate,
    seek,
    stat,
    chown,
    chmod,
    set_times,
    list,
    lock,
    unlock,
    pipe,
    wait_ready,
    connect,
    mkdir,
    unlink,
    rmdir,
    link,
    rename,
    read_link,
    real_path,
    chdir,
    set_ids,
    limit,
    accounts,
    host,
    network,
};
[[nodiscard]] const char* name_of(Call call);
[[nodiscard]] bool can_give(Call call, int code);  // would a kernel or a file server ever say so?
[[nodiscard]] bool changes_something(Call call);

class FaultOs : public Os {  // tests derive from it to act between two calls
public:
    explicit FaultOs(Os& inner) : inner_(inner) {}

    // Calls are counted from the arming on, from 1; only those that the fault could hit. One fault or crash at a time.
    void fail_at(long n, int code, bool lasting = false);               // lasting: all later such calls fail as well
    void fail_only(std::set<Call> calls) { only_ = std::move(calls); }  // further restriction; empty: none
    enum class AtWrite : bool { before, halfway };
    void crash_at(long n, AtWrite where = AtWrite::before);
    void limit_writes(std::size_t most) { most_at_once_ = most; }  // every write() is at most that long
    void disarm();                                                 // also revives after a crash

    [[nodiscard]] bool hit() const { return hit_; }
    [[nodiscard]] const std::string& hit_at() const { return hit_at_; }  // "write descriptor 5"

    Result<UniqueFd> open(const AtPath& where, int flags, mode_t mode = 0) override;
    Result<UniqueFd> open_beneath(int dir, const std::string& relative, int flags, mode_t mode = 0) override;
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
    Status lock(int fd, LockKind kind, LockRange range = {}, Seconds wait = Seconds{0}) override;
    Status unlock(int fd, LockKind kind, LockRange range = {}) override;
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
    mode_t umask(mode_t mask) override { return inner_.umask(mask); }
    Status set_groups(std::span<const gid_t> groups) override;
    Status set_gids(gid_t gid) override;
    Status set_uids(uid_t uid) override;
    Status limit_core_size(std::uint64_t bytes) override;
    Ids ids() override { return inner_.ids(); }
    std::vector<gid_t> groups() override { return inner_.groups(); }
    pid_t pid() override { return inner_.pid(); }
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

private:
    // What becomes of the call: 0 goes through, else this errno. Counts.
    int verdict(Call call, std::string_view object);
    // The same for results: calls `forward` or fails.
    template <class Forward>
    auto through(Call call, std::string_view object, Forward forward) -> decltype(forward());
    [[nodiscard]] UniqueFd rewrap(UniqueFd fd) { return {*this, fd.release()}; }

    Os& inner_;
    enum class Plan : std::uint8_t { none, fail, crash } plan_ = Plan::none;
    long at_ = 0, seen_ = 0, calls_when_dead_ = 0;
    int code_ = 0, next_write_fails_ = 0;
    bool lasting_ = false, hit_ = false, dead_ = false, torn_write_ = false;
    AtWrite at_write_ = AtWrite::before;
    std::set<Call> only_;
    std::size_t most_at_once_ = SIZE_MAX;
    std::string hit_at_;
};

}  // namespace postern
