// SPDX-License-Identifier: Apache-2.0
#include "wording/queue.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {
namespace {

constexpr std::int64_t kKilo = 1024, kMega = 1024 * 1024;

std::string format_error(std::int64_t size) { return fmt::format("    *** spool format error: size={} ***", size); }

}  // namespace

std::string queue_age(std::int64_t seconds) {
    constexpr std::int64_t kMinutesShown = 90, kHoursShown = 72;
    const std::int64_t minutes = (seconds + 30) / 60;
    if (minutes <= kMinutesShown) return fmt::format("{:2}m", minutes);
    const std::int64_t hours = (minutes + 30) / 60;
    if (hours <= kHoursShown) return fmt::format("{:2}h", hours);
    return fmt::format("{:2}d", (hours + 12) / 24);
}

std::string queue_size(std::int64_t bytes) {
    if (bytes == 0) return "     ";
    if (bytes < kKilo) return fmt::format("{:5}", bytes);
    if (bytes < 10 * kKilo) return fmt::format("{:4.1f}K", static_cast<double>(bytes) / static_cast<double>(kKilo));
    if (bytes < kMega) return fmt::format("{:4}K", (bytes + kKilo / 2) / kKilo);
    if (bytes < 10 * kMega) return fmt::format("{:4.1f}M", static_cast<double>(bytes) / static_cast<double>(kMega));
    return fmt::format("{:4}M", (bytes + kMega / 2) / kMega);
}

std::string queue_message(const QueueLine& line) {
    std::string out = fmt::format("{} {} {} <{}>", queue_age(line.age), queue_size(line.size), line.id, line.sender);
    if (!line.set_by.empty()) out += fmt::format(" ({})", line.set_by);
    if (line.format_error) out += "\n" + format_error(*line.format_error);
    if (line.frozen) out += " *** frozen ***";
    return out + "\n";
}
std::string queue_recipient(std::string_view address, bool done) {
    return fmt::format("        {} {}\n", done ? 'D' : ' ', address);
}
std::string queue_other_done(std::string_view address) { return fmt::format("       +D {}\n", address); }
std::string queue_unreadable(std::string_view id) { return fmt::format("      {}\n", id); }
std::string queue_format_error(std::int64_t size) { return format_error(size) + "\n"; }
std::string queue_read_error(int code) { return fmt::format("    *** spool read error: {} ***\n", errno_text(code)); }

std::string say_changed(std::string_view id, Change what) {
    constexpr std::string_view kWhat[] = {"is now frozen",     "is already frozen", "is no longer frozen",
                                          "is not frozen",     "has been removed",  "has been removed or did not exist",
                                          "has been modified", "is locked"};
    return fmt::format("Message {} {}\n", id, kWhat[static_cast<std::size_t>(what)]);
}
std::string say_no_data_file(std::string_view id) { return fmt::format("Spool data file for {} does not exist\n", id); }
std::string say_continuing_removal() { return "Continuing, to ensure all files removed\n"; }
std::string say_cannot_open(std::string_view id, int code) {
    return fmt::format("Couldn't open spool file for {}: {}\n", id, errno_text(code));
}
std::string say_format_error(std::string_view id) { return fmt::format("Spool format error for {}-H\n", id); }
std::string say_read_error(std::string_view id, int code) {
    return fmt::format("Spool read error for {}-H: {}\n", id, errno_text(code));
}
std::string say_not_a_recipient(std::string_view doing, std::string_view address) {
    return fmt::format("- error while {}:\n  {} is not a recipient: message not updated\n", doing, address);
}

std::string frozen_by(std::string_view user) { return fmt::format("frozen by {}", user); }
std::string unfrozen_by(std::string_view user) { return fmt::format("unfrozen by {}", user); }
std::string removed_by(std::string_view user) { return fmt::format("removed by {}", user); }
std::string cancelled_by(std::string_view user) { return fmt::format("cancelled by {}", user); }
std::string recipient_added_by(std::string_view address, std::string_view user) {
    return fmt::format("recipient <{}> added by {}", address, user);
}
std::string marked_delivered_by(std::string_view address, std::string_view user) {
    return fmt::format("address <{}> marked delivered by {}", address, user);
}
std::string sender_changed_by(std::string_view address, std::string_view user) {
    return fmt::format("sender address changed to <{}> by {}", address, user);
}

}  // namespace postern::wording
