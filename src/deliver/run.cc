// SPDX-License-Identifier: Apache-2.0
// One delivery run of one message, from lock to unlock.
#include <optional>

#include "base/strings.h"
#include "deliver/batch.h"
#include "deliver/engine.h"
#include "deliver/executor.h"
#include "deliver/intents.h"
#include "deliver/limits.h"
#include "deliver/one_time.h"
#include "deliver/quota_warning.h"
#include "deliver/recipients.h"
#include "deliver/replies.h"
#include "deliver/settlement.h"
#include "wording/delivery.h"

namespace postern {
namespace {

// $message_body over the open -D file.
class SpoolBody final : public BodyView {
public:
    SpoolBody(Os& os, const HeldMessage& held) : os_(os), held_(held) {}
    Result<std::string> read(std::int64_t offset, std::size_t count) const override {
        std::string bytes(count, '\0');
        std::size_t have = 0;
        while (have < count) {
            POSTERN_TRY_ASSIGN(const std::size_t n,
                               os_.pread(held_.data_fd(), std::span<char>(bytes).subspan(have),
                                         held_.data_start() + offset + static_cast<std::int64_t>(have)));
            if (n == 0) break;
            have += n;
        }
        bytes.resize(have);
        return bytes;
    }

private:
    Os& os_;
    const HeldMessage& held_;
};

class DeliveryRun {
public:
    DeliveryRun(const Engine& engine, HeldMessage& held, Message& message, const RunRequest& request, bool acknowledged,
                OutTray& out_tray, std::vector<IntentRecord> earlier_intents)
        : engine_(engine),
          out_tray_(out_tray),
          held_(held),
          message_(message),
          request_(request),
          acknowledged_(acknowledged),
          body_(engine.os, held),
          intents_(held, std::move(earlier_intents)),
          settlement_(engine, message, held) {}

    RunResult run() {
        held_.open_log();
        if (suspected_loop()) {
            fail_all_as_loop();
        } else {
            Routing routing(engine_, message_, body_, settlement_, pool_, request_);
            deliver_all(routing.deliveries());
        }
        return finish();
    }

private:
    // --- mail loops ---
    [[nodiscard]] bool suspected_loop() const {
        std::int64_t received = 0;
        for (const HeaderLine& line : message_.headers) received += line.type == HeaderType::received ? 1 : 0;
        return received > engine_.configuration.main.received_headers_max.value;
    }

    void fail_all_as_loop() {
        for (const Recipient& recipient : message_.recipients) {
            if (message_.non_recipients.contains(recipient.address)) continue;
            AddressItem& item = pool_.make();
            item.address = item.unique = recipient.address;
            item.outcome = {.verdict = Verdict::fail, .message = wording::too_many_received()};
            settlement_.settle(item, Stage::none);
        }
    }

    // --- local deliveries (spec transport-framework.md §5) ---
    void deliver_all(AddressChain chain) {
        while (!chain.empty()) {
            AddressItem& first = *chain.front();
            if (!first.transport) {
                chain.pop_front();
                refuse({&first}, {.verdict = Verdict::panic,
                                  .message = wording::no_transport_set(first.router ? first.router->name : "")});
                continue;
            }
            if (settlement_.delivered_before(first)) {
                chain.pop_front();
                settlement_.child_done(first);
                continue;
            }
            const int recorded = intents_.pending(first);
            const auto apart = [&](const AddressItem& item) {
                return settlement_.delivered_before(item) || intents_.pending(item) != recorded;
            };
            Scope scope = message_scope();
            std::vector<AddressItem*> batch = take_batch(engine_, scope, chain, apart);
            deliver_batch(std::move(batch), chain.empty());
        }
    }

    [[nodiscard]] Scope message_scope() const {
        Scope scope;
        scope.message = &message_;
        scope.body = &body_;
        scope.first_delivery = message_.first_delivery;
        scope.queue_running = request_.queue_run;
        return scope;
    }

    void refuse(const std::vector<AddressItem*>& batch, const Outcome& outcome) {
        for (AddressItem* item : batch) {
            item->outcome = outcome;
            settlement_.settle(*item, Stage::transport);
        }
    }

    void deliver_batch(std::vector<AddressItem*> batch, bool last) {
        const TransportInstance& transport = *batch.front()->transport;
        engine_.log.set_quiet(transport.options.disable_logging);
        const AddressScope address = batch_scope(batch);
        Scope scope = message_scope();
        scope.address = &address;
        if (const auto outcome = over_size_limit(engine_, transport, message_, scope)) {
            refuse(batch, *outcome);
        } else {
            ParallelSlot slot = ParallelSlot::take(engine_, transport, *batch.front(), scope);
            if (slot.refusal()) {
                refuse(batch, *slot.refusal());
            } else {
                run_and_settle(batch, last);
            }
        }
        engine_.log.set_quiet(false);
    }

    void run_and_settle(const std::vector<AddressItem*>& batch, bool last) {
        BatchRun run{.message = message_,
                     .body_view = body_,
                     .body = {held_.data_fd(), held_.data_start(), message_.spool_wireformat},
                     .duplicates = &settlement_.duplicates(),
                     .batch = batch,
                     .transport = batch.front()->transport,
                     .first_delivery = message_.first_delivery,
                     .queue_running = request_.queue_run,
                     .idle = engine_.idle != nullptr ? engine_.idle : &own_idle_,
                     .more_to_come = engine_.idle != nullptr || !last};
        const TimePoint started = engine_.clock.now();
        std::unique_ptr<IntentLog> intent_log;
        if (open_intents(run, intent_log) && !replied_before(engine_, run)) run_batch(engine_, run);
        send_replies(engine_, run, out_tray_);
        const TimePoint finished = engine_.clock.now();
        if (run.return_path) settlement_.set_return_path(*run.return_path);
        for (AddressItem* item : batch) {
            item->started = started;
            item->finished = finished;
        }
        // Before a line says "delivered", something on the disk does: the journal, or, more cheaply, the removal of a
        // message that this batch settles as a whole.
        if (!(last && settles_message(batch) && remove_message())) settlement_.journal(batch);
        out_tray_.deliver_sent();
        send_warning(run);
        run_shadow(run);
        const Log::Together lines(engine_.log);
        if (last) last_lines_.emplace(engine_.log);
        bool first_success = true;
        for (AddressItem* item : batch) {
            const bool ok = item->outcome.verdict == Verdict::ok;
            settlement_.settle(*item, Stage::transport, ok && !first_success ? "->" : "=>");
            if (ok) first_success = false;
        }
    }

    // Where the batch's child can say what it is about to do. False: it cannot, so nothing is done.
    bool open_intents(BatchRun& run, std::unique_ptr<IntentLog>& log) {
        const TransportDriver* driver = engine_.drivers.transport(run.transport->driver->name);
        if (!driver->records_intents || message_.dont_deliver) return true;
        auto opened = intents_.log(run.batch);
        if (!opened) {
            const std::string text = wording::intents_not_opened(message_.id, opened.error().code);
            engine_.log.main_and_panic(text);
            for (AddressItem* item : run.batch)
                item->outcome = {.verdict = Verdict::defer, .code = opened.error().code, .message = text};
            return false;
        }
        log = std::move(*opened);
        run.intents = log.get();
        run.earlier_intents = intents_.earlier(run.batch);
        return true;
    }

    [[nodiscard]] bool settles_message(const std::vector<AddressItem*>& batch) const {
        if (!settlement_.deferred().empty() || !settlement_.failed().empty()) return false;
        if (!batch.front()->transport->options.shadow_transport.value.empty()) return false;
        for (const AddressItem* item : batch) {
            if (item->outcome.verdict != Verdict::ok) return false;
        }
        // A message of which something has still to be told is not forgotten before that is done.
        return batch.front()->outcome.special != Special::warn;
    }

    // The mailbox has passed the threshold: its owner is told, before the log says "delivered" (as Exim).
    void send_warning(const BatchRun& run) {
        const AddressItem& first = *run.batch.front();
        if (first.outcome.verdict != Verdict::ok || first.outcome.special != Special::warn) return;
        AddressScope address = batch_scope(run.batch);
        address.router_name.clear();  // both are known to the delivery only
        address.transport_name.clear();
        Scope scope = message_scope();
        scope.address = &address;
        scope.return_path = tainted_text(run.return_path.value_or(""));
        send_quota_warning(engine_, *first.transport, message_, scope, out_tray_);
    }

    bool remove_message() {
        const Status removed = held_.remove();
        if (!removed) engine_.log.main_and_panic(wording::spool_update_failed(removed.error().to_string()));
        removed_ = removed.has_value();
        return removed_;
    }

    // --- shadow transports (§11): a copy of what succeeded, whose own fate changes nothing ---
    void run_shadow(const BatchRun& main_run) {
        const TransportInstance& transport = *main_run.transport;
        const std::string& name = transport.options.shadow_transport.value;
        if (name.empty()) return;
        std::vector<AddressItem*> originals;
        for (AddressItem* item : main_run.batch) {
            if (item->outcome.verdict == Verdict::ok) originals.push_back(item);
        }
        if (originals.empty() || !shadow_wanted(transport, main_run.batch)) return;
        const TransportInstance* shadow = engine_.configuration.transport(name);
        if (!shadow) {
            engine_.log.main_and_panic(wording::shadow_not_found(name));
            return;
        }
        BatchRun run{.message = main_run.message,
                     .body_view = main_run.body_view,
                     .body = main_run.body,
                     .duplicates = main_run.duplicates,
                     .batch = {},
                     .transport = shadow,
                     .shadowing = true,
                     .first_delivery = main_run.first_delivery,
                     .queue_running = main_run.queue_running};
        for (AddressItem* item : originals) {
            AddressItem& clone = pool_.make();
            clone = *item;
            clone.transport = shadow;
            clone.outcome = Outcome{};
            run.batch.push_back(&clone);
        }
        run_batch(engine_, run);
        send_replies(engine_, run, out_tray_);
        out_tray_.deliver_sent();
        for (std::size_t i = 0; i < originals.size(); ++i) {
            const Outcome& outcome = run.batch[i]->outcome;
            originals[i]->shadow_text =
                wording::shadow(name, outcome.verdict == Verdict::ok, outcome.code, outcome.message);
        }
    }

    [[nodiscard]] bool shadow_wanted(const TransportInstance& transport, const std::vector<AddressItem*>& batch) {
        const Expandable& condition = transport.options.shadow_condition;
        if (!condition) return true;
        const AddressScope address = batch_scope(batch);
        Scope scope = message_scope();
        scope.address = &address;
        return engine_.expander.condition(condition.source, transport.name, "transport", scope).value;
    }

    // --- the end (queue-retry-bounce.md §6 steps 19–21) ---
    RunResult finish() {
        settlement_.ignore_failures();
        RunResult result{.end = RunEnd::left};
        for (const auto* chain :
             {&settlement_.delivered(), &settlement_.deferred(), &settlement_.failed(), &settlement_.ignored()}) {
            for (const AddressItem* item : *chain) result.settled.push_back(settled(*item));
        }
        if (settlement_.deferred().empty() && settlement_.failed().empty()) {
            if (!removed_ && !remove_message()) {
                // While there is a -H, it has to say that all of it is delivered.
                if (engine_.spool.exists(message_.id, 'H')) (void)held_.rewrite_header(message_).has_value();
                return result;
            }
            std::optional<std::string> queue_time;
            if (engine_.selected(Selector::queue_time_overall)) {
                queue_time =
                    interval_text_ms(message_.received, engine_.clock.now(), engine_.selected(Selector::millisec));
            }
            engine_.log.main(wording::completed(queue_time));
            result.end = RunEnd::completed;
            return result;
        }
        result.safe = keep_on_queue();
        return result;
    }

    [[nodiscard]] static Settled settled(const AddressItem& item) {
        return {.address = item.address,
                .original = item.top().address,
                .router = item.router ? item.router->name : "",
                .transport = item.transport ? item.transport->name : "",
                .outcome = item.outcome};
    }

    // False: what stays may not be on stable storage.
    [[nodiscard]] bool keep_on_queue() {
        if (settlement_.frozen_now()) {
            const std::string text = wording::frozen(settlement_.freeze_reason());
            held_.log("*** " + text);
            engine_.log.main(text);
        }
        std::vector<const AddressItem*> open(settlement_.deferred().begin(), settlement_.deferred().end());
        open.insert(open.end(), settlement_.failed().begin(), settlement_.failed().end());
        keep_one_time_children(message_, open);
        message_.first_delivery = false;
        Status kept = held_.rewrite_header(message_);
        if (kept && !acknowledged_) kept = held_.make_durable();
        if (kept) kept = held_.remove_journal();
        // The old -H and the journal together still say everything: nothing is lost, but somebody must look.
        if (!kept) engine_.log.main_and_panic(wording::spool_update_failed(kept.error().to_string()));
        return kept.has_value();
    }

    const Engine& engine_;
    OutTray& out_tray_;
    HeldMessage& held_;
    Message& message_;
    const RunRequest& request_;
    bool acknowledged_;
    SpoolBody body_;
    Intents intents_;
    AddressPool pool_;
    Settlement settlement_;
    bool removed_ = false;
    std::optional<Log::Together> last_lines_;  // of the last delivery and of what comes of it all
    IdleConnections own_idle_{engine_.os};     // for a message that is delivered alone
};

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

RunResult deliver_from_spool(const Engine& engine, const std::string& id, const RunRequest& request) {
    engine.log.set_message_id(id);
    auto held = engine.spool.open(id);
    if (!held) {
        log_open_failure(engine, id, request, held.error());
        return {};
    }
    auto loaded = engine.spool.load(id, true);
    if (!loaded) {
        const Spool::ReadFailure& why = loaded.error();
        engine.log.main(why.format ? wording::spool_format_error(id, why.size)
                                   : wording::spool_read_error(id, why.error.code));
        return {};
    }
    const Result<bool> whole = engine.spool.is_whole(**held, *loaded);
    if (!whole || !*whole) {
        engine.log.main(whole ? wording::spool_files_incomplete(id)
                              : wording::spool_error(engine.spool.path(id, 'D'), whole.error().code));
        return {};
    }
    Message& message = loaded->message;
    const bool was_frozen = message.frozen.has_value();
    if (was_frozen && !thaw(engine, message, request)) return {};
    // What the journal said becomes part of -H first, so that losing the journal later loses nothing.
    if (loaded->replayed > 0 || was_frozen) {
        if (const Status rewritten = (*held)->rewrite_header(message); !rewritten) {
            engine.log.main_and_panic(wording::spool_update_failed(rewritten.error().to_string()));
            return {};
        }
    }
    auto intents = (*held)->intents();
    if (!intents) {  // without them a second copy could be made
        engine.log.main(wording::spool_error(engine.spool.path(id, 'I'), intents.error().code));
        return {};
    }
    const auto replies = publish_recorded_replies(engine.spool, **held, *intents);
    if (!replies) {
        engine.log.main_and_panic(wording::spool_update_failed(replies.error().to_string()));
        return {};
    }
    OutTray out_tray(engine, message, OutTray::When::after_the_run);
    for (const std::string& reply : *replies) out_tray.adopt(reply);
    RunResult result = DeliveryRun(engine, **held, message, request, true, out_tray, std::move(*intents)).run();
    held->reset();
    out_tray.deliver_waiting();
    return result;
}

RunResult deliver_held(const Engine& engine, std::unique_ptr<HeldMessage> held, Message message, bool acknowledged) {
    engine.log.set_message_id(message.id);
    engine.log.begin_delivery();
    OutTray out_tray(engine, message, OutTray::When::at_once);
    return DeliveryRun(engine, *held, message, RunRequest{}, acknowledged, out_tray, {}).run();
}

}  // namespace postern
