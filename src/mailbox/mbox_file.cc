// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbox_file.h"

#include <cerrno>

#include "mailbox/mbox_intent.h"
#include "mailbox/mbox_open.h"
#include "mailbox/mbx_repair.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

using wording::MailboxStep;

timespec whole_seconds(std::int64_t seconds) {
    timespec out{};
    out.tv_sec = static_cast<time_t>(seconds);
    return out;
}

}  // namespace

MailboxResult<std::unique_ptr<Mailbox>> MboxFile::open(Os& os, Clock& clock, Place place, MboxSettings settings) {
    auto box = std::make_unique<MboxFile>(os, clock, std::move(place), std::move(settings));
    if (auto opened = box->lock_and_open(); !opened) return tl::unexpected(opened.error());
    if (auto taken = box->take_snapshot(); !taken) return tl::unexpected(taken.error());
    return box;
}

MailboxResult<void> MboxFile::lock_and_open() {
    if (settings_.locks.dot_lock) {
        auto lock = DotLock::acquire(os_, clock_, {place_, settings_.leaf, settings_.common}, settings_.locks);
        if (!lock) return tl::unexpected(lock.error());
        dot_lock_ = std::move(*lock);
    }
    auto opened = MboxOpener(os_, clock_, place_, settings_).open();
    if (!opened) return tl::unexpected(opened.error());
    file_ = std::move(*opened);
    return {};
}

MailboxResult<void> MboxFile::take_snapshot() {
    const auto before = os_.stat(fd());
    if (!before)
        return mailbox_failure(before.error().code,
                               wording::mailbox_step_failed(MailboxStep::snapshot, settings_.common.path));
    before_ = *before;
    writing_ = true;
    repair_.clear();
    // Looking changes the access time, which only the owner can put back.
    if (!file_.fifo && before_.size > 0 && before_.uid == settings_.common.uid) repair_ = missing_end();
    return {};
}

// What ends a torn last line.
std::string MboxFile::missing_end() {
    if (settings_.repair_torn != MboxSettings::Repair::lines) return {};
    char last = '\n';
    const auto got = os_.pread(fd(), {&last, 1}, before_.size - 1);
    return got && *got == 1 && last != '\n' ? "\n" : "";
}

// A torn MBX message is completed for good, whatever becomes of ours: the mailbox is better off with it.
MailboxResult<void> MboxFile::make_whole() {
    if (settings_.repair_torn != MboxSettings::Repair::mbx || file_.fifo || before_.size == 0) return {};
    // All that write MBX set whole seconds when they are done: the kernel's own time shows that one was not. Else each
    // delivery would have to walk through the mailbox.
    if (before_.mtime.tv_nsec == 0 || before_.uid != settings_.common.uid) return {};
    const std::string missing = mbx_missing_end(os_, fd(), before_.size, clock_.now());
    if (missing.empty()) return {};
    if (const Status written = write_all(os_, fd(), missing); !written)
        return mailbox_failure(written.error().code, wording::write_failed(settings_.common.path));
    before_.size += static_cast<std::int64_t>(missing.size());
    return {};
}

MailboxResult<void> MboxFile::announce(const MessageShape& shape, std::string_view lead) {
    const MailboxSettings& common = settings_.common;
    const MboxIntent intent{.path = common.path,
                            .inode = before_.inode,
                            .offset = static_cast<std::uint64_t>(before_.size),
                            .lead = std::string(lead),
                            .shape = shape,
                            .ours = true};
    const Status recorded = common.intents->record(mbox_intent_text(intent));
    if (!recorded) return mailbox_failure(recorded.error().code, wording::intent_not_recorded(common.path));
    announced_ = true;
    return {};
}

// What was cut off must not come back after a power cut: the next record says that the file ended here.
Status MboxFile::sync_cut() { return settings_.common.sync ? os_.fsync(fd()) : Status{}; }

MailboxResult<std::optional<std::int64_t>> MboxFile::recover(const std::vector<EarlierIntent>& earlier) {
    const std::string& path = settings_.common.path;
    const auto failed = [&](const Error& error) {
        return mailbox_failure(error.code, wording::looking_for_message(path));
    };
    if (file_.fifo) return std::nullopt;
    const std::vector<MboxIntent> intents = earlier_mbox_intents(earlier, path);
    const MboxFinder finder(os_, fd(), before_);
    const auto whole = finder.whole(intents);
    if (!whole) return failed(whole.error());
    if (*whole != nullptr) {
        file_.created = true;  // its entry may not be on the disk yet
        if (const Status safe = finish_data(); !safe) return failed(safe.error());
        writing_ = false;
        return (*whole)->shape.reported;
    }
    const auto torn = finder.torn(intents);
    if (!torn) return failed(torn.error());
    if (!*torn) return std::nullopt;
    if (const Status cut = os_.truncate(fd(), **torn); !cut) return failed(cut.error());
    if (const Status safe = sync_cut(); !safe) return failed(safe.error());
    const FileStat first = before_;
    if (auto taken = take_snapshot(); !taken) return tl::unexpected(taken.error());
    before_.atime = first.atime;
    before_.mtime = first.mtime;
    return std::nullopt;
}

Status MboxFile::finish_data() {
    if (file_.fifo || !settings_.common.sync) return {};
    POSTERN_TRY(os_.fsync(fd()));
    // An empty mailbox may be one whose entry is not on the disk yet either.
    if (file_.created || before_.size == 0) POSTERN_TRY(sync_entries(os_, place_.at(".")));
    durable_ = true;
    return {};
}

MailboxResult<void> MboxFile::commit(MessageNaming& /*naming*/) {
    writing_ = false;
    // Exim sets whole seconds; mail readers compare the two times to see whether there is new mail.
    (void)os_.set_times(fd(), whole_seconds(before_.atime.tv_sec), whole_seconds(clock_.now().seconds));
    file_.mbx_lock.reset();
    const Status closed = os_.close(std::move(file_.fd));
    // What fsync has confirmed is delivered, whatever close says.
    if (!closed && !durable_)
        return mailbox_failure(closed.error().code,
                               wording::mailbox_step_failed(MailboxStep::close, settings_.common.path));
    return {};
}

void MboxFile::keep_alive() {
    if (dot_lock_) dot_lock_->refresh();
}

void MboxFile::roll_back() {
    if (file_.fifo) return;
    for (int round = 0; round < 3; ++round) {
        if (os_.truncate(fd(), before_.size)) break;
    }
    if (announced_) (void)sync_cut().has_value();
    (void)os_.set_times(fd(), before_.atime, before_.mtime);
}

MboxFile::~MboxFile() {
    if (writing_ && file_.fd) roll_back();
    file_.mbx_lock.reset();
    file_.fd.reset();  // before the dot-lock: nobody must find the file unlocked while we hold it
    dot_lock_.reset();
}

}  // namespace postern
