// SPDX-License-Identifier: Apache-2.0
// transports/appendfile_run.h – the appendfile transport: choose the target, open the mailbox, write, commit. What a
// mailbox format does is in mailbox/; this turns its results into verdicts (spec appendfile.md §11–§14).
#pragma once

#include <memory>

#include "driver/transport.h"
#include "mailbox/mailbox.h"
#include "mailbox/mbox_file.h"
#include "transports/appendfile_options.h"
#include "transports/appendfile_quota.h"
#include "transports/appendfile_target.h"

namespace postern {

class Appendfile final : public Transport {
public:
    using Options = AppendfileOptions;
    static constexpr bool kRecordsIntents = true;
    Appendfile(const TransportInstance& instance, const Options& options) : instance_(instance), options_(options) {}

    std::optional<SetupFailure> setup(DeliveryContext& context) override;
    [[nodiscard]] DeliveryPlan plan(DeliveryContext& context) override;
    [[nodiscard]] DeliveryReport deliver(DeliveryContext& context) override;

private:
    struct Done {
        Outcome outcome;
        std::int64_t bytes_written = 0;
        bool affixes_sent = false;  // RCPT lines with prefixes and suffixes are written, or were about to be
    };
    [[nodiscard]] Done execute(DeliveryContext& context, AppendfileTarget& target) const;
    [[nodiscard]] MailboxResult<std::unique_ptr<Mailbox>> open_mailbox(DeliveryContext& context,
                                                                       AppendfileTarget& target,
                                                                       AppendfileQuota& quota) const;
    [[nodiscard]] Done write(DeliveryContext& context, AppendfileTarget::Format format, Mailbox& mailbox,
                             AppendfileQuota& quota) const;
    // Why the bytes did not get there, or how many did, and what the log counts of them.
    struct Bytes {
        std::int64_t reported = 0, newlines = 0;
    };
    [[nodiscard]] tl::expected<Bytes, Outcome> write_bytes(DeliveryContext& context, WritePlan plan,
                                                           std::int64_t uncounted, Mailbox& mailbox) const;
    [[nodiscard]] tl::expected<std::string, Outcome> text_around(DeliveryContext& context, const Expandable& option,
                                                                 std::string_view name) const;
    [[nodiscard]] tl::expected<WritePlan, Outcome> writing_plan(DeliveryContext& context, Mailbox& mailbox,
                                                                std::string prefix) const;
    [[nodiscard]] bool sends_affixes() const { return options_.use_bsmtp && instance_.options.rcpt_include_affixes; }
    [[nodiscard]] MailboxSettings mailbox_settings(const DeliveryContext& context, const std::string& path) const;
    [[nodiscard]] MboxSettings mbox_settings(const DeliveryContext& context, const AppendfileTarget& target) const;
    // plan(), the parts (appendfile_plan.cc)
    void describe(DeliveryPlan& plan, DeliveryContext& context, const AppendfileTarget& target) const;
    void describe_quota(DeliveryPlan& plan, DeliveryContext& context, const AppendfileTarget& target) const;
    void describe_file(DeliveryPlan& plan, DeliveryContext& context, const AppendfileTarget& target) const;
    void describe_directory(DeliveryPlan& plan, const DeliveryContext& context, const AppendfileTarget& target) const;

    const TransportInstance& instance_;
    const Options& options_;
    AppendfileQuotaOptions quota_;
    UniqueFd quota_cache_;
};

}  // namespace postern
