// SPDX-License-Identifier: Apache-2.0
// transports/appendfile_run.h – the appendfile transport: choose the target, open the mailbox, write, commit. What a
// mailbox format does is in mailbox/; this turns its results into verdicts (spec appendfile.md §11–§14).
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "driver/transport.h"
#include "mailbox/mailbox.h"
#include "mailbox/mbox_file.h"
#include "transports/appendfile_options.h"
#include "transports/appendfile_quota.h"
#include "transports/appendfile_target.h"
#include "transports/format_switch.h"

namespace postern {

class Appendfile final : public Transport {
public:
    using Options = AppendfileOptions;
    static constexpr bool kRecordsIntents = true;
    Appendfile(const TransportInstance& instance, const Options& options) : instance_(instance), options_(options) {}

    [[nodiscard]] std::optional<SetupFailure> setup(DeliveryContext& context) override;
    [[nodiscard]] DeliveryPlan plan(DeliveryContext& context) override;
    [[nodiscard]] DeliveryReport deliver(DeliveryContext& context) override;

private:
    struct Done {
        Outcome outcome;
        std::int64_t bytes_written = 0;
        bool affixes_sent = false;  // RCPT lines with prefixes and suffixes are written, or were about to be
        std::string panic_line{};
    };
    // file_format (appendfile_switch.cc): whoever may have to take over, set up while that can still be done.
    struct Stand {
        std::unique_ptr<Appendfile> transport;
        std::optional<SetupFailure> failure;
    };
    using Stands = std::map<const TransportInstance*, Stand>;
    using Passed = std::vector<const TransportInstance*>;  // transports that have handed the message on
    void make_stands(DeliveryContext& context);
    [[nodiscard]] std::optional<SetupFailure> set_up_quota(DeliveryContext& context);
    // Null: the target is ours, or has its verdict now. Else who has to go on.
    [[nodiscard]] const Stand* next_transport(DeliveryContext& context, AppendfileTarget& target, const Stands& stands,
                                              const Passed& passed) const;
    [[nodiscard]] DeliveryReport deliver_on(DeliveryContext& context, const Stands& stands, Passed passed) const;
    [[nodiscard]] DeliveryPlan plan_on(DeliveryContext& context, const Stands& stands, Passed passed) const;
    [[nodiscard]] DeliveryPlan plan_here(DeliveryContext& context, const AppendfileTarget& target) const;

    [[nodiscard]] Done execute(DeliveryContext& context, AppendfileTarget& target) const;
    [[nodiscard]] MailboxResult<std::unique_ptr<Mailbox>> open_mailbox(DeliveryContext& context,
                                                                       AppendfileTarget& target,
                                                                       AppendfileQuota& quota) const;
    [[nodiscard]] Done write(DeliveryContext& context, AppendfileTarget::Format format, Mailbox& mailbox,
                             AppendfileQuota& quota) const;
    [[nodiscard]] MailboxResult<std::unique_ptr<Mailbox>> open_file(DeliveryContext& context,
                                                                    AppendfileTarget& target) const;
    // Why the bytes did not get there, or how many did, and what the log counts of them.
    struct Bytes {
        std::int64_t reported = 0, newlines = 0;
    };
    [[nodiscard]] tl::expected<Bytes, Outcome> write_bytes(DeliveryContext& context, WritePlan plan,
                                                           std::int64_t uncounted, Mailbox& mailbox) const;
    [[nodiscard]] tl::expected<Bytes, Outcome> write_known(DeliveryContext& context, WritePlan plan,
                                                           std::int64_t uncounted, Mailbox& mailbox) const;
    void notify_comsat(const DeliveryContext& context, const Mailbox& mailbox) const;
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
    Stands stands_;
};

}  // namespace postern
