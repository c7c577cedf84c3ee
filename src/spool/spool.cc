// SPDX-License-Identifier: Apache-2.0
// Making, opening, reading and listing messages. What happens to one that is held is in held_message.cc.
#include "spool/spool.h"

#include <algorithm>
#include <cerrno>

#include "base/strings.h"
#include "mail/message_id.h"
#include "spool/journal.h"
#include "spool/unsynced.h"

namespace postern {
namespace {

constexpr mode_t kDirectoryMode = 0750, kFileMode = 0640;
constexpr std::size_t kHeaderFileMax = std::size_t{1} << 30;  // far above anything that reception accepts
constexpr std::size_t kJournalMax = std::size_t{1} << 30;
constexpr std::size_t kSplitAt = 5;  // the last digit of the second

bool is_missing(const Error& error) { return error.code == ENOENT; }

}  // namespace

// --- names ---

std::string Spool::subdirectory_of(const std::string& id, bool split) const {
    return split && id.size() > kSplitAt ? std::string(1, id[kSplitAt]) : std::string();
}

std::string Spool::directory(std::string_view area, std::string_view subdirectory) const {
    std::string path = settings_.directory;
    path.append("/").append(area);
    if (!subdirectory.empty()) path.append("/").append(subdirectory);
    return path;
}

std::string Spool::file(const std::string& id, const std::string& subdirectory, char which) const {
    if (which == 'L') return directory("msglog", subdirectory) + "/" + id;
    if (which == 'I') return directory("intent", {}) + "/" + id;
    return directory("input", subdirectory) + "/" + id + "-" + which;
}

std::string Spool::prepared_path(const std::string& id, const std::string& about, bool split) const {
    return directory("input", subdirectory_of(id, split)) + "/hdr." + id + "." + about;
}

std::string Spool::path(const std::string& id, char which) const {
    const std::string here = file(id, subdirectory_of(id, settings_.split), which);
    const std::string there = file(id, subdirectory_of(id, !settings_.split), which);
    return !os_.stat(here, Follow::no) && os_.stat(there, Follow::no) ? there : here;
}

bool Spool::exists(const std::string& id, char which) const {
    return os_.stat(path(id, which), Follow::no).has_value();
}

// --- making files ---

Status Spool::give_to_owner(int fd, mode_t mode) const {
    if (os_.ids().effective_uid == 0) POSTERN_TRY(os_.chown(fd, settings_.owner, settings_.group));
    return os_.chmod(fd, mode);  // the umask may have taken bits
}

// As needed, the spool directory itself included; new ones belong to the owner and are on the disk afterwards, whatever
// the durability: it happens once, and make_durable() counts on it.
Status Spool::make_directory(const std::string& path) const {
    std::vector<std::string> made;
    POSTERN_TRY(make_directories(os_, path, kDirectoryMode, &made));
    for (const std::string& name : made) {
        POSTERN_TRY_ASSIGN(const UniqueFd fd, os_.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        POSTERN_TRY(give_to_owner(fd.get(), kDirectoryMode));
        const std::size_t slash = name.rfind('/');
        POSTERN_TRY(sync_directory(os_, kCwd, slash == 0 ? "/" : name.substr(0, slash)));
    }
    return {};
}

// A file that did not exist, of the owner.
Result<UniqueFd> Spool::create(const std::string& area, const std::string& subdirectory, const std::string& name,
                               int flags, mode_t mode) const {
    const std::string where = directory(area, subdirectory);
    const int all_flags = flags | O_CREAT | O_EXCL | O_NOFOLLOW;
    auto fd = os_.open(where + "/" + name, all_flags, mode);
    if (!fd && is_missing(fd.error())) {
        POSTERN_TRY(make_directory(where));
        fd = os_.open(where + "/" + name, all_flags, mode);
    }
    if (!fd) return Unexpected(std::move(fd).error());
    if (Status given = give_to_owner(fd->get(), mode); !given) {
        (void)os_.unlink(where + "/" + name);
        return Unexpected(std::move(given).error());
    }
    return std::move(*fd);
}

Status Spool::sync_entries(const std::string& subdirectory) const {
    return sync_directory(os_, kCwd, directory("input", subdirectory));
}

Status Spool::write_header(const Message& message, const std::string& subdirectory) const {
    return write_header_text(message.id, format_header_file(message), subdirectory,
                             file(message.id, subdirectory, 'H'));
}

Status Spool::write_header_text(const std::string& id, const std::string& text, const std::string& subdirectory,
                                const std::string& path) const {
    const std::string where = directory("input", subdirectory);
    const std::string temporary = "hdr." + id;
    auto fd = create("input", subdirectory, temporary, O_WRONLY, kFileMode);
    if (!fd && fd.error().code == EEXIST) {  // of a process that died
        POSTERN_TRY(os_.unlink(where + "/" + temporary));
        fd = create("input", subdirectory, temporary, O_WRONLY, kFileMode);
    }
    if (!fd) return Unexpected(std::move(fd).error());
    Status status = write_all(os_, fd->get(), text);
    if (status && syncs()) status = os_.fsync(fd->get());
    if (status) status = os_.close(std::move(*fd));
    if (status) status = os_.rename(where + "/" + temporary, path);
    if (!status) {
        (void)os_.unlink(where + "/" + temporary);
        return status;
    }
    if (!syncs()) return {};
    return sync_entries(subdirectory);
}

// --- intake ---

Result<std::unique_ptr<HeldMessage>> Spool::begin(const std::string& id) {
    // Leftovers of an old message of this id (the clock was turned back) would become part of the new one.
    for (const bool split : {false, true})
        for (const char which : {'H', 'J', 'I'}) {
            if (which == 'I' && split) continue;  // the same file
            const Status gone = os_.unlink(file(id, subdirectory_of(id, split), which));
            if (!gone && !is_missing(gone.error())) return Unexpected(gone.error());
        }
    const std::string subdirectory = subdirectory_of(id, settings_.split);
    POSTERN_TRY_ASSIGN(UniqueFd data, create("input", subdirectory, id + "-D", O_RDWR, kFileMode));
    const int fd = data.get();
    std::unique_ptr<HeldMessage> held(new HeldMessage(os_, *this, id, subdirectory, std::move(data), true));
    POSTERN_TRY(os_.lock(fd, LockKind::fcntl_write, {0, held->data_start()}));
    POSTERN_TRY(write_all(os_, fd, id + "-D\n"));
    return held;
}

Status Spool::commit(HeldMessage& held, const Message& message) {
    POSTERN_TRY_ASSIGN(const std::string text, text_to_commit(held, message));
    // Its directory sync covers the entry of -D too.
    POSTERN_TRY(write_header_text(message.id, text, held.subdirectory_, file(message.id, held.subdirectory_, 'H')));
    held.keep();
    return {};
}

// The text of -H, when -D is as safe as the durability demands.
Result<std::string> Spool::text_to_commit(HeldMessage& held, const Message& message) const {
    if (message.recipients.size() > kSpoolRecipientsMax)
        return failure(EFBIG, "write", file(held.id_, held.subdirectory_, 'H'));
    std::string text = format_header_file(message);
    if (!syncs()) return with_unsynced_line(os_, std::move(text), held.data_fd());
    POSTERN_TRY(os_.fsync(held.data_fd()));
    return text;
}

Status Spool::prepare(HeldMessage& held, const Message& message, const std::string& about) {
    POSTERN_TRY_ASSIGN(const std::string text, text_to_commit(held, message));
    const std::string path = prepared_path(message.id, about, !held.subdirectory_.empty());
    held.prepared_ = path;
    return write_header_text(message.id, text, held.subdirectory_, path);
}

Result<bool> Spool::publish(const std::string& id, const std::string& about) {
    for (const bool split : {settings_.split, !settings_.split}) {
        const std::string subdirectory = subdirectory_of(id, split);
        const std::string path = file(id, subdirectory, 'H');
        const Status renamed = os_.rename(prepared_path(id, about, split), path);
        if (!renamed && !is_missing(renamed.error())) return Unexpected(renamed.error());
        if (!renamed && !os_.stat(path, Follow::no)) continue;
        if (syncs()) POSTERN_TRY(sync_entries(subdirectory));  // also of a rename that another process did not sync
        return renamed.has_value();
    }
    return false;
}

// --- opening and reading ---

tl::expected<std::unique_ptr<HeldMessage>, Spool::OpenFailure> Spool::open(const std::string& id) {
    Error first;
    for (const bool split : {settings_.split, !settings_.split}) {
        const std::string subdirectory = subdirectory_of(id, split);
        auto data = os_.open(file(id, subdirectory, 'D'), O_RDWR | O_NOFOLLOW);
        if (!data) {
            if (first.code == 0) first = data.error();
            if (is_missing(data.error())) continue;
            return tl::unexpected(OpenFailure{OpenProblem::other, data.error()});
        }
        std::unique_ptr<HeldMessage> held(new HeldMessage(os_, *this, id, subdirectory, std::move(*data), false));
        if (auto ready = lock_to_deliver(*held); !ready) return tl::unexpected(std::move(ready).error());
        return held;
    }
    return tl::unexpected(OpenFailure{OpenProblem::missing, first});
}

tl::expected<void, Spool::OpenFailure> Spool::lock_to_deliver(HeldMessage& held) const {
    const auto gone = [&] {
        return tl::unexpected(
            OpenFailure{OpenProblem::missing, Error{ENOENT, "open", file(held.id_, held.subdirectory_, 'D'), {}}});
    };
    if (const Status locked = os_.lock(held.data_fd(), LockKind::fcntl_write, {0, held.data_start()}); !locked) {
        const bool taken = locked.error().code == EAGAIN || locked.error().code == EACCES;
        return tl::unexpected(OpenFailure{taken ? OpenProblem::locked : OpenProblem::other, locked.error()});
    }
    // Whoever had the lock may have finished the message in the meantime.
    const auto stat = os_.stat(held.data_fd());
    if (!stat) return tl::unexpected(OpenFailure{OpenProblem::other, stat.error()});
    if (stat->links == 0) return gone();
    const Result<bool> done = held.is_marked_done();
    if (!done) return tl::unexpected(OpenFailure{OpenProblem::other, done.error()});
    if (!*done) return {};
    // Whoever made the mark may have died before it was safe; without it the files must not go.
    if (const Status safe = os_.sync_data(held.data_fd()); !safe)
        return tl::unexpected(OpenFailure{OpenProblem::other, safe.error()});
    (void)held.remove_files(true).has_value();
    return gone();
}

// Not through a link, and not from what could keep us waiting.
Result<UniqueFd> Spool::open_to_read(const std::string& id, const std::string& subdirectory, char which) const {
    const std::string path = file(id, subdirectory, which);
    POSTERN_TRY_ASSIGN(UniqueFd fd, os_.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd.get()));
    if (stat.kind != FileKind::regular) return failure(EINVAL, "open", path);
    return fd;
}

tl::expected<Spool::Loaded, Spool::ReadFailure> Spool::load(const std::string& id, bool replay) {
    const auto io_failure = [](Error error) {
        ReadFailure out;
        out.format = false;
        out.error = std::move(error);
        return tl::unexpected(std::move(out));
    };
    std::string subdirectory = subdirectory_of(id, settings_.split);
    auto fd = open_to_read(id, subdirectory, 'H');
    if (!fd && is_missing(fd.error())) {
        const std::string other = subdirectory_of(id, !settings_.split);
        if (auto there = open_to_read(id, other, 'H')) {
            fd = std::move(there);
            subdirectory = other;
        }
    }
    if (!fd) return io_failure(fd.error());
    auto text = read_all(os_, fd->get(), kHeaderFileMax);
    if (!text) return io_failure(text.error());

    auto message = parse_header_file(*text);
    const Message* const read = message ? &*message : message.error().read ? &*message.error().read : nullptr;
    if (read && read->id != id)
        message = tl::unexpected(HeaderFileError{true, "first line has another message's id", {}, 0});
    if (!message) {
        ReadFailure failure{true, static_cast<std::int64_t>(text->size()), std::move(message).error(), {}, {}};
        if (failure.detail.read) {
            if (auto readable = with_files(*std::move(failure.detail.read), subdirectory, replay))
                failure.readable = *std::move(readable);
        }
        return tl::unexpected(std::move(failure));
    }
    Result<Loaded> loaded = with_files(*std::move(message), subdirectory, replay);
    if (!loaded) return io_failure(std::move(loaded).error());
    loaded->header_file_size = text->size();
    return *std::move(loaded);
}

// What the message's other files say is added.
Result<Spool::Loaded> Spool::with_files(Message message, const std::string& subdirectory, bool replay) {
    Loaded loaded{std::move(message), true, 0, {}, 0};
    loaded.unsynced_line = take_unsynced_line(loaded.message);
    const std::string& id = loaded.message.id;
    if (const auto data = os_.stat(file(id, subdirectory, 'D'), Follow::no)) {
        loaded.message.body_size = std::max<std::int64_t>(0, data->size - static_cast<std::int64_t>(data_offset(id)));
    } else {
        loaded.has_data = false;
    }
    if (!replay) return loaded;
    const auto journal = open_to_read(id, subdirectory, 'J');
    if (!journal && !is_missing(journal.error())) return Unexpected(journal.error());
    if (!journal) return loaded;
    POSTERN_TRY_ASSIGN(const std::string text, read_all(os_, journal->get(), kJournalMax));
    loaded.replayed = replay_journal(text, loaded.message);
    return loaded;
}

Result<bool> Spool::is_whole(const HeldMessage& held, const Loaded& loaded) const {
    if (loaded.unsynced_line.empty()) return true;
    return is_what_was_written(os_, loaded.unsynced_line, loaded.header_file_size, held.data_fd());
}

// --- listing ---

Status Spool::list_directory(const std::string& subdirectory, std::vector<Entry>& into,
                             std::vector<std::string>* subdirectories) const {
    const auto fd = os_.open(directory("input", subdirectory), O_RDONLY | O_DIRECTORY);
    if (!fd) return is_missing(fd.error()) ? Status{} : Status(tl::unexpect, fd.error());
    POSTERN_TRY_ASSIGN(const std::vector<DirEntry> entries, os_.list(fd->get()));
    if (entries.empty() && !subdirectory.empty() && !settings_.split) remove_subdirectory(subdirectory);
    for (const DirEntry& entry : entries) {
        const std::string_view name = entry.name;
        if (subdirectories != nullptr && name.size() == 1 && is_alnum(name.front()))
            subdirectories->push_back(entry.name);
        if (name.ends_with("-H") && is_message_id(name.substr(0, name.size() - 2)))
            into.push_back({entry.name.substr(0, name.size() - 2), subdirectory});
    }
    return {};
}

// Somebody may put a message there at the same moment: then it stays, or is made again.
void Spool::remove_subdirectory(const std::string& subdirectory) const {
    if (os_.rmdir(directory("input", subdirectory))) (void)os_.rmdir(directory("msglog", subdirectory)).has_value();
}

Result<std::vector<Spool::Entry>> Spool::list() {
    std::vector<Entry> found;
    std::vector<std::string> subdirectories;
    POSTERN_TRY(list_directory("", found, &subdirectories));
    for (const std::string& subdirectory : subdirectories) POSTERN_TRY(list_directory(subdirectory, found, nullptr));
    // By time of arrival; the process number in the middle says nothing about it.
    const auto key = [](const Entry& entry) {
        constexpr std::size_t kSecondDigits = 6, kFractionAt = 14;
        return std::pair(std::string_view(entry.id).substr(0, kSecondDigits),
                         std::string_view(entry.id).substr(kFractionAt));
    };
    std::sort(found.begin(), found.end(),
              [&](const Entry& a, const Entry& b) { return key(a) < key(b) || (key(a) == key(b) && a.id < b.id); });
    found.erase(std::unique(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.id == b.id; }),
                found.end());
    return found;
}

Result<std::string> Spool::raw(const std::string& id, char which) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os_.open(path(id, which), O_RDONLY | O_NOFOLLOW));
    return read_all(os_, fd.get(), std::string().max_size());
}

Result<bool> Spool::remove_remains(const std::string& id) {
    bool any = false;
    for (const bool split : {false, true}) {
        const std::string subdirectory = subdirectory_of(id, split);
        for (const char which : {'L', 'H', 'D', 'J', 'I'}) {
            const Status gone = os_.unlink(file(id, subdirectory, which));
            any = any || gone.has_value();
            if (!gone && !is_missing(gone.error())) return Unexpected(gone.error());
        }
    }
    return any;
}

}  // namespace postern
