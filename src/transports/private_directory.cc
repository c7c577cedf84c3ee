// SPDX-License-Identifier: Apache-2.0
#include "transports/private_directory.h"

#include <cerrno>
#include <optional>

namespace postern {
namespace {

constexpr int kTries = 100;
constexpr int kOpen = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK;
constexpr mode_t kPrivate = 0700, kOthers = 077;
constexpr std::chrono::seconds kPatience{5};  // for what others left behind

// Takes away what lies in a directory. Directories in it come up to it under a number, so that no depth of nesting is a
// recursion of ours.
class Emptier {
public:
    Emptier(Os& os, int top) : os_(os), top_(top), number_(static_cast<std::uint64_t>(os.pid()) << 32U) {}

    // All that lies directly in it; what was in its directories does then. False: nothing has changed.
    bool round() {
        const auto entries = os_.list(top_);
        bool progress = false;
        if (!entries) return false;
        for (const DirEntry& entry : *entries) progress = remove(entry.name) || progress;
        return progress;
    }

private:
    bool remove(const std::string& name) {
        const AtPath where{top_, name};
        if (os_.unlink(where) || os_.rmdir(where)) return true;
        (void)os_.chmod(where, kPrivate, Follow::no);
        const auto inside = os_.open(where, kOpen);
        if (!inside) return false;
        if (const auto entries = os_.list(inside->get())) {
            for (const DirEntry& entry : *entries) bring_up({inside->get(), entry.name});
        }
        return os_.rmdir(where).has_value();
    }
    void bring_up(const AtPath& where) {
        if (os_.unlink(where)) return;
        (void)os_.chmod(where, kPrivate, Follow::no);  // a directory's own mode matters when it moves
        Status moved = failure(EEXIST, "rename");
        while (!moved && moved.error().code == EEXIST)
            moved = os_.rename_no_replace(where, {top_, std::to_string(++number_)});
    }

    Os& os_;
    int top_;
    std::uint64_t number_;
};

void remove_leftovers(Os& os, Clock& clock, int shelf) {
    const auto entries = os.list(shelf);
    if (!entries) return;
    const auto deadline = clock.steady() + kPatience;
    for (const DirEntry& entry : *entries) {
        const AtPath where{shelf, entry.name};
        (void)os.chmod(where, kPrivate, Follow::no);  // its command may have closed it
        const auto inside = os.open(where, kOpen);
        if (!inside || !os.lock(inside->get(), LockKind::flock_exclusive)) continue;
        Emptier emptier(os, inside->get());
        while (clock.steady() < deadline && emptier.round()) {
        }
        (void)os.rmdir(where);
    }
}

// Nothing: somebody who cleans up was quicker.
std::optional<UniqueFd> hold(Os& os, const AtPath& where) {
    auto fd = os.open(where, kOpen);
    if (!fd) return std::nullopt;
    const Status locked = os.lock(fd->get(), LockKind::flock_exclusive);
    if (!locked && (locked.error().code == EAGAIN || locked.error().code == EACCES)) return std::nullopt;
    const auto named = os.stat(where, Follow::no), held = os.stat(fd->get());
    if (!named || !held || named->inode != held->inode || named->device != held->device) return std::nullopt;
    return std::move(*fd);
}

}  // namespace

Result<PrivateDirectory::Shelf> PrivateDirectory::find_shelf(Os& os) {
    const uid_t uid = os.ids().effective_uid;
    Shelf shelf;
    shelf.path = "/tmp/postern-pipe." + std::to_string(uid);
    shelf.os = &os;
    const Status made = os.mkdir(shelf.path, kPrivate);
    auto fd = os.open(shelf.path, kOpen);
    const auto stat = fd ? os.stat(fd->get()) : Unexpected(fd.error());
    if (stat && stat->uid == uid && (stat->permissions & kOthers) == 0) {
        shelf.fd = std::move(*fd);
        return shelf;
    }
    if (!made && made.error().code != EEXIST) return Unexpected(made.error());
    POSTERN_TRY_ASSIGN(shelf.fd, os.open("/tmp", O_RDONLY | O_DIRECTORY));
    shelf.path = "/tmp";
    shelf.os = nullptr;
    return shelf;
}

Result<PrivateDirectory> PrivateDirectory::make(Os& os, Clock& clock) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
        POSTERN_TRY_ASSIGN(Shelf shelf, find_shelf(os));
        const bool ours = shelf.os != nullptr;
        if (attempt == 0 && ours) remove_leftovers(os, clock, shelf.fd.get());
        std::string name = (ours ? "" : "postern-pipe.") + std::to_string(os.pid()) + "." +
                           std::to_string(clock.now().microseconds + attempt);
        const Status made = os.mkdir(AtPath{shelf.fd.get(), name}, kPrivate);
        // ENOENT: who was the last to use the shelf has just removed it.
        if (!made && made.error().code != EEXIST && made.error().code != ENOENT) return Unexpected(made.error());
        auto fd = made ? hold(os, {shelf.fd.get(), name}) : std::nullopt;
        if (fd) return PrivateDirectory(os, std::move(shelf), std::move(name), std::move(*fd));
    }
    return failure(EEXIST, "mkdir", "/tmp/postern-pipe");
}

void PrivateDirectory::remove() {
    if (!fd_) return;
    (void)os_->chmod(fd_.get(), kPrivate);
    Emptier emptier(*os_, fd_.get());
    while (emptier.round()) {
    }
    (void)os_->rmdir(AtPath{shelf_.fd.get(), name_});
    fd_.reset();
}

}  // namespace postern
