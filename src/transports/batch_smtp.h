// SPDX-License-Identifier: Apache-2.0
// transports/batch_smtp.h – addresses as SMTP paths, and use_bsmtp: the envelope of a batch around the message, as
// appendfile and pipe write it.
#pragma once

#include "driver/transport.h"

namespace postern {

// The path of a RCPT: the address as it came, without affixes unless they are wanted; of a file or pipe its owner's.
[[nodiscard]] std::string batch_recipient(const AddressItem& item, bool with_affixes);

// MAIL, RCPT and DATA behind the plan's prefix, the final dot behind its suffix. `crlf`: their line ends, by use_crlf;
// an MBX message has CRLF lines all the same.
void add_batch_envelope(WritePlan& plan, const DeliveryContext& context, bool crlf);

}  // namespace postern
