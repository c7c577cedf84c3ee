// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_verdicts.h – from what a server said, or did not say, to verdicts (spec lmtp.md §5.1, §8): the one
// place where an LMTP dialogue becomes outcomes.
#pragma once

#include "driver/transport.h"
#include "protocol/dialogue.h"

namespace postern {

struct LmtpEnding {
    const Dialogue& dialogue;
    std::int64_t bytes_sent = 0;  // of the message
    std::string remark;           // behind the text of a failure that was not the server's word
    bool top_bit_ok = false;      // print_topbitchars
};
// One for each recipient, in their order.
[[nodiscard]] std::vector<AddressReport> lmtp_verdicts(const LmtpEnding& ending);

}  // namespace postern
