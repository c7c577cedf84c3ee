// SPDX-License-Identifier: Apache-2.0
// transports/batch_smtp.h – use_bsmtp: the envelope of a batch around the message, as appendfile and pipe write it.
#pragma once

#include "driver/transport.h"

namespace postern {

// MAIL, RCPT and DATA behind the plan's prefix, the final dot behind its suffix; line ends as the plan's.
void add_batch_envelope(WritePlan& plan, const DeliveryContext& context);

}  // namespace postern
