// SPDX-License-Identifier: Apache-2.0
#include "deliver/replies.h"

#include "base/intent_log.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

constexpr int kExitOfFailedSubmission = 1;  // what Exim's text shows: of the `exim -t` that it starts
constexpr std::string_view kIntent = "reply ";

// A run that was cut short after the reply had come into being: it is still on the queue, since replies are delivered
// when the address that they are about is settled, and by queue runs after the older message.
bool sent_before(const Engine& engine, const BatchRun& run) {
    for (const EarlierIntent& intent : run.earlier_intents) {
        const std::string_view text = intent.text;
        if (intent.ours && text.starts_with(kIntent) &&
            engine.spool.exists(std::string(text.substr(kIntent.size())), 'H'))
            return true;
    }
    return false;
}

bool send(const Engine& engine, const BatchRun& run, OutTray& tray, const std::string& text) {
    if (sent_before(engine, run)) return true;
    const auto record = [&run](const std::string& id) -> Status {
        return run.intents ? run.intents->record(std::string(kIntent) + id) : Status{};
    };
    return tray.submit({.about = run.message, .text = text, .author = run.author, .before_it_exists = record})
        .has_value();
}

}  // namespace

void send_replies(const Engine& engine, BatchRun& run, OutTray& tray) {
    for (AddressItem* item : run.batch) {
        if (!item->reply_order || item->outcome.verdict != Verdict::ok) continue;
        const ReplyOrder order = *std::move(item->reply_order);
        item->reply_order.reset();
        if (!send(engine, run, tray, order.text)) {
            item->outcome = {.verdict = Verdict::defer,
                             .code = 0,
                             .message = wording::reply_not_sent(run.transport->name, kExitOfFailedSubmission)};
            continue;
        }
        if (!order.memo.empty()) tell_transport(engine, run, order.memo);
    }
}

}  // namespace postern
