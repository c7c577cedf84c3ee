// SPDX-License-Identifier: Apache-2.0
// expand/interfaces.h – is an address one of this host's own? (@[] in lists)
#pragma once

#include "lookup/ip_address.h"

namespace postern {

[[nodiscard]] bool is_local_interface(const IpAddress& address);

}  // namespace postern
