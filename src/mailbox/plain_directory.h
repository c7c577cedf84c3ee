// SPDX-License-Identifier: Apache-2.0
// mailbox/plain_directory.h – one file a message in a directory without further structure (spec appendfile.md §9.1,
// "smail"): written under a temporary name in the same directory, then published under the name that directory_file
// says. An existing file is never replaced, nor is anything left over from a crash delivered with it (W2).
#pragma once

#include <memory>
#include <string>

#include "mailbox/mailbox.h"
#include "mailbox/place.h"

namespace postern {

class PlainDirectory final : public Mailbox {
public:
    [[nodiscard]] static MailboxResult<std::unique_ptr<Mailbox>> open(Os& os, Clock& clock, Place place,
                                                                      MailboxSettings settings);
    PlainDirectory(Os& os, Clock& clock, Place place, MailboxSettings settings);
    ~PlainDirectory() override;  // not committed: removes the temporary file

    [[nodiscard]] int fd() const override { return fd_.get(); }
    [[nodiscard]] std::string data_name() const override { return settings_.path + "/" + temporary_; }
    [[nodiscard]] MailboxResult<std::optional<std::int64_t>> recover(
        const std::vector<EarlierIntent>& earlier) override;
    [[nodiscard]] Status finish_data() override;
    [[nodiscard]] MailboxResult<void> commit(MessageNaming& naming) override;

private:
    [[nodiscard]] MailboxResult<void> open_temporary();
    [[nodiscard]] Result<UniqueFd> create_temporary();
    [[nodiscard]] MailboxResult<std::string> publish_as(MessageNaming& naming, std::uint64_t inode);

    Os& os_;
    Clock& clock_;
    Place place_;
    MailboxSettings settings_;
    UniqueFd fd_;
    std::string temporary_;  // leaf
    bool temporary_exists_ = false;
};

}  // namespace postern
