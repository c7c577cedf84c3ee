// SPDX-License-Identifier: Apache-2.0
#include "wording/delivery.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {
namespace {

constexpr std::size_t kLongestConfirmation = 1024;

void add_envelope_tags(std::string& out, const AddressLine& line) {
    if (line.sender) out += " F=<" + *line.sender + ">";
    if (line.return_path) out += " P=<" + *line.return_path + ">";
}

void add_drivers(std::string& out, const AddressLine& line) {
    if (!line.router.empty()) out += " R=" + line.router;
    if (!line.transport.empty()) out += " T=" + line.transport;
}

void add_time(std::string& out, std::string_view tag, const std::optional<std::string>& time) {
    if (time) out.append(" ").append(tag).append("=").append(*time);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, kLongestConfirmation)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

void add_host(std::string& out, const AddressLine& line, const std::optional<SecureHost>& secure) {
    if (line.host.empty()) return;
    out += " H=" + line.host;
    if (!secure) return;
    if (secure->cipher) out += " X=" + *secure->cipher;
    if (secure->verified) out += *secure->verified ? " CV=yes" : " CV=no";
    if (secure->subject) out += " DN=\"" + *secure->subject + "\"";
}

// What follows "** " in both logs.
std::string failure_tail(const NotDelivered& line) {
    std::string out;
    if (line.code > 0) out += ": " + errno_text(line.code);
    if (!line.message.empty()) out += ": " + line.message;
    add_time(out, "DT", line.deliver_time);
    return out;
}

}  // namespace

std::string delivered(const Delivered& line) {
    std::string out = std::string(line.marker) + " " + line.address;
    add_envelope_tags(out, line);
    add_drivers(out, line);
    if (line.size) out += fmt::format(" S={}", *line.size);
    add_host(out, line, line.secure);
    out += line.shadow;
    if (line.confirmation) out += " C=" + quoted(*line.confirmation);
    add_time(out, "QT", line.queue_time);
    add_time(out, "DT", line.deliver_time);
    return out;
}

std::string failed(const NotDelivered& line) {
    std::string out = "** " + line.address;
    add_envelope_tags(out, line);
    add_drivers(out, line);
    add_host(out, line, line.secure);
    return out + failure_tail(line);
}

std::string failed_in_message_log(const NotDelivered& line) {
    if (!line.router.empty() || !line.transport.empty()) return failed(line).substr(3);
    std::string out = line.at_transport ? "transporting" : "routing";
    out += " failed for " + line.address;
    add_envelope_tags(out, line);
    return out + failure_tail(line);
}

std::string deferred(const NotDelivered& line) {
    std::string out = "== " + line.address;
    if (line.at_transport) {
        if (!line.router.empty()) out += " R=" + line.router;
        out += line.transport.empty() ? " transporting" : " T=" + line.transport;
    } else if (line.at_router) {
        out += line.router.empty() ? " routing" : " R=" + line.router;
    }
    out += fmt::format(" defer ({})", line.code);
    if (line.code > 0) out += ": " + errno_text(line.code);
    add_host(out, line, std::nullopt);
    add_time(out, "DT", line.deliver_time);
    if (!line.message.empty()) out += ": " + line.message;
    return out;
}

std::string shadow(std::string_view transport, bool ok, int code, std::string_view message) {
    std::string out = fmt::format(" ST={}", transport);
    if (ok) return out;
    if (code > 0 && !message.empty()) return out + fmt::format(" ({}: {})", errno_text(code), message);
    if (code > 0) return out + fmt::format(" ({})", errno_text(code));
    return out + fmt::format(" ({})", message.empty() ? "unknown error" : message);
}

std::string address_with_parent(std::string_view address, std::string_view parent) {
    return parent.empty() ? std::string(address) : fmt::format("{} <{}>", address, parent);
}

std::string transport_succeeded(std::string_view address, std::string_view parent, std::string_view transport) {
    return fmt::format("{}: {} transport succeeded", address_with_parent(address, parent), transport);
}

std::string error_ignored(std::string_view address, std::string_view parent, bool as_requested) {
    return fmt::format("{}: error ignored{}", address_with_parent(address, parent),
                       as_requested ? ": RFC 3461 DSN, failure notify not requested" : "");
}

std::string children_complete(std::string_view address) { return fmt::format("{}: children all complete", address); }

std::string transport_output(std::string_view address, std::string_view transport, std::string_view line) {
    return fmt::format("<{}>: {} transport output: {}", address, transport, line);
}
std::string completed(const std::optional<std::string>& queue_time) {
    std::string out = "Completed";
    add_time(out, "QT", queue_time);
    return out;
}

std::string frozen(std::string_view reason) { return fmt::format("Frozen{}", reason); }

std::string spool_locked(std::string_view id) {
    return fmt::format("Spool file for {} is locked (another process is handling this message)", id);
}
std::string spool_data_missing(std::string_view id) { return fmt::format("Spool file {}-D not found", id); }
std::string spool_error(std::string_view path, int code) {
    return fmt::format("Spool error for {}: {}", path, errno_text(code));
}
std::string spool_format_error(std::string_view id, std::int64_t size) {
    return fmt::format("Format error in spool file {}-H: size={}", id, size);
}
std::string spool_read_error(std::string_view id, int code) {
    return fmt::format("Error reading spool file {}-H: {}", id, errno_text(code));
}
std::string spool_update_failed(std::string_view why) { return fmt::format("spool file update failed: {}", why); }
std::string message_is_frozen() { return "Message is frozen"; }
std::string unfrozen(std::string_view how) { return fmt::format("Unfrozen by {}", how); }
std::string domain_is_held() { return "domain is held"; }
std::string domain_is_queued() { return "domain is in queue_domains"; }
std::string pipe_failed(int code) { return "Creation of pipe failed: " + errno_text(code); }
std::string fork_failed(std::string_view address) {
    return fmt::format("Fork failed for local delivery to {}", address);
}
std::string runner_crashed(long process, int signal, std::string_view id) {
    return fmt::format("queue run: process {} crashed with signal {} while delivering {}", process, signal, id);
}

std::string no_transport_set(std::string_view router) { return fmt::format("No transport set by {} router", router); }
std::string size_limit_not_expanded(std::string_view transport, std::string_view why) {
    return fmt::format("failed to expand message_size_limit in {} transport: {}", transport, why);
}
std::string size_limit_invalid(std::string_view transport, std::string_view why) {
    return fmt::format("invalid message_size_limit in {} transport: {}", transport, why);
}
std::string message_too_big(std::int64_t limit) {
    return fmt::format("message is too big (transport limit = {})", limit);
}
std::string max_parallel_not_expanded(std::string_view transport, std::string_view address, std::string_view why) {
    return fmt::format("Failed to expand max_parallel option in {} transport ({}): {}", transport, address, why);
}
std::string concurrency_limit() { return "concurrency limit reached for transport"; }
std::string return_path_not_expanded(std::string_view source, std::string_view transport, std::string_view why) {
    return fmt::format("Failed to expand return path \"{}\" in {} transport: {}", source, transport, why);
}
std::string batch_id_not_expanded(std::string_view transport, std::string_view address, std::string_view why) {
    return fmt::format("Failed to expand batch_id option in {} transport ({}): {}", transport, address, why);
}
std::string account_not_expanded(std::string_view kind, std::string_view source, std::string_view transport,
                                 std::string_view why) {
    return fmt::format("Failed to expand {} string \"{}\" for the {} transport: {}", kind, source, transport, why);
}
std::string account_not_found(std::string_view kind, std::string_view name, std::string_view source,
                              std::string_view transport) {
    return fmt::format("Failed to find {} \"{}\" from expanded string \"{}\" for the {} transport", kind, name, source,
                       transport);
}
std::string user_without_group(std::string_view transport) {
    return fmt::format("User set without group for {} transport", transport);
}
std::string never_user(std::uint64_t uid, std::string_view transport, bool built_in) {
    return fmt::format("User {} set for {} transport is on the {} list", uid, transport,
                       built_in ? "fixed_never_users" : "never_users");
}
std::string directory_not_expanded(std::string_view kind, std::string_view source, std::string_view transport,
                                   std::string_view why) {
    return fmt::format("{} directory \"{}\" failed to expand for {} transport: {}", kind, source, transport, why);
}
std::string directory_not_absolute(std::string_view kind, std::string_view path, std::string_view transport) {
    return fmt::format("{} directory path \"{}\" is not absolute for {} transport", kind, path, transport);
}
std::string cannot_change_directory(std::string_view path) { return fmt::format("failed to chdir to {}", path); }
std::string initgroups_no_entry(std::uint64_t uid) {
    return fmt::format("cannot run initgroups(): no passwd entry for uid={}", uid);
}
std::string initgroups_failed(std::uint64_t uid, int code) {
    return fmt::format("initgroups failed for uid={}: {}", uid, errno_text(code));
}
std::string cannot_set_ids(std::uint64_t gid, std::uint64_t uid, std::uint64_t euid, std::string_view local_part,
                           std::string_view address, std::string_view transport) {
    return fmt::format("unable to set gid={} or uid={} (euid={}): local delivery to {} <{}> transport={}", gid, uid,
                       euid, local_part, address, transport);
}
std::string shadow_not_found(std::string_view shadow) {
    return fmt::format("shadow transport \"{}\" not found ", shadow);
}
std::string child_vanished(std::string_view driver) {
    return fmt::format("{} transport process vanished unexpectedly", driver);
}
std::string child_failed(std::string_view driver, int wait_status, int exit_code, int signal) {
    const std::string how =
        signal != 0 ? fmt::format("terminated by signal {}", signal) : fmt::format("exit code {}", exit_code);
    return fmt::format("{} transport process returned non-zero status {:#06x}: {}", driver, wait_status, how);
}
std::string report_unreadable(std::string_view address) {
    return fmt::format("failed to read delivery status for {} from delivery subprocess", address);
}
std::string journal_failed(std::string_view what, int code) {
    return fmt::format("failed to update journal for {}: {}", what, errno_text(code));
}
std::string spool_files_incomplete(std::string_view message_id) {
    return fmt::format("Spool files for {} are incomplete: the system went down before the message was accepted",
                       message_id);
}
std::string intents_not_opened(std::string_view message_id, int code) {
    return fmt::format("failed to open intent file for {}: {}", message_id, errno_text(code));
}
std::string too_many_received() { return "Too many \"Received\" headers - suspected mail loop"; }

std::string warning_not_expanded(std::string_view source, std::string_view transport, std::string_view why) {
    return fmt::format("Failed to expand \"{}\" (warning message for {} transport): {}", source, transport, why);
}
std::string dsn_from_not_expanded(std::string_view why) {
    return fmt::format("Failed to expand dsn_from (using default): {}", why);
}

}  // namespace postern::wording
