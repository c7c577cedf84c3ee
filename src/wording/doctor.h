// SPDX-License-Identifier: Apache-2.0
// wording/doctor.h – what `postern mailbox check` and `repair` say about a mailbox. The names of the kinds are in the
// JSON answer and must not change; the sentences are for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wording {

enum class MailboxFault : std::uint8_t {
    duplicate_message,
    duplicate_name,
    empty_message,
    foreign_file,
    foreign_text,
    glued_from_line,
    in_use,
    loose_from_line,
    maildirsize_malformed,
    maildirsize_wrong,
    mbx_header,
    mbx_line,
    mbx_uid,
    missing_directory,
    missing_envelope,
    missing_message,
    missing_newline,
    not_looked_at,
    size_in_name,
    stale_temporary,
    torn_end,
    torn_envelope,
    torn_message,
    zeros,
};

[[nodiscard]] std::string_view name_of(MailboxFault fault);  // "torn-end"
[[nodiscard]] std::string_view sentence(MailboxFault fault);

[[nodiscard]] std::string duplicate_of(std::string_view first);
[[nodiscard]] std::string maildirsize_truth(std::int64_t says_size, std::int64_t says_count, std::int64_t size,
                                            std::int64_t count);
[[nodiscard]] std::string bytes_missing(std::int64_t count);
[[nodiscard]] std::string bytes_unreadable(std::int64_t count);

[[nodiscard]] std::string mailbox_is_link();
[[nodiscard]] std::string mailbox_format_unknown();
[[nodiscard]] std::string mailbox_is_mmdf();
[[nodiscard]] std::string mailbox_of_other_kind(std::string_view format, bool is_directory);
[[nodiscard]] std::string mailbox_below_user();

// --- what a repair did, or why it did nothing ---
[[nodiscard]] std::string end_completed(std::int64_t bytes);
[[nodiscard]] std::string end_not_completed();
[[nodiscard]] std::string directory_made();
[[nodiscard]] std::string maildirsize_counted(std::int64_t size, std::int64_t count);
[[nodiscard]] std::string maildirsize_limits_unknown();
[[nodiscard]] std::string maildirsize_unsure();
[[nodiscard]] std::string stale_set_aside();
[[nodiscard]] std::string stale_left();
[[nodiscard]] std::string left_for_a_person();

}  // namespace postern::wording
