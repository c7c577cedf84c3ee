// SPDX-License-Identifier: Apache-2.0
#include "mailbox/maildir_box.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "mailbox/ownership.h"
#include "mailbox/publish.h"
#include "mailbox/quota_gauge.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

constexpr std::string_view kFormat = "maildir";
constexpr int kRounds = 10;
constexpr std::chrono::seconds kRetryPause{2};

// The Maildir definition's way to write the two characters that must not be in the host part.
std::string escaped_host(std::string_view host) {
    std::string out;
    for (const char c : host) {
        if (c == '/') {
            out += "\\057";
        } else if (c == ':') {
            out += "\\072";
        } else {
            out += c;
        }
    }
    return out;
}

// Errors of creating a file that no waiting heals (W15).
bool is_lasting(int code) {
    static constexpr std::array kLasting{EACCES, EPERM, EROFS, ENOENT, ENOSPC, EDQUOT, ENAMETOOLONG, ELOOP, ENOTDIR};
    return std::ranges::find(kLasting, code) != kLasting.end();
}

}  // namespace

MailboxResult<std::unique_ptr<Mailbox>> MaildirBox::open(Os& os, Clock& clock, Place place, MaildirSettings settings) {
    auto box = std::make_unique<MaildirBox>(os, clock, std::move(place), std::move(settings));
    for (const auto step : {&MaildirBox::ensure_root, &MaildirBox::ensure_directories, &MaildirBox::ensure_folder_mark,
                            &MaildirBox::measure, &MaildirBox::open_temporary}) {
        if (auto done = (*box.*step)(); !done) return tl::unexpected(done.error());
    }
    return box;
}

MailboxResult<void> MaildirBox::ensure_root() {
    const std::string& path = settings_.common.path;
    if (!place_.complete()) {
        const auto found = os_.stat(path, Follow::yes);
        if (found && found->kind != FileKind::directory)
            return mailbox_failure(mailbox_code::kNotDirectory, wording::is_no_directory(path));
        if (!found && (found.error().code != ENOENT || !settings_.common.create_directory))
            return mailbox_failure(found.error().code, wording::stat_error(path, found.error().code));
        const Status made = make_place(os_, place_, settings_.common.directory_mode, settings_.common.sync);
        if (!made) return mailbox_failure(made.error().code, wording::cannot_create(path));
    }
    const auto inside = os_.stat(place_.at("."), Follow::yes);
    if (!inside) return mailbox_failure(inside.error().code, wording::cannot_enter(path));
    return {};
}

MailboxResult<void> MaildirBox::ensure_directory(const std::string& name) {
    const std::string shown = settings_.common.path + "/" + name;
    const auto found = os_.stat(place_.at(name), Follow::yes);
    if (found && found->kind == FileKind::directory) return {};
    if (found) return mailbox_failure(mailbox_code::kNotDirectory, wording::is_no_directory(shown));
    if (found.error().code != ENOENT || !settings_.common.create_directory)
        return mailbox_failure(found.error().code, wording::stat_error(shown, found.error().code));
    const mode_t mode = settings_.common.directory_mode;
    const Status made = os_.mkdir(place_.at(name), mode);
    if (!made && made.error().code != EEXIST) return mailbox_failure(made.error().code, wording::cannot_create(shown));
    if (made && (mode & 07000U) != 0) (void)os_.chmod(place_.at(name), mode);  // as Exim: best effort
    made_directory_ = true;
    return {};
}

MailboxResult<void> MaildirBox::ensure_directories() {
    for (const char* name : {"tmp", "new", "cur"}) {
        if (auto done = ensure_directory(name); !done) return done;
    }
    if (!made_directory_ || !settings_.common.sync) return {};
    if (const Status synced = sync_entries(os_, place_.at(".")); !synced)
        return mailbox_failure(synced.error().code, wording::syncing_directory(settings_.common.path));
    return {};
}

MailboxResult<void> MaildirBox::ensure_folder_mark() {
    if (!settings_.is_folder || os_.stat(place_.at("maildirfolder"), Follow::yes)) return {};
    const auto mark = os_.open(place_.at("maildirfolder"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (!mark) return mailbox_failure(-1, wording::maildirfolder_not_made(settings_.common.path, mark.error().code));
    return {};
}

MailboxResult<void> MaildirBox::measure() {
    QuotaGauge* gauge = settings_.common.gauge;
    return gauge ? gauge->measure(place_) : MailboxResult<void>{};
}

void MaildirBox::choose_base() {
    if (!base_.empty()) wait_for_next_tick(clock_, base_time_, 1);
    base_time_ = clock_.now();
    base_ = fmt::format("{}.M{}P{}.{}", base_time_.seconds, base_time_.microseconds, os_.pid(),
                        escaped_host(settings_.common.hostname));
}

tl::unexpected<MailboxFailure> MaildirBox::open_failure(int code, std::int64_t tries) const {
    auto failure = mailbox_failure(code, wording::temporary_not_opened("tmp/" + base_, tries));
    if (code == ENOSPC || code == EDQUOT) failure.value().user_message = wording::mailbox_full();
    return failure;
}

MailboxResult<void> MaildirBox::open_temporary() {
    const MailboxSettings& common = settings_.common;
    for (std::int64_t tries = 1;; ++tries) {
        choose_base();
        auto fd = os_.open(place_.at("tmp/" + base_), O_WRONLY | O_CREAT | O_EXCL, common.mode);
        if (fd) {
            fd_ = std::move(*fd);
            break;
        }
        const int why = fd.error().code;
        if (tries >= settings_.retries || is_lasting(why)) return open_failure(why, tries);
        if (why != EEXIST) clock_.sleep(kRetryPause);
    }
    temporary_ = "tmp/" + base_;
    auto owned = own_file(os_, fd(), common, temporary_, wording::setting_permissions("maildir " + temporary_));
    if (!owned) return owned;
    if (common.gauge) common.gauge->claim(fd());
    return {};
}

Status MaildirBox::finish_data() { return settings_.common.sync ? os_.fsync(fd()) : Status{}; }

MailboxResult<void> MaildirBox::record(const std::string& name, const FileStat& file, std::int64_t size) {
    const MailboxSettings& common = settings_.common;
    if (common.intents == nullptr) return {};
    const Status recorded =
        common.intents->record(publication_text(kFormat, {common.path, temporary_, name, file.inode, size}));
    if (!recorded) return mailbox_failure(recorded.error().code, wording::intent_not_recorded(common.path));
    return {};
}

// The name that it got, in new.
MailboxResult<std::string> MaildirBox::publish_as(MessageNaming& naming, const FileStat& file) {
    std::string used_tag = naming.maildir_tag();
    for (int round = 0;; ++round) {
        std::string name = "new/" + base_ + used_tag;
        if (auto recorded = record(name, file, naming.reported_size()); !recorded)
            return tl::unexpected(recorded.error());
        const Status published = publish(os_, place_.at(temporary_), place_.at(name));
        if (published) return name;
        const int why = published.error().code;
        if (why == ENAMETOOLONG && !used_tag.empty()) {
            used_tag.clear();
        } else if (why == EEXIST && round < kRounds) {
            choose_base();
        } else {
            return mailbox_failure(why, wording::renaming(temporary_, name));
        }
    }
}

MailboxResult<void> MaildirBox::commit(MessageNaming& naming) {
    const auto file = os_.stat(fd());
    if (!file) return mailbox_failure(file.error().code, wording::stat_of_message_file(temporary_));
    auto measured = MeasuredPublication::begin(settings_.common, place_, data_name());
    if (!measured) return tl::unexpected(measured.error());
    const Status closed = os_.close(std::move(fd_));
    if (!closed && !settings_.common.sync)  // what fsync has confirmed is on disk, whatever close says
        return mailbox_failure(closed.error().code, wording::closing_message_file(temporary_));
    const auto name = publish_as(naming, *file);
    if (!name) return tl::unexpected(name.error());
    temporary_.clear();
    const Status synced = settings_.common.sync ? sync_entries(os_, place_.at("new")) : Status{};
    if (!synced) {
        (void)os_.unlink(place_.at(*name));
        return mailbox_failure(synced.error().code, wording::syncing_directory(settings_.common.path + "/new"));
    }
    measured->done(place_.at("new"), name->substr(std::string_view("new/").size()));
    return {};
}

// Readers move messages from new to cur and rename them there, but keep what is before the flags. So new is looked at
// first; and a listing may miss what is renamed meanwhile, so there are two.
Result<std::optional<std::string>> MaildirBox::find(const Publication& publication) const {
    const auto is_it = [&](const std::string& name) {
        const auto found = os_.stat(place_.at(name), Follow::no);
        return found && found->kind == FileKind::regular && found->inode == publication.inode;
    };
    if (is_it(publication.final_name)) return publication.final_name;
    const std::string leaf = publication.final_name.substr(publication.final_name.rfind('/') + 1);
    const std::string stem = leaf.substr(0, leaf.find_first_of(":,"));
    for (const char* directory : {"new", "cur", "new", "cur"}) {
        POSTERN_TRY_ASSIGN(const UniqueFd fd, os_.open(place_.at(directory), O_RDONLY | O_DIRECTORY));
        POSTERN_TRY_ASSIGN(const std::vector<DirEntry> entries, os_.list(fd.get()));
        for (const DirEntry& entry : entries) {
            std::string name = std::string(directory) + "/" + entry.name;
            if (entry.name.starts_with(stem) && is_it(name)) return name;
        }
    }
    return std::nullopt;
}

MailboxResult<std::optional<std::int64_t>> MaildirBox::recover(const std::vector<EarlierIntent>& earlier) {
    const std::string& path = settings_.common.path;
    for (const Publication& publication : earlier_publications(earlier, kFormat, path)) {
        const auto found = find(publication);
        if (!found) return mailbox_failure(found.error().code, wording::looking_for_message(path));
        remove_leftover(os_, place_.at(publication.temporary), publication);
        if (!*found) continue;
        // Whoever gave it that name may not have come to this.
        const std::string directory = (*found)->substr(0, (*found)->find('/'));
        if (const Status synced = settings_.common.sync ? sync_entries(os_, place_.at(directory)) : Status{}; !synced)
            return mailbox_failure(synced.error().code, wording::syncing_directory(path + "/" + directory));
        if (settings_.common.gauge) settings_.common.gauge->found_unaccounted();
        return publication.size;
    }
    return std::nullopt;
}

std::int64_t MaildirBox::unread_for(std::int64_t now) {
    const auto found = os_.stat(place_.at("new"), Follow::yes);
    return found ? now - found->mtime.tv_sec : 0;
}

MaildirBox::~MaildirBox() {
    if (!temporary_.empty()) (void)os_.unlink(place_.at(temporary_));
    // The next process with our pid must not come to the same name.
    if (!base_.empty()) wait_for_next_tick(clock_, base_time_, 1);
}

}  // namespace postern
