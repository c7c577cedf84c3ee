// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mailstore.h"

#include <cerrno>

#include "base/strings.h"
#include "mailbox/ownership.h"
#include "mailbox/publish.h"
#include "mailbox/quota_gauge.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

constexpr std::string_view kFormat = "mailstore";
constexpr std::size_t kPidDigits = 6;
constexpr std::uint64_t kBeyondPids = 1U << 22;  // numbers from there on are no process's
constexpr std::uint64_t kRounds = 100;

}  // namespace

std::string Mailstore::free_base(Os& os, const Place& place, const std::string& message_id) {
    std::string base;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        base = message_id + "-" + base62(static_cast<std::uint64_t>(os.pid()) + round * kBeyondPids, kPidDigits);
        if (!os.stat(place.at(base + std::string(kEnvelope)), Follow::no)) break;
    }
    return base;
}

std::string Mailstore::shown(std::string_view ending) const {
    return settings_.common.path + "/" + settings_.base + std::string(ending);
}

MailboxResult<std::unique_ptr<Mailbox>> Mailstore::open(Os& os, Place place, MailstoreSettings settings) {
    auto box = std::make_unique<Mailstore>(os, std::move(place), std::move(settings));
    if (QuotaGauge* gauge = box->settings_.common.gauge) {
        if (auto measured = gauge->measure(box->place_); !measured) return tl::unexpected(measured.error());
    }
    for (const auto step : {&Mailstore::write_envelope, &Mailstore::open_message}) {
        if (auto done = (*box.*step)(); !done) return tl::unexpected(done.error());
    }
    return box;
}

// A leftover goes away unless its envelope has meanwhile made it a whole message.
Result<UniqueFd> Mailstore::create(std::string_view ending) {
    const auto attempt = [&] { return os_.open(name(ending), O_WRONLY | O_CREAT | O_EXCL, settings_.common.mode); };
    auto fd = attempt();
    if (fd || fd.error().code != EEXIST || os_.stat(name(kEnvelope), Follow::no)) return fd;
    if (!os_.unlink(name(ending))) return fd;
    return attempt();
}

MailboxResult<UniqueFd> Mailstore::create_with_owner(std::string_view ending) {
    const MailboxSettings& common = settings_.common;
    auto fd = create(ending);
    if (!fd && fd.error().code == ENOENT && common.create_directory) {
        const Status made = make_place(os_, place_, common.directory_mode, common.sync);
        fd = made ? create(ending) : Unexpected(made.error());
    }
    if (!fd) return mailbox_failure(fd.error().code, wording::creating_file(shown(ending)));
    (ending == kMessage ? message_exists_ : temporary_exists_) = true;
    auto owned = own_file(os_, fd->get(), common, shown(ending), wording::setting_permissions("file " + shown(ending)));
    if (!owned) return tl::unexpected(owned.error());
    return std::move(*fd);
}

MailboxResult<void> Mailstore::write_envelope() {
    auto file = create_with_owner(kTemporary);
    if (!file) return tl::unexpected(file.error());
    const auto text = settings_.envelope();
    if (!text) return tl::unexpected(text.error());
    // Exim learns of all of these when it closes the file, and says so.
    Status done = write_all(os_, file->get(), *text);
    if (done && settings_.common.sync) done = os_.fsync(file->get());
    if (done) done = os_.close(std::move(*file));
    if (!done) return mailbox_failure(done.error().code, wording::closing_file(shown(kTemporary)));
    return {};
}

MailboxResult<void> Mailstore::open_message() {
    auto file = create_with_owner(kMessage);
    if (!file) return tl::unexpected(file.error());
    message_ = std::move(*file);
    if (settings_.common.gauge) settings_.common.gauge->claim(fd());
    return {};
}

Status Mailstore::finish_data() { return settings_.common.sync ? os_.fsync(fd()) : Status{}; }

// Right before the envelope gets its name.
MailboxResult<void> Mailstore::record(const MessageNaming& naming) {
    const MailboxSettings& common = settings_.common;
    if (common.intents == nullptr) return {};
    const auto envelope = os_.stat(name(kTemporary), Follow::no);
    if (!envelope) return mailbox_failure(envelope.error().code, wording::intent_not_recorded(common.path));
    const std::string base = settings_.base;
    const Status recorded = common.intents->record(
        publication_text(kFormat, {common.path, base + std::string(kTemporary), base + std::string(kEnvelope),
                                   envelope->inode, naming.reported_size()}));
    if (!recorded) return mailbox_failure(recorded.error().code, wording::intent_not_recorded(common.path));
    return {};
}

MailboxResult<std::optional<std::int64_t>> Mailstore::recover(const std::vector<EarlierIntent>& earlier) {
    const MailboxSettings& common = settings_.common;
    for (const Publication& publication : earlier_publications(earlier, kFormat, common.path)) {
        const auto found = os_.stat(place_.at(publication.final_name), Follow::no);
        if (!found && found.error().code != ENOENT)
            return mailbox_failure(found.error().code, wording::looking_for_message(common.path));
        if (!found || found->kind != FileKind::regular || found->inode != publication.inode) {
            remove_leftovers(publication, !found);
            continue;
        }
        // Whoever gave it that name may not have come to this.
        if (const Status synced = common.sync ? sync_entries(os_, place_.at(".")) : Status{}; !synced)
            return mailbox_failure(synced.error().code, wording::syncing_directory(common.path));
        return publication.size;
    }
    return std::nullopt;
}

// Of a run that did not come to the end; what has our own names is ours by now.
void Mailstore::remove_leftovers(const Publication& publication, bool no_envelope) {
    if (publication.temporary == settings_.base + std::string(kTemporary)) return;
    const auto left = os_.stat(place_.at(publication.temporary), Follow::no);
    if (!left || left->inode != publication.inode) return;
    remove_leftover(os_, place_.at(publication.temporary), publication);
    const std::size_t base = publication.temporary.size() - kTemporary.size();
    if (no_envelope && publication.temporary.ends_with(kTemporary))
        (void)os_.unlink(place_.at(publication.temporary.substr(0, base) + std::string(kMessage)));
}

MailboxResult<void> Mailstore::commit(MessageNaming& naming) {
    auto measured = MeasuredPublication::begin(settings_.common, place_, data_name());
    if (!measured) return tl::unexpected(measured.error());
    const Status closed = os_.close(std::move(message_));
    if (!closed && !settings_.common.sync)  // what fsync has confirmed is on disk, whatever close says
        return mailbox_failure(closed.error().code, wording::closing_message_file(data_name()));
    if (auto recorded = record(naming); !recorded) return recorded;
    const Status published = publish(os_, name(kTemporary), name(kEnvelope));
    if (!published)
        return mailbox_failure(published.error().code, wording::renaming(shown(kTemporary), shown(kEnvelope)));
    temporary_exists_ = false;
    if (settings_.common.sync) {
        if (const Status synced = sync_entries(os_, place_.at(".")); !synced) {
            (void)os_.unlink(name(kEnvelope));
            return mailbox_failure(synced.error().code, wording::syncing_directory(settings_.common.path));
        }
    }
    message_exists_ = false;  // no longer ours to remove
    measured->done(place_.at("."), settings_.base + std::string(kMessage));
    return {};
}

Mailstore::~Mailstore() {
    if (temporary_exists_) (void)os_.unlink(name(kTemporary));
    if (message_exists_) (void)os_.unlink(name(kMessage));
}

}  // namespace postern
