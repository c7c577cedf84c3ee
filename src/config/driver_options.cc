// SPDX-License-Identifier: Apache-2.0
#include "config/driver_options.h"

#include <algorithm>

namespace postern {

namespace {

// Rows of both tables live in the instance's generic block. "driver" is not a row: it is the reader's own.
constexpr OptionRow kTransportRows[] = {
    opt<&TransportOptions::body_only>("body_only"),
    opt<&TransportOptions::current_directory>("current_directory"),
    opt<&TransportOptions::debug_print>("debug_print"),
    opt<&TransportOptions::delivery_date_add>("delivery_date_add"),
    opt<&TransportOptions::disable_logging>("disable_logging"),
    opt<&TransportOptions::envelope_to_add>("envelope_to_add"),
    opt<&TransportOptions::event_action>("event_action"),
    opt<&TransportOptions::group>("group"),
    opt<&TransportOptions::headers_add>("headers_add"),
    opt<&TransportOptions::headers_only>("headers_only"),
    opt<&TransportOptions::headers_remove>("headers_remove"),
    opt<&TransportOptions::headers_rewrite>("headers_rewrite"),
    opt<&TransportOptions::home_directory>("home_directory"),
    opt<&TransportOptions::initgroups>("initgroups"),
    opt<&TransportOptions::max_parallel>("max_parallel"),
    opt<&TransportOptions::message_size_limit>("message_size_limit"),
    opt<&TransportOptions::rcpt_include_affixes>("rcpt_include_affixes"),
    opt<&TransportOptions::retry_use_local_part>("retry_use_local_part"),
    opt<&TransportOptions::return_path>("return_path"),
    opt<&TransportOptions::return_path_add>("return_path_add"),
    opt<&TransportOptions::shadow_condition>("shadow_condition"),
    opt<&TransportOptions::shadow_transport>("shadow_transport"),
    opt<&TransportOptions::transport_filter>("transport_filter"),
    opt<&TransportOptions::transport_filter_timeout>("transport_filter_timeout"),
    opt<&TransportOptions::user>("user"),
};
static_assert(sorted_and_unique(kTransportRows));

constexpr OptionRow kRouterRows[] = {
    opt<&RouterOptions::address_data>("address_data"),
    opt<&RouterOptions::address_test>("address_test"),
    opt<&RouterOptions::cannot_route_message>("cannot_route_message"),
    opt<&RouterOptions::caseful_local_part>("caseful_local_part"),
    opt<&RouterOptions::check_local_user>("check_local_user"),
    opt<&RouterOptions::condition>("condition"),
    opt<&RouterOptions::debug_print>("debug_print"),
    opt<&RouterOptions::disable_logging>("disable_logging"),
    opt<&RouterOptions::dnssec_request_domains>("dnssec_request_domains"),
    opt<&RouterOptions::dnssec_require_domains>("dnssec_require_domains"),
    opt<&RouterOptions::domains>("domains"),
    opt<&RouterOptions::dsn_lasthop>("dsn_lasthop"),
    opt<&RouterOptions::errors_to>("errors_to"),
    opt<&RouterOptions::expn>("expn"),
    synonym_of<&RouterOptions::fail_verify_sender, &RouterOptions::fail_verify_recipient>("fail_verify"),
    opt<&RouterOptions::fail_verify_recipient>("fail_verify_recipient"),
    opt<&RouterOptions::fail_verify_sender>("fail_verify_sender"),
    opt<&RouterOptions::fallback_hosts>("fallback_hosts"),
    opt<&RouterOptions::group>("group"),
    opt<&RouterOptions::headers_add>("headers_add"),
    opt<&RouterOptions::headers_remove>("headers_remove"),
    opt<&RouterOptions::ignore_target_hosts>("ignore_target_hosts"),
    opt<&RouterOptions::initgroups>("initgroups"),
    opt<&RouterOptions::local_part_prefix>("local_part_prefix"),
    opt<&RouterOptions::local_part_prefix_optional>("local_part_prefix_optional"),
    opt<&RouterOptions::local_part_suffix>("local_part_suffix"),
    opt<&RouterOptions::local_part_suffix_optional>("local_part_suffix_optional"),
    opt<&RouterOptions::local_parts>("local_parts"),
    opt<&RouterOptions::log_as_local>("log_as_local"),
    opt<&RouterOptions::more>("more"),
    opt<&RouterOptions::pass_on_timeout>("pass_on_timeout"),
    opt<&RouterOptions::pass_router>("pass_router"),
    opt<&RouterOptions::redirect_router>("redirect_router"),
    opt<&RouterOptions::require_files>("require_files"),
    opt<&RouterOptions::retry_use_local_part>("retry_use_local_part"),
    opt<&RouterOptions::router_home_directory>("router_home_directory"),
    opt<&RouterOptions::self>("self"),
    opt<&RouterOptions::senders>("senders"),
    opt<&RouterOptions::set>("set"),
    opt<&RouterOptions::transport>("transport"),
    opt<&RouterOptions::transport_current_directory>("transport_current_directory"),
    opt<&RouterOptions::transport_home_directory>("transport_home_directory"),
    opt<&RouterOptions::unseen>("unseen"),
    opt<&RouterOptions::user>("user"),
    synonym_of<&RouterOptions::verify_sender, &RouterOptions::verify_recipient>("verify"),
    opt<&RouterOptions::verify_only>("verify_only"),
    opt<&RouterOptions::verify_recipient>("verify_recipient"),
    opt<&RouterOptions::verify_sender>("verify_sender"),
};
static_assert(sorted_and_unique(kRouterRows));

}  // namespace

OptionTable transport_option_table() { return kTransportRows; }
OptionTable router_option_table() { return kRouterRows; }

const OptionRow* find_option(OptionTable table, std::string_view name) {
    const auto found = std::lower_bound(table.begin(), table.end(), name,
                                        [](const OptionRow& row, std::string_view n) { return row.name < n; });
    return found != table.end() && found->name == name ? &*found : nullptr;
}

}  // namespace postern
