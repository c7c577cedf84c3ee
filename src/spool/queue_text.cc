// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_text.h"

#include <algorithm>

#include "wording/queue.h"

namespace postern {
namespace {

std::string block(const Spool::Loaded& loaded, wording::QueueLine line, std::int64_t now, QueueTextOptions options) {
    const Message& message = loaded.message;
    line.age = now - message.received.seconds;
    line.size = loaded.has_data ? line.size + message.size() : 0;
    line.id = message.id;
    line.sender = message.sender;
    if (message.sender_set_untrusted) line.set_by = message.login;
    line.frozen = message.frozen.has_value();
    std::string out = wording::queue_message(line);
    for (const Recipient& recipient : message.recipients) {
        const bool done = message.non_recipients.count(recipient.address) != 0;
        if (!done || !options.undelivered_only) out += wording::queue_recipient(recipient.address, done);
    }
    if (options.all_done) {
        for (const std::string& address : message.non_recipients) {
            const bool recipient = std::any_of(message.recipients.begin(), message.recipients.end(),
                                               [&](const Recipient& r) { return r.address == address; });
            if (!recipient) out += wording::queue_other_done(address);
        }
    }
    return out + "\n";
}

}  // namespace

std::string queue_block(const Spool::Loaded& loaded, std::int64_t now, QueueTextOptions options) {
    return block(loaded, {}, now, options);
}

std::string queue_block(const std::string& id, const Spool::ReadFailure& failure, std::int64_t now,
                        QueueTextOptions options) {
    if (failure.readable) {
        wording::QueueLine line;
        line.size = failure.detail.broken_line_size;
        line.format_error = failure.size;
        return block(*failure.readable, std::move(line), now, options);
    }
    return wording::queue_unreadable(id) +
           (failure.format ? wording::queue_format_error(failure.size)
                           : wording::queue_read_error(failure.error.code)) +
           "\n";
}

}  // namespace postern
