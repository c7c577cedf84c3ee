// SPDX-License-Identifier: Apache-2.0
#include "mailbox/directory_scan.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/strings.h"

namespace postern {
namespace {

constexpr int kOpenForListing = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
// Directory times move in steps of the kernel's clock, at most 10 ms; file systems without fractions have 1 s, FAT 2.
constexpr std::int64_t kFineStep = 20'000, kCoarseStep = 2'500'000;  // microseconds

bool same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

std::int64_t age_of(const timespec& then, TimePoint now) {
    return (now.seconds - then.tv_sec) * 1'000'000 + now.microseconds - then.tv_nsec / 1000;
}

// Such a link counts, but has no size.
bool leads_nowhere(Follow follow, const Error& error) {
    return follow == Follow::yes && (error.code == ENOENT || error.code == ENOTDIR || error.code == ELOOP);
}

}  // namespace

MailboxUse total_use(const DirectoryUse& tree) {
    MailboxUse total = tree.own;
    for (const DirectoryUse& below : tree.below) total = sum_of(total, total_use(below));
    return total;
}

bool DirectoryScan::lasting(int code) {
    static constexpr std::array kOfTheTree{ENOENT, ENOTDIR, ELOOP, EACCES, EPERM, EXDEV, EMLINK, ENAMETOOLONG};
    return std::ranges::find(kOfTheTree, code) != kOfTheTree.end();
}

void DirectoryScan::refresh(int directory, DirectoryUse& tree) {
    seen_.clear();
    doubtful_ = false;
    complete_ = true;
    visit(directory, tree, 0);
}

void DirectoryScan::visit(int directory, DirectoryUse& node, int depth) {
    const auto found = os_.stat(directory);
    if (!found) note_gap(found.error());
    if (!found || !seen_.emplace(found->device, found->inode).second) {
        node = {.name = node.name, .changed = {}, .own = {}, .below = {}};
        return;
    }
    const bool unchanged = node.settled && node.device == found->device && node.inode == found->inode &&
                           same_time(node.changed, found->mtime);
    if (!unchanged) list(directory, node, *found);
    for (DirectoryUse& below : node.below) {
        const auto inner = depth < kDeepest && seen_.size() < kMostDirectories
                               ? os_.open_beneath(directory, below.name, kOpenForListing)
                               : failure(EMLINK, "open", below.name);
        if (inner) {
            visit(inner->get(), below, depth + 1);
        } else {
            note_gap(inner.error());
            below = {.name = below.name, .changed = {}, .own = {}, .below = {}};
        }
    }
}

void DirectoryScan::list(int directory, DirectoryUse& node, const FileStat& found) {
    std::vector<DirectoryUse> before = std::move(node.below);
    node = {.name = node.name,
            .device = found.device,
            .inode = found.inode,
            .changed = found.mtime,
            .own = {},
            .below = {}};
    const TimePoint start = clock_.now();
    const auto entries = os_.list(directory);
    if (!entries) return note_gap(entries.error());
    for (const DirEntry& entry : *entries) add_entry(directory, node, entry, before);
    // A change in the same step of the clock as this look would not show.
    node.settled = age_of(found.mtime, start) > (found.mtime.tv_nsec == 0 ? kCoarseStep : kFineStep);
}

void DirectoryScan::add_entry(int directory, DirectoryUse& node, const DirEntry& entry,
                              std::vector<DirectoryUse>& before) {
    if (const auto size = names_.size_in(entry.name)) {
        node.own = sum_of(node.own, {*size, 1});
        return;
    }
    std::optional<FileKind> kind = entry.kind;
    std::optional<FileStat> stat;
    const auto look = [&](Follow follow) {
        const auto found = os_.stat(AtPath{directory, entry.name}, follow);
        if (!found && !leads_nowhere(follow, found.error())) note_gap(found.error());
        stat = found ? std::optional(*found) : std::nullopt;
        return stat.has_value();
    };
    if (!kind && look(Follow::no)) kind = stat->kind;
    if (kind == FileKind::symlink && look(Follow::yes) && stat->kind == FileKind::regular) kind = FileKind::regular;
    if (kind == FileKind::regular && unfinished(directory, node, entry.name)) return;
    node.own.count = saturated_sum(node.own.count, 1);
    if (kind == FileKind::directory) {
        const auto known = std::ranges::find(before, entry.name, &DirectoryUse::name);
        if (known != before.end()) {
            node.below.push_back(std::move(*known));
            known->name.clear();
        } else {
            node.below.push_back({.name = entry.name, .changed = {}, .own = {}, .below = {}});
        }
    } else if (kind == FileKind::regular && (stat || look(Follow::no))) {
        node.own.size = saturated_sum(node.own.size,
                                      stat->size / static_cast<std::int64_t>(std::max<std::uint64_t>(stat->links, 1)));
    }
}

// A file that another delivery is still writing is no part of the mailbox: that delivery holds a lock on it, and
// decides for itself whether it fits. What a crashed one has left behind is not locked, and counts as with Exim.
bool DirectoryScan::unfinished(int directory, const DirectoryUse& node, const std::string& name) {
    if (node.name != "tmp" && !name.starts_with("temp.") && !name.ends_with(".tmp") && !name.ends_with(".msg"))
        return false;
    const auto file = os_.open(AtPath{directory, name}, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (!file) return false;
    const Status locked = os_.lock(file->get(), LockKind::flock_shared);
    return !locked && (locked.error().code == EAGAIN || locked.error().code == EACCES);
}

}  // namespace postern
