// SPDX-License-Identifier: Apache-2.0
#include "wording/routing.h"

#include <cerrno>

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {
namespace {

std::string who_was_refused(int code, std::uint64_t euid, std::uint64_t egid) {
    return code == EACCES ? fmt::format(" (euid={} egid={})", euid, egid) : std::string();
}

}  // namespace

// --- preconditions and generic options ---

std::string routing_loop(std::string_view address) { return fmt::format("routing loop for {}", address); }
std::string list_check_deferred(std::string_view option) {
    return fmt::format("{} check lookup or other defer", option);
}
std::string condition_deferred() { return "condition check lookup defer"; }
std::string option_not_expanded(std::string_view source, std::string_view option, std::string_view why) {
    return fmt::format("failed to expand \"{}\" for {}: {}", source, option, why);
}
std::string require_files_user_not_found(std::string_view user) {
    return fmt::format("user \"{}\" for require_files not found", user);
}
std::string require_files_group_missing(std::string_view user) {
    return fmt::format("group missing after numerical uid {} for require_files", user);
}
std::string require_files_group_not_found(std::string_view group) {
    return fmt::format("group \"{}\" for require_files not found\n", group);
}
std::string require_files_not_absolute(std::string_view path) {
    return fmt::format("require_files: \"{}\" is not absolute", path);
}
std::string require_files_error(std::string_view path, int code) {
    return fmt::format("require_files: error for {}: {}", path, errno_text(code));
}
std::string bad_variable_name(std::string_view name, std::string_view router) {
    return fmt::format("bad router variable name '{}' in router '{}'\n", name, router);
}
std::string expansion_failed_in_router(std::string_view source, std::string_view router, std::string_view why) {
    return fmt::format("expansion of \"{}\" failed in {} router: {}", source, router, why);
}
std::string cannot_route_not_expanded(std::string_view router, std::string_view why) {
    return fmt::format("failed to expand cannot_route_message in {} router: {}", router, why);
}
std::string unrouteable() { return "Unrouteable address"; }
std::string forced_verify_failure(std::string_view router) {
    return fmt::format("{} router forced verify failure", router);
}

std::string without_passwords(std::string message) {
    const auto has = [&message](std::string_view part) { return message.find(part) != std::string::npos; };
    if (!has("failed to expand") && !has("expansion of ")) return message;
    for (const std::string_view word :
         {"mysql", "pgsql", "redis", "sqlite", "ldap:", "ldaps:", "ldapi:", "ldapdn:", "ldapm:"})
        if (has(word)) return "Temporary internal error";
    return message;
}
std::string debug_print_not_expanded(std::string_view source, std::string_view why) {
    return fmt::format("failed to expand debug_output \"{}\": {}", source, why);
}
std::string account_service_failed(std::string_view user, int code) {
    return fmt::format("failed to look up user \"{}\": {}", user, errno_text(code));
}

// --- helper steps ---

std::string router_failed_to_expand(std::string_view router, std::string_view source, std::string_view why) {
    return fmt::format("{} router failed to expand \"{}\": {}", router, source, why);
}
std::string header_item_not_expanded(std::string_view router, std::string_view option, std::string_view item,
                                     std::string_view why) {
    return fmt::format("{} router failed to expand {} item \"{}\": {}", router, option, item, why);
}
std::string transport_not_expanded(std::string_view source, std::string_view router, std::string_view why) {
    return fmt::format("failed to expand transport \"{}\" in {} router: {}", source, router, why);
}
std::string transport_tainted(std::string_view value, std::string_view source) {
    return fmt::format("attempt to use tainted value '{}' from '{}' for transport", value, source);
}
std::string internal_configuration_error() { return "internal configuration error"; }
std::string transport_not_found(std::string_view name, std::string_view router) {
    return fmt::format("transport \"{}\" not found in {} router", name, router);
}
std::string transport_unset(std::string_view option, std::string_view router) {
    return fmt::format("{} unset in {} router", option, router);
}
std::string router_account_not_expanded(std::string_view kind, std::string_view source, std::string_view router,
                                        std::string_view why) {
    return fmt::format("Failed to expand {} string \"{}\" for the {} router: {}", kind, source, router, why);
}
std::string router_account_not_found(std::string_view kind, std::string_view name, std::string_view source,
                                     std::string_view router) {
    return fmt::format("Failed to find {} \"{}\" from expanded string \"{}\" for the {} router", kind, name, source,
                       router);
}
std::string router_user_without_group(std::string_view router) {
    return fmt::format("user set without group for {} router", router);
}

// --- redirect ---

std::string not_expanded(std::string_view source, std::string_view why) {
    return fmt::format("failed to expand \"{}\": {}", source, why);
}
std::string not_absolute_path(std::string_view path) { return fmt::format("\"{}\" is not an absolute path", path); }
std::string tainted_file(std::string_view path) {
    return fmt::format("Tainted name '{}' for file read not permitted\n", path);
}
std::string parent_not_seen(std::string_view directory, int code) {
    return fmt::format("failed to stat {} ({})", directory, errno_text(code));
}
std::string file_not_opened(std::string_view path, int code, std::uint64_t euid, std::uint64_t egid) {
    return fmt::format("failed to open {}: {}{}", path, errno_text(code), who_was_refused(code, euid, egid));
}
std::string not_a_regular_file(std::string_view path) { return fmt::format("{} is not a regular file", path); }
std::string bad_file_mode(std::string_view path, unsigned mode, unsigned unexpected) {
    return fmt::format("bad mode (0{:o}) for {}: {:03o} bit(s) unexpected", mode, path, unexpected);
}
std::string bad_file_owner(std::string_view path) { return fmt::format("bad owner for {}", path); }
std::string bad_file_group(std::string_view path) { return fmt::format("bad group for {}", path); }
std::string file_not_examined(std::string_view path, int code) {
    return fmt::format("failed to stat {}: {}", path, errno_text(code));
}
std::string file_not_read(std::string_view path, int code) {
    return fmt::format("error while reading {}: {}", path, errno_text(code));
}
std::string file_too_big(std::string_view path, std::uint64_t limit) {
    return fmt::format("{} is too big (max {})", path, limit);
}
std::string redirect_error(bool in_file, std::string_view why) {
    return fmt::format("error in redirect {}: {}", in_file ? "file" : "data", why);
}
std::string filter_error(bool in_file, std::string_view why) {
    return fmt::format("error in filter {}: {}", in_file ? "file" : "data", why);
}
std::string filtering_not_enabled() { return "filtering not enabled"; }
std::string forced_defer() { return "forced defer"; }
std::string forced_rejection() { return "forced rejection"; }
std::string subprocess_lost(std::string_view router, std::string_view address, int wait_status,
                            std::string_view reader_error) {
    return fmt::format(
        "internal problem in {} router (recipient is {}): failure to transfer data from subprocess: status={:04x} "
        "readerror='{}'",
        router, address, wait_status, reader_error);
}
std::string skipped_error(std::string_view router, std::string_view error) {
    return fmt::format("{} router: skipped error: {}", router, error);
}
std::string syntax_error_in_redirection() { return "syntax error in redirection data"; }
std::string blackholed(std::string_view address, std::string_view router) {
    return fmt::format("=> :blackhole: <{}> R={}", address, router);
}

// --- redirection lists ---

std::string item_error(std::string_view why, std::string_view item) { return fmt::format("{} in \"{}\"", why, item); }
std::string special_not_permitted(std::string_view item) { return fmt::format("\"{}\" is not permitted", item); }
std::string include_name_missing() { return "file name missing after :include:"; }
std::string include_name_too_long(std::string_view name) {
    return fmt::format("included file name \"{}\" is too long", name);
}
std::string included_list_not_absolute(std::string_view name) {
    return fmt::format("included file \"{}\" is not an absolute path", name);
}
std::string include_not_permitted() { return "included files not permitted"; }
std::string include_tainted(std::string_view name) {
    return fmt::format("Tainted name '{}' for included file  not permitted\n", name);
}
std::string include_outside(std::string_view name, std::string_view directory) {
    return fmt::format("included file {} is not in directory {}", name, directory);
}
std::string include_component(std::string_view component) {
    return fmt::format("failed to open {} (component of included file); could be symbolic link", component);
}
std::string include_not_opened(std::string_view name, int code, std::uint64_t euid, std::uint64_t egid) {
    return fmt::format("failed to open included file {}: {}{}", name, errno_text(code),
                       who_was_refused(code, euid, egid));
}
std::string include_not_read(std::string_view name, int code) {
    return fmt::format("error while reading included file {}: {}", name, errno_text(code));
}
std::string include_too_deep(std::string_view name) { return fmt::format("too many nested included files: {}", name); }
std::string include_not_regular(std::string_view name, std::string_view directory) {
    return fmt::format("included file {} is not a regular file in the {} directory", name, directory);
}
std::string include_too_big(std::string_view name, std::uint64_t limit) {
    return fmt::format("included file {} is too big (max {})", name, limit);
}

// --- pipe, file and reply addresses ---

std::string delivery_to_file_forbidden() { return "delivery to file forbidden"; }
std::string delivery_to_pipe_forbidden() { return "delivery to pipe forbidden"; }
std::string autoreply_forbidden() { return "autoreply forbidden"; }

// --- configuration errors ---

std::string one_of_file_or_data() { return "one of \"file\" or \"data\" must be specified"; }
std::string only_one_of_file_or_data() { return "only one of \"file\" or \"data\" must be specified"; }
std::string one_time_headers() { return "\"headers_add\" and \"headers_remove\" are not permitted with \"one_time\""; }
std::string one_time_unseen() { return "\"unseen\" may not be used with \"one_time\""; }
std::string only_one_qualify() { return "only one of \"qualify_domain\" or \"qualify_preserve_domain\" must be set"; }
std::string filter_needs_user() { return "\"user\" or \"check_local_user\" must be set with \"allow_filter\""; }
std::string not_in_postern_yet(std::string_view option) {
    return fmt::format("option \"{}\" is not in Postern yet", option);
}

// --- reports of -bt ---

std::string report_syntax_error(std::string_view why) { return fmt::format("syntax error: {}\n", why); }
std::string report_rewritten(std::string_view address) { return fmt::format("Address rewritten as: {}\n", address); }
std::string report_failed(std::string_view address) { return fmt::format("{} is undeliverable", address); }
std::string report_deferred(std::string_view address) {
    return fmt::format("{} cannot be resolved at this time", address);
}
std::string report_discarded(std::string_view address) { return fmt::format("mail to {} is discarded\n", address); }
std::string report_parent(std::string_view address) { return fmt::format("    <-- {}\n", address); }
std::string report_generated(std::string_view parent, std::string_view text, bool forbidden) {
    return fmt::format("{} -> {}{}\n", parent, text, forbidden ? " *** forbidden ***" : "");
}
std::string report_generated_transport(std::string_view transport) {
    return fmt::format("  transport = {}\n", transport);
}
std::string report_generated_problem(std::string_view message) {
    return fmt::format("*** Error in setting up pipe, file, or autoreply:\n{}\n", message);
}
std::string report_address(std::string_view address, bool duplicate) {
    return fmt::format("{}{}\n", address, duplicate ? "   [duplicate, would not be delivered]" : "");
}
std::string report_route(std::string_view router, std::string_view transport) {
    return fmt::format("  router = {}, transport = {}\n", router, transport);
}
std::string report_verified(std::string_view address) { return fmt::format("{} verified\n", address); }
std::string report_not_verified(std::string_view address, std::string_view message) {
    return fmt::format("{} failed to verify: {}\n", address, message);
}
std::string report_host_text(std::string_view host) { return fmt::format("  host {}          \n", host); }

}  // namespace postern::wording
