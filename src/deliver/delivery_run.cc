// SPDX-License-Identifier: Apache-2.0
#include "deliver/delivery_run.h"

#include <algorithm>

#include "base/strings.h"
#include "deliver/limits.h"
#include "deliver/one_time.h"
#include "deliver/quota_warning.h"
#include "deliver/recipients.h"
#include "deliver/replies.h"
#include "wording/delivery.h"

namespace postern {
namespace {

Settled settled(const AddressItem& item) {
    return {.address = item.address,
            .original = item.top().address,
            .router = item.router ? item.router->name : "",
            .transport = item.transport ? item.transport->name : "",
            .outcome = item.outcome};
}

}  // namespace

Result<std::string> SpoolBody::read(std::int64_t offset, std::size_t count) const {
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

DeliveryRun::DeliveryRun(const Engine& engine, HeldMessage& held, Message& message, const RunRequest& request,
                         bool acknowledged, OutTray& out_tray, std::vector<IntentRecord> earlier_intents)
    : engine_(engine),
      out_tray_(out_tray),
      held_(held),
      message_(message),
      request_(request),
      acknowledged_(acknowledged),
      body_(engine.os, held),
      intents_(held, std::move(earlier_intents)),
      settlement_(engine, message, held) {}

void DeliveryRun::route() {
    held_.open_log();
    if (suspected_loop()) return fail_all_as_loop();
    Routing routing(engine_, message_, body_, settlement_, pool_, request_);
    chain_ = routing.deliveries();
}

// --- mail loops ---
bool DeliveryRun::suspected_loop() const {
    std::int64_t received = 0;
    for (const HeaderLine& line : message_.headers) received += line.type == HeaderType::received ? 1 : 0;
    return received > engine_.configuration.main.received_headers_max.value;
}

void DeliveryRun::fail_all_as_loop() {
    for (const Recipient& recipient : message_.recipients) {
        if (message_.non_recipients.contains(recipient.address)) continue;
        AddressItem& item = pool_.make();
        item.address = item.unique = recipient.address;
        item.outcome = {.verdict = Verdict::fail, .message = wording::too_many_received()};
        settlement_.settle(item, Stage::none);
    }
}

// --- deliveries (spec transport-framework.md §5) ---
std::optional<std::vector<AddressItem*>> DeliveryRun::next_batch() {
    if (peeked_) return std::exchange(peeked_, std::nullopt);
    while (!chain_.empty()) {
        AddressItem& first = *chain_.front();
        if (!first.transport) {
            chain_.pop_front();
            refuse({&first}, {.verdict = Verdict::panic,
                              .message = wording::no_transport_set(first.router ? first.router->name : "")});
            continue;
        }
        if (settlement_.delivered_before(first)) {
            chain_.pop_front();
            settlement_.child_done(first);
            continue;
        }
        const int recorded = intents_.pending(first);
        const auto apart = [&](const AddressItem& item) {
            return settlement_.delivered_before(item) || intents_.pending(item) != recorded;
        };
        Scope scope = message_scope();
        return take_batch(engine_, scope, chain_, apart);
    }
    return std::nullopt;
}

PreparedBatch* DeliveryRun::sole_delivery() {
    peeked_ = next_batch();
    if (!peeked_ || !may_share_a_child(*peeked_)) return nullptr;
    const std::vector<AddressItem*> batch = *std::exchange(peeked_, std::nullopt);
    engine_.log.set_quiet(batch.front()->transport->options.disable_logging);
    sole_.emplace(batch_run(batch, true), nullptr);
    sole_->prepared = PreparedBatch::make(engine_, sole_->run);
    engine_.log.set_quiet(false);  // for the messages that are opened while this one waits
    return sole_->prepared.get();
}

void DeliveryRun::settle_sole_delivery() {
    engine_.log.set_quiet(sole_->run.transport->options.disable_logging);
    settle_batch(sole_->run, true);
    engine_.log.set_quiet(false);
}

// Not if anything else has been or is to be done for the message, or needs something that several batches at once must
// not have.
bool DeliveryRun::may_share_a_child(const std::vector<AddressItem*>& batch) const {
    const TransportInstance& transport = *batch.front()->transport;
    const TransportDriver& driver = *engine_.drivers.transport(transport.driver->name);
    if (!chain_.empty() || !settlement_.nothing_yet() || intents_.any()) return false;
    if (!driver.keeps_connections || driver.records_intents || driver.sends_replies) return false;
    if (transport.options.max_parallel || !transport.options.shadow_transport.value.empty()) return false;
    return !too_large(batch);
}

void DeliveryRun::deliver_rest() {
    if (sole_) settle_sole_delivery();  // it could not be prepared
    while (auto batch = next_batch()) deliver_batch(*batch, chain_.empty());
}

Scope DeliveryRun::message_scope() const {
    Scope scope;
    scope.message = &message_;
    scope.body = &body_;
    scope.first_delivery = message_.first_delivery;
    scope.queue_running = request_.queue_run;
    return scope;
}

void DeliveryRun::refuse(const std::vector<AddressItem*>& batch, const Outcome& outcome) {
    for (AddressItem* item : batch) {
        item->outcome = outcome;
        settlement_.settle(*item, Stage::transport);
    }
}

std::optional<Outcome> DeliveryRun::too_large(const std::vector<AddressItem*>& batch) const {
    const AddressScope address = batch_scope(batch);
    Scope scope = message_scope();
    scope.address = &address;
    return over_size_limit(engine_, *batch.front()->transport, message_, scope);
}

void DeliveryRun::deliver_batch(const std::vector<AddressItem*>& batch, bool last) {
    const TransportInstance& transport = *batch.front()->transport;
    engine_.log.set_quiet(transport.options.disable_logging);
    if (const auto outcome = too_large(batch)) {
        refuse(batch, *outcome);
    } else {
        const AddressScope address = batch_scope(batch);
        Scope scope = message_scope();
        scope.address = &address;
        ParallelSlot slot = ParallelSlot::take(engine_, transport, *batch.front(), scope);
        if (slot.refusal()) {
            refuse(batch, *slot.refusal());
        } else {
            run_and_settle(batch, last);
        }
    }
    engine_.log.set_quiet(false);
}

BatchRun DeliveryRun::batch_run(const std::vector<AddressItem*>& batch, bool last) {
    const TimePoint now = engine_.clock.now();
    return {.message = message_,
            .body_view = body_,
            .body = {held_.data_fd(), held_.data_start(), message_.spool_wireformat},
            .duplicates = &settlement_.duplicates(),
            .batch = batch,
            .transport = batch.front()->transport,
            .first_delivery = message_.first_delivery,
            .queue_running = request_.queue_run,
            .idle = engine_.idle != nullptr ? engine_.idle : &own_idle_,
            .more_to_come = engine_.idle != nullptr || !last,
            .started = now,
            .finished = now};
}

void DeliveryRun::run_and_settle(const std::vector<AddressItem*>& batch, bool last) {
    BatchRun run = batch_run(batch, last);
    std::unique_ptr<IntentLog> intent_log;
    if (open_intents(run, intent_log) && !replied_before(engine_, run)) run_batch(engine_, run);
    send_replies(engine_, run, out_tray_);
    settle_batch(run, last);
}

void DeliveryRun::settle_batch(const BatchRun& run, bool last) {
    const std::vector<AddressItem*>& batch = run.batch;
    if (run.return_path) settlement_.set_return_path(*run.return_path);
    for (AddressItem* item : batch) {
        item->started = run.started;
        item->finished = run.finished;
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
bool DeliveryRun::open_intents(BatchRun& run, std::unique_ptr<IntentLog>& log) {
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

bool DeliveryRun::settles_message(const std::vector<AddressItem*>& batch) const {
    if (!settlement_.deferred().empty() || !settlement_.failed().empty()) return false;
    if (!batch.front()->transport->options.shadow_transport.value.empty()) return false;
    for (const AddressItem* item : batch) {
        if (item->outcome.verdict != Verdict::ok) return false;
    }
    // A message of which something has still to be told is not forgotten before that is done.
    return batch.front()->outcome.special != Special::warn;
}

// The mailbox has passed the threshold: its owner is told, before the log says "delivered" (as Exim).
void DeliveryRun::send_warning(const BatchRun& run) {
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

bool DeliveryRun::remove_message() {
    const Status removed = held_.remove();
    if (!removed) engine_.log.main_and_panic(wording::spool_update_failed(removed.error().to_string()));
    removed_ = removed.has_value();
    return removed_;
}

// --- shadow transports (§11): a copy of what succeeded, whose own fate changes nothing ---
void DeliveryRun::run_shadow(const BatchRun& main_run) {
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

bool DeliveryRun::shadow_wanted(const TransportInstance& transport, const std::vector<AddressItem*>& batch) {
    const Expandable& condition = transport.options.shadow_condition;
    if (!condition) return true;
    const AddressScope address = batch_scope(batch);
    Scope scope = message_scope();
    scope.address = &address;
    return engine_.expander.condition(condition.source, transport.name, "transport", scope).value;
}

// --- the end (queue-retry-bounce.md §6 steps 19–21) ---
RunResult DeliveryRun::finish() {
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
            queue_time = interval_text_ms(message_.received, engine_.clock.now(), engine_.selected(Selector::millisec));
        }
        engine_.log.main(wording::completed(queue_time));
        result.end = RunEnd::completed;
        return result;
    }
    result.safe = keep_on_queue();
    return result;
}

// False: what stays may not be on stable storage.
bool DeliveryRun::keep_on_queue() {
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

}  // namespace postern
