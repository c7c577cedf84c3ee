// SPDX-License-Identifier: Apache-2.0
#include "sys/trusted_file.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <string_view>

namespace postern {
namespace {

constexpr int kDirectory = O_PATH | O_DIRECTORY | O_NOFOLLOW;
constexpr int kMostLinks = 40;

// Puts the components of `path` in front of the ones that are still to be walked.
void put_first(std::deque<std::string>& pending, std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (!part.empty() && part != ".") parts.emplace_back(part);
    }
    pending.insert(pending.begin(), parts.begin(), parts.end());
}

class Walk {
public:
    Walk(Os& os, const std::string& path, uid_t owner)
        : os_(os), path_(path), owner_(owner), self_(os.ids().effective_uid) {}

    Result<UniqueFd> open() {
        if (!path_.starts_with('/') || path_.find('\0') != std::string::npos) return failure(EINVAL, "open", path_);
        POSTERN_TRY(start_again());
        put_first(pending_, path_);
        while (!pending_.empty()) {
            const std::string name = pending_.front();
            pending_.pop_front();
            POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat({directory_.get(), name}, Follow::no));
            if (!ours(stat)) return failure(EPERM, "open", name);
            if (stat.kind == FileKind::symlink) {
                POSTERN_TRY(follow(name));
            } else if (stat.kind == FileKind::directory) {
                POSTERN_TRY(enter({directory_.get(), name}));
            } else {
                return file(name);
            }
        }
        return failure(EISDIR, "open", path_);
    }

private:
    [[nodiscard]] bool ours(const FileStat& stat) const {
        return stat.uid == 0 || stat.uid == owner_ || stat.uid == self_;
    }
    [[nodiscard]] bool others_may_write(const FileStat& stat) const {
        return (stat.permissions & S_IWOTH) != 0 || ((stat.permissions & S_IWGRP) != 0 && stat.gid != 0);
    }

    Status start_again() { return enter(AtPath("/")); }
    Status enter(const AtPath& where) {
        POSTERN_TRY_ASSIGN(UniqueFd next, os_.open(where, kDirectory));
        POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(next.get()));
        const bool sticky = (stat.permissions & S_ISVTX) != 0;
        if (!ours(stat) || (others_may_write(stat) && !sticky)) return failure(EPERM, "open", where.name);
        directory_ = std::move(next);
        return {};
    }
    Status follow(const std::string& name) {
        if (++links_ > kMostLinks) return failure(ELOOP, "open", path_);
        POSTERN_TRY_ASSIGN(const std::string target, os_.read_link({directory_.get(), name}));
        if (target.starts_with('/')) POSTERN_TRY(start_again());
        put_first(pending_, target);
        return {};
    }
    Result<UniqueFd> file(const std::string& name) {
        if (!pending_.empty()) return failure(ENOTDIR, "open", path_);
        POSTERN_TRY_ASSIGN(UniqueFd fd, os_.open({directory_.get(), name}, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
        POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd.get()));
        if (stat.kind != FileKind::regular) return failure(EINVAL, "open", path_);
        if (!ours(stat) || others_may_write(stat)) return failure(EPERM, "open", name);
        return fd;
    }

    Os& os_;
    const std::string& path_;
    const uid_t owner_, self_;
    UniqueFd directory_;
    std::deque<std::string> pending_;
    int links_ = 0;
};

}  // namespace

Result<std::string> read_trusted_file(Os& os, const std::string& path, uid_t owner, std::size_t limit) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, Walk(os, path, owner).open());
    return read_all(os, fd.get(), limit);
}

}  // namespace postern
