// SPDX-License-Identifier: Apache-2.0
// support/fake_os_inode.h – what FakeOs is made of; for fake_os*.cc only.
#pragma once

#include <cerrno>

#include "support/fake_os.h"

namespace postern {

struct FakeOs::Inode {
    std::uint64_t number = 0;
    FileKind kind = FileKind::regular;
    mode_t permissions = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    timespec atime{}, mtime{}, ctime{};
    std::size_t names = 0;  // directory entries that lead here

    std::string content;                      // of a file; what went through a FIFO or pipe; a symlink's target
    std::string synced_content;               // what is on the disk for sure
    std::vector<std::size_t> unsynced_sizes;  // that it had since then, in order
    bool has_reader = false;                  // FIFO

    using Entries = std::map<std::string, std::shared_ptr<Inode>>;
    Entries entries;  // of a directory
    Entries synced_entries;
    struct EntryChange {
        std::string name;
        std::shared_ptr<Inode> node;  // null: the name goes
    };
    std::vector<std::vector<EntryChange>> unsynced_changes;  // since then, in order; what one call does stays together
    std::weak_ptr<Inode> parent;                             // of a directory; the root's is itself

    void now_synced() {
        synced_content = content;
        synced_entries = entries;
        unsynced_sizes.clear();
        unsynced_changes.clear();
    }
    [[nodiscard]] bool is_directory() const { return kind == FileKind::directory; }
    [[nodiscard]] FileStat stat() const {
        FileStat out;
        out.kind = kind;
        out.permissions = permissions;
        out.uid = uid;
        out.gid = gid;
        out.device = 1;
        out.inode = number;
        out.links = names;
        if (is_directory()) {
            out.links = 2;
            for (const auto& [name, entry] : entries) out.links += entry->is_directory() ? 1 : 0;
        }
        out.size = is_directory() ? 4096 : kind == FileKind::fifo ? 0 : static_cast<std::int64_t>(content.size());
        out.atime = atime;
        out.mtime = mtime;
        out.ctime = ctime;
        return out;
    }
};

struct FakeOs::OpenFile {
    std::shared_ptr<Inode> node;
    int flags = 0;
    std::int64_t offset = 0;
    std::weak_ptr<OpenFile> writer;  // of a pipe's read end: its write end
    bool is_read_end = false, is_write_end = false;
    bool bounded = false;            // a pipe's write end that takes no more than kPipeCapacity
    std::weak_ptr<OpenFile> reader;  // of a pipe's write end: its read end
    std::shared_ptr<FakePeer> peer;  // of a socket

    [[nodiscard]] bool readable() const { return (flags & O_ACCMODE) != O_WRONLY; }
    [[nodiscard]] bool writable() const { return (flags & O_ACCMODE) != O_RDONLY; }
};

inline constexpr pid_t kForeigner = -1;
inline constexpr std::size_t kPipeCapacity = 65536;

// 0 is success.
[[nodiscard]] inline Status status_of(int code, std::string_view call, std::string_view object) {
    if (code != 0) return failure(code, call, object);
    return {};
}
[[nodiscard]] inline std::string descriptor_name(int fd) { return "descriptor " + std::to_string(fd); }

}  // namespace postern
