// SPDX-License-Identifier: Apache-2.0
// config/driver_options.h – the generic options of routers and transports, and how a driver describes itself to the
// configuration reader. One member an option, named as the option is; meanings are in spec transport-framework.md §2
// and routing.md §3.1, defaults are the initialisers here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "config/options.h"
#include "config/values.h"

namespace postern {

struct TransportOptions {
    bool body_only = false, headers_only = false;
    bool return_path_add = false, envelope_to_add = false, delivery_date_add = false;
    HeaderAdditions headers_add;
    HeaderRemovals headers_remove;
    RewriteRules headers_rewrite;
    Expandable transport_filter;
    Interval transport_filter_timeout{300};
    Expandable return_path;
    UserOption user;
    GroupOption group;
    bool initgroups = false;
    Expandable home_directory, current_directory;
    Expandable message_size_limit, max_parallel;
    OptionalBool retry_use_local_part{true, false};
    bool rcpt_include_affixes = false;
    PlainString shadow_transport;
    Expandable shadow_condition;
    bool disable_logging = false;
    Expandable debug_print, event_action;
};

struct RouterOptions {
    Expandable address_data;
    bool address_test = true;
    Expandable cannot_route_message;
    bool caseful_local_part = false, check_local_user = false;
    Conditions condition;
    Expandable debug_print;
    bool disable_logging = false;
    Expandable domains, local_parts, senders;
    PlainString dnssec_request_domains{"*", true}, dnssec_require_domains;
    bool dsn_lasthop = false;
    Expandable errors_to;
    bool expn = true;
    bool fail_verify_recipient = false, fail_verify_sender = false;  // fail_verify sets both
    PlainString fallback_hosts;
    UserOption user;
    GroupOption group;
    bool initgroups = false;
    HeaderAdditions headers_add;
    HeaderRemovals headers_remove;
    PlainString ignore_target_hosts;
    PlainString local_part_prefix, local_part_suffix;
    bool local_part_prefix_optional = false, local_part_suffix_optional = false;
    OptionalBool log_as_local;  // default from the driver: true for accept
    ExpandableBool more{true, {}, {}};
    bool pass_on_timeout = false;
    PlainString pass_router, redirect_router;
    Expandable require_files;
    OptionalBool retry_use_local_part;
    Expandable router_home_directory;
    PlainString self{"freeze", false};
    RouterVariables set;
    Expandable translate_ip_address;
    Expandable transport;
    Expandable transport_home_directory, transport_current_directory;
    ExpandableBool unseen;
    bool verify_recipient = true, verify_sender = true;  // verify sets both
    bool verify_only = false;
};

struct Configuration;
template <class Generic>
struct DriverInstance;

// What a driver tells the reader. A constant record beside the driver's code (transports/appendfile.cc).
struct DriverDescription {
    std::string_view name;
    OptionTable options;  // private options, members of the block that make_options makes
    std::shared_ptr<void> (*make_options)();
    // Consistency checks and defaults that need the whole instance; returns Exim's text, or "" if all is well.
    // Which frame the text gets is part of the answer (spec transport-framework.md §1: L, G, F).
    struct InitError {
        enum class Frame : std::uint8_t { none, general, for_instance } frame = Frame::none;
        std::string text;
        std::string warning{};  // it works, but hardly as somebody meant it: for `postern check`
    };
    InitError (*init_transport)(const DriverInstance<TransportOptions>&) = nullptr;  // private_options may be edited
    InitError (*init_router)(DriverInstance<RouterOptions>&) = nullptr;
    // What `postern check` tells about an instance that works, but could do better; empty: nothing.
    std::string (*advise_transport)(const DriverInstance<TransportOptions>&) = nullptr;
    bool log_as_local = false;  // routers: default of that option
    enum class TransportNeed : std::uint8_t { required, forbidden, optional } transport = TransportNeed::optional;
    bool local = true;  // transports: runs as the recipient on this machine
};

struct DriverCatalogue {
    std::span<const DriverDescription*const> routers, transports;
    std::span<const std::string_view> later_routers,
        later_transports;  // real Exim drivers that are not here yet: refused by name
};

// The rows of the two generic tables (driver_options.cc).
[[nodiscard]] OptionTable router_option_table();
[[nodiscard]] OptionTable transport_option_table();

}  // namespace postern
