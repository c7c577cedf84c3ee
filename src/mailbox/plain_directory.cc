// SPDX-License-Identifier: Apache-2.0
#include "mailbox/plain_directory.h"

#include <fmt/format.h>

#include <cerrno>

#include "mailbox/ownership.h"
#include "mailbox/publication.h"
#include "mailbox/publish.h"
#include "mailbox/quota_gauge.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

constexpr std::string_view kFormat = "directory";
constexpr int kRounds = 5;
constexpr std::chrono::seconds kNamePause{1};  // a name made from the time is another one then

std::string directory_of(const std::string& leaf) {
    const std::size_t slash = leaf.find_last_of('/');
    return slash == std::string::npos ? "." : leaf.substr(0, slash);
}

}  // namespace

PlainDirectory::PlainDirectory(Os& os, Clock& clock, Place place, MailboxSettings settings)
    : os_(os),
      clock_(clock),
      place_(std::move(place)),
      settings_(std::move(settings)),
      temporary_(fmt::format("temp.{}.{}", os.pid(), settings_.hostname)) {}

MailboxResult<std::unique_ptr<Mailbox>> PlainDirectory::open(Os& os, Clock& clock, Place place,
                                                             MailboxSettings settings) {
    auto box = std::make_unique<PlainDirectory>(os, clock, std::move(place), std::move(settings));
    if (QuotaGauge* gauge = box->settings_.gauge) {
        if (auto measured = gauge->measure(box->place_); !measured) return tl::unexpected(measured.error());
    }
    if (auto opened = box->open_temporary(); !opened) return tl::unexpected(opened.error());
    return box;
}

// What a crashed process with our pid left is removed, whatever it is, and never written to or through.
Result<UniqueFd> PlainDirectory::create_temporary() {
    for (int round = 1;; ++round) {
        auto fd = os_.open(place_.at(temporary_), O_WRONLY | O_CREAT | O_EXCL, settings_.mode);
        if (fd || fd.error().code != EEXIST || round == kRounds) return fd;
        if (!os_.unlink(place_.at(temporary_))) return fd;
    }
}

MailboxResult<void> PlainDirectory::open_temporary() {
    auto fd = create_temporary();
    if (!fd && fd.error().code == ENOENT && settings_.create_directory) {
        const Status made = make_place(os_, place_, settings_.directory_mode, settings_.sync);
        fd = made ? create_temporary() : Unexpected(made.error());
    }
    if (!fd) return mailbox_failure(fd.error().code, wording::creating_file(data_name()));
    fd_ = std::move(*fd);
    temporary_exists_ = true;
    auto owned = own_file(os_, this->fd(), settings_, data_name(), wording::setting_permissions("file " + data_name()));
    if (!owned) return owned;
    if (settings_.gauge) settings_.gauge->claim(this->fd());
    return {};
}

Status PlainDirectory::finish_data() { return settings_.sync ? os_.fsync(fd()) : Status{}; }

MailboxResult<std::string> PlainDirectory::publish_as(MessageNaming& naming, std::uint64_t inode) {
    std::string last;
    for (int round = 1;; ++round) {
        auto leaf = naming.file_name(inode);
        if (!leaf) return leaf;
        if (settings_.intents != nullptr) {
            const Status recorded = settings_.intents->record(
                publication_text(kFormat, {settings_.path, temporary_, *leaf, inode, naming.reported_size()}));
            if (!recorded) return mailbox_failure(recorded.error().code, wording::intent_not_recorded(settings_.path));
        }
        const Status published = publish(os_, place_.at(temporary_), place_.at(*leaf));
        if (published) return leaf;
        if (published.error().code != EEXIST || round == kRounds || *leaf == last)
            return mailbox_failure(published.error().code,
                                   wording::renaming(data_name(), settings_.path + "/" + *leaf));
        last = std::move(*leaf);
        clock_.sleep(kNamePause);
    }
}

MailboxResult<void> PlainDirectory::commit(MessageNaming& naming) {
    const auto written = os_.stat(fd());
    if (!written) return mailbox_failure(written.error().code, wording::stat_of_message_file(data_name()));
    auto measured = MeasuredPublication::begin(settings_, place_, data_name());
    if (!measured) return tl::unexpected(measured.error());
    const Status closed = os_.close(std::move(fd_));
    if (!closed && !settings_.sync)  // what fsync has confirmed is on disk, whatever close says
        return mailbox_failure(closed.error().code, wording::closing_message_file(data_name()));
    const auto leaf = publish_as(naming, written->inode);
    if (!leaf) return tl::unexpected(leaf.error());
    temporary_exists_ = false;
    const Status synced = settings_.sync ? sync_entries(os_, place_.at(directory_of(*leaf))) : Status{};
    if (!synced) {
        (void)os_.unlink(place_.at(*leaf));
        return mailbox_failure(synced.error().code, wording::syncing_directory(settings_.path));
    }
    measured->done(place_.at(directory_of(*leaf)), leaf->substr(leaf->find_last_of('/') + 1));
    return {};
}

MailboxResult<std::optional<std::int64_t>> PlainDirectory::recover(const std::vector<EarlierIntent>& earlier) {
    for (const Publication& publication : earlier_publications(earlier, kFormat, settings_.path)) {
        if (publication.temporary != temporary_) remove_leftover(os_, place_.at(publication.temporary), publication);
        const auto found = os_.stat(place_.at(publication.final_name), Follow::no);
        if (!found && found.error().code != ENOENT)
            return mailbox_failure(found.error().code, wording::looking_for_message(settings_.path));
        if (!found || found->kind != FileKind::regular || found->inode != publication.inode) continue;
        // Whoever gave it that name may not have come to this.
        const AtPath directory = place_.at(directory_of(publication.final_name));
        if (const Status synced = settings_.sync ? sync_entries(os_, directory) : Status{}; !synced)
            return mailbox_failure(synced.error().code, wording::syncing_directory(settings_.path));
        return publication.size;
    }
    return std::nullopt;
}

PlainDirectory::~PlainDirectory() {
    if (temporary_exists_) (void)os_.unlink(place_.at(temporary_));
}

}  // namespace postern
