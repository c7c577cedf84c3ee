// SPDX-License-Identifier: Apache-2.0
#include "wording/intake.h"

#include <fmt/format.h>

#include "base/result.h"
#include "base/strings.h"

namespace postern::wording {
namespace {

// Both logs have this much.
std::string common(const Received& line) {
    std::string out = line.sender.empty() ? "<>" : line.sender;
    if (!line.references.empty()) out += " R=" + line.references;
    if (!line.host.empty()) out += " H=" + line.host;
    if (!line.ident.empty()) out += " U=" + line.ident;
    if (!line.protocol.empty()) out += " P=" + line.protocol;
    if (!line.authenticated.empty()) out += " A=" + line.authenticated;
    out += fmt::format(" S={}", line.size);
    if (line.show_8bitmime) out += " M8S=0";
    if (!line.receive_time.empty()) out += " RT=" + line.receive_time;
    if (!line.message_id.empty()) out += (line.message_id_created ? " id*=" : " id=") + printable(line.message_id);
    if (line.subject) {
        std::string quoted;
        for (const char c : *line.subject) {
            if (c == '"' || c == '\\') quoted += '\\';
            quoted += c;
        }
        out += " T=\"" + printable(quoted) + "\"";
    }
    return out;
}

}  // namespace

std::string received(const Received& line) {
    std::string out = "<= " + common(line);
    if (line.raw_sender) out += fmt::format(" from <{}>", *line.raw_sender);
    if (!line.raw_recipients.empty()) out += " for";
    for (const std::string& recipient : line.raw_recipients) out += " " + recipient;
    return out;
}
std::string received_in_message_log(const Received& line) { return "Received from " + common(line); }

std::string host_text(std::string_view name, std::string_view helo, std::string_view address, int port) {
    std::string out(name);
    if (!helo.empty() && helo != name) out += fmt::format("{}({})", out.empty() ? "" : " ", helo);
    out += fmt::format("{}[{}]", out.empty() ? "" : " ", address);
    if (port > 0) out += fmt::format(":{}", port);
    return out;
}

std::string header_section_too_long(std::string_view from, std::int64_t limit) {
    return fmt::format("ridiculously long message header received from {} (more than {} characters): message abandoned",
                       from, limit);
}
std::string header_line_too_long(std::string_view from, std::int64_t limit) {
    return fmt::format("overlong message header line received from {} (more than {} characters): message abandoned",
                       from, limit);
}
std::string no_recipients_found(std::string_view id) { return fmt::format("{} no recipients found in headers", id); }
std::string bad_addresses_found(std::string_view id) { return fmt::format("{} bad addresses found in headers", id); }
std::string space_check_failed(std::int64_t kilobytes, std::int64_t inodes) {
    return fmt::format("spool directory space check failed: space={} inodes={}", kilobytes, inodes);
}
std::string rejected_too_big(std::string_view sender, std::string_view ident, std::int64_t read, std::int64_t limit) {
    return fmt::format("rejected from <{}>{}{}: message too big: read={} max={}", sender,
                       ident.empty() ? "" : " U=", ident, read, limit);
}
std::string not_expanded(std::string_view source, std::string_view option, std::string_view why) {
    return fmt::format("Expansion of \"{}\" ({}) failed: {}", source, option, why);
}
std::string message_id_not_expanded(std::string_view source, std::string_view option, std::string_view why) {
    return fmt::format("expansion of \"{}\" ({}) failed: {}", source, option, why);
}
std::string size_limit_not_expanded(std::string_view why) {
    return fmt::format("failed to expand message_size_limit: {}", why);
}
std::string size_limit_invalid(std::string_view why) {
    return fmt::format("invalid value for message_size_limit: {}", why);
}
std::string spool_create_failed(std::string_view path, int code) {
    return fmt::format("Failed to create spool file {}: {}", path, errno_text(code));
}
std::string spool_write_failed(std::string_view path, int code) {
    return fmt::format("spool file write error while receiving {}: {}", path, errno_text(code));
}
std::string input_failed(std::string_view from, int code) {
    return fmt::format("input from {} failed: {}: message abandoned", from, errno_text(code));
}
std::string input_timed_out(std::string_view from) {
    return fmt::format("timed out while reading input from {}: message abandoned", from);
}
std::string bad_recipient_without_sender(std::string_view address, std::string_view why) {
    return fmt::format(
        "Error while reading message with no usable sender address: at least one malformed recipient address: {} - {}",
        printable(address), why);
}

std::string unusable_message(std::string_view about, std::string_view why) {
    return fmt::format("Error while reading message with no usable sender address (R={}): {}", about, why);
}
std::string unusable_without_recipients() { return "no recipient addresses"; }
std::string unusable_bad_recipient() { return "at least one malformed recipient address"; }
std::string delivery_not_started(std::string_view id, std::string_view why) {
    return fmt::format("cannot start delivery of {}: {}; it stays on the queue", id, why);
}

std::string say_bad_recipient(std::string_view address, std::string_view why) {
    return fmt::format("exim: bad recipient address \"{}\": {}\n", printable(address), why);
}
std::string say_too_many_recipients() { return "exim: too many recipients\n"; }
std::string say_too_many_header_recipients() { return "exim: message rejected: too many recipients\n"; }
std::string say_recipients_overridden() { return "exim: all -t recipients overridden by command line\n"; }
std::string say_no_recipients() { return "exim: no recipients in message\n"; }
std::string say_bad_addresses(const std::vector<BadAddress>& addresses, std::size_t more) {
    std::string out = addresses.size() == 1 ? "exim: invalid address:" : "exim: invalid addresses:\n";
    for (const BadAddress& bad : addresses) out += fmt::format("  {}: {}\n", printable(bad.text), bad.why);
    if (more > 0) out += fmt::format("  ... and {} more\n", more);
    return out;
}
std::string say_header_section_too_long(std::int64_t limit) {
    return fmt::format("exim: message header longer than {} characters received: message not accepted\n", limit);
}
std::string say_header_line_too_long(std::int64_t limit) {
    return fmt::format("exim: message header line longer than {} characters received: message not accepted\n", limit);
}
std::string say_too_big(std::int64_t limit) {
    return fmt::format("exim: message rejected: message too big (max={})\n", limit);
}
std::string say_no_space() { return "exim: insufficient disk space\n"; }

}  // namespace postern::wording
