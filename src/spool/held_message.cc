// SPDX-License-Identifier: Apache-2.0
// What may be done with a message that is held under its lock.
#include <cerrno>

#include "mail/message_id.h"
#include "spool/journal.h"
#include "spool/spool.h"

namespace postern {
namespace {

constexpr mode_t kFileMode = 0640, kOutputMode = 0400;
constexpr std::size_t kJournalMax = std::size_t{1} << 30;
constexpr char kDoneMark = '!';  // <id>!D, where -D has <id>-D
constexpr std::size_t kIntentsMax = std::size_t{64} << 20;

using Durability = SpoolSettings::Durability;

// A file that is not there any more is as good as removed.
Status unlink_if_there(Os& os, const std::string& path) {
    Status status = os.unlink(path);
    if (!status && status.error().code == ENOENT) return {};
    return status;
}

// Lines for one batch. One write() a record: with O_APPEND, children do not get into each other's lines.
class IntentFile final : public IntentLog {
public:
    // `directory`: to be synced as well; -1: not.
    IntentFile(Os& os, HeldMessage& message, int fd, int directory, bool sync, IntentRecord record)
        : os_(os), message_(message), fd_(fd), directory_(directory), sync_(sync), record_(std::move(record)) {}

    Status make_safe() override { return sync_ ? Status{} : message_.sync_intents(); }

    Status record(std::string_view text) override {
        if (text.size() > kLongest || text.find('\n') != std::string_view::npos)
            return failure(EINVAL, "record", "intent");
        record_.text = text;
        POSTERN_TRY(write_all(os_, fd_, format_intent(record_)));
        if (!sync_) return {};
        POSTERN_TRY(os_.fsync(fd_));
        // Behind the file: what a file system writes to make that one safe usually holds its entry already. Also of a
        // file that was there: whoever made it may have died before he came to this.
        if (directory_ >= 0) POSTERN_TRY(sync_entry(directory_));
        directory_ = -1;
        return {};
    }

private:
    Status sync_entry(int directory) {
        Status synced = os_.fsync(directory);
        if (!synced && synced.error().code == EINVAL) return {};  // a file system that knows no such thing
        return synced;
    }

    Os& os_;
    HeldMessage& message_;
    int fd_, directory_;  // of the message
    bool sync_;
    IntentRecord record_;
};

}  // namespace

HeldMessage::HeldMessage(Os& os, const Spool& spool, std::string id, std::string subdirectory, UniqueFd data,
                         bool fresh)
    : os_(os),
      spool_(spool),
      id_(std::move(id)),
      subdirectory_(std::move(subdirectory)),
      data_(std::move(data)),
      fresh_(fresh),
      may_have_intents_(!fresh),
      may_have_journal_(!fresh) {}

HeldMessage::~HeldMessage() {
    if (fresh_) discard();
}

// Not accepted: -H first, because with it a message exists.
void HeldMessage::discard() {
    if (!prepared_.empty()) (void)os_.unlink(prepared_);
    for (const char which : {'H', 'D', 'L'}) (void)os_.unlink(spool_.file(id_, subdirectory_, which));
}

void HeldMessage::close_inherited_copies() const {
    for (const UniqueFd* fd : {&data_, &journal_, &intents_, &intent_directory_, &message_log_})
        if (*fd) close_inherited(os_, *fd);
}

std::int64_t HeldMessage::data_start() const { return static_cast<std::int64_t>(data_offset(id_)); }

// Root writes only to what the spool's owner could have written to anyway, and to an empty file of its own: made by a
// process that died before it could give it away.
bool HeldMessage::may_write_to(const FileStat& file) const {
    if (file.kind != FileKind::regular || file.links != 1) return false;
    const uid_t us = os_.ids().effective_uid;
    return us != 0 || file.uid == spool_.settings_.owner || (file.uid == us && file.size == 0);
}

// A file that was there.
Result<UniqueFd> HeldMessage::open_to_append(char which, int mode) const {
    const std::string path = spool_.file(id_, subdirectory_, which);
    POSTERN_TRY_ASSIGN(UniqueFd fd, os_.open(path, mode | O_APPEND | O_NOFOLLOW | O_NONBLOCK));
    POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd.get()));
    if (!may_write_to(stat)) return failure(EPERM, "open", path);
    return fd;
}

// --- journal ---

Status HeldMessage::open_journal() {
    if (journal_) return {};
    may_have_journal_ = true;
    auto fresh = spool_.create("input", subdirectory_, id_ + "-J", O_WRONLY | O_APPEND, kFileMode);
    if (fresh) {
        journal_ = std::move(*fresh);
        journal_end_ = 0;
        return spool_.settings_.durability == Durability::full ? spool_.sync_entries(subdirectory_) : Status{};
    }
    if (fresh.error().code != EEXIST) return Unexpected(std::move(fresh).error());
    // Of a run that was interrupted.
    POSTERN_TRY_ASSIGN(journal_, open_to_append('J', O_RDWR));
    auto text = read_all(os_, journal_.get(), kJournalMax);
    if (!text) {
        journal_.reset();
        return Unexpected(std::move(text).error());
    }
    journal_end_ = static_cast<std::int64_t>(journal_complete_size(*text));
    journal_torn_ = journal_end_ != static_cast<std::int64_t>(text->size());
    return {};
}

Status HeldMessage::journal(const std::vector<std::string>& lines) {
    POSTERN_TRY(open_journal());
    if (journal_torn_) {
        POSTERN_TRY(os_.truncate(journal_.get(), journal_end_));
        journal_torn_ = false;
    }
    std::string text;
    for (const std::string& line : lines) {
        for (const char c : line) text += c == '\n' ? ' ' : c;
        text += '\n';
    }
    if (const Status written = write_all(os_, journal_.get(), text); !written) {
        journal_torn_ = !os_.truncate(journal_.get(), journal_end_);  // else before the next lines
        return written;
    }
    journal_end_ += static_cast<std::int64_t>(text.size());
    return spool_.settings_.durability == Durability::none ? Status{} : os_.fsync(journal_.get());
}

Status HeldMessage::remove_journal() {
    journal_.reset();
    return unlink_if_there(os_, spool_.file(id_, subdirectory_, 'J'));
}

// --- intents ---

Result<std::vector<IntentRecord>> HeldMessage::intents() {
    if (!may_have_intents_) return std::vector<IntentRecord>{};
    const auto fd = os_.open(spool_.file(id_, subdirectory_, 'I'), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (fd) {
        POSTERN_TRY_ASSIGN(const std::string text, read_all(os_, fd->get(), kIntentsMax));
        return parse_intents(text);
    }
    if (fd.error().code == ENOENT) may_have_intents_ = false;
    if (fd.error().code != ENOENT && fd.error().code != ELOOP) return Unexpected(fd.error());
    return std::vector<IntentRecord>{};
}

Status HeldMessage::sync_intents() {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os_.open(spool_.file(id_, subdirectory_, 'I'), O_RDONLY | O_NOFOLLOW));
    POSTERN_TRY(os_.fsync(fd.get()));
    return sync_directory(os_, kCwd, spool_.directory("intent", {}));
}

Status HeldMessage::open_intents() {
    if (intents_) return {};
    may_have_intents_ = true;
    const auto create = [this] { return spool_.create("intent", {}, id_, O_WRONLY | O_APPEND, kFileMode); };
    auto fd = create();
    if (!fd && fd.error().code == EEXIST) {
        fd = open_to_append('I', O_WRONLY);
        // Not the owner's: made by a process that died before it could give it away, or by somebody who plays tricks.
        if (!fd && (fd.error().code == EPERM || fd.error().code == ELOOP)) {
            POSTERN_TRY(os_.unlink(spool_.file(id_, subdirectory_, 'I')));
            fd = create();
        }
    }
    if (!fd) return Unexpected(std::move(fd).error());
    if (spool_.settings_.durability == Durability::full) {
        POSTERN_TRY_ASSIGN(intent_directory_, os_.open(spool_.directory("intent", {}), O_RDONLY | O_DIRECTORY));
    }
    intents_ = std::move(*fd);
    return {};
}

Result<std::unique_ptr<IntentLog>> HeldMessage::intent_log(std::string transport, std::vector<std::string> addresses) {
    POSTERN_TRY(open_intents());
    return std::make_unique<IntentFile>(os_, *this, intents_.get(), intent_directory_.get(), spool_.syncs(),
                                        IntentRecord{std::move(transport), std::move(addresses), {}});
}

// --- header file and removal ---

Status HeldMessage::rewrite_header(const Message& message) { return spool_.write_header(message, subdirectory_); }

Status HeldMessage::make_durable() {
    POSTERN_TRY(os_.fsync(data_.get()));
    for (const char which : {'H', 'J'}) {
        auto fd = os_.open(spool_.file(id_, subdirectory_, which), O_RDONLY | O_NOFOLLOW);
        if (!fd && which != 'H' && fd.error().code == ENOENT) continue;
        if (!fd) return Unexpected(std::move(fd).error());
        POSTERN_TRY(os_.fsync(fd->get()));
    }
    if (may_have_intents_) {
        const Status synced = sync_intents();
        if (!synced && synced.error().code != ENOENT) return synced;
    }
    return spool_.sync_entries(subdirectory_);
}

// A power failure may undo any of the last unlinks: of a message that comes back, the mark is what is left of all that
// -J or nobody has said.
Status HeldMessage::remove() {
    bool marked = true;
    if (spool_.settings_.durability == Durability::full) {
        POSTERN_TRY_ASSIGN(marked, mark_done());
    }
    return remove_files(marked);
}

// One byte of a block that has its place on the disk: all of it or nothing, and no journal of the file system's waits.
// False: the file is none to write to.
Result<bool> HeldMessage::mark_done() {
    POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(data_.get()));
    if (!may_write_to(stat)) return false;
    POSTERN_TRY(os_.seek(data_.get(), static_cast<std::int64_t>(id_.size()), SEEK_SET));
    POSTERN_TRY(write_all(os_, data_.get(), {&kDoneMark, 1}));
    POSTERN_TRY(os_.sync_data(data_.get()));
    return true;
}

Result<bool> HeldMessage::is_marked_done() const {
    char mark = '-';
    POSTERN_TRY(os_.pread(data_.get(), {&mark, 1}, static_cast<std::int64_t>(id_.size())));
    return mark == kDoneMark;
}

// Without a mark, -J is what tells that it is done, should -H and -D come back: it goes when they are gone for good.
Status HeldMessage::remove_files(bool marked) {
    intents_.reset();
    intent_directory_.reset();
    message_log_.reset();
    const std::string log = spool_.file(id_, subdirectory_, 'L');
    if (!spool_.settings_.preserve_message_logs) {
        (void)os_.unlink(log);
    } else if (!os_.rename(log, spool_.directory("msglog.OLD", "") + "/" + id_)) {
        if (spool_.make_directory(spool_.directory("msglog.OLD", "")))
            (void)os_.rename(log, spool_.directory("msglog.OLD", "") + "/" + id_);
    }
    POSTERN_TRY(unlink_if_there(os_, spool_.file(id_, subdirectory_, 'H')));
    POSTERN_TRY(unlink_if_there(os_, spool_.file(id_, subdirectory_, 'D')));
    removed_ = true;
    if (!marked) POSTERN_TRY(spool_.sync_entries(subdirectory_));
    if (may_have_journal_) POSTERN_TRY(remove_journal());
    return may_have_intents_ ? unlink_if_there(os_, spool_.file(id_, subdirectory_, 'I')) : Status{};
}

// --- message log and output files ---

Status HeldMessage::open_message_log() {
    auto fd = open_to_append('L', O_WRONLY);
    if (!fd && fd.error().code == ENOENT)
        fd = spool_.create("msglog", subdirectory_, id_, O_WRONLY | O_APPEND, kFileMode);
    if (!fd) return Unexpected(std::move(fd).error());
    message_log_ = std::move(*fd);
    return {};
}

void HeldMessage::open_log() {
    if (spool_.settings_.message_logs && !message_log_) (void)open_message_log().has_value();
}

void HeldMessage::log(std::string_view line) {
    if (!spool_.settings_.message_logs || removed_) return;
    if (!message_log_ && !open_message_log()) return;
    std::string text(line);
    text += '\n';
    (void)write_all(os_, message_log_.get(), text);
}

std::string HeldMessage::output_file_path(int sequence) const {
    return spool_.file(id_, subdirectory_, 'L') + "-" + std::to_string(os_.pid()) + "-" + std::to_string(sequence);
}

Result<UniqueFd> HeldMessage::create_output_file(int sequence) {
    const std::string path = output_file_path(sequence);
    return spool_.create("msglog", subdirectory_, path.substr(path.rfind('/') + 1), O_RDWR, kOutputMode);
}

}  // namespace postern
