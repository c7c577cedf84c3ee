// SPDX-License-Identifier: Apache-2.0
#include "mailbox/quota_gauge.h"

#include <algorithm>
#include <cerrno>

#include "wording/appendfile.h"

namespace postern {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
constexpr std::int64_t kLargeTree = 1000;  // entries: from here on a cache is cheaper than looking

// "/mail/joe/.Work" and "/mail/joe/.Work/" -> "/mail/joe"
std::string parent_of(std::string path) {
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const std::size_t slash = path.find_last_of('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

DirectoryUse* find(DirectoryUse& tree, const FileStat& directory) {
    if (tree.device == directory.device && tree.inode == directory.inode) return &tree;
    for (DirectoryUse& below : tree.below) {
        if (DirectoryUse* found = find(below, directory)) return found;
    }
    return nullptr;
}

}  // namespace

MailboxFailure quota_failure(QuotaVerdict verdict, const std::string& data_name) {
    return {.kind = MailboxFailure::Kind::defer,
            .code = mailbox_code::kQuota,
            .message = wording::over_quota(data_name, verdict == QuotaVerdict::over_count),
            .user_message = wording::mailbox_full()};
}

MailboxResult<MeasuredPublication> MeasuredPublication::begin(const MailboxSettings& settings, const Place& mailbox,
                                                              const std::string& data_name) {
    MeasuredPublication publication(settings.gauge);
    if (!settings.gauge) return publication;
    const auto verdict = settings.gauge->begin_publication(mailbox);
    if (!verdict) return tl::unexpected(verdict.error());
    if (*verdict != QuotaVerdict::fits) return tl::unexpected(quota_failure(*verdict, data_name));
    return publication;
}

QuotaGauge::QuotaGauge(Os& os, Clock& clock, QuotaRules& rules, QuotaSettings settings)
    : os_(os),
      clock_(clock),
      rules_(rules),
      settings_(std::move(settings)),
      size_file_(os, clock, rules,
                 {.limits = settings_.limits,
                  .message_size = settings_.message_size,
                  .mode = settings_.mode,
                  .hostname = settings_.hostname,
                  .sync = settings_.sync}),
      cache_(os, settings_.cache_directory, settings_.cache_rules) {}

// --- what is measured ---

MailboxResult<void> QuotaGauge::find_directory(const Place& mailbox) {
    check_path_ = settings_.path;
    bool elsewhere = false;
    if (rules_.quota_directory()) {
        check_path_ = *rules_.quota_directory();
        elsewhere = true;
    } else if (settings_.maildir && os_.stat(mailbox.at("maildirfolder"), Follow::yes)) {
        check_path_ = parent_of(check_path_);
        elsewhere = true;
    }
    auto found = os_.open(elsewhere ? AtPath(check_path_) : mailbox.at("."), kOpenDirectory);
    if (!found) return {};
    const auto stat = os_.stat(found->get());
    if (!stat) return {};
    identity_ = *stat;
    directory_ = std::move(*found);
    return {};
}

// A folder whose name does not count: its mail is free.
bool QuotaGauge::excluded() const {
    if (!settings_.size_file || !settings_.excludes_folders || !settings_.path.starts_with(check_path_)) return false;
    std::string_view rest = std::string_view(settings_.path).substr(check_path_.size());
    while (rest.starts_with('/')) rest.remove_prefix(1);
    return !rules_.counts_folder(rest.empty() ? "new" : std::string(rest) + "/new");
}

bool QuotaGauge::needs_scan() const {
    return settings_.limits.measures() && !settings_.size_file &&
           (!settings_.known_size || (!settings_.known_count && settings_.limits.count > 0));
}

MailboxResult<void> QuotaGauge::measure(const Place& mailbox) {
    if (auto ready = rules_.prepare(); !ready) return ready;
    if (auto found = find_directory(mailbox); !found) return found;
    off_ = excluded();
    if (off_) return {};
    if (settings_.size_file) return read_size_file(false);
    if (needs_scan()) scan(false);
    take(total_use(known_.tree));
    return {};
}

void QuotaGauge::take(const MailboxUse& measured) {
    use_ = {settings_.known_size.value_or(measured.size), settings_.known_count.value_or(measured.count)};
}

// --- the size file ---

MailboxFailure QuotaGauge::size_file_failure(const Error& error) const {
    return {.code = error.code, .message = wording::maildirsize_failed(check_path_)};
}

MailboxResult<void> QuotaGauge::read_size_file(bool locked) {
    const auto failed = [this](const Error& error) { return tl::unexpected(size_file_failure(error)); };
    if (!directory_) {
        const auto missing = os_.stat(AtPath(check_path_), Follow::yes);
        return failed(missing ? Error{EACCES, "open", check_path_, {}} : missing.error());
    }
    auto use = size_file_.read(directory_.get());
    if (use && !*use && settings_.only_looking) use = std::optional(size_file_.count(directory_.get()));
    if (use && !*use && !locked) {  // made anew while nobody adds to it; unless somebody has just done so
        (void)lock();
        use = size_file_.read(directory_.get());
    }
    if (!use) return failed(use.error());
    if (!*use) {
        const auto anew = size_file_.recalculate(directory_.get());
        if (!locked) unlock();
        if (!anew) return failed(anew.error());
        take(*anew);
        return {};
    }
    if (!locked) unlock();
    take(**use);
    return {};
}

// --- the scan ---

void QuotaGauge::scan(bool all_of_it) {
    if (!directory_) return;
    complete_ = complete_ || all_of_it;
    if (all_of_it) {
        known_ = {};
    } else if (cache_.usable() && (!complete_ || large())) {
        // Also when we have looked ourselves: whoever published meanwhile has brought it up to date.
        if (auto kept = cache_.load(identity_, clock_.now().seconds)) {
            known_ = std::move(*kept);
            complete_ = false;
        }
    }
    if (known_.tree.inode == 0) {
        known_.scanned_at = clock_.now().seconds;
        complete_ = true;
    }
    DirectoryScan scan(os_, clock_, rules_);
    scan.refresh(directory_.get(), known_.tree);
    if (scan.doubtful()) cache_.give_up();
}

bool QuotaGauge::large() const { return total_use(known_.tree).count >= kLargeTree; }

// Nobody is refused for a number that is only remembered, or that was counted while somebody published.
void QuotaGauge::count_again() {
    scan(true);
    take(total_use(known_.tree));
}

QuotaVerdict QuotaGauge::verdict() {
    if (off_) return QuotaVerdict::fits;
    const QuotaVerdict first = settings_.limits.judge(use_, settings_.message_size);
    if (first == QuotaVerdict::fits || !needs_scan() || !directory_) return first;
    if (!settings_.only_looking && !lock()) return first;
    count_again();
    if (large()) cache_.store(identity_, known_);
    unlock();
    return settings_.limits.judge(use_, settings_.message_size);
}

// --- publication ---

void QuotaGauge::claim(int temporary_file) {
    if (!off_ && needs_scan()) (void)os_.lock(temporary_file, LockKind::flock_exclusive);
}

// False: somebody has held it all the time. File systems without locks are as good as locked.
bool QuotaGauge::lock() {
    if (locked_) return true;
    Status got = os_.lock(directory_.get(), LockKind::flock_exclusive);
    if (!got && (got.error().code == EAGAIN || got.error().code == EACCES))
        got = os_.lock(directory_.get(), LockKind::flock_exclusive, {}, settings_.patience);
    locked_ = got.has_value();
    return locked_ || (got.error().code != ETIMEDOUT && got.error().code != EAGAIN && got.error().code != EACCES);
}

void QuotaGauge::unlock() {
    if (locked_) (void)os_.unlock(directory_.get(), LockKind::flock_exclusive);
    locked_ = false;
}

MailboxResult<QuotaVerdict> QuotaGauge::begin_publication(const Place& mailbox) {
    if (off_ || (!needs_scan() && !settings_.size_file)) return QuotaVerdict::fits;
    if (!directory_) {  // it was not there when we looked; writing has made it
        if (auto found = find_directory(mailbox); !found) return tl::unexpected(found.error());
        if (!directory_) return QuotaVerdict::fits;
    }
    if (!lock()) return mailbox_failure(mailbox_code::kLockFailed, wording::file_lock_busy(check_path_));
    if (settings_.size_file) {
        if (!size_file_.unchanged(directory_.get())) {
            if (auto read = read_size_file(true); !read) return tl::unexpected(read.error());
        }
        return settings_.limits.judge(use_, settings_.message_size);
    }
    scan(false);
    take(total_use(known_.tree));
    QuotaVerdict verdict = settings_.limits.judge(use_, settings_.message_size);
    if (verdict != QuotaVerdict::fits && !complete_) {
        count_again();
        verdict = settings_.limits.judge(use_, settings_.message_size);
    }
    return verdict;
}

void QuotaGauge::published(const AtPath& directory, const std::string& name) {
    if (locked_ || directory_) {
        if (!off_ && settings_.size_file) size_file_.add(directory_.get(), {written_, 1});
        if (!off_ && needs_scan() && cache_.usable() && large()) account(directory, name);
    }
    unlock();
}

void QuotaGauge::not_published() { unlock(); }

void QuotaGauge::found_unaccounted() {
    if (off_ || !settings_.size_file || !directory_) return;
    // Without the lock, or if it fails, the file stays what it was: the next one who is refused counts again.
    if (lock()) (void)size_file_.recalculate(directory_.get()).has_value();
    unlock();
}

// What we know now includes our own message: the next delivery need not list its directory for it.
void QuotaGauge::account(const AtPath& directory, const std::string& name) {
    const auto holder = os_.stat(directory, Follow::yes);
    const auto message = os_.stat(AtPath{directory.dir, directory.name + "/" + name}, Follow::no);
    if (!holder || !message) return;
    if (DirectoryUse* node = find(known_.tree, *holder)) {
        node->own = sum_of(node->own, {rules_.size_in(name).value_or(message->size), 1});
        node->changed = holder->mtime;
    }
    cache_.store(identity_, known_);
}

}  // namespace postern
