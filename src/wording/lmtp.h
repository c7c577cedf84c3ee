// SPDX-License-Identifier: Apache-2.0
// wording/lmtp.h – what the lmtp transport says: configuration errors (spec lmtp.md §1) and the texts of deliveries
// that failed (§3, §5.1). `stage` is the command that went before, or "initial connection", "sending data block", "end
// of data". Texts from the server are printable already.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wording {

// --- reading the configuration ---
[[nodiscard]] std::string one_of_command_or_socket(std::string_view transport);

[[nodiscard]] std::string lmtp_batch_advice();  // `postern check`

// --- before the conversation ---
[[nodiscard]] std::string lmtp_option_not_expanded(std::string_view source, std::string_view option,
                                                   std::string_view transport, std::string_view why);
[[nodiscard]] std::string socket_not_connected(std::string_view path, std::string_view transport, int code);
[[nodiscard]] std::string lmtp_child_not_made(std::string_view transport, int code);
[[nodiscard]] std::string port_invalid(std::string_view value, std::string_view transport);
[[nodiscard]] std::string host_invalid(std::string_view item, std::string_view transport);
[[nodiscard]] std::string host_not_found(std::string_view host);
[[nodiscard]] std::string host_lookup_failed(std::string_view host, std::string_view why);
[[nodiscard]] std::string no_hosts(std::string_view transport);
[[nodiscard]] std::string host_text(std::string_view name, std::string_view ip);                 // name [ip]
[[nodiscard]] std::string server_passed_over(std::string_view host_text, std::string_view why);  // as smtp's line

// --- the conversation ---
[[nodiscard]] std::string lmtp_timeout(std::string_view stage, std::int64_t bytes_written);
[[nodiscard]] std::string lmtp_malformed(std::string_view stage, std::string_view text);
[[nodiscard]] std::string lmtp_error(std::string_view stage, std::string_view text);
[[nodiscard]] std::string lmtp_closed(std::string_view stage);
[[nodiscard]] std::string lmtp_broken(std::string_view stage, int code);
[[nodiscard]] std::string lmtp_spoke_early(std::string_view stage, std::string_view text);
[[nodiscard]] std::string lmtp_message_unreadable();
[[nodiscard]] std::string lmtp_unsayable_address();
[[nodiscard]] std::string lmtp_headers_not_expanded(std::string_view why);
[[nodiscard]] std::string lmtp_filter_failed(int status);
[[nodiscard]] std::string lmtp_filter_timed_out();
[[nodiscard]] std::string lmtp_filter_stopped_reading();
// Behind the others: what is known about a command that did not do its part.
[[nodiscard]] std::string lmtp_not_started(std::string_view program, int code);
[[nodiscard]] std::string lmtp_complaint(std::string_view standard_error);

}  // namespace postern::wording
