// SPDX-License-Identifier: Apache-2.0
// What tests see and set: set-up, snapshots, power cuts.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "support/fake_os.h"
#include "support/fake_os_inode.h"

namespace postern {

namespace {

std::string entry_text(const std::string& path, const FakeOs::Entry& entry) {
    const FileStat& s = entry.stat;
    const char kind = "fdlpscb"[static_cast<std::size_t>(s.kind)];
    std::string out = fmt::format("{} {:o} {}:{} ", kind, s.permissions, s.uid, s.gid);
    if (s.kind == FileKind::regular) out += fmt::format("{} ", s.size);
    if (s.kind == FileKind::regular && s.links != 1) out += fmt::format("links={} ", s.links);
    out += path;
    if (s.kind == FileKind::symlink) out += " -> " + entry.content;
    return out;
}

// The author of a test is mistaken: nothing that it says would mean anything.
[[noreturn]] void misused(const std::string& why) {
    std::fprintf(stderr, "FakeOs: %s\n", why.c_str());
    std::abort();
}

timespec timespec_of(TimePoint when) { return {when.seconds, when.microseconds * 1000L}; }

}  // namespace

// --- set-up ---

// The test author's view: as root, no permissions, parents made. Nonsense ends the program.
FakeOs::InodePtr FakeOs::put(const std::string& path, FileKind kind, mode_t mode, uid_t uid, gid_t gid) {
    InodePtr directory = root_;
    std::size_t at = 1;
    for (std::size_t slash = path.find('/', at); slash != std::string::npos; slash = path.find('/', at)) {
        const std::string part = path.substr(at, slash - at);
        at = slash + 1;
        if (part.empty()) continue;
        if (!directory->entries.contains(part)) {
            auto made = make_inode(FileKind::directory, 0755, 0, 0);
            set_entry(directory, part, made);
            directory->synced_entries[part] = made;
        }
        directory = directory->entries.at(part);
    }
    const std::string leaf = path.substr(at);
    if (!path.starts_with('/') || (leaf.empty() && path != "/")) misused("not a path to put: " + path);
    InodePtr node;
    if (path == "/") {
        node = root_;
    } else if (directory->entries.contains(leaf) && directory->entries.at(leaf)->kind == kind) {
        node = directory->entries.at(leaf);
    } else {
        node = make_inode(kind, mode, uid, gid);
        set_entry(directory, leaf, node);
    }
    node->permissions = mode;
    node->uid = uid;
    node->gid = gid;
    if (path != "/") directory->synced_entries[leaf] = node;
    return node;
}

void FakeOs::put_directory(const std::string& path, mode_t mode, uid_t uid, gid_t gid) {
    put(path, FileKind::directory, mode, uid, gid);
}

void FakeOs::put_file(const std::string& path, std::string content, mode_t mode, uid_t uid, gid_t gid) {
    const InodePtr node = put(path, FileKind::regular, mode, uid, gid);
    node->content = std::move(content);
    touch_content(*node);
    node->now_synced();
}

void FakeOs::put_symlink(const std::string& path, const std::string& target, uid_t uid, gid_t gid) {
    put(path, FileKind::symlink, 0777, uid, gid)->content = target;
}

void FakeOs::put_fifo(const std::string& path, bool has_reader, mode_t mode, uid_t uid, gid_t gid) {
    put(path, FileKind::fifo, mode, uid, gid)->has_reader = has_reader;
}

void FakeOs::put_link(const std::string& from, const std::string& to) {
    const InodePtr node = look(from);
    const auto found = resolve_from(root_, to, Follow::no);
    if (!node || !found || found->node) misused("cannot link " + from + " to " + to);
    set_entry(found->directory, found->leaf, node);
    found->directory->synced_entries[found->leaf] = node;
}

void FakeOs::remove(const std::string& path) {
    const auto ids = std::exchange(process_.ids, Ids{});
    const auto found = resolve_from(root_, path, Follow::no);
    process_.ids = ids;
    if (!found || !found->node) return;
    remove_entry(found->directory, found->leaf);
    found->directory->synced_entries.erase(found->leaf);
}

void FakeOs::set_file_times(const std::string& path, TimePoint atime, TimePoint mtime) {
    const InodePtr node = look(path);
    if (!node) misused("no such file: " + path);
    node->atime = timespec_of(atime);
    node->mtime = timespec_of(mtime);
}

void FakeOs::add_user(const std::string& name, uid_t uid, gid_t gid, const std::string& home) {
    users_.push_back({name, uid, gid, "", home, "/bin/sh"});
}

void FakeOs::add_group(const std::string& name, gid_t gid, std::vector<std::string> members) {
    groups_.push_back({name, gid, std::move(members)});
}

void FakeOs::run_as(uid_t uid, gid_t gid, std::vector<gid_t> groups) {
    process_.ids = {uid, uid, uid, gid, gid, gid};
    process_.groups = std::move(groups);
}

void FakeOs::set_free_space(std::int64_t bytes, std::int64_t inodes) {
    std::int64_t used = 0;
    const auto nodes = all_inodes();
    for (const InodePtr& node : nodes)
        used += node->kind == FileKind::regular ? static_cast<std::int64_t>(node->content.size()) : 0;
    space_limit_ = used + bytes;
    inode_limit_ = static_cast<std::int64_t>(nodes.size()) + inodes;
}

void FakeOs::set_quota(uid_t uid, std::int64_t bytes) { quotas_[uid] = bytes; }

// --- looking ---

FakeOs::InodePtr FakeOs::look(const std::string& path) const {
    // Permissions don't matter here; resolve_from() would check them.
    InodePtr node = root_;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, slash - at);
        at = slash + 1;
        if (part.empty()) continue;
        if (node->kind == FileKind::symlink) node = look(node->content);
        if (!node) return nullptr;
        const auto entry = node->entries.find(part);
        if (entry == node->entries.end()) return nullptr;
        node = entry->second;
    }
    return node;
}

bool FakeOs::exists(const std::string& path) const { return look(path) != nullptr; }

std::string FakeOs::content(const std::string& path) const {
    const InodePtr node = look(path);
    return node ? node->content : "";
}

FileStat FakeOs::stat_of(const std::string& path) const {
    const InodePtr node = look(path);
    return node ? node->stat() : FileStat{};
}

std::vector<std::string> FakeOs::names_in(const std::string& path) const {
    std::vector<std::string> out;
    if (const InodePtr node = look(path)) {
        for (const auto& [name, entry] : node->entries) out.push_back(name);
    }
    return out;
}

std::string FakeOs::current_directory() const { return path_of(*process_.directory); }

bool FakeOs::Entry::operator==(const Entry& other) const {
    return stat.kind == other.stat.kind && stat.permissions == other.stat.permissions && stat.uid == other.stat.uid &&
           stat.gid == other.stat.gid && stat.links == other.stat.links && stat.inode == other.stat.inode &&
           content == other.content;
}

void FakeOs::collect(const Inode& node, const std::string& path, Tree& into) const {
    into[path.empty() ? "/" : path] = {node.stat(), node.content};
    for (const auto& [name, entry] : node.entries) collect(*entry, path + "/" + name, into);
}

FakeOs::Tree FakeOs::snapshot(const std::string& below) const {
    Tree out;
    if (const InodePtr node = look(below)) collect(*node, below == "/" ? "" : below, out);
    return out;
}

std::string FakeOs::tree_text(const std::string& below) const {
    std::string out;
    for (const auto& [path, entry] : snapshot(below)) out += entry_text(path, entry) + "\n";
    return out;
}

std::string diff(const FakeOs::Tree& before, const FakeOs::Tree& after) {
    std::string out;
    for (const auto& [path, entry] : before) {
        const auto now = after.find(path);
        if (now != after.end() && now->second == entry) continue;
        out += "- " + entry_text(path, entry) + "\n";
        if (now == after.end()) continue;
        out += "+ " + entry_text(path, now->second);
        if (now->second.content != entry.content) out += " (content differs)";
        if (now->second.stat.inode != entry.stat.inode) out += " (another inode)";
        out += "\n";
    }
    for (const auto& [path, entry] : after) {
        if (!before.contains(path)) out += "+ " + entry_text(path, entry) + "\n";
    }
    return out;
}

}  // namespace postern
