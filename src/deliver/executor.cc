// SPDX-License-Identifier: Apache-2.0
#include "deliver/executor.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/strings.h"
#include "deliver/target_identity.h"
#include "driver/filtering.h"
#include "wording/delivery.h"

namespace postern {
namespace {

constexpr std::size_t kLongestReport = 64U << 20;
constexpr int kLargestExitCode = 255;

Outcome deferral(int code, std::string message) {
    return {.verdict = Verdict::defer, .code = code, .message = std::move(message)};
}

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
    return tl::unexpected(
        deferral(code::kExpansionFail,
                 wording::return_path_not_expanded(option.source, run.transport->name, value.error().message)));
}

// In the child: from root to the recipient. nullopt: done.
std::optional<Outcome> become_recipient(Transport& transport, DeliveryContext& context) {
    const Identity& identity = context.identity;
    if (const auto failed = transport.setup(context))
        return Outcome{.verdict = failed->defer ? Verdict::defer : Verdict::panic, .message = failed->message};
    const auto became = become(context.os, identity);
    if (became) return std::nullopt;
    const BecomeFailure& why = became.error();
    if (why.step == BecomeStep::directory)
        return deferral(why.error.code, wording::cannot_change_directory(identity.directory));
    const AddressItem& first = *context.batch.front();
    std::string text = wording::cannot_set_ids(identity.gid, identity.uid, context.os.ids().effective_uid,
                                               first.local_part, first.address, context.instance.name);
    if (why.step == BecomeStep::groups) {
        text = why.error.code == 0 ? wording::initgroups_no_entry(identity.uid)
                                   : wording::initgroups_failed(identity.uid, why.error.code);
    }
    return Outcome{
        .verdict = Verdict::panic, .code = why.error.code > 0 ? why.error.code : code::kUidFail, .message = text};
}

// In the child: the report. Everything that can go wrong here is an outcome, never a frozen message.
DeliveryReport deliver_as_recipient(Transport& transport, DeliveryContext& context) {
    if (const auto failed = become_recipient(transport, context)) return same_for_all(context, *failed);
    if (const auto refused = prepare_filter(context)) return same_for_all(context, *refused);
    return transport.deliver(context);
}

// As in Exim, the child itself says it, with the recipient's rights.
Rewriter::Hooks rewrite_log_of_child(const Engine& engine) {
    return {.main_log = [&engine](const std::string& text) { engine.log.of_recipient().main(text); },
            .main_and_panic = [&engine](const std::string& text) { engine.log.of_recipient().main_and_panic(text); },
            .log_rewrites = engine.selected(Selector::address_rewrite)};
}

// Everything up to end of file, which comes when the child has closed its end or is gone.
std::string read_report(Os& os, int fd) {
    std::string bytes;
    char buffer[4096];
    while (bytes.size() < kLongestReport) {
        const Result<std::size_t> n = os.read(fd, buffer);
        if (!n) {
            if (n.error().code == EINTR) continue;
            break;
        }
        if (*n == 0) break;
        bytes.append(buffer, *n);
    }
    return bytes;
}

// Returns whether the child says that the connection that it has taken up can be taken up again.
bool take_report(const Engine& engine, BatchRun& run, std::string_view bytes) {
    const DeliveryReport::Decoded decoded = DeliveryReport::decode(bytes);
    for (const std::string& line : decoded.report.main_lines) engine.log.main(printable(line));
    for (const std::string& line : decoded.report.panic_lines) engine.log.main_and_panic(printable(line));
    const std::size_t known = std::min(decoded.report.addresses.size(), run.batch.size());
    for (std::size_t i = 0; i < known; ++i) {
        const AddressReport& report = decoded.report.addresses[i];
        AddressItem& item = *run.batch[i];
        item.outcome = report.outcome;
        item.bytes_written = report.bytes_written;
        if (report.local_part) item.logged_local_part = report.local_part;
        item.reply_order = report.reply;
        item.logged_with_affixes = report.with_affixes;
        item.output_line = report.output_line;
        item.returned_output = report.returned_output;
        item.confirmation = report.confirmation;
        if (!report.host.empty()) item.host_text = report.host;
        item.tls = report.tls;
        if (report.transport.empty() || run.shadowing) continue;
        if (const TransportInstance* other = engine.configuration.transport(report.transport)) item.transport = other;
    }
    if (known < run.batch.size()) {
        engine.log.main_and_panic(wording::report_unreadable(run.batch[known]->unique));
    }
    return decoded.complete && decoded.report.keeps_connection;
}

void judge_exit(const Engine& engine, BatchRun& run, const ExitStatus& status) {
    if (status.ok()) return;
    const std::string_view driver = run.transport->driver->name;
    if (status.vanished) {
        engine.log.main_and_panic(wording::child_vanished(driver));
        return;
    }
    const bool told_to_stop = status.signal == SIGTERM || status.signal == SIGKILL || status.signal == SIGQUIT;
    if (!told_to_stop) run.batch.front()->outcome.special = Special::freeze;
    engine.log.main_and_panic(wording::child_failed(driver, status.wait_status(), status.code, status.signal));
}

// Why the child could not even be started.
void not_started(const Engine& engine, BatchRun& run, const Outcome& outcome) {
    engine.log.main_and_panic(outcome.message);
    set_outcome(run, outcome);
}

// The connection that deliveries by one transport under one identity hand on. The parent has one that was taken up
// before; a new one comes through a channel, with its label.
class HandedOn {
public:
    HandedOn(const Engine& engine, BatchRun& run, DeliveryContext& context) : engine_(engine), run_(run) {
        if (run.idle == nullptr || engine.passing == nullptr) return;
        who_ = context.instance.name + " " + std::to_string(context.identity.uid) + ":" +
               std::to_string(context.identity.gid) + (context.identity.initgroups ? "+" : "");
        taken_ = run.idle->take(who_);
        if (taken_) context.idle = &*taken_;
        if (!run.more_to_come) return;
        if (!taken_) {
            if (Result<Os::Pipe> made = engine.passing->channel()) channel_ = std::move(*made);
            if (!channel_.write_end) return;
        }
        context.keep_connection = [this](int fd, std::string_view label) { keep(fd, label); };
    }
    HandedOn(const HandedOn&) = delete;
    HandedOn& operator=(const HandedOn&) = delete;

    [[nodiscard]] bool stays() const { return stays_; }  // known to the child, which says it in its report

    // When the child has ended: what it has kept.
    void collect(bool stays) {
        if (stays && taken_) run_.idle->put(who_, std::move(*taken_));
        if (!channel_.read_end) return;
        Result<std::optional<DescriptorPassing::Passed>> passed = engine_.passing->receive(channel_.read_end.get());
        if (passed && *passed) run_.idle->put(who_, std::move(**passed));
    }

private:
    // In the child. A new connection in the place of one that was stale stays with this delivery: there is no channel.
    void keep(int fd, std::string_view label) {
        if (taken_) {
            stays_ = fd == taken_->fd.get();
        } else {
            (void)engine_.passing->send(channel_.write_end.get(), fd, label).has_value();
        }
    }

    const Engine& engine_;
    BatchRun& run_;
    std::string who_;
    std::optional<IdleConnections::Connection> taken_;
    Os::Pipe channel_;
    bool stays_ = false;
};

}  // namespace

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

void run_batch(const Engine& engine, BatchRun& run) {
    AddressScope address_scope;
    auto context = prepare_delivery(engine, run, address_scope);
    if (!context) return not_started(engine, run, context.error());
    run.return_path = context->return_path;
    context->rewrite_log = rewrite_log_of_child(engine);
    run.author = {context->identity.uid, context->identity.gid};
    set_outcome(run, Outcome{});
    const TransportDriver* driver = engine.drivers.transport(run.transport->driver->name);
    const std::unique_ptr<Transport> transport = driver->make(*run.transport);
    std::optional<HandedOn> connection;
    if (driver->keeps_connections) connection.emplace(engine, run, *context);

    Result<Os::Pipe> pipe = engine.os.pipe();
    if (!pipe) {
        return not_started(engine, run, deferral(code::kPipeFail, wording::pipe_failed(pipe.error().code)));
    }
    engine.expander.close_lookups();
    engine.log.open_main();
    const Result<pid_t> child = engine.processes.fork_child(
        [&]() -> int {
            // By number: the object belongs to the parent, whose memory this still is when a test runs the child
            // inline.
            UniqueFd(engine.os, pipe->read_end.get()).reset();
            DeliveryReport report = deliver_as_recipient(*transport, *context);
            report.keeps_connection = connection && connection->stays();
            // A parent that cannot be told defers what it does not know about; no reason to freeze the message.
            (void)write_all(engine.os, pipe->write_end.get(), report.encode()).has_value();
            return 0;
        },
        true);
    if (!child) {
        // Exim gives up the whole run here; the address is simply not delivered yet.
        return not_started(engine, run, deferral(child.error().code, wording::fork_failed(run.batch.front()->address)));
    }
    pipe->write_end.reset();
    const bool stays = take_report(engine, run, read_report(engine.os, pipe->read_end.get()));
    pipe->read_end.reset();  // a child that still has something to say must not wait for us, who wait for it
    const Result<ExitStatus> status = engine.processes.wait(*child);
    judge_exit(engine, run, status ? *status : ExitStatus{.vanished = true});
    if (connection) connection->collect(stays);
}

int tell_transport(const Engine& engine, const BatchRun& run, const std::string& memo) {
    AddressScope address_scope;
    auto context = prepare_delivery(engine, run, address_scope);
    if (!context) return context.error().code > 0 ? context.error().code : EINVAL;
    const TransportDriver* driver = engine.drivers.transport(run.transport->driver->name);
    const std::unique_ptr<Transport> transport = driver->make(*run.transport);
    engine.expander.close_lookups();
    const Result<pid_t> child = engine.processes.fork_child(
        [&]() -> int {
            if (become_recipient(*transport, *context)) return EPERM;
            const Status noted = transport->message_sent(*context, memo);
            if (noted) return 0;
            return noted.error().code > 0 && noted.error().code <= kLargestExitCode ? noted.error().code : EIO;
        },
        true);
    if (!child) return child.error().code;
    const Result<ExitStatus> status = engine.processes.wait(*child);
    if (!status) return status.error().code;
    return status->ok() ? 0 : status->code > 0 ? status->code : EINTR;
}

}  // namespace postern
