// SPDX-License-Identifier: Apache-2.0
// spool/spool.h – the queue on disk: -H, -D and -J files in Exim's format (spec queue-retry-bounce.md §1–§5), readable by
// exim4 and by exipick, and the reverse.
//
// Durability: create() returns only when -D, -H and the directory entries are on stable storage. A journal line is
// believed only if it is complete (newline) – a torn one is ignored. Files belong to the spool owner, mode 0640,
// directories 0750. Both layouts (split or not) are always read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/message.h"
#include "spool/header_file.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

struct SpoolSettings {
    std::string directory;          // spool_directory, absolute
    bool split = false;
    uid_t owner = 0;                // exim_user / exim_group: chown only when running as root
    gid_t group = 0;
    enum class Durability : std::uint8_t { full, exim, none } durability = Durability::full;
};

class Spool;

// A message held under its lock: the -D file open and locked (fcntl write lock over the first data_offset bytes), which
// keeps every other process – exim4 too – away until this object goes.
class HeldMessage {
public:
    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] int data_fd() const { return data_.get(); }
    [[nodiscard]] std::int64_t data_start() const;      // offset of the body in -D

    // Appends complete lines to -J (made on first use: O_EXCL). durable: file and directory entry are synced. A message
    // whose sender was not yet told "accepted" (-odf) needs no durable journal: only a process crash must find it.
    [[nodiscard]] Status journal(const std::vector<std::string>& lines, bool durable);
    // For a message that was committed without syncing and now stays on the queue: everything onto stable storage.
    [[nodiscard]] Status make_durable();
    // -H rewritten through hdr.<id>: fsync, rename, directory fsync. The old -H stays whole on any failure.
    [[nodiscard]] Status rewrite_header(const Message& message);
    [[nodiscard]] Status remove_journal();
    // Message done: removes -H first?  No: -D, then -H as Exim does would leave an orphan -H; Postern removes -H, -D, -J
    // in an order that never leaves something that looks deliverable, then syncs the directory.
    [[nodiscard]] Status remove();
    // Appends to msglog/<id> (never fails a delivery); message_logs = false makes it do nothing.
    void log(std::string_view line);
    [[nodiscard]] Result<UniqueFd> create_output_file(int sequence);   // msglog/<id>-<pid>-<n>, 0400

private:
    friend class Spool;
    HeldMessage(Os& os, const Spool& spool, std::string id, std::string subdirectory, UniqueFd data);
    Os* os_;
    const Spool* spool_;
    std::string id_, subdirectory_;
    UniqueFd data_, journal_, message_log_;
};

class Spool {
public:
    Spool(Os& os, Clock& clock, SpoolSettings settings, bool message_logs = true);

    // --- intake ---
    // A new -D file, locked, its first line written; body bytes go to data_fd(). Directories are made as needed.
    [[nodiscard]] Result<std::unique_ptr<HeldMessage>> begin(const std::string& id);
    // Body complete: write -H; the message exists from here on. durable: -D, -H and the directory are synced before this
    // returns, as they must be before anybody is told "accepted". Not durable (-odf: the answer comes after delivery): a
    // process crash loses nothing; before the answer either remove() has succeeded or make_durable() is called.
    [[nodiscard]] Status commit(HeldMessage& held, const Message& message, bool durable);

    // --- delivery and queue commands ---
    enum class OpenProblem : std::uint8_t { locked, missing, other };
    struct OpenFailure {
        OpenProblem problem;
        Error error;
    };
    [[nodiscard]] tl::expected<std::unique_ptr<HeldMessage>, OpenFailure> open(const std::string& id);

    struct ReadFailure {
        bool format = true;               // else an I/O error
        std::int64_t size = -1;           // of the -H file, for "Format error in spool file … size=N"
        HeaderFileError detail;
        Error error;
    };
    // -H plus the size of -D. With `replay`, complete lines of -J are marked done in the result; replayed is how many.
    struct Loaded {
        Message message;
        std::size_t replayed = 0;
    };
    [[nodiscard]] tl::expected<Loaded, ReadFailure> load(const std::string& id, bool replay);

    // Whatever files of a message without -D are left (-Mrm after a crash between unlinks, or a lost -D).
    [[nodiscard]] Status remove_remains(const std::string& id);

    // --- listing ---
    struct Entry {
        std::string id, subdirectory;
    };
    [[nodiscard]] Result<std::vector<Entry>> list();           // every *-H, sorted as `exim -bp` sorts
    [[nodiscard]] Result<std::string> raw(const std::string& id, char which);  // 'H', 'D', or 'L' for the message log
    [[nodiscard]] std::string path(const std::string& id, char which) const;   // for messages to the user
    [[nodiscard]] bool exists(const std::string& id, char which);

    [[nodiscard]] const SpoolSettings& settings() const { return settings_; }

private:
    friend class HeldMessage;
    Os& os_;
    Clock& clock_;
    SpoolSettings settings_;
    bool message_logs_;
};

}  // namespace postern
