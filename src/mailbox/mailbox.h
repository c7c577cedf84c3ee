// SPDX-License-Identifier: Apache-2.0
// mailbox/mailbox.h – one message goes into one mailbox: what every format offers to a transport.
//
// A Mailbox that was opened holds everything that its format needs (locks, temporary file, old size). Write the message
// to fd(), then commit(). Without a commit() that succeeded, the destructor restores what was there: an mbox is cut
// back, temporary files and locks go away. commit() returns success only when message and directory entry are on stable
// storage (Settings::sync). Runs as the recipient; refuses nothing for being root (that is the transport's job).
//
// Intent records (base/intent_log.h) make a delivery that was cut short end with one copy. A format with a file a
// message records in commit(), when the file is whole and synced, right before it gets its name (publication.h: two
// names, inode). A format that appends says wants_shape(), and records in announce(), under its lock, right before the
// first byte (mbox_intent.h: file, old size, shape). recover() is called once, right after open(), if there are earlier
// records: found whole, make sure that it is durable and say so; else clean up what is left of it and nothing more.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/intent_log.h"
#include "base/result.h"
#include "mailbox/message_shape.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

// Why a message could not be put into a mailbox, in the words and numbers that the log will show. Exim's own codes are
// negative (driver/outcome.h has the whole list; a test of transports/ compares).
struct MailboxFailure {
    enum class Kind : std::uint8_t { defer, fail, panic };
    Kind kind = Kind::defer;
    int code = -1;
    std::string message;
    bool freeze = false;
    std::string user_message;
    std::string panic_line;  // the log shows this as well, in the main and in the panic log
};
template <class T>
using MailboxResult = tl::expected<T, MailboxFailure>;

namespace mailbox_code {
inline constexpr int kExistRace = -3, kNotRegular = -4, kNotDirectory = -5, kBadUgid = -6, kBadMode = -7,
                     kInodeChanged = -8, kLockFailed = -9, kNotAbsolute = -21, kQuota = -22, kBadCreate = -34;
}

[[nodiscard]] inline tl::unexpected<MailboxFailure> mailbox_failure(int code, std::string message,
                                                                    bool freeze = false) {
    return tl::unexpected(MailboxFailure{MailboxFailure::Kind::defer, code, std::move(message), freeze, {}});
}

class QuotaGauge;

// What all formats need to know.
struct MailboxSettings {
    std::string path;      // of the file or directory, as configured: messages show it
    std::string hostname;  // primary_hostname: in lock and message file names
    uid_t uid = 0;         // of the delivery: owner of what is created
    gid_t gid = 0;
    mode_t mode = 0600;  // exactly, whatever the umask
    mode_t directory_mode = 0700;
    bool create_directory = true;
    bool sync = true;              // false: tests and benchmarks
    IntentLog* intents = nullptr;  // null: nothing is recorded
    // Formats with a file a message: asked before writing and around publication (mailbox/quota_gauge.h). Null: no
    // quota.
    QuotaGauge* gauge = nullptr;
};

// How the formats that make a file a message get its name; asked after the data is on disk, so that the exact size is
// known. Implemented by the transport, which has the expander.
class MessageNaming {
public:
    virtual ~MessageNaming() = default;
    virtual std::string maildir_tag() = 0;  // ready to be appended, may be empty
    virtual MailboxResult<std::string> file_name(std::uint64_t inode) = 0;
    virtual std::int64_t reported_size() const = 0;  // S= in the log
};

class Mailbox {
public:
    Mailbox() = default;
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    virtual ~Mailbox() = default;

    [[nodiscard]] virtual int fd() const = 0;
    [[nodiscard]] virtual std::string data_name() const = 0;  // what is written to, for "error while writing to …"
    // Needed before the message so that it is not glued to a torn one (W18): "\n" or "".
    [[nodiscard]] virtual std::string_view repair() const { return {}; }
    // The reported size of a message that an earlier run has put here.
    [[nodiscard]] virtual MailboxResult<std::optional<std::int64_t>> recover(const std::vector<EarlierIntent>&) {
        return std::nullopt;
    }
    // Call before the first byte is written: completes what an earlier writer left unfinished.
    [[nodiscard]] virtual MailboxResult<void> make_whole() { return {}; }
    // True: announce() has to be called before the first byte is written, with what stands before the message.
    [[nodiscard]] virtual bool wants_shape() const { return false; }
    [[nodiscard]] virtual MailboxResult<void> announce(const MessageShape&, std::string_view /*lead*/) { return {}; }
    // How long it was before; -1 for formats with a file a message.
    [[nodiscard]] virtual std::int64_t size_before() const { return -1; }
    // Call now and then while writing: a lock must not look abandoned.
    virtual void keep_alive() {}
    // Flushes what was written to stable storage. An Error is a write error like any other.
    [[nodiscard]] virtual Status finish_data() = 0;
    // Publishes the message. `naming` is not used by formats without a file a message.
    [[nodiscard]] virtual MailboxResult<void> commit(MessageNaming& naming) = 0;
    // Seconds since the mailbox was last read, for quota_<time> retry rules; 0 where that is not known.
    [[nodiscard]] virtual std::int64_t unread_for(std::int64_t /*now*/) { return 0; }
};

}  // namespace postern
