// SPDX-License-Identifier: Apache-2.0
#include "wording/lmtp.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {

std::string one_of_command_or_socket(std::string_view transport) {
    return fmt::format("one (and only one) of command or socket must be set for the {} transport", transport);
}

std::string lmtp_batch_advice() {
    return "every recipient has a session of its own; with batch_max = 200 those of a message share one";
}

std::string lmtp_option_not_expanded(std::string_view source, std::string_view option, std::string_view transport,
                                     std::string_view why) {
    return fmt::format("Expansion of \"{}\" ({} setting for {} transport) failed: {}", source, option, transport, why);
}
std::string socket_not_connected(std::string_view path, std::string_view transport, int code) {
    return fmt::format("Failed to connect to socket {} for {} transport: {}", path, transport, errno_text(code));
}
std::string lmtp_child_not_made(std::string_view transport, int code) {
    return fmt::format("Failed to create child process for {} transport: {}", transport, errno_text(code));
}
std::string port_invalid(std::string_view value, std::string_view transport) {
    return fmt::format("invalid port \"{}\" for the {} transport", value, transport);
}
std::string host_invalid(std::string_view item, std::string_view transport) {
    return fmt::format("invalid host \"{}\" for the {} transport", item, transport);
}
std::string host_not_found(std::string_view host) { return fmt::format("host {} has no address", host); }
std::string host_lookup_failed(std::string_view host, std::string_view why) {
    return fmt::format("host lookup for {} did not complete: {}", host, why);
}
std::string no_hosts(std::string_view transport) {
    return fmt::format("{} transport called with hosts unset or empty", transport);
}
std::string host_text(std::string_view name, std::string_view ip) { return fmt::format("{} [{}]", name, ip); }
std::string server_passed_over(std::string_view host_text, std::string_view why) {
    return fmt::format("H={}: {}", host_text, why);
}

std::string lmtp_timeout(std::string_view stage, std::int64_t bytes_written) {
    const std::string text = fmt::format("LMTP timeout after {}", stage);
    return bytes_written > 0 ? fmt::format("{} ({} bytes written)", text, bytes_written) : text;
}
std::string lmtp_malformed(std::string_view stage, std::string_view text) {
    return fmt::format("Malformed LMTP response after {}: {}", stage, text);
}
std::string lmtp_error(std::string_view stage, std::string_view text) {
    return fmt::format("LMTP error after {}: {}", stage, text);
}
std::string lmtp_closed(std::string_view stage) { return fmt::format("LMTP connection closed after {}", stage); }
std::string lmtp_broken(std::string_view stage, int code) {
    return fmt::format("{}: {}", lmtp_closed(stage), errno_text(code));
}
std::string lmtp_spoke_early(std::string_view stage, std::string_view text) {
    return fmt::format("LMTP response before {}: {}", stage, text);
}
std::string lmtp_message_unreadable() { return "the message could not be read while it was being sent"; }
std::string lmtp_unsayable_address() { return "LMTP: the address has control characters"; }
std::string lmtp_headers_not_expanded(std::string_view why) {
    return fmt::format("failed to expand headers_add or headers_remove: {}", why);
}
std::string lmtp_filter_failed(int status) {
    return fmt::format("transport filter process failed ({}){}", status,
                       status == 127 ? ": unable to execute command" : "");
}
std::string lmtp_filter_timed_out() { return "transport filter timed out"; }
std::string lmtp_filter_stopped_reading() { return "transport filter did not read the whole message"; }
std::string lmtp_not_started(std::string_view program, int code) {
    return fmt::format(": cannot run {}: {}", program, errno_text(code));
}
std::string lmtp_complaint(std::string_view standard_error) { return fmt::format(" (stderr: {})", standard_error); }

}  // namespace postern::wording
