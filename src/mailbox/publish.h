// SPDX-License-Identifier: Apache-2.0
// mailbox/publish.h – a complete, synced file gets the name under which others find it. Never replaces anything: the
// Error is EEXIST then (W16).
#pragma once

#include "base/result.h"
#include "sys/os.h"

namespace postern {

[[nodiscard]] Status publish(Os& os, const AtPath& temporary, const AtPath& final_name);

}  // namespace postern
