// SPDX-License-Identifier: Apache-2.0
// route/test_address.h – routes one address from the command line, and all that it turns into, without delivering: the
// loop behind -bt, -bv and `postern explain` (spec routing.md §8). What it prints is in route/report.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "route/chain.h"

namespace postern {

struct AddressTest {
    std::string address;       // qualified and rewritten; empty if it is no address
    std::string syntax_error;  // why not
    bool rewritten = false;
    enum class Kind : std::uint8_t {
        failed,
        deferred,
        generated,  // pipe, file or reply of a redirect router
    };
    struct Decided {
        Kind kind;
        const AddressItem* item;
    };
    std::vector<Decided> decided;              // in the order in which it was found out
    std::vector<const AddressItem*> accepted;  // addresses with a transport, in the order of Exim's report
    [[nodiscard]] int exit_code() const;       // 0 all well, 1 something deferred, 2 something failed
};

// The items of one command-line argument: it may be a list of addresses. Empty ones are left out.
[[nodiscard]] std::vector<std::string> addresses_of_argument(std::string_view argument);

// `context` has everything but scope.address and children set; items are made in its pool.
[[nodiscard]] AddressTest test_address(RouterChain& chain, RouteContext& context, std::string_view text);

// -bv and -bvs: one address is followed while it turns into one other. `mode` of the context says which.
struct AddressVerification {
    std::string address, syntax_error;
    bool rewritten = false;
    RouteVerdict verdict = RouteVerdict::ok;
    std::string message;
};
[[nodiscard]] AddressVerification verify_address(RouterChain& chain, RouteContext& context, std::string_view text);

}  // namespace postern
