// SPDX-License-Identifier: Apache-2.0
// transports/appendfile_quota_options.h – the quota options of appendfile as numbers (spec appendfile.md §3). Expanded
// in the setup phase, with the privileges of the program, so that their lookups may read what the recipient cannot.
#pragma once

#include <optional>

#include "driver/transport.h"
#include "mailbox/quota_limits.h"
#include "transports/appendfile_options.h"

namespace postern {

struct AppendfileQuotaOptions {
    QuotaLimits limits;
    bool size_file = false;                               // maildir_use_size_file
    std::optional<std::int64_t> known_size, known_count;  // mailbox_size, mailbox_filecount

    // Something has to be measured or kept up to date.
    [[nodiscard]] bool active() const { return limits.measures() || size_file; }
};

[[nodiscard]] tl::expected<AppendfileQuotaOptions, SetupFailure> expand_quota_options(DeliveryContext& context,
                                                                                      const AppendfileOptions& options);

}  // namespace postern
