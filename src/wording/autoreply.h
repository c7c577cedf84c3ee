// SPDX-License-Identifier: Apache-2.0
// wording/autoreply.h – what autoreply says: failed deliveries (spec autoreply.md §4–§6, §11), the lines around the
// copy of the original (§9) and the entries of its own log file (§6, §10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mail/automatic.h"

namespace postern::wording {

[[nodiscard]] std::string reply_not_expanded(std::string_view source, std::string_view transport, std::string_view why);
[[nodiscard]] std::string non_printing_in_reply(std::string_view source, std::string_view transport,
                                                unsigned char what);
[[nodiscard]] std::string once_repeat_invalid(std::string_view value, std::string_view transport);
[[nodiscard]] std::string never_mail_not_expanded(std::string_view source, std::string_view transport);
// Postern's own: never_mail or personal_addresses; `why` may be empty.
[[nodiscard]] std::string reply_list_not_read(std::string_view option, std::string_view transport,
                                              std::string_view why);
[[nodiscard]] std::string reply_file_not_opened(std::string_view file, std::string_view transport, int code);
[[nodiscard]] std::string reply_file_not_read(std::string_view file, std::string_view transport, int code);
[[nodiscard]] std::string copy_not_made(std::string_view transport, std::string_view why);
// flat: once_file_size; `why` is of the database or the system.
[[nodiscard]] std::string once_not_opened(std::string_view file, bool flat, std::string_view transport,
                                          std::string_view why);
// Postern's own: the reason when what Exim has is Berkeley DB, under another name.
[[nodiscard]] std::string once_is_elsewhere(std::string_view file, std::string_view exims);
[[nodiscard]] std::string reply_not_sent(std::string_view transport, int status);
// Postern's own: the reply was sent, `once` does not say so yet.
[[nodiscard]] std::string reply_not_noted(std::string_view transport);

// --- the copy of the original ---
enum class CopyOf : std::uint8_t { message, header_lines, body };
[[nodiscard]] std::string copy_rubric(CopyOf what);  // with the blank lines around it
[[nodiscard]] std::string copy_is_cut(std::int64_t size, std::int64_t about);

// --- the transport's log file; stamps are those of the main log ---
struct ReplyLogEntry {
    std::optional<std::string> from, to, cc, bcc, subject, headers;
};
[[nodiscard]] std::string reply_log_entry(std::string_view stamp, const ReplyLogEntry& entry);
[[nodiscard]] std::string previously_sent(std::string_view stamp, std::string_view to);
[[nodiscard]] std::string being_answered(std::string_view stamp, std::string_view to);
[[nodiscard]] std::string not_answered(std::string_view stamp, std::string_view to, std::string_view why);
[[nodiscard]] std::string no_reply(std::string_view why);  // C="…" of the delivery line
[[nodiscard]] std::string_view why_no_answer(NoAnswer why);

// What stands in for a subject that cannot be put into a header line.
[[nodiscard]] std::string subject_of_last_resort();

}  // namespace postern::wording
