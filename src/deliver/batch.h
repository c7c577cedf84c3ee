// SPDX-License-Identifier: Apache-2.0
// deliver/batch.h – which addresses share one delivery (spec transport-framework.md §6).
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "deliver/engine.h"

namespace postern {

using AddressChain = std::deque<AddressItem*>;

// Takes the first address of the chain and all later ones that may go with it, in order. `apart` says of an address
// that it must not, whatever the options say: what earlier runs did to it differs (such ones are left in the chain).
[[nodiscard]] std::vector<AddressItem*> take_batch(const Engine& engine, const Scope& message_scope,
                                                   AddressChain& chain,
                                                   const std::function<bool(const AddressItem&)>& apart);

// True if one of the driver's private string options refers to $NAME; "$local_part_data" counts (spec §6 point 5). Exim
// looks at the first "NAME" of an option only (docs/differences.md, D-batch-mention).
[[nodiscard]] bool private_options_mention(const TransportInstance& transport, std::string_view name);

}  // namespace postern
