// SPDX-License-Identifier: Apache-2.0
// mailbox/mailstore.h – two files a message (spec appendfile.md §9.3): BASE.msg has the message, BASE.env its envelope.
// The envelope is written first, as BASE.tmp, and gets its name when everything is on the disk: a reader who sees .env
// finds both files whole. BASE is made of message id and process id. What a dead process of the same number left of
// this message is removed; where it left a complete message another name is taken.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "mailbox/mailbox.h"
#include "mailbox/place.h"
#include "mailbox/publication.h"

namespace postern {

struct MailstoreSettings {
    MailboxSettings common;  // path of the directory
    std::string base;        // leaf, from free_base()
    // Prefix, sender, recipients, suffix: asked for when the file is there to write them to.
    std::function<MailboxResult<std::string>()> envelope;
};

class Mailstore final : public Mailbox {
public:
    [[nodiscard]] static MailboxResult<std::unique_ptr<Mailbox>> open(Os& os, Place place, MailstoreSettings settings);
    // A base that no message there has. $mailstore_basename is the directory, a slash and this.
    [[nodiscard]] static std::string free_base(Os& os, const Place& place, const std::string& message_id);

    Mailstore(Os& os, Place place, MailstoreSettings settings)
        : os_(os), place_(std::move(place)), settings_(std::move(settings)) {}
    ~Mailstore() override;  // not committed: removes both files

    [[nodiscard]] int fd() const override { return message_.get(); }
    [[nodiscard]] std::string data_name() const override { return shown(kMessage); }
    [[nodiscard]] MailboxResult<std::optional<std::int64_t>> recover(
        const std::vector<EarlierIntent>& earlier) override;
    [[nodiscard]] Status finish_data() override;
    [[nodiscard]] MailboxResult<void> commit(MessageNaming& naming) override;

private:
    static constexpr std::string_view kTemporary = ".tmp", kEnvelope = ".env", kMessage = ".msg";

    [[nodiscard]] AtPath name(std::string_view ending) const { return place_.at(settings_.base + std::string(ending)); }
    [[nodiscard]] std::string shown(std::string_view ending) const;
    [[nodiscard]] Result<UniqueFd> create(std::string_view ending);
    [[nodiscard]] MailboxResult<UniqueFd> create_with_owner(std::string_view ending);
    [[nodiscard]] MailboxResult<void> write_envelope();
    [[nodiscard]] MailboxResult<void> open_message();
    [[nodiscard]] MailboxResult<void> record(const MessageNaming& naming);
    void remove_leftovers(const Publication& publication, bool no_envelope);

    Os& os_;
    Place place_;
    MailstoreSettings settings_;
    UniqueFd message_;
    bool temporary_exists_ = false, message_exists_ = false;
};

}  // namespace postern
