// SPDX-License-Identifier: Apache-2.0
// deliver/address_text.h – how log lines name an address: with its parents and the original recipient where they differ
// (spec transport-framework.md §12.2 "Address text").
#pragma once

#include <string>

#include "driver/address_item.h"

namespace postern {

struct AddressTextStyle {
    bool all_parents = false;  // log selector
    bool success = false;      // log_as_local applies to successes only
};
[[nodiscard]] std::string address_text(const AddressItem& item, const AddressTextStyle& style);

}  // namespace postern
