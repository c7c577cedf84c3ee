// SPDX-License-Identifier: Apache-2.0
// wording/queue.h – lines of `-bp` and what the -M… commands print and log (spec queue-retry-bounce.md §8). mailq
// users, exiqgrep and exiqsumm parse these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wording {

[[nodiscard]] std::string queue_age(std::int64_t seconds);  // " 0m" … "90m", "2h", "72h", " 4d"
[[nodiscard]] std::string queue_size(std::int64_t bytes);   // five columns: "  247", " 1.7K", "   1M"; blank for 0

struct QueueLine {
    std::int64_t age = 0, size = 0;  // size 0: unknown
    std::string id, sender;
    std::string set_by;  // login of an untrusted caller who set the sender
    bool frozen = false;
    std::optional<std::int64_t> format_error;  // size of a -H file whose header lines are broken
};
// Each with its newline.
[[nodiscard]] std::string queue_message(const QueueLine& line);
[[nodiscard]] std::string queue_recipient(std::string_view address, bool done);
[[nodiscard]] std::string queue_other_done(std::string_view address);  // option a: done, but not a recipient
[[nodiscard]] std::string queue_unreadable(std::string_view id);       // in place of queue_message()
[[nodiscard]] std::string queue_format_error(std::int64_t size);       // nothing of the envelope is known
[[nodiscard]] std::string queue_read_error(int code);

// "Message <id> <what>\n" on standard output.
enum class Change : std::uint8_t {
    frozen,
    already_frozen,
    thawed,
    not_frozen,
    removed,
    removed_or_gone,
    modified,
    locked
};
[[nodiscard]] std::string say_changed(std::string_view id, Change what);
[[nodiscard]] std::string say_no_data_file(std::string_view id);
[[nodiscard]] std::string say_continuing_removal();
[[nodiscard]] std::string say_cannot_open(std::string_view id, int code);
[[nodiscard]] std::string say_format_error(std::string_view id);
[[nodiscard]] std::string say_read_error(std::string_view id, int code);
[[nodiscard]] std::string say_not_a_recipient(std::string_view doing, std::string_view address);

// Main log.
[[nodiscard]] std::string frozen_by(std::string_view user);
[[nodiscard]] std::string unfrozen_by(std::string_view user);
[[nodiscard]] std::string removed_by(std::string_view user);
[[nodiscard]] std::string cancelled_by(std::string_view user);
[[nodiscard]] std::string recipient_added_by(std::string_view address, std::string_view user);
[[nodiscard]] std::string marked_delivered_by(std::string_view address, std::string_view user);
[[nodiscard]] std::string sender_changed_by(std::string_view address, std::string_view user);

}  // namespace postern::wording
