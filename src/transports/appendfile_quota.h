// SPDX-License-Identifier: Apache-2.0
// transports/appendfile_quota.h – the quota of one appendfile delivery: what the options say, for the gauge of a
// directory (mailbox/quota_gauge.h) or for one file under its locks; refusals and the warning (spec appendfile.md §8,
// §10, §13, §16).
#pragma once

#include <memory>
#include <optional>

#include "driver/transport.h"
#include "mailbox/quota_gauge.h"
#include "transports/appendfile_quota_options.h"

namespace postern {

class AppendfileQuota {
public:
    AppendfileQuota(DeliveryContext& context, const AppendfileOptions& options, const AppendfileQuotaOptions& numbers,
                    int cache_directory);
    ~AppendfileQuota();
    AppendfileQuota(const AppendfileQuota&) = delete;
    AppendfileQuota& operator=(const AppendfileQuota&) = delete;

    // For a mailbox that is a directory: gives it a gauge, if there is anything to measure.
    void attach_to(MailboxSettings& mailbox, bool maildir);
    // The opened mailbox has no room for the message. The code is kQuota.
    [[nodiscard]] std::optional<MailboxFailure> refusal(const Mailbox& mailbox);
    // `postern explain`: would the message be refused? Looks, changes nothing. `in_file`: size of a mailbox that is
    // one.
    [[nodiscard]] std::optional<MailboxFailure> foresee(MailboxSettings mailbox, bool maildir, const Place& place);
    [[nodiscard]] std::optional<MailboxFailure> foresee(const std::string& path, std::int64_t in_file) const;
    // What was written, before the mailbox is committed.
    void set_written(std::int64_t bytes);
    // The committed message took the mailbox past the threshold.
    [[nodiscard]] bool warns() const;

private:
    class Rules;

    DeliveryContext& context_;
    const AppendfileOptions& options_;
    const AppendfileQuotaOptions& numbers_;
    int cache_directory_;
    std::unique_ptr<Rules> rules_;
    std::unique_ptr<QuotaGauge> gauge_;
    std::int64_t size_before_ = 0, written_ = 0;  // of one file
};

// <spool>/db/quota/<uid>, which belongs to the recipient; made if it is missing. To be opened while still privileged:
// the recipient has no way to it but this descriptor. None: nothing is kept.
[[nodiscard]] UniqueFd open_quota_cache(DeliveryContext& context);

}  // namespace postern
