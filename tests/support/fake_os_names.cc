// SPDX-License-Identifier: Apache-2.0
// Calls on names; process state, accounts and host.
#include <algorithm>

#include "support/fake_os.h"
#include "support/fake_os_inode.h"

namespace postern {

// --- names ---

Result<FileStat> FakeOs::stat(const AtPath& where, Follow follow) {
    const auto node = existing(where, follow);
    if (!node) return failure(node.error(), "stat", where.name);
    return (*node)->stat();
}

Status FakeOs::mkdir(const AtPath& where, mode_t mode) {
    const auto fail = [&](int code) { return failure(code, "mkdir", where.name); };
    const auto found = resolve(where, Follow::no);
    if (!found) return fail(found.error());
    if (found->node) return fail(EEXIST);
    if (const int code = check_addition(found->directory)) return fail(code);
    if (inode_limit_ && static_cast<std::int64_t>(all_inodes().size()) >= *inode_limit_) return fail(ENOSPC);
    create(*found, FileKind::directory, mode);
    return {};
}

Status FakeOs::unlink(const AtPath& where) {
    const auto fail = [&](int code) { return failure(code, "unlink", where.name); };
    const auto found = resolve(where, Follow::no);
    if (!found) return fail(found.error());
    if (!found->node) return fail(ENOENT);
    if (const int code = check_removal(*found->directory, *found->node)) return fail(code);
    if (found->node->is_directory()) return fail(EISDIR);
    remove_entry(found->directory, found->leaf);
    return {};
}

Status FakeOs::rmdir(const AtPath& where) {
    const auto fail = [&](int code) { return failure(code, "rmdir", where.name); };
    const auto found = resolve(where, Follow::no);
    if (!found) return fail(found.error());
    if (!found->node) return fail(ENOENT);
    if (found->leaf == ".") return fail(EINVAL);
    if (const int code = check_removal(*found->directory, *found->node)) return fail(code);
    if (!found->node->is_directory()) return fail(ENOTDIR);
    if (!found->node->entries.empty()) return fail(ENOTEMPTY);
    remove_entry(found->directory, found->leaf);
    return {};
}

Status FakeOs::link(const AtPath& from, const AtPath& to) {
    const auto fail = [&](int code) { return failure(code, "link", to.name); };
    const auto node = existing(from, Follow::no);
    if (!node) return fail(node.error());
    const auto found = resolve(to, Follow::no);
    if (!found) return fail(found.error());
    if (found->node) return fail(EEXIST);
    if (const int code = check_addition(found->directory)) return fail(code);
    if ((*node)->is_directory()) return fail(EPERM);
    set_entry(found->directory, found->leaf, *node);
    return {};
}

Status FakeOs::move(const AtPath& from, const AtPath& to, bool replace) {
    const auto fail = [&](int code) { return failure(code, "rename", to.name); };
    const auto source = resolve(from, Follow::no);
    if (!source) return fail(source.error());
    if (!source->node) return fail(ENOENT);
    const auto target = resolve(to, Follow::no);
    if (!target) return fail(target.error());
    if (target->node && !replace) return fail(EEXIST);
    if (const int code = check_removal(*source->directory, *source->node)) return fail(code);
    if (const int code = check_addition(target->directory)) return fail(code);
    if (target->node == source->node) return {};
    for (const Inode* up = target->directory.get(); up != root_.get();) {
        if (up == source->node.get()) return fail(EINVAL);  // into itself
        const InodePtr parent = up->parent.lock();
        if (!parent) return fail(ENOENT);
        up = parent.get();
    }
    const InodePtr node = source->node;
    const std::size_t changes_before = target->directory->unsynced_changes.size();
    if (target->node) {
        if (const int code = check_removal(*target->directory, *target->node)) return fail(code);
        if (target->node->is_directory() && !node->is_directory()) return fail(EISDIR);
        if (!target->node->is_directory() && node->is_directory()) return fail(ENOTDIR);
        if (!target->node->entries.empty()) return fail(ENOTEMPTY);
        remove_entry(target->directory, target->leaf);
    }
    remove_entry(source->directory, source->leaf);
    set_entry(target->directory, target->leaf, node);
    // In one directory a rename is one change. Of two directories one may be on the disk before the other here, which
    // is more than file systems with a journal allow.
    auto& changes = target->directory->unsynced_changes;
    auto& one = changes[changes_before];
    for (std::size_t i = changes_before + 1; i < changes.size(); ++i) one.push_back(changes[i].front());
    changes.resize(changes_before + 1);
    return {};
}

Status FakeOs::rename(const AtPath& from, const AtPath& to) { return move(from, to, true); }
Status FakeOs::rename_no_replace(const AtPath& from, const AtPath& to) { return move(from, to, false); }

Result<std::string> FakeOs::read_link(const AtPath& where) {
    const auto node = existing(where, Follow::no);
    if (!node) return failure(node.error(), "readlink", where.name);
    if ((*node)->kind != FileKind::symlink) return failure(EINVAL, "readlink", where.name);
    return (*node)->content;
}

Result<std::string> FakeOs::real_path(const std::string& path) {
    const auto found = resolve(AtPath(path), Follow::yes);
    if (!found) return failure(found.error(), "realpath", path);
    if (!found->node) return failure(ENOENT, "realpath", path);
    if (found->node->is_directory()) return path_of(*found->node);
    const std::string directory = path_of(*found->directory);
    return (directory == "/" ? "" : directory) + "/" + found->leaf;
}

Status FakeOs::chmod(const AtPath& where, mode_t mode, Follow follow) {
    const auto node = existing(where, follow);
    if (node && (*node)->kind == FileKind::symlink) return failure(EOPNOTSUPP, "chmod", where.name);
    return status_of(node ? chmod_inode(**node, mode) : node.error(), "chmod", where.name);
}

Status FakeOs::chown(const AtPath& where, uid_t uid, gid_t gid, Follow follow) {
    const auto node = existing(where, follow);
    return status_of(node ? chown_inode(**node, uid, gid) : node.error(), "chown", where.name);
}

// --- process state ---

Status FakeOs::chdir(const std::string& path) {
    const auto node = existing(AtPath(path), Follow::yes);
    if (!node) return failure(node.error(), "chdir", path);
    if (!(*node)->is_directory()) return failure(ENOTDIR, "chdir", path);
    if (!may(**node, 1)) return failure(EACCES, "chdir", path);
    process_.directory = *node;
    return {};
}

Status FakeOs::chdir(int dir) {
    const OpenFile* open = file(dir);
    if (open == nullptr) return failure(EBADF, "fchdir", descriptor_name(dir));
    if (!open->node->is_directory()) return failure(ENOTDIR, "fchdir", descriptor_name(dir));
    if (!may(*open->node, 1)) return failure(EACCES, "fchdir", descriptor_name(dir));
    process_.directory = open->node;
    return {};
}

mode_t FakeOs::umask(mode_t mask) { return std::exchange(process_.umask, mask & 0777U); }

Status FakeOs::set_groups(std::span<const gid_t> groups) {
    if (process_.ids.effective_uid != 0) return failure(EPERM, "setgroups");
    process_.groups.assign(groups.begin(), groups.end());
    return {};
}

Status FakeOs::set_gids(gid_t gid) {
    Ids& ids = process_.ids;
    if (ids.effective_uid != 0 && gid != ids.real_gid && gid != ids.effective_gid && gid != ids.saved_gid) {
        return failure(EPERM, "setresgid", std::to_string(gid));
    }
    ids.real_gid = ids.effective_gid = ids.saved_gid = gid;
    return {};
}

Status FakeOs::set_uids(uid_t uid) {
    Ids& ids = process_.ids;
    const bool allowed = ids.effective_uid == 0 || uid == ids.real_uid || uid == ids.effective_uid ||
                         uid == ids.saved_uid || (uid == 0 && root_can_return_);
    if (!allowed) return failure(EPERM, "setresuid", std::to_string(uid));
    if (!ids_stick_) ids.real_uid = ids.effective_uid = ids.saved_uid = uid;
    return {};
}

Status FakeOs::limit_core_size(std::uint64_t bytes) {
    process_.core_limit = bytes;
    return {};
}

// --- accounts and host ---

namespace {

template <class Entry, class Matches>
Result<std::optional<Entry>> pick(const std::vector<Entry>& entries, int error, const char* call, Matches matches) {
    if (error != 0) return failure(error, call);
    const auto found = std::find_if(entries.begin(), entries.end(), matches);
    if (found == entries.end()) return std::nullopt;
    return *found;
}

}  // namespace

Result<std::optional<User>> FakeOs::user(const std::string& name) {
    return pick(users_, accounts_error_, "getpwnam", [&](const User& u) { return u.name == name; });
}
Result<std::optional<User>> FakeOs::local_user(const std::string& name) {
    return pick(users_, accounts_error_, "fgetpwent", [&](const User& u) { return u.name == name; });
}
Result<std::optional<User>> FakeOs::user(uid_t uid) {
    return pick(users_, accounts_error_, "getpwuid", [&](const User& u) { return u.uid == uid; });
}
Result<std::optional<Group>> FakeOs::group(const std::string& name) {
    return pick(groups_, accounts_error_, "getgrnam", [&](const Group& g) { return g.name == name; });
}
Result<std::optional<Group>> FakeOs::group(gid_t gid) {
    return pick(groups_, accounts_error_, "getgrgid", [&](const Group& g) { return g.gid == gid; });
}

Result<std::vector<gid_t>> FakeOs::groups_of(const User& user) {
    if (accounts_error_ != 0) return failure(accounts_error_, "getgrouplist", user.name);
    std::vector<gid_t> out = {user.gid};
    for (const Group& group : groups_) {
        const bool member = std::count(group.members.begin(), group.members.end(), user.name) > 0;
        if (member && group.gid != user.gid) out.push_back(group.gid);
    }
    return out;
}

Result<std::optional<std::uint16_t>> FakeOs::service_port(const std::string& name, const std::string& protocol) {
    const auto found = services_.find(name + "/" + protocol);
    return found == services_.end() ? std::optional<std::uint16_t>{} : std::optional(found->second);
}

Status FakeOs::send_datagram(const std::string& address, std::uint16_t port, std::string_view bytes) {
    datagrams_.push_back({address, port, std::string(bytes)});
    return {};
}

Result<Os::Space> FakeOs::free_space(const std::string& path) {
    const auto node = existing(AtPath(path), Follow::yes);
    if (!node) return failure(node.error(), "statvfs", path);
    std::int64_t used = 0, count = 0;
    for (const InodePtr& other : all_inodes()) {
        ++count;
        if (other->kind == FileKind::regular) used += static_cast<std::int64_t>(other->content.size());
    }
    Space out;
    out.kilobytes = space_limit_ ? std::max<std::int64_t>(*space_limit_ - used, 0) / 1024 : 1'000'000'000;
    out.inodes = inode_limit_ ? std::max<std::int64_t>(*inode_limit_ - count, 0) : 1'000'000;
    return out;
}

}  // namespace postern
