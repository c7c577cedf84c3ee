// SPDX-License-Identifier: Apache-2.0
#include "mailbox/maildirsize_file.h"

#include <fmt/format.h>

#include <cerrno>

namespace postern {
namespace {

constexpr const char* kName = "maildirsize";
constexpr int kOpen = O_RDWR | O_APPEND | O_NONBLOCK;
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
constexpr std::int64_t kTrustedFor = 900;  // seconds

bool later(const timespec& a, const timespec& b) {
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}
bool same_time(const timespec& a, const timespec& b) { return !later(a, b) && !later(b, a); }

// Where the listing does not say what an entry is, trying to open it does.
bool is_no_directory(const DirEntry& entry, const Error& error) {
    return !entry.kind && (error.code == ENOTDIR || error.code == ELOOP);
}

}  // namespace

void MaildirsizeFile::take(UniqueFd fd) {
    const auto stat = os_.stat(fd.get());
    seen_ = stat ? std::optional(*stat) : std::nullopt;
    file_ = std::move(fd);
}

Result<std::optional<MailboxUse>> MaildirsizeFile::read(int directory) {
    file_.reset();
    seen_.reset();
    Result<UniqueFd> fd = os_.open(AtPath{directory, kName}, kOpen);
    if (!fd && fd.error().code == ENOENT) return std::optional<MailboxUse>();
    if (!fd) return Unexpected(fd.error());
    POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd->get()));
    if (stat.kind != FileKind::regular) return failure(EINVAL, "read", kName);
    const Result<std::string> text = read_all(os_, fd->get(), kMaildirsizeMax - 1);
    if (!text) return std::optional<MailboxUse>();
    const auto parsed = parse_maildirsize(*text);
    if (!parsed || !good_enough(*parsed, stat)) return std::optional<MailboxUse>();
    file_ = std::move(*fd);
    seen_ = stat;
    return std::optional(parsed->use);
}

// Made for these limits; and before anybody is refused, not much older than the mailbox.
bool MaildirsizeFile::good_enough(const MaildirsizeText& text, const FileStat& file) {
    const QuotaLimits& limits = settings_.limits;
    if (text.size_limit != limits.size || text.count_limit != limits.count) return false;
    if (!limits.exceeded(text.use, settings_.message_size)) return true;
    return text.lines <= 1 && clock_.now().seconds - file.mtime.tv_sec <= kTrustedFor;
}

bool MaildirsizeFile::unchanged(int directory) const {
    if (!seen_) return false;
    const auto now = os_.stat(AtPath{directory, kName}, Follow::yes);
    return now && now->device == seen_->device && now->inode == seen_->inode && now->size == seen_->size &&
           same_time(now->mtime, seen_->mtime);
}

MailboxUse MaildirsizeFile::count(int directory) {
    Walk now;
    walk(directory, now, true, 0);
    return now.use;
}

Result<MailboxUse> MaildirsizeFile::recalculate(int directory) {
    file_.reset();
    seen_.reset();
    Walk before, after;
    walk(directory, before, true, 0);
    if (before.doubtful) {  // what could be seen is good enough for this once, but not to be believed later
        remove(directory);
        return before.use;
    }
    POSTERN_TRY_ASSIGN(UniqueFd fd, write_new(directory, before.use));
    walk(directory, after, false, 0);
    if (after.doubtful || later(after.latest, before.latest)) {  // the sum may lack what came meanwhile
        remove(directory);
        return before.use;
    }
    take(std::move(fd));
    return before.use;
}

void MaildirsizeFile::walk(int directory, Walk& into, bool with_files, int depth) {
    const auto entries = depth <= DirectoryScan::kDeepest ? os_.list(directory) : failure(EMLINK, "list", kName);
    if (!entries) {
        into.doubtful = true;
        return;
    }
    for (const DirEntry& entry : *entries) {
        if (entry.kind.value_or(FileKind::directory) != FileKind::directory || !names_.counts_folder(entry.name))
            continue;
        const auto inner = os_.open_beneath(directory, entry.name, kOpenDirectory);
        const auto stat = inner ? os_.stat(inner->get()) : Unexpected(inner.error());
        if (!stat) {
            into.doubtful = into.doubtful || !is_no_directory(entry, stat.error());
            continue;
        }
        // Our own temporary file changes tmp.
        if ((depth > 0 || entry.name != "tmp") && later(stat->mtime, into.latest)) into.latest = stat->mtime;
        if (entry.name.starts_with('.')) {
            walk(inner->get(), into, with_files, depth + 1);
        } else if (with_files) {
            DirectoryUse use{.name = entry.name, .changed = {}, .own = {}, .below = {}};
            DirectoryScan scan(os_, clock_, names_);
            scan.refresh(inner->get(), use);
            into.doubtful = into.doubtful || !scan.complete();
            into.use = sum_of(into.use, total_use(use));
        }
    }
}

Result<UniqueFd> MaildirsizeFile::write_new(int directory, const MailboxUse& use) {
    const TimePoint now = clock_.now();
    const AtPath temporary{
        directory, fmt::format("tmp/{}.H{}P{}.{}", now.seconds, now.microseconds, os_.pid(), settings_.hostname)};
    const mode_t mode = settings_.mode != 0 ? settings_.mode : 0600;
    POSTERN_TRY_ASSIGN(UniqueFd fd, os_.open(temporary, O_RDWR | O_APPEND | O_CREAT | O_EXCL, mode));
    Status done = write_all(os_, fd.get(), maildirsize_text(settings_.limits.size, settings_.limits.count, use));
    if (done) done = os_.rename(temporary, AtPath{directory, kName});
    if (!done) {
        (void)os_.unlink(temporary);
        return Unexpected(done.error());
    }
    if (settings_.sync) (void)os_.fsync(directory);
    return fd;
}

void MaildirsizeFile::add(int directory, const MailboxUse& added) {
    if (!file_) return;
    const std::string line = maildirsize_line(added);
    const Result<std::size_t> written = os_.write(file_.get(), line);
    const Status synced = settings_.sync ? os_.fsync(file_.get()) : Status{};
    if (!written || *written != line.size() || !synced) remove(directory);
    file_.reset();
    seen_.reset();
}

void MaildirsizeFile::remove(int directory) {
    const Status removed = os_.unlink(AtPath{directory, kName});
    if (removed && settings_.sync) (void)os_.fsync(directory);
}

}  // namespace postern
