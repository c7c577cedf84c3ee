// SPDX-License-Identifier: Apache-2.0
// Descriptors: opening, reading, writing, syncing, attributes.
#include <algorithm>
#include <cstring>

#include "support/fake_os.h"
#include "support/fake_os_inode.h"

namespace postern {

// --- descriptors ---

FakeOs::OpenFile* FakeOs::file(int fd) const {
    const auto found = process_.descriptors.find(fd);
    return found == process_.descriptors.end() ? nullptr : found->second.get();
}

UniqueFd FakeOs::add_descriptor(std::shared_ptr<OpenFile> file) {
    const int fd = next_descriptor_++;
    process_.descriptors[fd] = std::move(file);
    return {*this, fd};
}

void FakeOs::put_output(int fd, const std::string& path) {
    const auto opened = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    process_.descriptors[fd] = process_.descriptors.at(opened.value().get());
}

Result<UniqueFd> FakeOs::open(const AtPath& where, int flags, mode_t mode) {
    const bool exclusive = (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0;
    const Follow last = exclusive || (flags & O_NOFOLLOW) != 0 ? Follow::no : Follow::yes;
    const auto found = resolve(where, last);
    if (!found) return failure(found.error(), "open", where.name);
    return open_found(*found, where.name, flags, mode);
}

Result<UniqueFd> FakeOs::open_beneath(int dir, const std::string& relative, int flags, mode_t mode) {
    const auto fail = [&](int code) { return failure(code, "openat2", relative); };
    const auto start = starting_point(AtPath{dir, "."});
    if (!start) return fail(start.error());
    if (relative.starts_with('/')) return fail(EXDEV);

    // No link anywhere, no step above the start: check each prefix, then open as usual.
    int depth = 0;
    for (std::size_t at = 0; at < relative.size();) {
        const std::size_t slash = std::min(relative.find('/', at), relative.size());
        const std::string part = relative.substr(at, slash - at);
        if (part == "..")
            --depth;
        else if (!part.empty() && part != ".")
            ++depth;
        if (depth < 0) return fail(EXDEV);
        const auto step = resolve_from(*start, relative.substr(0, slash), Follow::no);
        if (!step) return fail(step.error());
        const bool exclusive = (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0 && slash == relative.size();
        if (step->node && step->node->kind == FileKind::symlink && !exclusive) return fail(ELOOP);
        at = slash + 1;
    }
    const auto found = resolve_from(*start, relative, Follow::no);
    if (!found) return fail(found.error());
    return open_found(*found, relative, flags, mode);
}

Result<UniqueFd> FakeOs::open_found(const Found& found, const std::string& name, int flags, mode_t mode) {
    const auto fail = [&](int code) { return failure(code, "open", name); };
    const int access = flags & O_ACCMODE;
    const bool creating = (flags & O_CREAT) != 0;
    InodePtr node = found.node;
    if (!node) {
        if (!creating) return fail(ENOENT);
        if (found.must_be_directory) return fail(EISDIR);
        if (const int code = check_addition(found.directory)) return fail(code);
        if (inode_limit_ && static_cast<std::int64_t>(all_inodes().size()) >= *inode_limit_) return fail(ENOSPC);
        node = create(found, FileKind::regular, mode & 07777U);
    } else {
        if (creating && (flags & O_EXCL) != 0) return fail(EEXIST);
        if (node->kind == FileKind::symlink) return fail(ELOOP);
        if (node->is_directory() && (creating || access != O_RDONLY)) return fail(EISDIR);
        if (!node->is_directory() && (flags & O_DIRECTORY) != 0) return fail(ENOTDIR);
        const mode_t wanted = access == O_RDONLY ? 4U : access == O_WRONLY ? 2U : 6U;
        if ((flags & O_PATH) == 0 && !may(*node, wanted)) return fail(EACCES);
        if (node->kind == FileKind::fifo && access == O_WRONLY && (flags & O_NONBLOCK) != 0 && !node->has_reader) {
            return fail(ENXIO);
        }
        if ((flags & O_TRUNC) != 0 && node->kind == FileKind::regular) {
            node->content.clear();
            touch_content(*node);
        }
    }
    auto open = std::make_shared<OpenFile>();
    open->node = node;
    open->flags = flags;
    return add_descriptor(std::move(open));
}

Status FakeOs::close(UniqueFd fd) {
    const int number = fd.release();
    const auto found = process_.descriptors.find(number);
    if (found == process_.descriptors.end()) return failure(EBADF, "close", descriptor_name(number));
    const std::shared_ptr<OpenFile> closed = std::move(found->second);
    process_.descriptors.erase(found);
    drop_locks_of_closed(*closed, closed.use_count() > 1);  // another descriptor, or the parent's
    return {};
}

Result<Os::Pipe> FakeOs::pipe() {
    auto node = make_inode(FileKind::fifo, 0600, process_.ids.effective_uid, process_.ids.effective_gid);
    auto reader = std::make_shared<OpenFile>();
    auto writer = std::make_shared<OpenFile>();
    reader->node = writer->node = node;
    reader->flags = O_RDONLY;
    writer->flags = O_WRONLY;
    reader->is_read_end = writer->is_write_end = true;
    reader->writer = writer;
    writer->reader = reader;
    UniqueFd read_end = add_descriptor(std::move(reader));
    return Pipe{std::move(read_end), add_descriptor(std::move(writer))};
}

void FakeOs::make_nonblocking(int fd) {
    if (OpenFile* open = file(fd)) open->bounded = true;
}

FakeOs::FarEnd FakeOs::give_away(UniqueFd fd) {
    const auto found = process_.descriptors.find(fd.release());
    std::shared_ptr<OpenFile> end = std::move(found->second);
    process_.descriptors.erase(found);
    end->bounded = true;
    return FarEnd(std::move(end));
}

std::string FakeOs::FarEnd::take() const { return std::exchange(file_->node->content, {}); }

std::size_t FakeOs::FarEnd::give(std::string_view bytes) const {
    std::string& waiting = file_->node->content;
    if (near_end_closed()) return 0;
    const std::size_t count = std::min(bytes.size(), kPipeCapacity - std::min(kPipeCapacity, waiting.size()));
    waiting += bytes.substr(0, count);
    return count;
}

bool FakeOs::FarEnd::near_end_closed() const {
    return file_->is_read_end ? file_->writer.expired() : file_->reader.expired();
}

bool FakeOs::is_ready(const OpenFile& open, Ready what) {
    if (open.peer) return open.peer->ready_in(what == Ready::to_read).count() == 0;
    if (what == Ready::to_read) return !open.is_read_end || !open.node->content.empty() || open.writer.expired();
    return !open.bounded || open.node->content.size() < kPipeCapacity || open.reader.expired();
}

Status FakeOs::wait_any(std::span<Waiting> which, std::chrono::milliseconds at_most) {
    const auto look = [&]() -> Result<bool> {
        bool any = false;
        for (Waiting& one : which) {
            if (one.fd < 0) continue;
            const OpenFile* open = file(one.fd);
            if (open == nullptr) return failure(EBADF, "poll", descriptor_name(one.fd));
            one.ready = is_ready(*open, one.what);
            any = any || one.ready;
        }
        return any;
    };
    for (;;) {
        POSTERN_TRY_ASSIGN(const bool any, look());
        if (any) return {};
        if (!while_waiting || !while_waiting()) break;
    }
    return wait_for_peers(which, at_most);
}

// Peers that will be ready in a while turn the clock as far as that.
Status FakeOs::wait_for_peers(std::span<Waiting> which, std::chrono::milliseconds at_most) {
    const auto needs = [&](const Waiting& one) {
        const OpenFile* open = one.fd < 0 ? nullptr : file(one.fd);
        return open && open->peer ? open->peer->ready_in(one.what == Ready::to_read) : FakePeer::kNever;
    };
    auto soonest = at_most;
    for (const Waiting& one : which) soonest = std::min(soonest, needs(one));
    for (Waiting& one : which) one.ready = needs(one) <= soonest;
    clock_.advance(soonest);
    return {};
}

// --- contents ---

Result<std::size_t> FakeOs::read(int fd, std::span<char> into) {
    OpenFile* open = file(fd);
    const auto fail = [&](int code) { return failure(code, "read", descriptor_name(fd)); };
    if (open == nullptr || !open->readable()) return fail(EBADF);
    if (open->peer) {
        const int code = open->peer->read_error();
        if (code != 0) return fail(code);
        return open->peer->give(into);
    }
    if (open->is_read_end) {
        std::string& waiting = open->node->content;
        if (waiting.empty() && !open->writer.expired()) return fail(EAGAIN);
        const std::size_t count = std::min(waiting.size(), into.size());
        std::memcpy(into.data(), waiting.data(), count);
        waiting.erase(0, count);
        return count;
    }
    const auto got = pread(fd, into, open->offset);
    if (!got) return fail(got.error().code);
    open->offset += static_cast<std::int64_t>(*got);
    return got;
}

Result<std::size_t> FakeOs::pread(int fd, std::span<char> into, std::int64_t offset) {
    OpenFile* open = file(fd);
    const auto fail = [&](int code) { return failure(code, "pread", descriptor_name(fd)); };
    if (open == nullptr || !open->readable()) return fail(EBADF);
    Inode& node = *open->node;
    if (node.is_directory()) return fail(EISDIR);
    if (open->is_read_end) return fail(ESPIPE);
    if (offset < 0) return fail(EINVAL);
    const auto from = std::min(static_cast<std::size_t>(offset), node.content.size());
    const std::size_t count = std::min(node.content.size() - from, into.size());
    if (count > 0) std::memcpy(into.data(), node.content.data() + from, count);
    const auto key = [](const timespec& t) { return std::pair(t.tv_sec, t.tv_nsec); };
    if (count > 0 && key(node.atime) <= key(node.mtime)) node.atime = now();  // relatime
    return count;
}

// How many of `wanted` more bytes the disk and the owner's quota hold; an errno if none.
int FakeOs::room_for(const Inode& node, std::int64_t wanted, std::int64_t& room) const {
    std::int64_t used = 0, used_by_owner = 0;
    for (const InodePtr& other : all_inodes()) {
        if (other->kind != FileKind::regular) continue;
        used += static_cast<std::int64_t>(other->content.size());
        if (other->uid == node.uid) used_by_owner += static_cast<std::int64_t>(other->content.size());
    }
    room = wanted;
    int code = 0;
    if (space_limit_ && *space_limit_ - used < room) {
        room = *space_limit_ - used;
        code = ENOSPC;
    }
    const auto quota = quotas_.find(node.uid);
    if (quota != quotas_.end() && quota->second - used_by_owner < room) {
        room = quota->second - used_by_owner;
        code = EDQUOT;
    }
    return room > 0 ? 0 : code;
}

Result<std::size_t> FakeOs::write(int fd, std::string_view bytes) {
    OpenFile* open = file(fd);
    const auto fail = [&](int code) { return failure(code, "write", descriptor_name(fd)); };
    if (open == nullptr || !open->writable()) return fail(EBADF);
    if (open->peer) {
        if (const int code = open->peer->write_error()) return fail(code);
        open->peer->take(bytes);
        return bytes.size();
    }
    Inode& node = *open->node;
    if (node.kind == FileKind::fifo) {
        if (open->is_write_end && open->reader.expired()) return fail(EPIPE);
        const std::size_t room =
            open->bounded ? kPipeCapacity - std::min(kPipeCapacity, node.content.size()) : SIZE_MAX;
        if (room == 0) return fail(EAGAIN);
        bytes = bytes.substr(0, room);
        node.content += bytes;
        return bytes.size();
    }
    if ((open->flags & O_APPEND) != 0) open->offset = static_cast<std::int64_t>(node.content.size());
    const auto at = static_cast<std::size_t>(open->offset);
    const std::size_t overlap = at < node.content.size() ? node.content.size() - at : 0;
    const std::size_t hole = at > node.content.size() ? at - node.content.size() : 0;
    std::size_t count = bytes.size();
    if (count > overlap) {
        std::int64_t room = 0;
        const int code = room_for(node, static_cast<std::int64_t>(hole + count - overlap), room);
        if (code != 0 && overlap == 0) return fail(code);
        const auto most = static_cast<std::size_t>(std::max<std::int64_t>(room, 0));
        count = std::min(count, overlap + (most > hole ? most - hole : 0));
    }
    if (at + count > node.content.size()) node.content.resize(at + count, '\0');
    node.content.replace(at, count, bytes.substr(0, count));
    open->offset += static_cast<std::int64_t>(count);
    if (count > 0) touch_content(node);
    return count;
}

Status FakeOs::truncate(int fd, std::int64_t size) {
    OpenFile* open = file(fd);
    const auto fail = [&](int code) { return failure(code, "ftruncate", descriptor_name(fd)); };
    if (open == nullptr) return fail(EBADF);
    if (!open->writable() || open->node->kind != FileKind::regular || size < 0) return fail(EINVAL);
    open->node->content.resize(static_cast<std::size_t>(size), '\0');
    touch_content(*open->node);
    return {};
}

Result<std::int64_t> FakeOs::seek(int fd, std::int64_t offset, int whence) {
    OpenFile* open = file(fd);
    const auto fail = [&](int code) { return failure(code, "lseek", descriptor_name(fd)); };
    if (open == nullptr) return fail(EBADF);
    if (open->node->kind == FileKind::fifo) return fail(ESPIPE);
    std::int64_t base = 0;
    if (whence == SEEK_CUR)
        base = open->offset;
    else if (whence == SEEK_END)
        base = static_cast<std::int64_t>(open->node->content.size());
    else if (whence != SEEK_SET)
        return fail(EINVAL);
    if (base + offset < 0) return fail(EINVAL);
    return open->offset = base + offset;
}

// The tree in memory keeps no times apart.
Status FakeOs::sync_data(int fd) { return fsync(fd); }

Status FakeOs::fsync(int fd) {
    OpenFile* open = file(fd);
    if (open == nullptr) return failure(EBADF, "fsync", descriptor_name(fd));
    Inode& node = *open->node;
    if (node.kind == FileKind::fifo) return failure(EINVAL, "fsync", descriptor_name(fd));
    node.now_synced();
    return {};
}

Result<std::vector<DirEntry>> FakeOs::list(int dir) {
    const OpenFile* open = file(dir);
    if (open == nullptr) return failure(EBADF, "readdir", descriptor_name(dir));
    if (!open->node->is_directory()) return failure(ENOTDIR, "readdir", descriptor_name(dir));
    std::vector<DirEntry> out;
    for (const auto& [name, node] : open->node->entries) {
        out.push_back({name, entry_kinds_known_ ? std::optional(node->kind) : std::nullopt});
    }
    // Not sorted, so that nobody relies on it, yet the same every time.
    std::sort(out.begin(), out.end(), [](const DirEntry& a, const DirEntry& b) {
        return std::lexicographical_compare(b.name.rbegin(), b.name.rend(), a.name.rbegin(), a.name.rend());
    });
    return out;
}

// --- attributes ---

Result<FileStat> FakeOs::stat(int fd) {
    const OpenFile* open = file(fd);
    if (open == nullptr) return failure(EBADF, "fstat", descriptor_name(fd));
    return open->node->stat();
}

int FakeOs::chmod_inode(Inode& node, mode_t mode) {
    const uid_t me = process_.ids.effective_uid;
    if (me != 0 && me != node.uid) return EPERM;
    if (me != 0 && !in_group(node.gid) && !node.is_directory()) mode &= ~02000U;
    node.permissions = mode & 07777U;
    touch(node);
    return 0;
}

int FakeOs::chown_inode(Inode& node, uid_t uid, gid_t gid) {
    constexpr auto kKeep = static_cast<uid_t>(-1);
    const uid_t me = process_.ids.effective_uid;
    const uid_t new_uid = uid == kKeep ? node.uid : uid;
    const gid_t new_gid = gid == kKeep ? node.gid : gid;
    if (me != 0) {
        if (me != node.uid || new_uid != node.uid) return EPERM;
        if (new_gid != node.gid && !in_group(new_gid)) return EPERM;
    }
    node.uid = new_uid;
    node.gid = new_gid;
    if (!node.is_directory()) {
        node.permissions &= ~04000U;
        if ((node.permissions & 010U) != 0) node.permissions &= ~02000U;
    }
    touch(node);
    return 0;
}

Status FakeOs::chown(int fd, uid_t uid, gid_t gid) {
    OpenFile* open = file(fd);
    return status_of(open == nullptr ? EBADF : chown_inode(*open->node, uid, gid), "fchown", descriptor_name(fd));
}

Status FakeOs::chmod(int fd, mode_t mode) {
    OpenFile* open = file(fd);
    return status_of(open == nullptr ? EBADF : chmod_inode(*open->node, mode), "fchmod", descriptor_name(fd));
}

Status FakeOs::set_times(int fd, timespec atime, timespec mtime) {
    OpenFile* open = file(fd);
    if (open == nullptr) return failure(EBADF, "futimens", descriptor_name(fd));
    Inode& node = *open->node;
    const uid_t me = process_.ids.effective_uid;
    if (me != 0 && me != node.uid) return failure(EPERM, "futimens", descriptor_name(fd));
    const auto set = [&](timespec& to, const timespec& from) {
        if (from.tv_nsec != UTIME_OMIT) to = from.tv_nsec == UTIME_NOW ? now() : from;
    };
    set(node.atime, atime);
    set(node.mtime, mtime);
    touch(node);
    return {};
}

}  // namespace postern
