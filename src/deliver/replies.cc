// SPDX-License-Identifier: Apache-2.0
#include "deliver/replies.h"

#include "wording/autoreply.h"

namespace postern {
namespace {

constexpr int kExitOfFailedSubmission = 1;  // what Exim's text shows: of the `exim -t` that it starts

}  // namespace

void send_replies(const Engine& engine, BatchRun& run, OutTray& tray) {
    for (AddressItem* item : run.batch) {
        if (!item->reply_order || item->outcome.verdict != Verdict::ok) continue;
        const ReplyOrder order = *std::move(item->reply_order);
        item->reply_order.reset();
        const auto sent = tray.submit({.about = run.message, .text = order.text, .author = run.author});
        if (!sent) {
            item->outcome = {.verdict = Verdict::defer,
                             .code = 0,
                             .message = wording::reply_not_sent(run.transport->name, kExitOfFailedSubmission)};
            continue;
        }
        if (!order.memo.empty()) tell_transport(engine, run, order.memo);
    }
}

}  // namespace postern
