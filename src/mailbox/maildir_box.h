// SPDX-License-Identifier: Apache-2.0
// mailbox/maildir_box.h – one file a message in a Maildir (spec appendfile.md §8.1, §9.2): written in tmp, synced, then
// published in new under a name that cannot replace another message. A name visible in new always has its whole
// content.
#pragma once

#include <memory>
#include <string>

#include "mailbox/mailbox.h"
#include "mailbox/place.h"
#include "mailbox/publication.h"

namespace postern {

struct MaildirSettings {
    MailboxSettings common;     // path of the maildir
    std::int64_t retries = 10;  // to open a file in tmp
    bool is_folder = false;     // make the file "maildirfolder" (maildirfolder_create_regex matched)
};

class MaildirBox final : public Mailbox {
public:
    [[nodiscard]] static MailboxResult<std::unique_ptr<Mailbox>> open(Os& os, Clock& clock, Place place,
                                                                      MaildirSettings settings);
    MaildirBox(Os& os, Clock& clock, Place place, MaildirSettings settings)
        : os_(os), clock_(clock), place_(std::move(place)), settings_(std::move(settings)) {}
    ~MaildirBox() override;  // not committed: removes the file in tmp

    [[nodiscard]] int fd() const override { return fd_.get(); }
    [[nodiscard]] std::string data_name() const override { return "tmp/" + base_; }
    // Looks in new and cur, whatever flags a reader has set.
    [[nodiscard]] MailboxResult<std::optional<std::int64_t>> recover(
        const std::vector<EarlierIntent>& earlier) override;
    [[nodiscard]] Status finish_data() override;
    [[nodiscard]] MailboxResult<void> commit(MessageNaming& naming) override;
    [[nodiscard]] std::int64_t unread_for(std::int64_t now) override;

private:
    [[nodiscard]] MailboxResult<void> ensure_root();
    [[nodiscard]] MailboxResult<void> ensure_directory(const std::string& name);
    [[nodiscard]] MailboxResult<void> ensure_directories();
    [[nodiscard]] MailboxResult<void> ensure_folder_mark();
    [[nodiscard]] MailboxResult<void> measure();
    [[nodiscard]] MailboxResult<void> open_temporary();
    [[nodiscard]] tl::unexpected<MailboxFailure> open_failure(int code, std::int64_t tries) const;
    [[nodiscard]] MailboxResult<std::string> publish_as(MessageNaming& naming, const FileStat& file);
    [[nodiscard]] MailboxResult<void> record(const std::string& name, const FileStat& file, std::int64_t size);
    [[nodiscard]] Result<std::optional<std::string>> find(const Publication& publication) const;
    void choose_base();  // a name that nobody had before: waits for the next microsecond

    Os& os_;
    Clock& clock_;
    Place place_;
    MaildirSettings settings_;
    UniqueFd fd_;
    TimePoint base_time_;
    std::string base_;       // without "tmp/"
    std::string temporary_;  // "tmp/…" while it is there
    bool made_directory_ = false;
};

}  // namespace postern
