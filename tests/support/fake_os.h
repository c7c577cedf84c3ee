// SPDX-License-Identifier: Apache-2.0
// support/fake_os.h – an operating system in memory, for tests.
//
// It keeps a file tree with owners, modes, links and times, checks permissions by its current ids as Linux does (root
// may all, sticky and set-gid directories work), and counts what is synced: power_cut() goes to a state that a real
// disk could be in after losing everything that was not. Descriptors are never reused, so a double close is EBADF.
// The conformance test (os_conformance_test.cc) runs over this and RealOs. Starts as root with umask 0, "/" and "/tmp".
//
// Not there: blocking (a read that would block is EAGAIN, a lock wait turns the clock), devices, mounts, size limits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/fake_clock.h"
#include "support/fake_peer.h"
#include "sys/os.h"

namespace postern {

class FakeOs final : public Os {
public:
    explicit FakeOs(FakeClock& clock);
    ~FakeOs() override;

    // --- set-up; no permission is checked, missing parents are made (0755 root), nothing needs to be synced ---
    void put_directory(const std::string& path, mode_t mode = 0755, uid_t uid = 0, gid_t gid = 0);
    void put_file(const std::string& path, std::string content, mode_t mode = 0644, uid_t uid = 0, gid_t gid = 0);
    void put_output(int fd, const std::string& path);  // a new file, open as this descriptor (1: standard output)
    void put_symlink(const std::string& path, const std::string& target, uid_t uid = 0, gid_t gid = 0);
    void put_fifo(const std::string& path, bool has_reader, mode_t mode = 0600, uid_t uid = 0, gid_t gid = 0);
    void put_link(const std::string& from, const std::string& to);  // a second name for `from`
    void remove(const std::string& path);                           // with everything below
    void set_file_times(const std::string& path, TimePoint atime, TimePoint mtime);
    void add_user(const std::string& name, uid_t uid, gid_t gid, const std::string& home = "/");
    void add_group(const std::string& name, gid_t gid, std::vector<std::string> members = {});
    void add_service(const std::string& name_and_protocol, std::uint16_t port) { services_[name_and_protocol] = port; }
    void set_node_name(const std::string& name) { node_name_ = name; }
    void set_pid(pid_t pid) { process_.pid = pid; }
    void run_as(uid_t uid, gid_t gid, std::vector<gid_t> groups = {});  // for the rest of the test
    void run_as_root() { run_as(0, 0); }

    // --- things that go wrong ---
    void set_free_space(std::int64_t bytes, std::int64_t inodes = 1'000'000);  // then ENOSPC; writes go short first
    void set_quota(uid_t uid, std::int64_t bytes);                             // of all his files together; then EDQUOT
    void set_accounts_error(int code) { accounts_error_ = code; }              // every account look-up fails; 0: works
    void set_ids_stick(bool stick) { ids_stick_ = stick; }                     // set_uids() says yes and does nothing
    void set_root_can_return(bool can) { root_can_return_ = can; }             // set_uids(0) works for everybody
    void set_entry_kinds_known(bool known) { entry_kinds_known_ = known; }  // list() as on file systems without d_type

    // Another process locks the file, until release_foreign_locks() or for that long (by the clock; -1: for good).
    void hold_lock(const std::string& path, LockKind kind, LockRange range = {}, Seconds for_how_long = Seconds{-1});
    void release_foreign_locks();

    // Who answers at a socket: one peer a connection. Without one connect() says ECONNREFUSED (ENOENT for a path).
    void set_peer(const SocketAddress& at, std::function<std::shared_ptr<FakePeer>()> accept);
    void set_connect_error(const SocketAddress& at, int code);  // ETIMEDOUT: after the whole wait
    void set_host(const std::string& name, std::vector<std::string> addresses) { hosts_[name] = std::move(addresses); }
    void set_hosts_error(int code) { hosts_error_ = code; }  // every addresses_of() fails

    // What a disk may show after the power failed. Synced data and entries are always there; of the rest:
    enum class Survives { nothing, entries, data };
    void power_cut(Survives survives = Survives::nothing);  // all descriptors and locks are gone
    // Every such state of the trees below some paths (the rest survives as it is): of the changes to a directory that
    // are not synced the first n, of a file any page old or new, and any of the sizes that it had or that ends a page.
    // What belongs to different files and directories reaches the disk in any order.
    struct Disk {
        std::vector<std::string> below;
        std::size_t page = 4096;
    };
    [[nodiscard]] std::size_t power_cut_states(const Disk& disk) const;
    void power_cut_to(std::size_t state, const Disk& disk);  // 0 … power_cut_states() - 1
    void sync_everything();                                  // now all of it would survive

    // --- looking; no permission is checked, times don't change ---
    [[nodiscard]] bool exists(const std::string& path) const;  // of the name itself: links are not followed
    [[nodiscard]] std::string content(
        const std::string& path) const;  // of a file, or what was written to a FIFO; "" if none
    [[nodiscard]] FileStat stat_of(const std::string& path) const;  // as lstat; links == 0 if it does not exist
    [[nodiscard]] std::vector<std::string> names_in(const std::string& path) const;  // sorted
    [[nodiscard]] std::size_t open_descriptors() const { return process_.descriptors.size(); }
    [[nodiscard]] std::size_t locks_held() const;  // by this process
    [[nodiscard]] std::string current_directory() const;
    [[nodiscard]] std::uint64_t core_limit() const { return process_.core_limit; }

    struct Datagram {
        std::string address;
        std::uint16_t port = 0;
        std::string bytes;
        bool operator==(const Datagram&) const = default;
    };
    [[nodiscard]] const std::vector<Datagram>& datagrams() const { return datagrams_; }  // sent, in order

    struct Entry {
        FileStat stat;        // without times
        std::string content;  // or link target
        bool operator==(const Entry&) const;
    };
    using Tree = std::map<std::string, Entry>;  // by absolute path
    [[nodiscard]] Tree snapshot(const std::string& below = "/") const;
    // One line an entry: "f 600 1000:8 12 /var/mail/joe", "d 755 0:0 /var", "l 777 0:0 /a -> b".
    [[nodiscard]] std::string tree_text(const std::string& below = "/") const;

    // Everything that belongs to a process; FakeProcesses saves and restores it around a child.
    struct Inode;
    struct OpenFile;
    struct Process {
        pid_t pid = 4711;
        Ids ids;
        std::vector<gid_t> groups;
        mode_t umask = 0;
        std::shared_ptr<Inode> directory;
        std::map<int, std::shared_ptr<OpenFile>> descriptors;
        std::uint64_t core_limit = UINT64_MAX;
    };
    [[nodiscard]] Process save_process() const { return process_; }
    void enter_child(pid_t pid) { process_.pid = pid; }
    void leave_child(Process parent);  // drops the child's locks and descriptors

    // The other end of a pipe, in the hands of another process; fake_processes.cc.
    class FarEnd {
    public:
        FarEnd() = default;
        explicit FarEnd(std::shared_ptr<OpenFile> file) : file_(std::move(file)) {}
        [[nodiscard]] std::string take() const;                        // all that waits to be read
        [[nodiscard]] std::size_t give(std::string_view bytes) const;  // how much the pipe took
        [[nodiscard]] bool near_end_closed() const;
        void close() { file_.reset(); }
        [[nodiscard]] bool closed() const { return file_ == nullptr; }

    private:
        std::shared_ptr<OpenFile> file_;
    };
    [[nodiscard]] FarEnd give_away(UniqueFd fd);  // out of this process's descriptors
    void make_nonblocking(int fd);                // a pipe's end that takes no more than a pipe holds
    // Lets other processes move while ours waits; false: nothing happened. Called until then.
    std::function<bool()> while_waiting;

    // --- Os ---
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
    mode_t umask(mode_t mask) override;
    Status set_groups(std::span<const gid_t> groups) override;
    Status set_gids(gid_t gid) override;
    Status set_uids(uid_t uid) override;
    Status limit_core_size(std::uint64_t bytes) override;
    Ids ids() override { return process_.ids; }
    std::vector<gid_t> groups() override { return process_.groups; }
    pid_t pid() override { return process_.pid; }
    Result<std::optional<User>> user(const std::string& name) override;
    Result<std::optional<User>> user(uid_t uid) override;
    Result<std::optional<User>> local_user(const std::string& name) override;
    Result<std::optional<Group>> group(const std::string& name) override;
    Result<std::optional<Group>> group(gid_t gid) override;
    Result<std::vector<gid_t>> groups_of(const User& user) override;
    Result<std::string> node_name() override { return node_name_; }
    Result<Space> free_space(const std::string& path) override;
    Result<std::optional<std::uint16_t>> service_port(const std::string& name, const std::string& protocol) override;
    Status send_datagram(const std::string& address, std::uint16_t port, std::string_view bytes) override;

private:
    using InodePtr = std::shared_ptr<Inode>;
    struct Found {  // where a path leads: the directory, the last name in it, and what has that name (may be null)
        InodePtr directory;
        std::string leaf;
        InodePtr node;
        bool must_be_directory = false;  // it ended with a slash
    };
    struct Lock {
        InodePtr node;
        LockKind kind;
        LockRange range;
        pid_t pid = 0;                     // owner of an fcntl lock; kForeigner: another process
        const OpenFile* file = nullptr;    // owner of a flock lock; null: another process
        std::optional<TimePoint> until{};  // a foreigner's release
    };

    // fake_os.cc: the tree
    InodePtr make_inode(FileKind kind, mode_t mode, uid_t uid, gid_t gid);
    tl::expected<Found, int> resolve(const AtPath& where, Follow last) const;
    tl::expected<Found, int> resolve_from(InodePtr start, std::string path, Follow last) const;
    tl::expected<InodePtr, int> existing(const AtPath& where, Follow last) const;
    tl::expected<InodePtr, int> starting_point(const AtPath& where) const;
    [[nodiscard]] bool may(const Inode& node, mode_t rwx) const;
    [[nodiscard]] bool in_group(gid_t gid) const;
    int check_addition(const InodePtr& directory) const;
    int check_removal(const Inode& directory, const Inode& node) const;
    void set_entry(const InodePtr& directory, const std::string& name, const InodePtr& node);
    void remove_entry(const InodePtr& directory, const std::string& name);
    InodePtr create(const Found& at, FileKind kind, mode_t mode);
    [[nodiscard]] std::string path_of(const Inode& directory) const;
    [[nodiscard]] timespec now() const;
    void touch(Inode& node) const;          // ctime
    void touch_content(Inode& node) const;  // mtime and ctime

    // fake_os_files.cc: descriptors and locks
    Status wait_for_peers(std::span<Waiting> which, std::chrono::milliseconds at_most);
    static bool is_ready(const OpenFile& open, Ready what);
    OpenFile* file(int fd) const;
    UniqueFd add_descriptor(std::shared_ptr<OpenFile> file);
    Result<UniqueFd> open_found(const Found& found, const std::string& name, int flags, mode_t mode);
    int chmod_inode(Inode& node, mode_t mode);
    int chown_inode(Inode& node, uid_t uid, gid_t gid);
    int room_for(const Inode& node, std::int64_t wanted, std::int64_t& room) const;
    void drop_locks_of_closed(const OpenFile& closed, bool still_open);
    [[nodiscard]] const Lock* conflict(const Lock& wanted) const;
    void drop_expired_locks();
    void replace_lock(Lock lock);
    void remove_own_locks(const Lock& like);

    // fake_os_names.cc
    Status move(const AtPath& from, const AtPath& to, bool replace);

    // fake_os_power.cc
    void restart();
    [[nodiscard]] std::vector<InodePtr> nodes_below(const std::vector<std::string>& paths) const;
    [[nodiscard]] static std::vector<std::string> possible_contents(const Inode& file, std::size_t page);

    // fake_os_view.cc
    InodePtr put(const std::string& path, FileKind kind, mode_t mode, uid_t uid, gid_t gid);
    InodePtr look(const std::string& path) const;
    void collect(const Inode& node, const std::string& path, Tree& into) const;
    std::vector<InodePtr> all_inodes() const;

    FakeClock& clock_;
    InodePtr root_;
    Process process_;
    std::vector<std::weak_ptr<Inode>> inodes_;
    std::vector<Lock> locks_;
    int next_descriptor_ = 3;
    std::uint64_t next_inode_ = 2;
    std::vector<User> users_;
    std::vector<Group> groups_;
    std::string node_name_ = "mail.example.net";
    std::optional<std::int64_t> space_limit_, inode_limit_;
    std::map<uid_t, std::int64_t> quotas_;
    std::map<std::string, std::uint16_t> services_;  // by "name/protocol"
    std::vector<Datagram> datagrams_;
    int accounts_error_ = 0;
    std::map<std::string, std::function<std::shared_ptr<FakePeer>()>> peers_;
    std::map<std::string, int> connect_errors_;
    std::map<std::string, std::vector<std::string>> hosts_;
    int hosts_error_ = 0;
    bool ids_stick_ = false, root_can_return_ = false, entry_kinds_known_ = true;
};

// Lines of tree_text() form that differ, with "-" and "+"; empty when equal. For failure messages and matchers.
[[nodiscard]] std::string diff(const FakeOs::Tree& before, const FakeOs::Tree& after);

}  // namespace postern
