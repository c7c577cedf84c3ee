// SPDX-License-Identifier: Apache-2.0
// deliver/one_time.h – redirect's one_time (spec queue-retry-bounce.md §6 step 20): a list is looked up once. What is
// still open of it becomes recipients of the message, and the address that stood for it is done.
#pragma once

#include <vector>

#include "driver/address_item.h"
#include "mail/message.h"

namespace postern {

// `open`: the addresses that stay on the queue. Lists that can't be kept as recipients are looked up again.
void keep_one_time_children(Message& message, const std::vector<const AddressItem*>& open);

}  // namespace postern
