// SPDX-License-Identifier: Apache-2.0
#include "deliver/replies.h"

#include "base/intent_log.h"
#include "base/words.h"
#include "mail/message_id.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

constexpr int kExitOfFailedSubmission = 1;  // what Exim's text shows: of the `exim -t` that it starts

// A record "reply ID [MEMO]": from now on that reply exists.
struct RecordedReply {
    static constexpr std::string_view kWord = "reply";
    std::string id, memo;

    // Without its memo a reply is as safe; only its transport does not hear of it after a crash.
    [[nodiscard]] std::string encode() const {
        std::string line(kWord);
        append_word(line, id);
        std::string with_memo = line;
        append_word(with_memo, memo);
        return !memo.empty() && with_memo.size() <= IntentLog::kLongest ? with_memo : line;
    }
    [[nodiscard]] static std::optional<RecordedReply> decode(std::string_view line) {
        RecordedReply reply;
        std::string word;
        if (!take_word(line, word) || word != kWord || !take_word(line, reply.id) || !is_message_id(reply.id))
            return std::nullopt;
        if (!line.empty() && !take_word(line, reply.memo)) return std::nullopt;
        return reply;
    }
};

// What the address comes to when its reply exists.
Outcome told(const Engine& engine, const BatchRun& run, const std::string& memo) {
    const int code = memo.empty() ? 0 : tell_transport(engine, run, memo);
    if (code == 0) return {.verdict = Verdict::ok, .code = 0};
    return {.verdict = Verdict::defer, .code = code, .message = wording::reply_not_noted(run.transport->name)};
}

Outcome send(const Engine& engine, const BatchRun& run, OutTray& tray, const ReplyOrder& order) {
    const auto record = [&](const std::string& id) -> Status {
        POSTERN_TRY(run.intents->record(RecordedReply{id, order.memo}.encode()));
        return run.intents->make_safe();
    };
    NewMessage reply{.about = run.message, .text = order.text, .author = run.author};
    if (run.intents != nullptr) reply.record = record;  // a shadow's reply is sent once at most, come what may
    if (tray.submit(reply)) return told(engine, run, order.memo);
    return {.verdict = Verdict::defer,
            .code = 0,
            .message = wording::reply_not_sent(run.transport->name, kExitOfFailedSubmission)};
}

}  // namespace

Result<std::vector<std::string>> publish_recorded_replies(Spool& spool, HeldMessage& held,
                                                          const std::vector<IntentRecord>& intents) {
    std::vector<std::string> published;
    bool synced = false;
    for (const IntentRecord& intent : intents) {
        const auto reply = RecordedReply::decode(intent.text);
        if (!reply) continue;
        if (!synced) POSTERN_TRY(held.sync_intents());
        synced = true;
        POSTERN_TRY_ASSIGN(const bool was_hidden, spool.publish(reply->id, held.id()));
        if (was_hidden) published.push_back(reply->id);
    }
    return published;
}

bool replied_before(const Engine& engine, BatchRun& run) {
    if (!engine.drivers.transport(run.transport->driver->name)->sends_replies) return false;
    for (const EarlierIntent& intent : run.earlier_intents) {
        const auto reply = intent.ours ? RecordedReply::decode(intent.text) : std::nullopt;
        if (!reply) continue;
        const Outcome outcome = told(engine, run, reply->memo);
        for (AddressItem* item : run.batch) item->outcome = outcome;
        return true;
    }
    return false;
}

void send_replies(const Engine& engine, BatchRun& run, OutTray& tray) {
    for (AddressItem* item : run.batch) {
        if (!item->reply_order || item->outcome.verdict != Verdict::ok) continue;
        const ReplyOrder order = *std::move(item->reply_order);
        item->reply_order.reset();
        const Outcome outcome = send(engine, run, tray, order);
        if (outcome.verdict != Verdict::ok) item->outcome = outcome;
    }
}

}  // namespace postern
