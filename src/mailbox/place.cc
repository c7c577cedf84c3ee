// SPDX-License-Identifier: Apache-2.0
#include "mailbox/place.h"

#include <cerrno>
#include <optional>

namespace postern {
namespace {

constexpr int kOpenDirectory = O_PATH | O_DIRECTORY;

using Components = std::vector<std::string>;

// "a//b/./c" -> a b c
Components components_of(std::string_view path) {
    Components out;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (!part.empty() && part != ".") out.emplace_back(part);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return out;
}

std::string joined(const Components& parts, std::size_t from, std::size_t to) {
    std::string out;
    for (std::size_t i = from; i < to; ++i) {
        if (!out.empty()) out += '/';
        out += parts[i];
    }
    return out;
}

std::string_view without_doubled_start(std::string_view path) {
    while (path.size() > 1 && path[0] == '/' && path[1] == '/') path.remove_prefix(1);
    return path;
}

// The part of `path` behind `root`, if root is a whole number of components of it.
std::optional<Components> beneath(std::string_view path, std::string_view root) {
    const Components all = components_of(path), top = components_of(root);
    if (all.size() < top.size() || !std::equal(top.begin(), top.end(), all.begin())) return std::nullopt;
    return Components(all.begin() + static_cast<std::ptrdiff_t>(top.size()), all.end());
}

// Walks from the creation root down to the directory.
class ConfinedWalk {
public:
    ConfinedWalk(Os& os, Place& place) : os_(os), place_(place), rule_(place.rule) {}

    void go() {
        auto root = os_.open(rule_.root, kOpenDirectory);
        if (!root) return;  // not there yet: make_place() makes it and comes here again
        root_ = std::move(*root);
        const std::string_view below = without_doubled_start(place_.path).substr(rule_.root.size());
        parts_ = components_of(below);
        place_.confined = true;
        for (std::size_t depth = parts_.size(); !open_to(depth);) --depth;
    }

private:
    // True when the walk is over, for good or bad.
    bool open_to(std::size_t depth) {
        if (depth == 0) {
            place_.dir = std::move(root_);
            place_.rest = joined(parts_, 0, parts_.size());
            return true;
        }
        auto dir = os_.open_beneath(root_.get(), joined(parts_, 0, depth), kOpenDirectory);
        if (dir) {
            place_.dir = std::move(*dir);
            place_.rest = joined(parts_, depth, parts_.size());
            return true;
        }
        const int why = dir.error().code;
        if (why == ELOOP || (why == ENOTDIR && !resolved_)) return resolve_links(depth);
        return false;
    }

    // The first `depth` components go through a symbolic link (or end at something that is no directory).
    bool resolve_links(std::size_t depth) {
        if (resolved_) return refuse();  // it became a link after we had looked
        resolved_ = true;
        const auto real = os_.real_path(rule_.root + "/" + joined(parts_, 0, depth));
        if (!real) return false;
        const auto real_root = os_.real_path(rule_.root);
        auto inside = beneath(*real, real_root ? *real_root : rule_.root);
        if (!inside) return refuse();
        inside->insert(inside->end(), parts_.begin() + static_cast<std::ptrdiff_t>(depth), parts_.end());
        parts_ = std::move(*inside);
        for (std::size_t again = parts_.size(); !open_to(again);) --again;
        return true;
    }

    bool refuse() {
        place_.allowed = false;
        return true;
    }

    Os& os_;
    Place& place_;
    const CreationRule& rule_;
    UniqueFd root_;
    Components parts_;
    bool resolved_ = false;
};

Status make_below(Os& os, Place& place, mode_t mode, bool sync) {
    for (const std::string& part : components_of(place.rest)) {
        const Status made = os.mkdir(AtPath{place.dir.get(), part}, mode);
        if (!made && made.error().code != EEXIST) return made;
        if ((mode & 07000U) != 0) (void)os.chmod(AtPath{place.dir.get(), part}, mode);  // as Exim: best effort
        POSTERN_TRY_ASSIGN(UniqueFd next, os.open_beneath(place.dir.get(), part, kOpenDirectory));
        if (made && sync) POSTERN_TRY(sync_entries(os, AtPath{place.dir.get(), "."}));
        place.dir = std::move(next);
    }
    place.rest.clear();
    return {};
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

Status make_anywhere(Os& os, const std::string& path, mode_t mode, bool sync) {
    std::vector<std::string> made;
    POSTERN_TRY(make_directories(os, path, mode, &made));
    if (!sync) return {};
    for (const std::string& directory : made) POSTERN_TRY(sync_entries(os, parent_of(directory)));
    return {};
}

}  // namespace

bool creation_allowed_by_name(const CreationRule& rule, std::string_view path) {
    if (!rule.restricts()) return true;
    const std::string_view root = rule.root;
    path = without_doubled_start(path);
    if (!path.starts_with(root) || path.size() <= root.size() || path[root.size()] != '/') return false;
    const bool deeper = path.find('/', root.size() + 2) != std::string_view::npos;
    if (!deeper) return true;
    return rule.kind == CreationRule::Kind::below_home &&
           path.substr(root.size()).find("/../") == std::string_view::npos;
}

AtPath Place::at(std::string_view leaf) const {
    if (!dir) return AtPath{path + "/" + std::string(leaf)};
    if (rest.empty()) return AtPath{dir.get(), std::string(leaf)};
    return AtPath{dir.get(), rest + "/" + std::string(leaf)};
}

Place find_place(Os& os, std::string directory, std::string_view leaf, CreationRule rule) {
    Place place;
    place.allowed = creation_allowed_by_name(rule, directory + "/" + std::string(leaf));
    place.path = std::move(directory);
    place.rule = std::move(rule);
    if (place.allowed && place.rule.restricts()) {
        ConfinedWalk(os, place).go();
        return place;
    }
    if (auto dir = os.open(place.path.empty() ? "/" : place.path, kOpenDirectory)) place.dir = std::move(*dir);
    return place;
}

Status make_place(Os& os, Place& place, mode_t mode, bool sync) {
    if (place.complete()) return {};
    if (!place.dir && place.rule.restricts()) {  // the root itself is missing: that one is the administrator's word
        POSTERN_TRY(make_anywhere(os, place.rule.root, mode, sync));
        ConfinedWalk(os, place).go();
    }
    if (place.dir) return make_below(os, place, mode, sync);
    POSTERN_TRY(make_anywhere(os, place.path, mode, sync));
    if (auto dir = os.open(place.path, kOpenDirectory)) place.dir = std::move(*dir);
    return {};
}

Status sync_entries(Os& os, const AtPath& directory) {
    const Status synced = sync_directory(os, directory.dir, directory.name);
    return !synced && synced.error().code == EACCES ? Status{} : synced;
}

}  // namespace postern
