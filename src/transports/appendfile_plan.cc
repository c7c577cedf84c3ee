// SPDX-License-Identifier: Apache-2.0
// What `postern explain` says about an appendfile delivery.
#include <fmt/format.h>

#include "driver/write_plan.h"
#include "mailbox/mbox_open.h"
#include "transports/appendfile_run.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

using Format = AppendfileTarget::Format;

std::string creation_text(const CreationRule& rule) {
    if (rule.kind == CreationRule::Kind::anywhere) return {};
    const std::string_view where = rule.kind == CreationRule::Kind::in_home ? "directly in" : "below";
    if (rule.root.empty())
        return fmt::format("files may be created {} the home directory, which is not known: not checked", where);
    return fmt::format("files may be created {} {} only", where, rule.root);
}

std::string patience_text(const LockSettings& locks) {
    return fmt::format("each lock is tried at least {} times within {}", locks.retries,
                       interval_text(locks.total().count()));
}

std::string quota_text(const AppendfileQuotaOptions& quota) {
    const QuotaLimits& limits = quota.limits;
    std::string text = limits.size > 0 ? fmt::format("quota of {} bytes", limits.size) : std::string("no quota");
    if (limits.size > 0 && limits.size_unchecked) text += ", not enforced";
    if (limits.size > 0 && limits.count > 0)
        text += fmt::format(" and {} files{}", limits.count, limits.count_unchecked ? ", not enforced" : "");
    if (limits.warn_above > 0) text += fmt::format("; warn when it holds more than {} bytes", limits.warn_above);
    if (quota.size_file) text += "; keep the sum in maildirsize";
    return text;
}

}  // namespace

DeliveryPlan Appendfile::plan_here(DeliveryContext& context, const AppendfileTarget& target) const {
    DeliveryPlan plan;
    plan.target = target.path;
    plan.refusal = target.verdict;
    HeaderChanges headers;
    if (const auto written = make_write_plan(context, &headers); !written && !plan.refusal)
        plan.refusal = Outcome{.verdict = Verdict::panic,
                               .code = code::kHeaderFail,
                               .message = wording::header_options_not_expanded(target.path, written.error().why)};
    plan.header_lines = std::move(headers.added);
    plan.removed_headers = std::move(headers.removed);
    if (plan.refusal && plan.refusal->verdict == Verdict::ok) {
        plan.kind = "nothing";
        plan.steps.emplace_back("counts as delivered without being written anywhere");
        plan.refusal.reset();
        return plan;
    }
    describe(plan, context, target);
    return plan;
}

void Appendfile::describe(DeliveryPlan& plan, DeliveryContext& context, const AppendfileTarget& target) const {
    if (std::string rule = creation_text(target.place.rule); !rule.empty()) plan.steps.push_back(std::move(rule));
    if (!target.place.complete() && options_.create_directory && target.place.allowed)
        plan.steps.push_back(fmt::format("make missing directories of {} with mode {:04o}", target.place.path,
                                         options_.directory_mode.value));
    if (target.format == Format::file) {
        describe_file(plan, context, target);
    } else {
        describe_directory(plan, context, target);
    }
    describe_quota(plan, context, target);
    if (context.sync) plan.steps.emplace_back("sync to disk before success is reported");
}

// The same arithmetic as in a delivery, on what is there now.
void Appendfile::describe_quota(DeliveryPlan& plan, DeliveryContext& context, const AppendfileTarget& target) const {
    if (!quota_.active()) return;
    plan.steps.push_back(quota_text(quota_));
    if (plan.refusal) return;
    AppendfileQuota quota(context, options_, quota_, -1);
    std::optional<MailboxFailure> refused;
    if (target.format == Format::file) {
        const auto found = context.os.stat(target.place.at(target.leaf), Follow::yes);
        refused = quota.foresee(target.path, found ? found->size : 0);
    } else {
        const bool maildir = target.format == Format::maildir;
        refused = quota.foresee(mailbox_settings(context, target.path), maildir, target.place);
    }
    if (refused) plan.refusal = Outcome{.verdict = Verdict::defer, .code = refused->code, .message = refused->message};
}

void Appendfile::describe_file(DeliveryPlan& plan, DeliveryContext& context, const AppendfileTarget& target) const {
    const MboxSettings settings = mbox_settings(context, target);
    const LockSettings& locks = settings.locks;
    plan.kind = options_.use_bsmtp ? "BSMTP file" : "mbox";
    if (options_.mbx_format) plan.kind = "MBX mailbox";
    if (locks.dot_lock) plan.locks.push_back("dot-lock " + target.path + ".lock");
    if (locks.mbx) plan.locks.emplace_back("shared lock on the file, then a lock file in /tmp (MBX), by");
    if (locks.fcntl) plan.locks.emplace_back("fcntl write lock");
    if (locks.flock) plan.locks.emplace_back("flock exclusive lock");
    plan.steps.push_back(patience_text(locks));

    const auto found = context.os.stat(target.place.at(target.leaf), Follow::no);
    plan.steps.push_back(found ? fmt::format("append to the file, {} bytes", found->size)
                               : fmt::format("create the file with mode {:04o}", settings.common.mode));
    if (plan.refusal) return;
    if (const auto refused = MboxOpener(context.os, context.clock, target.place, settings).examine()) {
        plan.refusal = Outcome{.verdict = Verdict::defer, .code = refused->code, .message = refused->message};
    }
}

void Appendfile::describe_directory(DeliveryPlan& plan, const DeliveryContext& context,
                                    const AppendfileTarget& target) const {
    const int own_mode = context.batch.front()->file_mode;
    if (target.format == Format::mailstore) {
        plan.kind = "mailstore";
        plan.steps.push_back(fmt::format("write envelope and message with mode {:04o} to {}/{}-PROCESS.env and .msg",
                                         options_.mode.value, target.path, context.message.id));
        return;
    }
    const bool maildir = target.format == Format::maildir;
    plan.kind = maildir ? "maildir" : "one file a message";
    plan.steps.push_back(fmt::format("write a file with mode {:04o} in {}{}",
                                     own_mode > 0 ? static_cast<unsigned>(own_mode) : options_.mode.value, target.path,
                                     maildir ? "/tmp" : ""));
    plan.steps.push_back(
        maildir ? std::string("give it a name in new that no file there has")
                : fmt::format("give it the name {} there, unless a file has it", options_.directory_file.source));
}

}  // namespace postern
