// SPDX-License-Identifier: Apache-2.0
// The tree: finding names, permissions, entries.
#include "support/fake_os.h"

#include <algorithm>

#include "support/fake_os_inode.h"

namespace postern {

namespace {

constexpr std::size_t kNameMax = 255, kPathMax = 4096;
constexpr int kMostLinks = 40;
constexpr mode_t kSticky = 01000, kSetGid = 02000;

}  // namespace

FakeOs::FakeOs(FakeClock& clock) : clock_(clock) {
    root_ = make_inode(FileKind::directory, 0755, 0, 0);
    root_->parent = root_;
    process_.directory = root_;
    put_directory("/tmp", 01777);
    add_user("root", 0, 0, "/root");
    add_group("root", 0);
}

FakeOs::~FakeOs() {
    // Synced and current entries together can be a circle: a directory that moved below one that it had held.
    for (const InodePtr& node : all_inodes()) {
        node->entries.clear();
        node->synced_entries.clear();
        node->unsynced_changes.clear();
    }
}

timespec FakeOs::now() const {
    const TimePoint now = clock_.now();
    return {now.seconds, now.microseconds * 1000L};
}

void FakeOs::touch(Inode& node) const { node.ctime = now(); }
void FakeOs::touch_content(Inode& node) const {
    node.mtime = node.ctime = now();
    node.unsynced_sizes.push_back(node.content.size());
}

FakeOs::InodePtr FakeOs::make_inode(FileKind kind, mode_t mode, uid_t uid, gid_t gid) {
    auto node = std::make_shared<Inode>();
    node->number = next_inode_++;
    node->kind = kind;
    node->permissions = mode;
    node->uid = uid;
    node->gid = gid;
    node->atime = node->mtime = node->ctime = now();
    inodes_.push_back(node);
    return node;
}

std::vector<FakeOs::InodePtr> FakeOs::all_inodes() const {
    std::vector<InodePtr> out;
    for (const auto& weak : inodes_) {
        if (auto node = weak.lock()) out.push_back(std::move(node));
    }
    return out;
}

// --- permissions ---

bool FakeOs::in_group(gid_t gid) const {
    return process_.ids.effective_gid == gid || std::count(process_.groups.begin(), process_.groups.end(), gid) > 0;
}

// rwx: the wanted bits, 4 read, 2 write, 1 search.
bool FakeOs::may(const Inode& node, mode_t rwx) const {
    if (process_.ids.effective_uid == 0) return true;
    mode_t granted = node.permissions & 7U;
    if (node.uid == process_.ids.effective_uid) {
        granted = (node.permissions >> 6) & 7U;
    } else if (in_group(node.gid)) {
        granted = (node.permissions >> 3) & 7U;
    }
    return (granted & rwx) == rwx;
}

int FakeOs::check_addition(const InodePtr& directory) const {
    const bool removed = directory->names == 0 && directory != root_;
    return removed ? ENOENT : may(*directory, 3) ? 0 : EACCES;
}

int FakeOs::check_removal(const Inode& directory, const Inode& node) const {
    if (!may(directory, 3)) return EACCES;
    const uid_t me = process_.ids.effective_uid;
    const bool sticky = (directory.permissions & kSticky) != 0;
    return sticky && me != 0 && me != node.uid && me != directory.uid ? EPERM : 0;
}

// --- finding ---

tl::expected<FakeOs::InodePtr, int> FakeOs::starting_point(const AtPath& where) const {
    if (where.name.starts_with('/')) return root_;
    if (where.dir == kCwd) return process_.directory;
    const OpenFile* open = file(where.dir);
    if (open == nullptr) return tl::unexpected(EBADF);
    if (!open->node->is_directory()) return tl::unexpected(ENOTDIR);
    return open->node;
}

tl::expected<FakeOs::Found, int> FakeOs::resolve(const AtPath& where, Follow last) const {
    auto start = starting_point(where);
    if (!start) return tl::unexpected(start.error());
    return resolve_from(*start, where.name, last);
}

tl::expected<FakeOs::Found, int> FakeOs::resolve_from(InodePtr start, std::string path, Follow last) const {
    if (path.empty()) return tl::unexpected(ENOENT);
    if (path.size() >= kPathMax) return tl::unexpected(ENAMETOOLONG);
    Found found;
    found.node = std::move(start);
    int links = 0;
    for (;;) {
        // Invariant: found.node is where the path is so far; `path` is the rest.
        const std::size_t begin = path.find_first_not_of('/');
        if (begin == std::string::npos) {
            if (!path.empty()) found.must_be_directory = true;
            if (found.must_be_directory && found.node && !found.node->is_directory()) return tl::unexpected(ENOTDIR);
            return found;
        }
        if (!found.node) return tl::unexpected(ENOENT);
        if (!found.node->is_directory()) return tl::unexpected(ENOTDIR);
        if (!may(*found.node, 1)) return tl::unexpected(EACCES);
        const std::size_t end = path.find('/', begin);
        const std::string part = path.substr(begin, end == std::string::npos ? end : end - begin);
        path = end == std::string::npos ? "" : path.substr(end);
        if (part.size() > kNameMax) return tl::unexpected(ENAMETOOLONG);

        found.directory = found.node;
        found.leaf = part;
        if (part == ".") continue;
        if (part == "..") {
            found.node = found.directory->parent.lock();
            if (!found.node) return tl::unexpected(ENOENT);
            continue;
        }
        const auto entry = found.directory->entries.find(part);
        found.node = entry == found.directory->entries.end() ? nullptr : entry->second;
        const bool is_last = path.empty();
        if (found.node && found.node->kind == FileKind::symlink && (!is_last || last == Follow::yes)) {
            if (++links > kMostLinks) return tl::unexpected(ELOOP);
            path = found.node->content + path;
            found.node = path.starts_with('/') ? root_ : found.directory;
        }
    }
}

tl::expected<FakeOs::InodePtr, int> FakeOs::existing(const AtPath& where, Follow last) const {
    auto found = resolve(where, last);
    if (!found) return tl::unexpected(found.error());
    if (!found->node) return tl::unexpected(ENOENT);
    return found->node;
}

std::string FakeOs::path_of(const Inode& directory) const {
    std::string path;
    const Inode* at = &directory;
    while (at != root_.get()) {
        const InodePtr parent = at->parent.lock();
        if (!parent) return "(deleted)";
        const auto entry = std::find_if(parent->entries.begin(), parent->entries.end(),
                                        [&](const auto& e) { return e.second.get() == at; });
        if (entry == parent->entries.end()) return "(deleted)";
        path = "/" + entry->first + path;
        at = parent.get();
    }
    return path.empty() ? "/" : path;
}

// --- entries ---

void FakeOs::set_entry(const InodePtr& directory, const std::string& name, const InodePtr& node) {
    directory->entries[name] = node;
    directory->unsynced_changes.push_back({{name, node}});
    ++node->names;
    if (node->is_directory()) node->parent = directory;
    touch(*node);
    touch_content(*directory);
}

void FakeOs::remove_entry(const InodePtr& directory, const std::string& name) {
    const auto entry = directory->entries.find(name);
    --entry->second->names;
    touch(*entry->second);
    directory->entries.erase(entry);
    directory->unsynced_changes.push_back({{name, nullptr}});
    touch_content(*directory);
}

// The caller has checked that it may.
FakeOs::InodePtr FakeOs::create(const Found& at, FileKind kind, mode_t mode) {
    const bool inherit = (at.directory->permissions & kSetGid) != 0;
    const gid_t gid = inherit ? at.directory->gid : process_.ids.effective_gid;
    mode_t permissions = mode & ~process_.umask;
    if (kind == FileKind::directory) permissions = (permissions & 01777U) | (inherit ? kSetGid : 0U);
    auto node = make_inode(kind, permissions, process_.ids.effective_uid, gid);
    set_entry(at.directory, at.leaf, node);
    return node;
}

}  // namespace postern
