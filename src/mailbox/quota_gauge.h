// SPDX-License-Identifier: Apache-2.0
// mailbox/quota_gauge.h – what a mailbox directory holds, and whether one more message fits, exactly, however many
// deliveries go on at once (spec appendfile.md §8, §10). For the formats with a file a message; an mbox is measured
// under its own locks.
//
// Twice: measure() before anything is written, so that an over-quota message costs no writing (Exim's check); and
// begin_publication() when the data is on disk, under an exclusive flock on the measured directory itself, which is
// held until the message has its name and is accounted for. Only what changed in between is looked at again. Whoever
// publishes through a gauge never takes the mailbox past its limit, and is refused only if the message would have been
// refused had the deliveries come one after the other.
//
// How the size is known, in this order: given by the options; the file maildirsize; a scan, of a large tree helped by a
// cache. A kept number never refuses: before that everything is counted again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mailbox/directory_scan.h"
#include "mailbox/mailbox.h"
#include "mailbox/maildirsize_file.h"
#include "mailbox/place.h"
#include "mailbox/quota_limits.h"
#include "mailbox/usage_cache.h"

namespace postern {

// What only the transport knows.
class QuotaRules : public NameRules {
public:
    // Called once, when the mailbox directory is there: compiles patterns, expands quota_directory.
    [[nodiscard]] virtual MailboxResult<void> prepare() = 0;
    [[nodiscard]] virtual const std::optional<std::string>& quota_directory() const = 0;
};

struct QuotaSettings {
    QuotaLimits limits;
    bool size_file = false;
    bool excludes_folders = true;                         // maildir_quota_directory_regex is not empty
    std::optional<std::int64_t> known_size, known_count;  // mailbox_size, mailbox_filecount
    std::int64_t message_size = 0;
    std::string path;      // of the mailbox, as configured
    std::string hostname;  // in the name of a temporary file
    mode_t mode = 0600;    // of maildirsize
    bool sync = true;      // it survives a power cut
    bool maildir = false;  // a folder of a Maildir belongs to the Maildir above it
    int cache_directory = -1;
    std::uint64_t cache_rules = 0;
    Seconds patience{30};       // for the lock
    bool only_looking = false;  // `postern explain`: measure() and verdict() change nothing, not even a lock
};

class QuotaGauge {
public:
    QuotaGauge(Os& os, Clock& clock, QuotaRules& rules, QuotaSettings settings);

    // --- before writing ---
    [[nodiscard]] MailboxResult<void> measure(const Place& mailbox);
    [[nodiscard]] QuotaVerdict verdict();
    // Tells other deliveries that this file, which they may come across, is not finished. Until it is closed.
    void claim(int temporary_file);

    // --- around publication: in this order, with nothing else in between than giving the file its name ---
    [[nodiscard]] MailboxResult<QuotaVerdict> begin_publication(const Place& mailbox);
    // The message is `name` in `directory`. Ends with the lock let go.
    void published(const AtPath& directory, const std::string& name);
    void not_published();
    // An interrupted delivery's message was found where it was to be: nobody knows whether it was counted.
    void found_unaccounted();

    // --- after it ---
    // What goes into maildirsize; before begin_publication().
    void set_written(std::int64_t bytes) { written_ = bytes; }
    [[nodiscard]] bool warns() const { return !off_ && settings_.limits.warns(use_.size, written_); }

private:
    [[nodiscard]] MailboxResult<void> find_directory(const Place& mailbox);
    [[nodiscard]] bool excluded() const;
    [[nodiscard]] bool needs_scan() const;
    [[nodiscard]] MailboxResult<void> read_size_file(bool locked);
    [[nodiscard]] MailboxFailure size_file_failure(const Error& error) const;
    void scan(bool all_of_it);
    void count_again();
    void take(const MailboxUse& measured);
    [[nodiscard]] bool lock();
    void unlock();
    void account(const AtPath& directory, const std::string& name);
    [[nodiscard]] bool large() const;

    Os& os_;
    Clock& clock_;
    QuotaRules& rules_;
    QuotaSettings settings_;
    bool off_ = false;  // the folder does not count, or there is nothing to measure
    std::string check_path_;
    UniqueFd directory_;  // that is measured; none: it is not there
    FileStat identity_;
    MaildirsizeFile size_file_;
    UsageCache cache_;
    KnownUse known_;
    bool complete_ = false;  // all of `known_` was listed by this process
    MailboxUse use_;
    std::int64_t written_ = 0;
    bool locked_ = false;
};

// What the log and the sender are told.
[[nodiscard]] MailboxFailure quota_failure(QuotaVerdict verdict, const std::string& data_name);

// The moment in which a message gets its name. Without a gauge it does nothing; without done() nothing is accounted
// for.
class MeasuredPublication {
public:
    // Failure: it does not fit.
    [[nodiscard]] static MailboxResult<MeasuredPublication> begin(const MailboxSettings& settings, const Place& mailbox,
                                                                  const std::string& data_name);
    MeasuredPublication(MeasuredPublication&& other) noexcept : gauge_(std::exchange(other.gauge_, nullptr)) {}
    MeasuredPublication& operator=(MeasuredPublication&&) = delete;
    ~MeasuredPublication() {
        if (gauge_) gauge_->not_published();
    }
    // The message is safe, as `name` in `directory`.
    void done(const AtPath& directory, const std::string& name) {
        if (gauge_) std::exchange(gauge_, nullptr)->published(directory, name);
    }

private:
    explicit MeasuredPublication(QuotaGauge* gauge) : gauge_(gauge) {}
    QuotaGauge* gauge_;
};

}  // namespace postern
