// SPDX-License-Identifier: Apache-2.0
// accept – takes every address that its preconditions let through and gives it to its transport (spec routing.md §4.1).
#include "driver/router.h"

namespace postern {
namespace {

class Accept final : public RouterDriverBase {
public:
    struct Options {};

    Accept(const RouterInstance& router, const Options&) : router_(router) {}

    RouteResult route(AddressItem& item, RouteContext& context) override {
        if (auto problem = apply_errors_to(router_, item, context)) return *std::move(problem);
        if (auto problem = apply_header_options(router_, item, context)) return *std::move(problem);
        if (router_.options.transport) {
            if (auto problem = choose_transport(router_, router_.options.transport, "transport", item, context))
                return *std::move(problem);
        }
        if (auto problem = apply_user_and_home(router_, item, context)) return *std::move(problem);
        return {.verdict = RouteVerdict::ok, .outcome = {}, .pass_message = false};
    }

private:
    const RouterInstance& router_;
};

}  // namespace

extern const RouterDriver accept_driver;
constinit const RouterDriver accept_driver = [] {
    RouterDriver driver = router_driver_of<Accept>("accept", {});
    driver.description.log_as_local = true;
    driver.description.transport = DriverDescription::TransportNeed::required;
    return driver;
}();

}  // namespace postern
