// SPDX-License-Identifier: Apache-2.0
// wording/intake.h – what is logged and said about messages that come in (spec queue-retry-bounce.md §15,
// transport-framework.md §12.3; tried on exim4 4.96).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wording {

// The "<=" line. Optional parts are there only when their log selector is on.
struct Received {
    std::string sender;                       // "" is shown as <>
    std::string references;                   // R=
    std::string host;                         // H=: "name [1.2.3.4]:25"
    std::string ident;                        // U=
    std::string protocol;                     // P=
    std::string authenticated;                // A=
    std::int64_t size = 0;                    // S=
    bool show_8bitmime = false;               // M8S=0
    std::string receive_time;                 // RT=
    std::string message_id;                   // id=
    bool message_id_created = false;          // id*=
    std::optional<std::string> subject;       // T=, as it is
    std::optional<std::string> raw_sender;    // from <…>
    std::vector<std::string> raw_recipients;  // for …
};
[[nodiscard]] std::string received(const Received& line);
[[nodiscard]] std::string received_in_message_log(const Received& line);  // without its stamp
// "name (helo) [address]:port"
[[nodiscard]] std::string host_text(std::string_view name, std::string_view helo, std::string_view address, int port);

// Log lines of refused messages.
[[nodiscard]] std::string header_section_too_long(std::string_view from, std::int64_t limit);
[[nodiscard]] std::string header_line_too_long(std::string_view from, std::int64_t limit);
[[nodiscard]] std::string no_recipients_found(std::string_view id);
[[nodiscard]] std::string bad_addresses_found(std::string_view id);
[[nodiscard]] std::string space_check_failed(std::int64_t kilobytes, std::int64_t inodes);
[[nodiscard]] std::string rejected_too_big(std::string_view sender, std::string_view ident, std::int64_t read,
                                           std::int64_t limit);
[[nodiscard]] std::string not_expanded(std::string_view source, std::string_view option,
                                       std::string_view why);  // Expansion of "…" (option) failed: …
[[nodiscard]] std::string message_id_not_expanded(std::string_view source, std::string_view option,
                                                  std::string_view why);
[[nodiscard]] std::string size_limit_not_expanded(std::string_view why);
[[nodiscard]] std::string size_limit_invalid(std::string_view why);
[[nodiscard]] std::string spool_create_failed(std::string_view path, int code);
[[nodiscard]] std::string spool_write_failed(std::string_view path, int code);
[[nodiscard]] std::string input_failed(std::string_view from, int code);
[[nodiscard]] std::string input_timed_out(std::string_view from);
[[nodiscard]] std::string bad_recipient_without_sender(std::string_view address,
                                                       std::string_view why);  // nobody to tell

// What the caller sees on standard error; whole lines.
// A message of the mail system's own about message `about` that could not be taken; who should be told?
[[nodiscard]] std::string unusable_message(std::string_view about, std::string_view why);
[[nodiscard]] std::string unusable_without_recipients();
[[nodiscard]] std::string unusable_bad_recipient();
[[nodiscard]] std::string delivery_not_started(std::string_view id, std::string_view why);
[[nodiscard]] std::string say_bad_recipient(std::string_view address, std::string_view why);
[[nodiscard]] std::string say_too_many_recipients();
[[nodiscard]] std::string say_too_many_header_recipients();
[[nodiscard]] std::string say_recipients_overridden();
[[nodiscard]] std::string say_no_recipients();
struct BadAddress {
    std::string text, why;
};
[[nodiscard]] std::string say_bad_addresses(const std::vector<BadAddress>& addresses, std::size_t more = 0);
[[nodiscard]] std::string say_header_section_too_long(std::int64_t limit);
[[nodiscard]] std::string say_header_line_too_long(std::int64_t limit);
[[nodiscard]] std::string say_too_big(std::int64_t limit);
[[nodiscard]] std::string say_no_space();

}  // namespace postern::wording
