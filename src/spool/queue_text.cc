// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "mail/message_id.h"

namespace postern {

std::string age_column(std::int64_t seconds) {
    const std::int64_t minutes = std::max<std::int64_t>(seconds, 0) / 60;
    if (minutes <= 90) return fmt::format("{:2}m", minutes);
    const std::int64_t hours = (minutes + 30) / 60;
    if (hours <= 72) return fmt::format("{:2}h", hours);
    return fmt::format("{:2}d", (hours + 12) / 24);
}

std::string size_column(std::int64_t bytes) {
    constexpr std::int64_t kKilo = 1024, kMega = kKilo * kKilo;
    if (bytes <= 0) return "     ";
    if (bytes < kKilo) return fmt::format("{:5}", bytes);
    if (bytes < 10 * kKilo) return fmt::format("{:4.1f}K", static_cast<double>(bytes) / kKilo);
    if (bytes < kMega) return fmt::format("{:4}K", (bytes + kKilo / 2) / kKilo);
    if (bytes < 10 * kMega) return fmt::format("{:4.1f}M", static_cast<double>(bytes) / kMega);
    return fmt::format("{:4}M", (bytes + kMega / 2) / kMega);
}

std::string queue_block(const Message& message, const QueueTextStyle& style) {
    std::string out = fmt::format("{} {} {} <{}>", age_column(style.now - message.received.seconds), size_column(message.size()), message.id,
                                  message.sender);
    if (message.sender_set_untrusted) out += fmt::format(" ({})", message.login);
    if (message.frozen) out += " *** frozen ***";
    out += '\n';
    for (const Recipient& recipient : message.recipients) {
        const bool done = message.non_recipients.contains(recipient.address);
        if (done && style.undelivered_only) continue;
        out += fmt::format("        {} {}\n", done ? 'D' : ' ', recipient.address);
    }
    if (style.all_non_recipients) {
        for (const std::string& address : message.non_recipients) {
            const bool known = std::ranges::any_of(message.recipients, [&](const Recipient& r) { return r.address == address; });
            if (!known) out += fmt::format("       +D {}\n", address);
        }
    }
    return out + '\n';
}

std::string unreadable_block(const std::string& id, const Spool::ReadFailure& why, const QueueTextStyle& style) {
    const std::int64_t received = message_id_seconds(id).value_or(style.now);
    const std::string what = why.format ? fmt::format("spool format error: size={}", why.size)
                                        : "spool read error: " + errno_text(why.error.code);
    return fmt::format("{} {} {}\n    *** {} ***\n\n", age_column(style.now - received), size_column(0), id, what);
}

}  // namespace postern
