// SPDX-License-Identifier: Apache-2.0
// Runs of messages from the spool, and of one that was just received.
#include "deliver/delivery_run.h"
#include "deliver/replies.h"
#include "deliver/spooled_run.h"
#include "wording/delivery.h"

namespace postern {
namespace {

// A frozen message is left alone unless it is its time or somebody insists (§10). True: go on.
bool thaw(const Engine& engine, Message& message, const RunRequest& request) {
    const MainOptions& main = engine.configuration.main;
    const std::int64_t now = engine.clock.now().seconds;
    const bool null_sender = message.sender.empty();
    if (null_sender && now - message.received.seconds >= main.ignore_bounce_errors_after.seconds) {
        engine.log.main(wording::unfrozen("errmsg timer"));
    } else if (request.thaw) {
        engine.log.main(wording::unfrozen("forced delivery"));
        message.manual_thaw = true;
    } else if (!null_sender && main.auto_thaw.seconds > 0 && now > *message.frozen + main.auto_thaw.seconds) {
        engine.log.main(wording::unfrozen("auto-thaw"));
    } else {
        if (engine.selected(Selector::skip_delivery)) engine.log.main(wording::message_is_frozen());
        return false;
    }
    message.frozen.reset();
    return true;
}

void log_open_failure(const Engine& engine, const std::string& id, const RunRequest& request,
                      const Spool::OpenFailure& why) {
    switch (why.problem) {
        case Spool::OpenProblem::locked:
            if (engine.selected(Selector::skip_delivery)) engine.log.main(wording::spool_locked(id));
            return;
        case Spool::OpenProblem::missing:
            if (!request.queue_run) engine.log.main(wording::spool_data_missing(id));
            return;
        case Spool::OpenProblem::other:
            engine.log.main(wording::spool_error(engine.spool.path(id, 'D'), why.error.code));
            return;
    }
}

}  // namespace

std::unique_ptr<SpooledRun> SpooledRun::open(const Engine& engine, const std::string& id, const RunRequest& request) {
    engine.log.set_message_id(id);
    auto held = engine.spool.open(id);
    if (!held) {
        log_open_failure(engine, id, request, held.error());
        return nullptr;
    }
    auto loaded = engine.spool.load(id, true);
    if (!loaded) {
        const Spool::ReadFailure& why = loaded.error();
        engine.log.main(why.format ? wording::spool_format_error(id, why.size)
                                   : wording::spool_read_error(id, why.error.code));
        return nullptr;
    }
    const Result<bool> whole = engine.spool.is_whole(**held, *loaded);
    if (!whole || !*whole) {
        engine.log.main(whole ? wording::spool_files_incomplete(id)
                              : wording::spool_error(engine.spool.path(id, 'D'), whole.error().code));
        return nullptr;
    }
    Message& message = loaded->message;
    const bool was_frozen = message.frozen.has_value();
    if (was_frozen && !thaw(engine, message, request)) return nullptr;
    // What the journal said becomes part of -H first, so that losing the journal later loses nothing.
    if (loaded->replayed > 0 || was_frozen) {
        if (const Status rewritten = (*held)->rewrite_header(message); !rewritten) {
            engine.log.main_and_panic(wording::spool_update_failed(rewritten.error().to_string()));
            return nullptr;
        }
    }
    auto intents = (*held)->intents();
    if (!intents) {  // without them a second copy could be made
        engine.log.main(wording::spool_error(engine.spool.path(id, 'I'), intents.error().code));
        return nullptr;
    }
    const auto replies = publish_recorded_replies(engine.spool, **held, *intents);
    if (!replies) {
        engine.log.main_and_panic(wording::spool_update_failed(replies.error().to_string()));
        return nullptr;
    }
    std::unique_ptr<SpooledRun> run(
        new SpooledRun(engine, *std::move(held), *std::move(loaded), request, *std::move(intents)));
    for (const std::string& reply : *replies) run->out_tray_.adopt(reply);
    return run;
}

SpooledRun::SpooledRun(const Engine& engine, std::unique_ptr<HeldMessage> held, Spool::Loaded loaded,
                       const RunRequest& request, std::vector<IntentRecord> intents)
    : held_(std::move(held)),
      loaded_(std::move(loaded)),
      out_tray_(engine, loaded_.message, OutTray::When::after_the_run),
      run_(std::in_place, engine, *held_, loaded_.message, request, true, out_tray_, std::move(intents)) {}

RunResult SpooledRun::finish() {
    RunResult result = run_->finish();
    run_.reset();  // the last lines are logged
    held_.reset();
    out_tray_.deliver_waiting();
    return result;
}

RunResult deliver_from_spool(const Engine& engine, const std::string& id, const RunRequest& request) {
    const auto spooled = SpooledRun::open(engine, id, request);
    if (!spooled) return {};
    spooled->run().route();
    spooled->run().deliver_rest();
    return spooled->finish();
}

RunResult deliver_held(const Engine& engine, std::unique_ptr<HeldMessage> held, Message message, bool acknowledged) {
    engine.log.set_message_id(message.id);
    engine.log.begin_delivery();
    OutTray out_tray(engine, message, OutTray::When::at_once);
    const RunRequest request;
    DeliveryRun run(engine, *held, message, request, acknowledged, out_tray, {});
    run.route();
    run.deliver_rest();
    return run.finish();
}

}  // namespace postern
