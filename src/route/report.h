// SPDX-License-Identifier: Apache-2.0
// route/report.h – what -bt and -bv print on stdout (spec routing.md §8), byte for byte as Exim does.
#pragma once

#include <set>
#include <string>

#include "route/test_address.h"

namespace postern {

// Of one address. `seen`: the addresses that this run has reported already; `admin`: may see why an address is
// deferred.
[[nodiscard]] std::string address_test_report(const AddressTest& test, std::set<std::string>& seen, bool admin);

[[nodiscard]] std::string verification_report(const AddressVerification& result, bool admin);
[[nodiscard]] int exit_code(const AddressVerification& result);

}  // namespace postern
