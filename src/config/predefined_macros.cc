// SPDX-License-Identifier: Apache-2.0
// What .ifdef can ask about this Postern: options, drivers and features that it has. Options that it only recognises
// count, as setting them is legal; those that it refuses do not.
#include <algorithm>

#include "base/strings.h"
#include "config/inert_options.h"
#include "config/macros.h"

namespace postern {

namespace {

constexpr std::string_view kFeatures[] = {
    "_HAVE_CRYPTEQ", "_HAVE_IPV6", "_HAVE_LOOKUP_DSEARCH", "_HAVE_LOOKUP_LSEARCH", "_HAVE_LOOKUP_PASSWD",
};

// Log selectors (log/selector.h knows them all).
constexpr std::string_view kSelectors[] = {
    "8bitmime",
    "acl_warn_skipped",
    "address_rewrite",
    "all",
    "all_parents",
    "arguments",
    "connection_reject",
    "delay_delivery",
    "deliver_time",
    "delivery_size",
    "dkim",
    "dkim_verbose",
    "dnslist_defer",
    "dnssec",
    "etrn",
    "host_lookup_failed",
    "ident_timeout",
    "incoming_interface",
    "incoming_port",
    "lost_incoming_connection",
    "millisec",
    "msg_id",
    "msg_id_created",
    "outgoing_interface",
    "outgoing_port",
    "pid",
    "pipelining",
    "protocol_detail",
    "proxy",
    "queue_run",
    "queue_time",
    "queue_time_exclusive",
    "queue_time_overall",
    "receive_time",
    "received_recipients",
    "received_sender",
    "rejected_header",
    "rejected_headers",
    "retry_defer",
    "return_path_on_delivery",
    "sender_on_delivery",
    "sender_verify_fail",
    "size_reject",
    "skip_delivery",
    "smtp_confirmation",
    "smtp_connection",
    "smtp_incomplete_transaction",
    "smtp_mailauth",
    "smtp_no_mail",
    "smtp_protocol_error",
    "smtp_syntax_error",
    "subject",
    "tls_certificate_verified",
    "tls_cipher",
    "tls_peerdn",
    "tls_resumption",
    "tls_sni",
    "unknown_in_list",
};

class Names {
public:
    void add(std::string_view prefix, std::string_view name) { names_.push_back(std::string(prefix) + to_upper(name)); }
    void add_options(const std::string& prefix, OptionTable table) {
        for (const auto& row : table) add(prefix, row.name);
    }
    void add_drivers(const std::string& kind, std::span<const DriverDescription* const> drivers) {
        for (const auto* driver : drivers) {
            add("_DRIVER_" + kind + "_", driver->name);
            add_options("_OPT_" + kind + "_" + to_upper(driver->name) + "_", driver->options);
        }
    }
    std::vector<std::string> take() {
        std::sort(names_.begin(), names_.end());
        return std::move(names_);
    }

private:
    std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> predefined_macros(const DriverCatalogue* drivers) {
    Names names;
    for (const auto feature : kFeatures) names.add("", feature);
    for (const auto selector : kSelectors) names.add("_LOG_", selector);
    names.add_options("_OPT_MAIN_", main_option_table());
    for (const auto& option : inert_options())
        if (option.why_not.empty()) names.add("_OPT_MAIN_", option.name);
    names.add_options("_OPT_ROUTERS_", router_option_table());
    names.add_options("_OPT_TRANSPORTS_", transport_option_table());
    if (drivers != nullptr) {
        names.add_drivers("ROUTER", drivers->routers);
        names.add_drivers("TRANSPORT", drivers->transports);
        for (const auto* driver : drivers->transports)
            if (driver->name == "appendfile")
                for (const std::string_view format : {"MAILDIR", "MAILSTORE", "MBX"})
                    names.add("_HAVE_TRANSPORT_APPEND_", format);
    }
    return names.take();
}

}  // namespace postern
