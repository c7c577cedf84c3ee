// SPDX-License-Identifier: Apache-2.0
// wording/routing.h – texts of routers: reasons of deferrals and failures, main log lines, and the reports of -bt
// (spec routing.md §1, §3–§5, §8). They end in log lines, bounces and administrators' scripts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wording {

// --- preconditions and generic options, §3.2 and §3.4 ---
[[nodiscard]] std::string routing_loop(std::string_view address);
[[nodiscard]] std::string list_check_deferred(std::string_view option);  // domains, local_parts, senders
[[nodiscard]] std::string condition_deferred();
[[nodiscard]] std::string option_not_expanded(std::string_view source, std::string_view option, std::string_view why);
[[nodiscard]] std::string require_files_user_not_found(std::string_view user);
[[nodiscard]] std::string require_files_group_missing(std::string_view user);
[[nodiscard]] std::string require_files_group_not_found(std::string_view group);
[[nodiscard]] std::string require_files_not_absolute(std::string_view path);
[[nodiscard]] std::string require_files_error(std::string_view path, int code);
[[nodiscard]] std::string bad_variable_name(std::string_view name, std::string_view router);
[[nodiscard]] std::string expansion_failed_in_router(std::string_view source, std::string_view router,
                                                     std::string_view why);
[[nodiscard]] std::string cannot_route_not_expanded(std::string_view router, std::string_view why);
[[nodiscard]] std::string unrouteable();
[[nodiscard]] std::string forced_verify_failure(std::string_view router);
[[nodiscard]] std::string without_passwords(std::string message);  // expansion.md §1, last point
[[nodiscard]] std::string debug_print_not_expanded(std::string_view source, std::string_view why);
[[nodiscard]] std::string account_service_failed(std::string_view user, int code);  // Postern's own: Exim bounces

// --- helper steps, §3.5 and §3.6 ---
[[nodiscard]] std::string router_failed_to_expand(std::string_view router, std::string_view source,
                                                  std::string_view why);
// option is "add_headers" or "remove_headers".
[[nodiscard]] std::string header_item_not_expanded(std::string_view router, std::string_view option,
                                                   std::string_view item, std::string_view why);
[[nodiscard]] std::string transport_not_expanded(std::string_view source, std::string_view router,
                                                 std::string_view why);
[[nodiscard]] std::string transport_tainted(std::string_view value, std::string_view source);
[[nodiscard]] std::string internal_configuration_error();
[[nodiscard]] std::string transport_not_found(std::string_view name, std::string_view router);
[[nodiscard]] std::string transport_unset(std::string_view option, std::string_view router);
// kind is "user" or "group".
[[nodiscard]] std::string router_account_not_expanded(std::string_view kind, std::string_view source,
                                                      std::string_view router, std::string_view why);
[[nodiscard]] std::string router_account_not_found(std::string_view kind, std::string_view name,
                                                   std::string_view source, std::string_view router);
[[nodiscard]] std::string router_user_without_group(std::string_view router);

// --- redirect, §4.3 and §4.4 ---
[[nodiscard]] std::string not_expanded(std::string_view source, std::string_view why);
[[nodiscard]] std::string not_absolute_path(std::string_view path);
[[nodiscard]] std::string tainted_file(std::string_view path);
[[nodiscard]] std::string parent_not_seen(std::string_view directory, int code);  // failed to stat D/. (why)
// EACCES also says who was refused.
[[nodiscard]] std::string file_not_opened(std::string_view path, int code, std::uint64_t euid, std::uint64_t egid);
[[nodiscard]] std::string not_a_regular_file(std::string_view path);
[[nodiscard]] std::string bad_file_mode(std::string_view path, unsigned mode, unsigned unexpected);
[[nodiscard]] std::string bad_file_owner(std::string_view path);
[[nodiscard]] std::string bad_file_group(std::string_view path);
[[nodiscard]] std::string file_not_examined(std::string_view path, int code);
[[nodiscard]] std::string file_not_read(std::string_view path, int code);
[[nodiscard]] std::string file_too_big(std::string_view path, std::uint64_t limit);
[[nodiscard]] std::string redirect_error(bool in_file, std::string_view why);  // error in redirect file: why
[[nodiscard]] std::string filter_error(bool in_file, std::string_view why);
[[nodiscard]] std::string filtering_not_enabled();
[[nodiscard]] std::string forced_defer();
[[nodiscard]] std::string forced_rejection();
[[nodiscard]] std::string subprocess_lost(std::string_view router, std::string_view address, int wait_status,
                                          std::string_view reader_error);
[[nodiscard]] std::string skipped_error(std::string_view router, std::string_view error);
[[nodiscard]] std::string syntax_error_in_redirection();
[[nodiscard]] std::string blackholed(std::string_view address, std::string_view router);

// --- redirection lists, §5 ---
[[nodiscard]] std::string item_error(std::string_view why, std::string_view item);  // why in "item"
[[nodiscard]] std::string special_not_permitted(std::string_view item);             // ":fail:" is not permitted
[[nodiscard]] std::string include_name_missing();
[[nodiscard]] std::string include_name_too_long(std::string_view name);
[[nodiscard]] std::string included_list_not_absolute(std::string_view name);
[[nodiscard]] std::string include_not_permitted();
[[nodiscard]] std::string include_tainted(std::string_view name);
[[nodiscard]] std::string include_outside(std::string_view name, std::string_view directory);
[[nodiscard]] std::string include_component(std::string_view component);
[[nodiscard]] std::string include_not_opened(std::string_view name, int code, std::uint64_t euid, std::uint64_t egid);
[[nodiscard]] std::string include_not_regular(std::string_view name, std::string_view directory);
[[nodiscard]] std::string include_not_read(std::string_view name, int code);
[[nodiscard]] std::string include_too_deep(std::string_view name);  // Postern's own: Exim crashes
[[nodiscard]] std::string include_too_big(std::string_view name, std::uint64_t limit);

// --- pipe, file and reply addresses, §4.9 ---
[[nodiscard]] std::string delivery_to_file_forbidden();
[[nodiscard]] std::string delivery_to_pipe_forbidden();
[[nodiscard]] std::string autoreply_forbidden();

// --- configuration errors ---
[[nodiscard]] std::string one_of_file_or_data();
[[nodiscard]] std::string only_one_of_file_or_data();
[[nodiscard]] std::string one_time_headers();
[[nodiscard]] std::string one_time_unseen();
[[nodiscard]] std::string only_one_qualify();
[[nodiscard]] std::string filter_needs_user();
[[nodiscard]] std::string not_in_postern_yet(std::string_view option);

// --- reports of -bt, §8: whole lines with their newlines ---
[[nodiscard]] std::string report_syntax_error(std::string_view why);
[[nodiscard]] std::string report_rewritten(std::string_view address);
[[nodiscard]] std::string report_failed(std::string_view address);
[[nodiscard]] std::string report_deferred(std::string_view address);
[[nodiscard]] std::string report_discarded(std::string_view address);
[[nodiscard]] std::string report_parent(std::string_view address);
[[nodiscard]] std::string report_generated(std::string_view parent, std::string_view text, bool forbidden);
[[nodiscard]] std::string report_generated_transport(std::string_view transport);
[[nodiscard]] std::string report_generated_problem(std::string_view message);
[[nodiscard]] std::string report_address(std::string_view address, bool duplicate);
[[nodiscard]] std::string report_route(std::string_view router, std::string_view transport);
[[nodiscard]] std::string report_verified(std::string_view address);
[[nodiscard]] std::string report_not_verified(std::string_view address, std::string_view message);
[[nodiscard]] std::string report_host_text(std::string_view host);

}  // namespace postern::wording
