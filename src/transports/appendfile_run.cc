// SPDX-License-Identifier: Apache-2.0
#include "transports/appendfile_run.h"

#include <cerrno>

#include "base/strings.h"
#include "driver/filtering.h"
#include "driver/write_plan.h"
#include "mailbox/maildir_box.h"
#include "mailbox/mailstore.h"
#include "mailbox/mbx_file.h"
#include "mailbox/plain_directory.h"
#include "transports/batch_smtp.h"
#include "transports/maildir_folder.h"
#include "transports/mailstore_envelope.h"
#include "wording/appendfile.h"
#include "wording/pipe.h"

namespace postern {
namespace {

using Format = AppendfileTarget::Format;

constexpr std::int64_t kRenderedInMemory = 256 * 1024;  // of the message as it is queued

class TextSink final : public ByteSink {
public:
    explicit TextSink(std::string begin) : text(std::move(begin)) {}
    Status write(std::string_view bytes) override {
        text += bytes;
        return {};
    }
    std::string text;
};

Outcome panic(std::string message, int code = code::kUnknown) {
    return {.verdict = Verdict::panic, .code = code, .message = std::move(message)};
}

Outcome outcome_of(const MailboxFailure& failure) {
    Verdict verdict = Verdict::defer;
    if (failure.kind == MailboxFailure::Kind::fail) verdict = Verdict::fail;
    if (failure.kind == MailboxFailure::Kind::panic) verdict = Verdict::panic;
    return {.verdict = verdict,
            .code = failure.code,
            .message = failure.message,
            .user_message = failure.user_message,
            .special = failure.freeze ? Special::freeze : Special::none};
}

// A write, or the fsync after it, went wrong (§13). The mailbox puts itself right when it goes out of scope.
Outcome outcome_of_write(const Error& error, Mailbox& mailbox, Clock& clock) {
    Outcome out{.verdict = Verdict::defer, .code = error.code, .message = wording::write_failed(mailbox.data_name())};
    if (error.code == kWriteIncomplete) out.message = wording::write_incomplete(mailbox.data_name());
    if (error.code == EDQUOT) out.message = out.user_message = wording::mailbox_full();
    if (error.code == EDQUOT || error.code == ENOSPC)
        out.more = static_cast<int>(mailbox.unread_for(clock.now().seconds));
    return out;
}

// The transport filter did not do its work (spec message-writer.md §10). Nothing was written.
Outcome outcome_of(const FilterFailure& failure, Mailbox& mailbox, Clock& clock) {
    const std::string& file = mailbox.data_name();
    switch (failure.kind) {
        case FilterFailure::Kind::ended_badly:
            return panic(wording::filter_failed(failure.status, false, file), code::kFilterFail);
        case FilterFailure::Kind::timed_out:
            return outcome_of_write({ETIMEDOUT, "filter", {}, {}}, mailbox, clock);
        case FilterFailure::Kind::stopped_reading:
            return outcome_of_write({EPIPE, "filter", {}, {}}, mailbox, clock);
        case FilterFailure::Kind::error:
            break;
    }
    return outcome_of_write(failure.error, mailbox, clock);
}

// maildir_tag as Exim cleans it: no blanks, controls or slashes; a tag that begins like a name gets a colon.
std::string clean_tag(std::string_view raw) {
    std::string tag;
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 32 || byte == 127 || c == '/') continue;
        if (tag.empty() && is_alnum(c)) tag = ":";
        tag += c;
    }
    return tag;
}

class Naming final : public MessageNaming {
public:
    Naming(DeliveryContext& context, const AppendfileOptions& options, std::int64_t size)
        : context_(context), options_(options), size_(size) {}

    std::string maildir_tag() override {
        if (!options_.maildir_tag) return {};
        const Expansion tag = context_.expander.expand(options_.maildir_tag, context_.scope);
        return tag ? clean_tag(tag->bytes) : std::string{};
    }

    MailboxResult<std::string> file_name(std::uint64_t inode) override {
        Scope scope = context_.scope;
        scope.inode = inode;
        const Expandable& option = options_.directory_file;
        Expansion name = context_.expander.expand(option, scope);
        const auto refused = [](std::string why) {
            return tl::unexpected(MailboxFailure{MailboxFailure::Kind::panic, 0, std::move(why), false, {}});
        };
        if (!name)
            return refused(
                wording::not_expanded(option.source, "directory_file", context_.instance.name, name.error().message));
        // Text from the message may become a name, but not choose another directory.
        if (name->tainted && contains(name->bytes, "/"))
            return refused(wording::tainted_name(name->bytes, "directory_file", context_.instance.name));
        return std::move(name->bytes);
    }

    std::int64_t reported_size() const override { return size_; }

private:
    DeliveryContext& context_;
    const AppendfileOptions& options_;
    std::int64_t size_;
};

// What stands before an MBX message. A file of its own gets no header block, as with Exim.
std::string mbx_start(const DeliveryContext& context, std::int64_t size_before, std::int64_t message_size) {
    const TimePoint now = context.clock.now();
    const bool utc = iequals(context.configuration.main.timezone.value, "utc");
    return (size_before == 0 ? mbx_file_header(now) : "") + mbx_message_line(now, message_size, utc);
}

MboxSettings::Repair repair_kind(const AppendfileOptions& options) {
    if (options.mbx_format) return MboxSettings::Repair::mbx;
    return options.message_prefix.source.empty() ? MboxSettings::Repair::none : MboxSettings::Repair::lines;
}

// The message could not even be read to learn its size: Exim says so of the file that it would have filled then.
Outcome temporary_failed(const Error& error) {
    return {.code = error.code, .message = wording::write_failed(wording::mbx_temporary())};
}

// Counts, and keeps the mailbox's locks fresh while a long message is written.
class MailboxSink final : public ByteSink {
public:
    MailboxSink(Os& os, Mailbox& mailbox) : file_(os, mailbox.fd()), mailbox_(mailbox) {}
    Status write(std::string_view bytes) override {
        mailbox_.keep_alive();
        return file_.write(bytes);
    }
    [[nodiscard]] std::int64_t count() const { return file_.count(); }

private:
    FdSink file_;
    Mailbox& mailbox_;
};

}  // namespace

std::optional<SetupFailure> Appendfile::set_up_quota(DeliveryContext& context) {
    auto quota = expand_quota_options(context, options_);
    if (!quota) return quota.error();
    quota_ = *quota;
    const bool scans = quota_.limits.measures() && !quota_.size_file && !quota_.known_size && !options_.file.set;
    if (scans && !context.only_planning) quota_cache_ = open_quota_cache(context);
    return std::nullopt;
}

MailboxSettings Appendfile::mailbox_settings(const DeliveryContext& context, const std::string& path) const {
    return {.path = path,
            .hostname = context.primary_hostname,
            .uid = context.identity.uid,
            .gid = context.identity.gid,
            .mode = options_.mode.value,
            .directory_mode = options_.directory_mode.value,
            .create_directory = options_.create_directory,
            .sync = context.sync,
            .intents = context.intents};
}

MboxSettings Appendfile::mbox_settings(const DeliveryContext& context, const AppendfileTarget& target) const {
    const AddressItem& first = *context.batch.front();
    MboxSettings settings{.common = mailbox_settings(context, target.path),
                          .leaf = target.leaf,
                          .locks = {.dot_lock = options_.use_lockfile.value,
                                    .fcntl = options_.use_fcntl_lock.value,
                                    .flock = options_.use_flock_lock.value,
                                    .mbx = options_.use_mbx_lock.value,
                                    .retries = options_.lock_retries.value,
                                    .interval = Seconds{options_.lock_interval.seconds},
                                    .fcntl_timeout = Seconds{options_.lock_fcntl_timeout.seconds},
                                    .flock_timeout = Seconds{options_.lock_flock_timeout.seconds},
                                    .stale_after = Seconds{options_.lockfile_timeout.seconds},
                                    .lockfile_mode = options_.lockfile_mode.value},
                          .own_mode = first.file_mode > 0,
                          .from_redirect = first.kind == AddressKind::file,
                          .creation_allowed = target.place.allowed,
                          .file_must_exist = options_.file_must_exist,
                          .allow_symlink = options_.allow_symlink,
                          .allow_fifo = options_.allow_fifo,
                          .check_owner = options_.check_owner,
                          .check_group = options_.check_group,
                          .mode_fail_narrower = options_.mode_fail_narrower,
                          .repair_torn = repair_kind(options_)};
    if (settings.own_mode) settings.common.mode = static_cast<mode_t>(first.file_mode);
    return settings;
}

MailboxResult<std::unique_ptr<Mailbox>> Appendfile::open_file(DeliveryContext& context,
                                                              AppendfileTarget& target) const {
    Os& os = context.os;
    MboxSettings settings = mbox_settings(context, target);
    if (options_.create_directory && target.place.allowed) {
        const Status made = make_place(os, target.place, options_.directory_mode.value, context.sync);
        if (!made)
            return mailbox_failure(made.error().code, wording::directories_not_made(target.path, made.error().code));
    }
    if (options_.file_format.set) {
        settings.wrong_format =
            [&os, formats = FormatSwitch(context.configuration, instance_, options_.file_format.value)](int fd) {
                return formats.refuses(os, fd);
            };
    }
    return MboxFile::open(os, context.clock, std::move(target.place), std::move(settings));
}

MailboxResult<std::unique_ptr<Mailbox>> Appendfile::open_mailbox(DeliveryContext& context, AppendfileTarget& target,
                                                                 AppendfileQuota& quota) const {
    Os& os = context.os;
    if (target.format == Format::file) return open_file(context, target);
    MailboxSettings common = mailbox_settings(context, target.path);
    if (const int mode = context.batch.front()->file_mode; mode > 0) common.mode = static_cast<mode_t>(mode);
    quota.attach_to(common, target.format == Format::maildir);
    if (target.format == Format::plain)
        return PlainDirectory::open(os, context.clock, std::move(target.place), std::move(common));
    if (target.format == Format::mailstore) {
        std::string base = Mailstore::free_base(os, target.place, context.message.id);
        context.scope.mailstore_basename = target.path + "/" + base;
        const auto envelope = [&] { return mailstore_envelope(context, options_, target.path); };
        return Mailstore::open(os, std::move(target.place), {std::move(common), std::move(base), envelope});
    }

    MaildirSettings settings{.common = std::move(common), .retries = options_.maildir_retries.value};
    if (options_.maildirfolder_create_regex) {
        const auto folder = is_maildir_folder(options_.maildirfolder_create_regex.value, target.path);
        if (!folder) return mailbox_failure(code::kUnknown, folder.error());
        settings.is_folder = *folder;
    }
    return MaildirBox::open(os, context.clock, std::move(target.place), std::move(settings));
}

// message_prefix, message_suffix
tl::expected<std::string, Outcome> Appendfile::text_around(DeliveryContext& context, const Expandable& option,
                                                           std::string_view name) const {
    if (!option) return std::string{};
    Expansion text = context.expander.expand(option, context.scope);
    if (text) return std::move(text->bytes);
    return tl::unexpected(Outcome{.verdict = Verdict::defer,
                                  .code = code::kExpansionFail,
                                  .message = wording::affix_not_expanded(option.source, name, instance_.name)});
}

tl::expected<WritePlan, Outcome> Appendfile::writing_plan(DeliveryContext& context, Mailbox& mailbox,
                                                          std::string prefix) const {
    auto plan = make_write_plan(context);
    if (!plan)
        return tl::unexpected(
            panic(wording::header_options_not_expanded(mailbox.data_name(), plan.error().why), code::kHeaderFail));
    auto suffix = text_around(context, options_.message_suffix, "suffix");
    if (!suffix) return tl::unexpected(suffix.error());

    plan->prefix = std::move(prefix);
    plan->suffix = std::move(*suffix);
    plan->check = options_.check_string.value;
    plan->escape = options_.escape_string.value;
    plan->escape_headers = options_.use_bsmtp;
    plan->crlf = options_.use_crlf || options_.mbx_format;
    if (const auto failed = pass_through_filter(context, *plan))
        return tl::unexpected(outcome_of(*failed, mailbox, context.clock));
    return std::move(*plan);
}

Appendfile::Done Appendfile::write(DeliveryContext& context, Format format, Mailbox& mailbox,
                                   AppendfileQuota& quota) const {
    const auto refused = [&](const MailboxFailure& failure) {
        Outcome out = outcome_of(failure);
        if (failure.code == code::kQuota) out.more = static_cast<int>(mailbox.unread_for(context.clock.now().seconds));
        return out;
    };
    if (format == Format::maildir &&
        options_.maildir_tag) {  // a tag that cannot be expanded is found before the message is written
        const Expansion tag = context.expander.expand(options_.maildir_tag, context.scope);
        if (!tag && !tag.error().forced)
            return {panic(wording::not_expanded(options_.maildir_tag.source, "maildir_tag", instance_.name,
                                                tag.error().message))};
    }
    if (const auto full = quota.refusal(mailbox)) return {refused(*full)};
    auto prefix = text_around(context, options_.message_prefix, "prefix");
    if (!prefix) return {prefix.error()};
    const bool affixes_sent = sends_affixes();
    auto plan = writing_plan(context, mailbox, *std::move(prefix));
    if (!plan) return {plan.error(), 0, affixes_sent};
    // The prefix of a BSMTP batch is not part of the message's size.
    std::int64_t uncounted = 0;
    std::int64_t envelope_lines = 0;
    if (options_.use_bsmtp) {
        uncounted = static_cast<std::int64_t>(plan->prefix.size());
        add_batch_envelope(*plan, context, options_.use_crlf);
        envelope_lines = static_cast<std::int64_t>(context.batch.size()) + 3;
    }
    const auto bytes = write_bytes(context, *std::move(plan), uncounted, mailbox);
    if (!bytes) return {bytes.error(), 0, affixes_sent};
    if (const Status safe = mailbox.finish_data(); !safe)
        return {outcome_of_write(safe.error(), mailbox, context.clock), 0, affixes_sent};
    context.scope.message_size_override = bytes->reported;
    context.scope.message_linecount_override = bytes->newlines + envelope_lines - 1;
    Naming naming(context, options_, bytes->reported);
    quota.set_written(bytes->reported);
    if (auto committed = mailbox.commit(naming); !committed)
        return {refused(committed.error()), bytes->reported, affixes_sent};
    if (options_.notify_comsat) notify_comsat(context, mailbox);
    const Special special = quota.warns() ? Special::warn : Special::none;
    return {Outcome{.verdict = Verdict::ok, .code = 0, .special = special}, bytes->reported, affixes_sent};
}

tl::expected<Appendfile::Bytes, Outcome> Appendfile::write_bytes(DeliveryContext& context, WritePlan plan,
                                                                 std::int64_t uncounted, Mailbox& mailbox) const {
    if (auto whole = mailbox.make_whole(); !whole) return tl::unexpected(outcome_of(whole.error()));
    if (mailbox.wants_shape() || options_.mbx_format) return write_known(context, std::move(plan), uncounted, mailbox);
    const std::string repair(mailbox.repair());
    plan.prefix.insert(0, repair);
    MailboxSink file(context.os, mailbox);
    const auto written = MessageWriter(context.os).write(plan, context.body, file);
    if (!written) return tl::unexpected(outcome_of_write(written.error(), mailbox, context.clock));
    return Bytes{file.count() - uncounted - static_cast<std::int64_t>(repair.size()), written->newlines};
}

// A mailbox that has to know the message first gets it rendered in memory, in one piece, if it is small; a large one is
// rendered twice.
tl::expected<Appendfile::Bytes, Outcome> Appendfile::write_known(DeliveryContext& context, WritePlan plan,
                                                                 std::int64_t uncounted, Mailbox& mailbox) const {
    const auto failed = [&](const Error& error) {
        return tl::unexpected(outcome_of_write(error, mailbox, context.clock));
    };
    const bool mbx = options_.mbx_format;
    // What a filter makes may be any size.
    const bool in_memory = context.filter.empty() && context.message.size() <= kRenderedInMemory;
    MessageWriter writer(context.os);
    std::string lead = mbx ? "" : std::string(mailbox.repair());
    TextSink text(lead);
    ShapeSink shape_of(context.message.id);
    const auto rendered = writer.write(plan, context.body, in_memory ? static_cast<ByteSink&>(text) : shape_of);
    if (!rendered) return mbx ? tl::unexpected(temporary_failed(rendered.error())) : failed(rendered.error());
    if (in_memory) (void)shape_of.write(std::string_view(text.text).substr(lead.size())).has_value();
    MessageShape shape = shape_of.shape();
    shape.reported = static_cast<std::int64_t>(shape.size) - uncounted;
    if (mbx) {
        lead = mbx_start(context, mailbox.size_before(), static_cast<std::int64_t>(shape.size));
        text.text.insert(0, lead);
        shape.reported = static_cast<std::int64_t>(lead.size() + shape.size);
    }
    if (mailbox.wants_shape()) {
        if (auto announced = mailbox.announce(shape, lead); !announced)
            return tl::unexpected(outcome_of(announced.error()));
    }
    MailboxSink file(context.os, mailbox);
    if (in_memory) {
        if (const Status written = file.write(text.text); !written) return failed(written.error());
    } else {
        plan.prefix.insert(0, lead);
        if (const auto written = writer.write(plan, context.body, file); !written) return failed(written.error());
    }
    if (mbx && file.count() != shape.reported)
        return tl::unexpected(
            Outcome{.code = code::kMbxLength, .message = wording::mbx_length_mismatch(mailbox.data_name())});
    return Bytes{shape.reported, rendered->newlines};
}

// To whoever runs comsat on this host; a user who reads mail in a terminal is told. Nobody waits for an answer.
void Appendfile::notify_comsat(const DeliveryContext& context, const Mailbox& mailbox) const {
    constexpr std::size_t kLongestUser = 200;
    const std::string& user = context.scope.address->local_part.bytes;
    if (user.empty()) return;
    const auto port = context.os.service_port("biff", "udp");
    if (!port || !*port) return;
    std::string note = user.substr(0, kLongestUser) + "@" + std::to_string(mailbox.size_before()) + "\n";
    note += '\0';
    (void)context.os.send_datagram("127.0.0.1", **port, note);
}

Appendfile::Done Appendfile::execute(DeliveryContext& context, AppendfileTarget& target) const {
    const uid_t uid = context.os.ids().effective_uid;
    if (uid != context.identity.uid) return {panic(wording::runs_as_wrong_user(uid, context.identity.uid))};
    const Format format = target.format;
    AppendfileQuota quota(context, options_, quota_, quota_cache_.get());
    auto mailbox = open_mailbox(context, target, quota);
    if (!mailbox) return {outcome_of(mailbox.error()), 0, false, mailbox.error().panic_line};
    if (!context.earlier_intents.empty()) {
        const auto found = (*mailbox)->recover(context.earlier_intents);
        if (!found) return {outcome_of(found.error())};
        if (*found) return {Outcome{.verdict = Verdict::ok, .code = 0}, **found, sends_affixes()};
    }
    return write(context, format, **mailbox, quota);
}

}  // namespace postern
