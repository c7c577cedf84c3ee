// SPDX-License-Identifier: Apache-2.0
#include "deliver/prepared_batch.h"

#include "deliver/target_identity.h"
#include "wording/delivery.h"

namespace postern {
namespace {

void set_outcome(BatchRun& run, const Outcome& outcome) {
    for (AddressItem* item : run.batch) item->outcome = outcome;
}

// The address's errors_to or the sender, then the transport's return_path (forced failure: unchanged).
tl::expected<std::string, Outcome> return_path_of(const Engine& engine, const BatchRun& run, const Scope& scope) {
    const AddressItem& first = *run.batch.front();
    std::string path = first.props.errors_address.value_or(run.message.sender);
    const Expandable& option = run.transport->options.return_path;
    if (!option) return path;
    Expansion value = engine.expander.expand(option, scope);
    if (value) return std::move(value->bytes);
    if (value.error().forced) return path;
    return tl::unexpected(Outcome{
        .verdict = Verdict::defer,
        .code = code::kExpansionFail,
        .message = wording::return_path_not_expanded(option.source, run.transport->name, value.error().message)});
}

// As in Exim, the child itself says it, with the recipient's rights.
Rewriter::Hooks rewrite_log_of_child(const Engine& engine) {
    return {.main_log = [&engine](const std::string& text) { engine.log.of_recipient().main(text); },
            .main_and_panic = [&engine](const std::string& text) { engine.log.of_recipient().main_and_panic(text); },
            .log_rewrites = engine.selected(Selector::address_rewrite)};
}

}  // namespace

void not_started(const Engine& engine, BatchRun& run, const Outcome& outcome) {
    engine.log.main_and_panic(outcome.message);
    set_outcome(run, outcome);
}

tl::expected<DeliveryContext, Outcome> prepare_delivery(const Engine& engine, const BatchRun& run,
                                                        AddressScope& address_scope) {
    address_scope = batch_scope(run.batch);
    address_scope.transport_name = run.transport->name;
    Scope scope;
    scope.message = &run.message;
    scope.body = &run.body_view;
    scope.address = &address_scope;
    scope.first_delivery = run.first_delivery;
    scope.queue_running = run.queue_running;
    // Until the transport's own return_path is known, $return_path is the one that routing left.
    scope.return_path = tainted_text(run.batch.front()->props.errors_address.value_or(run.message.sender));

    auto return_path = return_path_of(engine, run, scope);
    if (!return_path) return tl::unexpected(std::move(return_path.error()));
    scope.return_path = tainted_text(*return_path);
    auto identity = target_identity(engine, *run.transport, *run.batch.front(), scope);
    if (!identity) return tl::unexpected(std::move(identity.error().outcome));
    address_scope.home = Text(identity->home);

    return DeliveryContext{.configuration = engine.configuration,
                           .instance = *run.transport,
                           .os = engine.os,
                           .clock = engine.clock,
                           .processes = engine.processes,
                           .expander = engine.expander,
                           .message = run.message,
                           .scope = std::move(scope),
                           .batch = {run.batch.begin(), run.batch.end()},
                           .duplicates = run.duplicates,
                           .identity = std::move(*identity),
                           .return_path = std::move(*return_path),
                           .body = run.body,
                           .primary_hostname = engine.configuration.main.primary_hostname.value,
                           .sync = engine.sync_mailboxes,
                           .dont_deliver = run.message.dont_deliver,
                           .intents = run.intents,
                           .earlier_intents = run.earlier_intents};
}

PreparedBatch::PreparedBatch(const Engine& engine, BatchRun& of, DeliveryContext made,
                             std::unique_ptr<AddressScope> made_in)
    : run(of),
      scope(std::move(made_in)),
      context(std::move(made)),
      transport(engine.drivers.transport(run.transport->driver->name)->make(*run.transport)),
      in_hand(engine) {
    context.rewrite_log = rewrite_log_of_child(engine);
}

std::unique_ptr<PreparedBatch> PreparedBatch::make(const Engine& engine, BatchRun& run) {
    auto scope = std::make_unique<AddressScope>();
    auto context = prepare_delivery(engine, run, *scope);
    if (!context) {
        not_started(engine, run, context.error());
        return nullptr;
    }
    run.return_path = context->return_path;
    run.author = {context->identity.uid, context->identity.gid};
    set_outcome(run, Outcome{});
    return std::unique_ptr<PreparedBatch>(new PreparedBatch(engine, run, *std::move(context), std::move(scope)));
}

bool PreparedBatch::goes_with(const PreparedBatch& other) const {
    const Identity& a = context.identity;
    const Identity& b = other.context.identity;
    return run.transport == other.run.transport && a.uid == b.uid && a.gid == b.gid && a.initgroups == b.initgroups &&
           a.directory == b.directory && a.core_limit == b.core_limit;
}

}  // namespace postern
