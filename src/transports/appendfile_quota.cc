// SPDX-License-Identifier: Apache-2.0
#include "transports/appendfile_quota.h"

#include <cerrno>

#include "base/checksum.h"
#include "expand/regex.h"
#include "wording/appendfile.h"

namespace postern {

// The patterns, compiled, and the expanded quota_directory.
class AppendfileQuota::Rules final : public QuotaRules {
public:
    Rules(DeliveryContext& context, const AppendfileOptions& options, bool size_file)
        : context_(context), options_(options), size_file_(size_file) {}

    MailboxResult<void> prepare() override {
        if (auto made = compile(options_.quota_size_regex, sizes_); !made) return made;
        if (size_file_) {
            if (auto made = compile(options_.maildir_quota_directory_regex, folders_); !made) return made;
        }
        if (!options_.quota_directory.set) return {};
        const std::string& source = options_.quota_directory.source;
        Expansion path = context_.expander.expand(options_.quota_directory, context_.scope);
        if (!path)
            return tl::unexpected(
                MailboxFailure{.kind = MailboxFailure::Kind::panic,
                               .message = wording::not_expanded(source, "quota_directory name", context_.instance.name,
                                                                path.error().message)});
        if (!path->bytes.starts_with('/'))
            return mailbox_failure(mailbox_code::kNotAbsolute, wording::quota_directory_not_absolute(path->bytes));
        directory_ = std::move(path->bytes);
        return {};
    }
    const std::optional<std::string>& quota_directory() const override { return directory_; }

    // W7: a pattern without a group, or one whose group took no part, gives no size.
    std::optional<std::int64_t> size_in(std::string_view file_name) const override {
        Regex::Groups groups;
        if (!sizes_ || !sizes_->match(file_name, &groups)) return std::nullopt;
        if (groups.size() < 2 || groups[1].start == std::string_view::npos) return std::nullopt;
        std::string_view number = file_name.substr(groups[1].start, groups[1].end - groups[1].start);
        const std::int64_t size = take_number(number);
        return number.empty() ? std::optional(size) : std::nullopt;
    }
    bool counts_folder(std::string_view name) const override { return !folders_ || folders_->match(name, nullptr); }

private:
    static MailboxResult<void> compile(const PlainString& pattern, std::optional<Regex>& into) {
        if (pattern.value.empty()) return {};
        auto made = Regex::compile(pattern.value, false);
        if (!made)
            return mailbox_failure(-1,
                                   wording::maildir_regex_error(made.error().text, made.error().offset, pattern.value));
        into = std::move(*made);
        return {};
    }

    DeliveryContext& context_;
    const AppendfileOptions& options_;
    bool size_file_;
    std::optional<Regex> sizes_, folders_;
    std::optional<std::string> directory_;
};

AppendfileQuota::AppendfileQuota(DeliveryContext& context, const AppendfileOptions& options,
                                 const AppendfileQuotaOptions& numbers, int cache_directory)
    : context_(context), options_(options), numbers_(numbers), cache_directory_(cache_directory) {}

AppendfileQuota::~AppendfileQuota() = default;

void AppendfileQuota::attach_to(MailboxSettings& mailbox, bool maildir) {
    const bool size_file = numbers_.size_file;
    if (!numbers_.limits.measures() && !size_file) return;
    rules_ = std::make_unique<Rules>(context_, options_, size_file);
    gauge_ = std::make_unique<QuotaGauge>(
        context_.os, context_.clock, *rules_,
        QuotaSettings{.limits = numbers_.limits,
                      .size_file = size_file,
                      .excludes_folders = !options_.maildir_quota_directory_regex.value.empty(),
                      .known_size = numbers_.known_size,
                      .known_count = numbers_.known_count,
                      .message_size = context_.message.size(),
                      .path = mailbox.path,
                      .hostname = mailbox.hostname,
                      .mode = options_.mode.value,
                      .sync = context_.sync,
                      .maildir = maildir,
                      .cache_directory = cache_directory_,
                      .cache_rules = checksum(options_.quota_size_regex.value),
                      .only_looking = context_.only_planning});
    mailbox.gauge = gauge_.get();
}

std::optional<MailboxFailure> AppendfileQuota::refusal(const Mailbox& mailbox) {
    QuotaVerdict verdict = QuotaVerdict::fits;
    if (gauge_) {
        verdict = gauge_->verdict();
    } else {
        size_before_ = numbers_.known_size.value_or(mailbox.size_before());
        verdict = numbers_.limits.judge({size_before_, 0}, context_.message.size());
    }
    if (verdict == QuotaVerdict::fits) return std::nullopt;
    return quota_failure(verdict, mailbox.data_name());
}

std::optional<MailboxFailure> AppendfileQuota::foresee(MailboxSettings mailbox, bool maildir, const Place& place) {
    attach_to(mailbox, maildir);
    if (!gauge_) return std::nullopt;
    if (auto measured = gauge_->measure(place); !measured) return measured.error();
    const QuotaVerdict verdict = gauge_->verdict();
    return verdict == QuotaVerdict::fits ? std::nullopt : std::optional(quota_failure(verdict, mailbox.path));
}

std::optional<MailboxFailure> AppendfileQuota::foresee(const std::string& path, std::int64_t in_file) const {
    const MailboxUse now{numbers_.known_size.value_or(in_file), 0};
    const QuotaVerdict verdict = numbers_.limits.judge(now, context_.message.size());
    return verdict == QuotaVerdict::fits ? std::nullopt : std::optional(quota_failure(verdict, path));
}

void AppendfileQuota::set_written(std::int64_t bytes) {
    written_ = bytes;
    if (gauge_) gauge_->set_written(bytes);
}

bool AppendfileQuota::warns() const { return gauge_ ? gauge_->warns() : numbers_.limits.warns(size_before_, written_); }

namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

// `name` in `parent`, made and given to `owner` if it is missing. Never through a link, and never somebody else's: the
// spool belongs to another user than root.
Result<UniqueFd> own_directory(Os& os, int parent, const std::string& name, mode_t mode, uid_t owner, gid_t group) {
    Result<UniqueFd> there = os.open_beneath(parent, name, kDirectory);
    const bool made = !there && there.error().code == ENOENT && os.mkdir(AtPath{parent, name}, mode);
    if (made) there = os.open_beneath(parent, name, kDirectory);
    POSTERN_TRY_ASSIGN(UniqueFd directory, std::move(there));
    POSTERN_TRY_ASSIGN(const FileStat found, os.stat(directory.get()));
    if (found.uid == owner) return directory;
    if (!made || found.uid != os.ids().effective_uid) return failure(EPERM, "open", name);
    POSTERN_TRY(os.chown(directory.get(), owner, group));
    return directory;
}

}  // namespace

UniqueFd open_quota_cache(DeliveryContext& context) {
    Os& os = context.os;
    const MainOptions& main = context.configuration.main;
    const Os::Ids me = os.ids();
    const bool root = me.effective_uid == 0;
    const auto spool = os.open(main.spool_directory.value, kDirectory);
    if (!spool) return {};
    const auto hints =
        own_directory(os, spool->get(), "db", 0750, root ? main.exim_user.uid.value_or(0) : me.effective_uid,
                      root ? main.exim_group.gid.value_or(0) : me.effective_gid);
    if (!hints) return {};
    const auto all = own_directory(os, hints->get(), "quota", 0711, me.effective_uid, me.effective_gid);
    if (!all) return {};
    auto own = own_directory(os, all->get(), std::to_string(context.identity.uid), 0700, context.identity.uid,
                             context.identity.gid);
    return own ? std::move(*own) : UniqueFd();
}

}  // namespace postern
