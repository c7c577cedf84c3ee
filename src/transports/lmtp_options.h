// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_options.h – the private options of lmtp, one member an option (spec lmtp.md §1). docs/options/lmtp.md
// says what they mean.
#pragma once

#include "config/values.h"

namespace postern {

struct LmtpOptions {
    Expandable batch_id;
    Integer batch_max{1};
    Expandable command;
    Interval connect_timeout{300};
    Expandable hosts;
    bool ignore_quota = false;
    Expandable port{"24", true, {}};
    Interval session_timeout{3600};
    Expandable socket;
    Interval timeout{300};
};

}  // namespace postern
