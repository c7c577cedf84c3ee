// SPDX-License-Identifier: Apache-2.0
// mailbox/mbox_file.h – append to one file (spec appendfile.md §7): lock ladder, the checks around opening in Exim's
// order and words, and an append that is either whole and durable or was never there.
//
// The file is never created or opened through a link that was not allowed, nor changed before it is locked and known to
// be the one that its path names (W1, W14). One append to an existing file costs one fsync.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mailbox/locks.h"
#include "mailbox/mailbox.h"
#include "mailbox/mbx_lock.h"
#include "mailbox/place.h"

namespace postern {

struct MboxSettings {
    MailboxSettings common;  // path of the file
    std::string leaf;        // its name in the place
    LockSettings locks;
    bool own_mode = false;       // common.mode comes with the address (filter: save PATH mode): it is enforced
    bool from_redirect = false;  // the path was made by a redirect: some errors are final
    bool creation_allowed = true;
    bool file_must_exist = false, allow_symlink = false, allow_fifo = false;
    bool check_owner = true, check_group = false, mode_fail_narrower = true;
    // What is done before the message where an earlier one breaks off: lines, for messages that begin on a line of
    // their own (they have a prefix); mbx, for messages of a known size.
    enum class Repair : std::uint8_t { none, lines, mbx };
    Repair repair_torn = Repair::lines;
    // file_format: the open file is another transport's; the errno to report. Empty: any file will do.
    std::function<std::optional<int>(int fd)> wrong_format;
};

class MboxFile final : public Mailbox {
public:
    [[nodiscard]] static MailboxResult<std::unique_ptr<Mailbox>> open(Os& os, Clock& clock, Place place,
                                                                      MboxSettings settings);
    struct Opened {
        UniqueFd fd;
        bool created = false, fifo = false;
        std::unique_ptr<MbxLock> mbx_lock{};
    };
    MboxFile(Os& os, Clock& clock, Place place, MboxSettings settings)
        : os_(os), clock_(clock), place_(std::move(place)), settings_(std::move(settings)) {}
    ~MboxFile() override;  // not committed: cuts back to the old size, restores times, unlocks

    [[nodiscard]] int fd() const override { return file_.fd.get(); }
    [[nodiscard]] std::string data_name() const override { return settings_.common.path; }
    [[nodiscard]] MailboxResult<std::optional<std::int64_t>> recover(
        const std::vector<EarlierIntent>& earlier) override;
    [[nodiscard]] bool wants_shape() const override { return settings_.common.intents != nullptr && !file_.fifo; }
    [[nodiscard]] MailboxResult<void> announce(const MessageShape& shape, std::string_view lead) override;
    [[nodiscard]] std::string_view repair() const override { return repair_; }
    [[nodiscard]] std::int64_t size_before() const override { return before_.size; }
    void keep_alive() override;
    [[nodiscard]] MailboxResult<void> make_whole() override;
    [[nodiscard]] Status finish_data() override;
    [[nodiscard]] MailboxResult<void> commit(MessageNaming& naming) override;
    [[nodiscard]] std::int64_t unread_for(std::int64_t now) override { return now - before_.atime.tv_sec; }

private:
    [[nodiscard]] MailboxResult<void> lock_and_open();
    [[nodiscard]] MailboxResult<void> take_snapshot();
    [[nodiscard]] Status sync_cut();
    [[nodiscard]] std::string missing_end();
    void roll_back();

    Os& os_;
    Clock& clock_;
    Place place_;
    MboxSettings settings_;
    std::unique_ptr<DotLock> dot_lock_;
    Opened file_;
    FileStat before_;
    std::string repair_;
    bool writing_ = false, announced_ = false, durable_ = false;
};

}  // namespace postern
