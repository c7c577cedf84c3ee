// SPDX-License-Identifier: Apache-2.0
// spool/spool.h – the queue on disk: -H, -D and -J files in Exim's format (spec queue-retry-bounce.md §1–§5), readable
// by exim4 and by exipick, and the reverse.
//
// What is on stable storage when: commit() and rewrite_header() return after -D, -H and their directory entries are;
// journal() after its lines and the entry of -J are; remove() after the mark in -D is that says "done": a byte of the
// name in its first line, so that no directory has to be synced. A message exists from the moment its -H has its name,
// and is delivered only while its -D is there too, not marked, and can be locked. What a crash may leave behind:
//   -D alone             reception that was not finished, or a removal that was: nobody looks at it
//   -H without -D        a removal cut short by a power failure: open() says `missing`, it is never delivered
//   -H and a marked -D   the same; open() says `missing` and removes the rest
//   -J without -H        harmless; begin() of a message with that id removes it
//   -H, -D and -J        delivery goes on; what the complete lines of -J name is not delivered again
//   hdr.<id>.<other>     Postern's own, from prepare(): message <id>, whole, which exists only if the intents of
//                        <other> say so
//   an intent file       Postern's own, <spool>/intent/<id> (spool/intents.h): which deliveries were begun. Stays until
//                        the message goes; begin() of a message with that id removes it
// A journal line counts only if its newline is there: what follows the last newline is cut off before more is appended.
// Files belong to the spool owner, mode 0640, directories 0750. Both layouts (split or not) are always read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/intent_log.h"
#include "base/result.h"
#include "mail/message.h"
#include "spool/header_file.h"
#include "spool/intents.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

struct SpoolSettings {
    std::string directory;  // spool_directory, absolute
    bool split = false;
    uid_t owner = 0;  // exim_user / exim_group: chown only when running as root
    gid_t group = 0;
    enum class Durability : std::uint8_t {
        full,
        exim,  // as exim4: directory entries of new messages, but not of journals; nothing of removals
        none,  // for tests
    } durability = Durability::full;
    bool message_logs = true;
    bool preserve_message_logs = false;  // to msglog.OLD when a message is done
};

class Spool;

// A message held under its lock: the -D file open and locked (fcntl write lock over the first data_offset bytes), which
// keeps every other process – exim4 too – away until this object goes. If it came from begin() and was not committed,
// its files go with it.
class HeldMessage {
public:
    ~HeldMessage();
    HeldMessage(const HeldMessage&) = delete;
    HeldMessage& operator=(const HeldMessage&) = delete;

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] int data_fd() const { return data_.get(); }
    // In a child that has nothing to do with this message: its descriptors.
    void close_inherited_copies() const;
    [[nodiscard]] std::int64_t data_start() const;  // offset of the body in -D

    // Appends lines (newlines are added) to -J, made on first use, and syncs once. After an Error the lines may count
    // or not; the journal stays well formed.
    [[nodiscard]] Status journal(const std::vector<std::string>& lines);
    // -H rewritten through hdr.<id>. On an Error -H is whole: the old one, or (when only the last sync failed) the new
    // one.
    [[nodiscard]] Status rewrite_header(const Message& message);
    [[nodiscard]] Status remove_journal();  // after a rewrite_header() that holds everything it says
    // What earlier runs were about to do. Empty for a message that just came.
    [[nodiscard]] Result<std::vector<IntentRecord>> intents();
    [[nodiscard]] Status sync_intents();  // before something that rests on a record of a run that was cut short
    // Where a delivery of these addresses records what it is about to do: opened, and if need be made, here by the one
    // who may; used by the child. Synced as the message is: not at all with durability `none`.
    [[nodiscard]] Result<std::unique_ptr<IntentLog>> intent_log(std::string transport,
                                                                std::vector<std::string> addresses);
    // For a Spool with durability `none` (a message delivered on the spot, whose sender is answered afterwards) when
    // the message stays on the queue after all: everything it consists of onto stable storage.
    [[nodiscard]] Status make_durable();
    // The message is done, which is on stable storage (durability full) before any of its files goes. After an Error
    // it may count as done or not.
    [[nodiscard]] Status remove();
    void keep() { fresh_ = false; }  // of a prepared message: its files stay, whatever happens
    // Appends "line\n" to the message log; never fails a delivery; message_logs = false makes it do nothing.
    void log(std::string_view line);
    void open_log();  // made, if it is not there, before there is anything to say: as Exim does when a run starts
    [[nodiscard]] Result<UniqueFd> create_output_file(int sequence);  // msglog/<id>-<pid>-<n>, 0400, read and write
    [[nodiscard]] std::string output_file_path(int sequence) const;

private:
    friend class Spool;
    HeldMessage(Os& os, const Spool& spool, std::string id, std::string subdirectory, UniqueFd data, bool fresh);
    [[nodiscard]] Status open_journal();
    [[nodiscard]] Status open_intents();
    [[nodiscard]] Status open_message_log();
    [[nodiscard]] Result<UniqueFd> open_to_append(char which, int mode) const;
    [[nodiscard]] bool may_write_to(const FileStat& file) const;
    [[nodiscard]] Result<bool> mark_done();
    [[nodiscard]] Result<bool> is_marked_done() const;
    [[nodiscard]] Status remove_files(bool marked);
    void discard();

    Os& os_;
    const Spool& spool_;
    std::string id_, subdirectory_;
    UniqueFd data_, journal_, intents_, intent_directory_, message_log_;
    std::int64_t journal_end_ = 0;  // behind the last complete line
    bool journal_torn_ = false;     // there may be something after journal_end_
    bool fresh_;                    // from begin(), not committed
    std::string prepared_;          // path of what will be -H
    bool may_have_intents_;         // there may be an intent file,
    bool may_have_journal_;         // a -J
    bool removed_ = false;          // nothing more is logged
};

class Spool {
public:
    Spool(Os& os, SpoolSettings settings) : os_(os), settings_(std::move(settings)) {}

    // --- intake ---
    // A new -D file, locked, its first line written; body bytes go to data_fd(). Directories are made as needed.
    [[nodiscard]] Result<std::unique_ptr<HeldMessage>> begin(const std::string& id);
    // Body complete: -D synced, -H written durably. From here on the message exists. On an Error it does not.
    [[nodiscard]] Status commit(HeldMessage& held, const Message& message);
    // commit() in two steps, for a message that a delivery of another one, `about`, brings about. Prepared, it is whole
    // and on stable storage, but nobody looks at it; from publish() on it exists. In between the delivery records its
    // id among the intents of `about`, so that whatever a crash leaves behind says whether it is to be. If `held` goes
    // before keep(), so does the message.
    [[nodiscard]] Status prepare(HeldMessage& held, const Message& message, const std::string& about);
    // False: it is not prepared (any more).
    [[nodiscard]] Result<bool> publish(const std::string& id, const std::string& about);

    // --- delivery and queue commands ---
    enum class OpenProblem : std::uint8_t { locked, missing, other };
    struct OpenFailure {
        OpenProblem problem;
        Error error;
    };
    [[nodiscard]] tl::expected<std::unique_ptr<HeldMessage>, OpenFailure> open(const std::string& id);

    // -H plus the size of -D. With `replay`, complete lines of -J are marked done in the result.
    struct Loaded {
        Message message;
        bool has_data = true;       // false: there is no -D
        std::size_t replayed = 0;   // lines of -J
        std::string unsynced_line;  // spool/unsynced.h
        std::size_t header_file_size = 0;
    };
    struct ReadFailure {
        bool format = true;      // else an I/O error
        std::int64_t size = -1;  // of the -H file, for "Format error in spool file … size=N"
        HeaderFileError detail;
        Error error;
        std::optional<Loaded> readable;  // the envelope, if only the header lines are broken: good enough for -bp
    };
    [[nodiscard]] tl::expected<Loaded, ReadFailure> load(const std::string& id, bool replay);

    // False: a power cut took a part of a message that nobody was told to be safe.
    [[nodiscard]] Result<bool> is_whole(const HeldMessage& held, const Loaded& loaded) const;

    // --- listing ---
    struct Entry {
        std::string id, subdirectory;
        bool operator==(const Entry&) const = default;
    };
    // Every *-H, sorted as `exim -bp` sorts. Without `split`, empty subdirectories that are met go, those of the
    // message logs with them.
    [[nodiscard]] Result<std::vector<Entry>> list();
    [[nodiscard]] Result<std::string> raw(const std::string& id,
                                          char which);  // 'H', 'D', 'J', 'L' message log, 'I' intents
    // Where it is, or would be if it does not exist: for messages to the user.
    [[nodiscard]] std::string path(const std::string& id, char which) const;
    [[nodiscard]] bool exists(const std::string& id, char which) const;
    // All files of a message that nobody can open any more (-Mrm of something broken). True if any was there.
    [[nodiscard]] Result<bool> remove_remains(const std::string& id);

    [[nodiscard]] const SpoolSettings& settings() const { return settings_; }

private:
    friend class HeldMessage;
    [[nodiscard]] Result<Loaded> with_files(Message message, const std::string& subdirectory, bool replay);
    [[nodiscard]] std::string subdirectory_of(const std::string& id, bool split) const;
    [[nodiscard]] std::string directory(std::string_view area, std::string_view subdirectory) const;
    [[nodiscard]] std::string file(const std::string& id, const std::string& subdirectory, char which) const;
    [[nodiscard]] Result<UniqueFd> create(const std::string& area, const std::string& subdirectory,
                                          const std::string& name, int flags, mode_t mode) const;
    [[nodiscard]] Status make_directory(const std::string& path) const;
    [[nodiscard]] Status give_to_owner(int fd, mode_t mode) const;
    [[nodiscard]] Status sync_entries(const std::string& subdirectory) const;
    [[nodiscard]] bool syncs() const { return settings_.durability != SpoolSettings::Durability::none; }
    [[nodiscard]] Status write_header(const Message& message, const std::string& subdirectory) const;
    [[nodiscard]] Status write_header_text(const std::string& id, const std::string& text,
                                           const std::string& subdirectory, const std::string& path) const;
    [[nodiscard]] Result<std::string> text_to_commit(HeldMessage& held, const Message& message) const;
    [[nodiscard]] std::string prepared_path(const std::string& id, const std::string& about, bool split) const;
    [[nodiscard]] Result<UniqueFd> open_to_read(const std::string& id, const std::string& subdirectory,
                                                char which) const;
    [[nodiscard]] tl::expected<void, OpenFailure> lock_to_deliver(HeldMessage& held) const;
    [[nodiscard]] Status list_directory(const std::string& subdirectory, std::vector<Entry>& into,
                                        std::vector<std::string>* subdirectories) const;
    void remove_subdirectory(const std::string& subdirectory) const;

    Os& os_;
    SpoolSettings settings_;
};

}  // namespace postern
