// SPDX-License-Identifier: Apache-2.0
// mailbox/mbox_open.h – the open loop of an mbox (spec appendfile.md §7.5): find or create the file, check it before
// and after opening, lock it, and make sure that the path still names it.
#pragma once

#include <optional>

#include "mailbox/mbox_file.h"

namespace postern {

class MboxOpener {
public:
    MboxOpener(Os& os, Clock& clock, const Place& place, const MboxSettings& settings)
        : os_(os),
          clock_(clock),
          place_(place),
          settings_(settings),
          uid_(settings.common.uid),
          gid_(settings.common.gid) {}
    [[nodiscard]] MailboxResult<MboxFile::Opened> open();
    // What open() would refuse before it opens or creates anything. Changes nothing.
    [[nodiscard]] std::optional<MailboxFailure> examine();

private:
    enum class Step : std::uint8_t { opened, look_again, follow_link };

    [[nodiscard]] MailboxResult<std::optional<FileStat>> look() const;  // nullopt: it may be created
    [[nodiscard]] MailboxResult<Step> try_open();
    [[nodiscard]] MailboxResult<Step> create();
    [[nodiscard]] MailboxResult<Step> open_existing(const FileStat& found);
    [[nodiscard]] MailboxResult<void> check_found(const FileStat& found) const;
    // Whether the mode has to be changed; or why the mailbox is refused.
    [[nodiscard]] MailboxResult<bool> wants_chmod(const FileStat& found) const;
    [[nodiscard]] MailboxResult<void> check_opened(const FileStat& found, mode_t expected) const;
    [[nodiscard]] MailboxResult<FileLock> lock_opened();
    [[nodiscard]] bool still_named() const;  // the path leads to the file that we hold

    [[nodiscard]] AtPath name() const { return place_.at(settings_.leaf.empty() ? "." : settings_.leaf); }
    [[nodiscard]] const std::string& path() const { return settings_.common.path; }

    Os& os_;
    Clock& clock_;
    const Place& place_;
    const MboxSettings& settings_;
    uid_t uid_;
    gid_t gid_;
    bool nofollow_ = true;  // Exim's use_lstat
    MboxFile::Opened file_;
};

}  // namespace postern
