// SPDX-License-Identifier: Apache-2.0
// driver/router.h – what a router driver is to the chain that runs it (route/).
//
// The chain has checked every precondition and set the scope; route() decides. It changes only the item and the
// children it makes through the context; it reads files named by the configuration, as the user where the options say
// so.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "driver/address_item.h"
#include "expand/expander.h"
#include "rewrite/rewrite.h"
#include "sys/process.h"

namespace postern {

enum class RouteVerdict : std::uint8_t { ok, decline, pass, fail, defer, discard };

enum class RouteMode : std::uint8_t { deliver, address_test, verify_recipient, verify_sender, explain };

struct RouteContext {
    const Configuration& configuration;
    Os& os;
    Clock& clock;
    ProcessRunner& processes;
    Expander& expander;
    Rewriter& rewriter;
    AddressPool& pool;
    const Message* message = nullptr;  // null: -bt without a message
    RouteMode mode = RouteMode::deliver;
    Scope scope;                                    // of the address and router in hand
    AddressScope address_scope;                     // scope.address points here
    std::vector<AddressItem*>* children = nullptr;  // new addresses, in order of appearance
    std::function<void(const std::string&)> main_log, main_and_panic_log;
    std::function<void(bool)>
        quiet_log;  // set by the chain for each router that it visits (disable_logging); may be empty
    std::function<void(const std::string&)> note;         // `postern explain`: one line a decision; may be empty
    std::function<void(const std::string&)> debug_print;  // -bt, -d: texts of debug_print; may be empty
    // Verification of errors_to (spec routing.md §3.5): true if the address routes. Set by the chain.
    std::function<bool(const Text& address)> verify_address;
    std::string sender;

    void say(const std::string& text) const;  // note() if there is one
};

struct RouteResult {
    RouteVerdict verdict = RouteVerdict::decline;
    Outcome outcome;            // for fail and defer: code, message, user_message, freeze
    bool pass_message = false;  // the message may be shown to users
};
[[nodiscard]] RouteResult route_deferred(std::string message, int code = code::kUnknown);
[[nodiscard]] RouteResult route_failed(std::string message, int code = code::kUnknown);

class RouterDriverBase {
public:
    RouterDriverBase() = default;
    RouterDriverBase(const RouterDriverBase&) = delete;
    RouterDriverBase& operator=(const RouterDriverBase&) = delete;
    virtual ~RouterDriverBase() = default;
    [[nodiscard]] virtual RouteResult route(AddressItem& item, RouteContext& context) = 0;
    // False (redirect's no_repeat_use): an address with any ancestor that this router handled passes it by.
    [[nodiscard]] virtual bool repeat_use() const { return true; }
};

// Defaults that depend on other options: which retry key a deferral of this router gets, and how its log lines look.
[[nodiscard]] bool retries_by_local_part(const RouterInstance& router);
[[nodiscard]] bool logs_as_local(const RouterInstance& router);

struct RouterDriver {
    DriverDescription description;
    std::unique_ptr<RouterDriverBase> (*make)(const RouterInstance& instance) = nullptr;
};

// router_driver_of<Accept>("accept", kRows, init): as transport_driver_of in driver/transport.h.
template <class Driver>
constexpr RouterDriver router_driver_of(std::string_view name, OptionTable rows,
                                        DriverDescription::InitError (*init)(RouterInstance&) = nullptr) {
    return {{.name = name,
             .options = rows,
             .make_options = []() -> std::shared_ptr<void> { return std::make_shared<typename Driver::Options>(); },
             .init_router = init},
            [](const RouterInstance& instance) -> std::unique_ptr<RouterDriverBase> {
                return std::make_unique<Driver>(
                    instance, *static_cast<const typename Driver::Options*>(instance.private_options.get()));
            }};
}

// The engine gets the drivers as a value; app/ is the only place that names them.
struct TransportDriver;
struct DriverSet {
    std::vector<const RouterDriver*> routers;
    std::vector<const TransportDriver*> transports;
    [[nodiscard]] const RouterDriver* router(std::string_view name) const;
    [[nodiscard]] const TransportDriver* transport(std::string_view name) const;
};

// --- helper steps that drivers share (spec routing.md §3.5, §3.6), in the order errors_to, headers, transport, queue.
// Each returns nullopt when all is well, else the result that route() has to return.
[[nodiscard]] std::optional<RouteResult> apply_errors_to(const RouterInstance&, AddressItem&, RouteContext&);
[[nodiscard]] std::optional<RouteResult> apply_header_options(const RouterInstance&, AddressItem&, RouteContext&);
[[nodiscard]] std::optional<RouteResult> choose_transport(const RouterInstance&, const Expandable& option,
                                                          std::string_view option_name, AddressItem&, RouteContext&);
[[nodiscard]] std::optional<RouteResult> apply_user_and_home(const RouterInstance&, AddressItem&, RouteContext&);

// The user and group part of the last step alone, for drivers that act as the user (redirect reading a .forward).
struct RouterIdentity {
    std::optional<uid_t> uid;
    std::optional<gid_t> gid;
    std::string uid_from, gid_from;
};
[[nodiscard]] std::optional<RouteResult> router_identity(const RouterInstance&, const AddressItem&, RouteContext&,
                                                         RouterIdentity&);

}  // namespace postern
