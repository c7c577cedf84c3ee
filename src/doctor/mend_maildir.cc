// SPDX-License-Identifier: Apache-2.0
#include "doctor/mend_maildir.h"

#include <cerrno>

#include "doctor/quiet_open.h"
#include "mailbox/maildirsize_file.h"
#include "mailbox/publish.h"

namespace postern {
namespace {

constexpr Seconds kPatience{30};
constexpr mode_t kPrivate = 0700;

// What Exim counts by default.
class DefaultNames final : public NameRules {
public:
    std::optional<std::int64_t> size_in(std::string_view /*file_name*/) const override { return std::nullopt; }
    bool counts_folder(std::string_view name) const override {
        return name == "cur" || name == "new" || name.starts_with('.');
    }
};

class DirectoryLock {
public:
    DirectoryLock(Os& os, int directory) : os_(os), directory_(directory) {}
    ~DirectoryLock() {
        if (held_) (void)os_.unlock(directory_, LockKind::flock_exclusive);
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    [[nodiscard]] Status take() {
        POSTERN_TRY(os_.lock(directory_, LockKind::flock_exclusive, {}, kPatience));
        held_ = true;
        return {};
    }

private:
    Os& os_;
    int directory_;
    bool held_ = false;
};

// "10000S,10C" and the line end of a file that may be damaged behind it.
Result<MaildirsizeText> limits_of(Os& os, int directory) {
    POSTERN_TRY_ASSIGN(const QuietFile file, open_quietly(os, directory, "maildirsize"));
    std::string text(kMaildirsizeMax, '\0');
    POSTERN_TRY_ASSIGN(const std::size_t got, os.pread(file.fd.get(), text, 0));
    text.resize(got);
    const std::size_t end = text.find('\n');
    const auto limits = end == std::string::npos ? std::nullopt : parse_maildirsize(text.substr(0, end + 1));
    if (!limits) return failure(wording::maildirsize_limits_unknown());
    return *limits;
}

// The folder that a name in the report is in: ".Sent/tmp/x" is "tmp/x" in ".Sent".
struct InFolder {
    UniqueFd folder;
    std::string name;
};
Result<InFolder> in_folder(Os& os, int maildir, const std::string& file) {
    const std::size_t slash = file.find('/');
    const bool below = file.starts_with('.') && slash != std::string::npos;
    POSTERN_TRY_ASSIGN(UniqueFd folder, open_directory_quietly(os, maildir, below ? file.substr(0, slash) : "."));
    return InFolder{std::move(folder), below ? file.substr(slash + 1) : file};
}

Mended outcome(const Status& done, std::string text) {
    if (!done) return tl::unexpected(done.error().to_string());
    return text;
}

Status make_like_its_parent(Os& os, int parent, const std::string& name) {
    POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(parent));
    POSTERN_TRY(os.mkdir(AtPath{parent, name}, stat.permissions & 0777U));
    return sync_directory(os, parent);
}

// A file that somebody still holds a lock on is in use, however old.
bool is_in_use(Os& os, int fd) {
    const Status locked = os.lock(fd, LockKind::flock_shared);
    return !locked && (locked.error().code == EAGAIN || locked.error().code == EACCES);
}

Status move_aside(Os& os, Clock& clock, int folder, const std::string& leaf) {
    POSTERN_TRY_ASSIGN(const UniqueFd from, open_directory_quietly(os, folder, "tmp"));
    POSTERN_TRY_ASSIGN(const QuietFile file, open_quietly(os, from.get(), leaf));
    const std::int64_t touched = std::max(file.stat.mtime.tv_sec, file.stat.ctime.tv_sec);
    if (clock.now().seconds - touched <= kStaleAfter || is_in_use(os, file.fd.get()))
        return failure(EBUSY, "rename", leaf);
    const Status made = os.mkdir(AtPath{folder, "tmp.old"}, kPrivate);
    if (!made && made.error().code != EEXIST) return made;
    POSTERN_TRY_ASSIGN(const UniqueFd to, open_directory_quietly(os, folder, "tmp.old"));
    POSTERN_TRY(publish(os, AtPath{from.get(), leaf}, AtPath{to.get(), leaf}));
    POSTERN_TRY(sync_directory(os, to.get()));
    POSTERN_TRY(sync_directory(os, from.get()));
    return sync_directory(os, folder);
}

}  // namespace

Mended MaildirMender::make_directory(const std::string& file) {
    const auto place = in_folder(os_, directory_, file);
    if (!place) return tl::unexpected(place.error().to_string());
    return outcome(make_like_its_parent(os_, place->folder.get(), place->name), wording::directory_made());
}

Mended MaildirMender::count_again() {
    DirectoryLock lock(os_, directory_);
    if (const Status locked = lock.take(); !locked) return tl::unexpected(locked.error().to_string());
    const auto limits = limits_of(os_, directory_);
    if (!limits) return tl::unexpected(limits.error().to_string());
    MaildirsizeSettings settings;
    settings.limits.size = limits->size_limit;
    settings.limits.count = limits->count_limit;
    settings.hostname = settings_.hostname;
    const DefaultNames names;
    MaildirsizeFile file(os_, clock_, names, settings);
    const MailboxUse counted = file.count(directory_);
    const auto use = file.recalculate(directory_);
    if (!use) return tl::unexpected(use.error().to_string());
    // Counted differently the first time, or overtaken by a change: no file is better than a wrong one.
    if (*use != counted || !file.written()) {
        (void)os_.unlink(AtPath{directory_, "maildirsize"});
        return tl::unexpected(wording::maildirsize_unsure());
    }
    return outcome(sync_directory(os_, directory_), wording::maildirsize_counted(use->size, use->count));
}

Mended MaildirMender::set_aside(const std::string& file) {
    if (!settings_.set_stale_aside) return tl::unexpected(wording::stale_left());
    const auto place = in_folder(os_, directory_, file);
    if (!place) return tl::unexpected(place.error().to_string());
    const std::string leaf = place->name.substr(place->name.rfind('/') + 1);
    return outcome(move_aside(os_, clock_, place->folder.get(), leaf), wording::stale_set_aside());
}

}  // namespace postern
