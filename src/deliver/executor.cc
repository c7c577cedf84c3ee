// SPDX-License-Identifier: Apache-2.0
#include "deliver/executor.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/strings.h"
#include "deliver/child_report.h"
#include "deliver/handed_on.h"
#include "driver/filtering.h"
#include "wording/delivery.h"

namespace postern {
namespace {

constexpr int kLargestExitCode = 255;
// So that the child, too, knows by then that it is slow, and begins with no other one.
constexpr std::chrono::milliseconds kNotQuick = kQuickDelivery * 3 / 2;

Outcome deferral(int code, std::string message) {
    return {.verdict = Verdict::defer, .code = code, .message = std::move(message)};
}

std::optional<Outcome> set_up(Transport& transport, DeliveryContext& context) {
    const auto failed = transport.setup(context);
    if (!failed) return std::nullopt;
    return Outcome{.verdict = failed->defer ? Verdict::defer : Verdict::panic, .message = failed->message};
}

Outcome not_become(const DeliveryContext& context, const BecomeFailure& why) {
    const Identity& identity = context.identity;
    if (why.step == BecomeStep::directory)
        return deferral(why.error.code, wording::cannot_change_directory(identity.directory));
    const AddressItem& first = *context.batch.front();
    std::string text = wording::cannot_set_ids(identity.gid, identity.uid, context.os.ids().effective_uid,
                                               first.local_part, first.address, context.instance.name);
    if (why.step == BecomeStep::groups) {
        text = why.error.code == 0 ? wording::initgroups_no_entry(identity.uid)
                                   : wording::initgroups_failed(identity.uid, why.error.code);
    }
    return {.verdict = Verdict::panic, .code = why.error.code > 0 ? why.error.code : code::kUidFail, .message = text};
}

// In the child, as the recipient: the report. Everything that can go wrong here is an outcome, never a frozen message.
DeliveryReport deliver_as_recipient(Transport& transport, DeliveryContext& context) {
    if (const auto refused = prepare_filter(context)) return same_for_all(context, *refused);
    return transport.deliver(context);
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
        // Only one that this driver could have handed the address to.
        const TransportInstance* other = engine.configuration.transport(report.transport);
        if (other != nullptr && other->driver == run.transport->driver) item.transport = other;
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

// What a delivery child does with its row. Made in the child: the objects of the row belong to the parent, whose memory
// this still is when a test runs the child inline.
class InChild {
public:
    // `go_on` gives a byte for each batch that the parent has settled; none is waited for in a row of one.
    InChild(const Engine& engine, std::span<PreparedBatch* const> row, HandedOn& connection, int reports, int go_on)
        : engine_(engine), row_(row), connection_(connection), reports_(reports), go_on_(go_on) {}

    int run() {
        std::vector<std::optional<Outcome>> refused;
        refused.reserve(row_.size());
        for (PreparedBatch* batch : row_) {
            batch->in_hand.resume(engine_);
            refused.push_back(set_up(*batch->transport, batch->context));
            in_hand_.emplace_back(engine_);
        }
        const auto became = become(engine_.os, row_.front()->context.identity);
        for (std::size_t i = 0; i < row_.size(); ++i) {
            DeliveryContext& context = row_[i]->context;
            if (!became && !refused[i]) refused[i] = not_become(context, became.error());
            const auto began = engine_.clock.steady();
            DeliveryReport report = refused[i] ? same_for_all(context, *refused[i]) : deliver(i);
            if (stopped_) return 0;  // what was not committed is the parent's to begin again
            if (is_last(i)) report.keeps_connection = connection_.hand_over();
            // A parent that cannot be told defers what it does not know about; no reason to freeze the message.
            if (!send_report(engine_.os, reports_, report)) return 0;
            // After a slow one the parent may want no more of the row, also if the next would never come to commit.
            const bool quick = engine_.clock.steady() - began < kQuickDelivery;
            if (!quick && !is_last(i) && !wait_until_settled(i + 1)) return 0;
        }
        return 0;
    }

private:
    [[nodiscard]] bool is_last(std::size_t index) const { return index + 1 == row_.size(); }

    DeliveryReport deliver(std::size_t index) {
        PreparedBatch& batch = *row_[index];
        in_hand_[index].resume(engine_);
        // One that is alone has what its setup() has opened, as in Exim.
        if (row_.size() > 1) engine_.expander.close_lookups();
        if (index > 0) batch.context.before_commit = [this, index] { return wait_until_settled(index); };
        connection_.offer(batch.context, is_last(index));
        DeliveryReport report = deliver_as_recipient(*batch.transport, batch.context);
        connection_.take_back(batch.context);
        batch.context.filtered_body.reset();
        return report;
    }

    // The first `count` batches. An Error: the parent is gone, or wants no more of the row.
    Status wait_until_settled(std::size_t count) {
        while (settled_ < count) {
            char byte = 0;
            const Result<std::size_t> n = engine_.os.read(go_on_, {&byte, 1});
            if (!n && n.error().code == EINTR) continue;
            if (!n || *n == 0) {
                stopped_ = true;
                return failure(ECANCELED, "read", "pipe");
            }
            ++settled_;
        }
        return {};
    }

    const Engine& engine_;
    std::span<PreparedBatch* const> row_;
    HandingOn connection_;
    std::vector<InHand> in_hand_;  // what setup() has left of each
    int reports_, go_on_;
    std::size_t settled_ = 0;
    bool stopped_ = false;
};

// The parent of a child with its row.
class DeliveryChild {
public:
    using Settle = std::function<bool(std::size_t)>;
    using GiveUp = std::function<void(std::size_t)>;
    DeliveryChild(const Engine& engine, std::span<PreparedBatch* const> row,
                  std::span<const HeldMessage* const> bystanders)
        : engine_(engine),
          row_(row),
          bystanders_(bystanders),
          connection_(engine, keeps_connections() ? row.back()->run.idle : nullptr, row.back()->run.more_to_come,
                      row.front()->context) {}

    std::size_t run(const Settle& settle, const GiveUp& give_up) {
        if (const auto failed = start()) {
            row_.front()->in_hand.resume(engine_);
            not_started(engine_, row_.front()->run, *failed);
            settle(0);
            return 1;
        }
        ReportReader reports(engine_.os, reports_.read_end.get());
        std::size_t at = 0;
        const auto next = [&] {
            if (at + 1 < row_.size() && !reports.ready(kNotQuick)) {
                go_on_.write_end.reset();  // the child gets no further than to the end of this one
                row_ = row_.first(at + 1);
                give_up(at);
            }
            return reports.next();
        };
        ReportReader::Next report = next();
        for (; report.complete && at + 1 < row_.size(); report = next()) {
            (void)take(at, report.bytes);
            const bool more = settle(at++);
            started_ = engine_.clock.now();
            // A child that cannot be told must not wait for it.
            if (!more || !write_all(engine_.os, go_on_.write_end.get(), ".")) go_on_.write_end.reset();
        }
        return at + end(at, report, settle);
    }

private:
    [[nodiscard]] bool keeps_connections() const {
        return engine_.drivers.transport(row_.front()->run.transport->driver->name)->keeps_connections;
    }

    // Why it could not even be started.
    std::optional<Outcome> start() {
        if (const Status made = make_pipes(); !made)
            return deferral(code::kPipeFail, wording::pipe_failed(made.error().code));
        engine_.expander.close_lookups();
        row_.front()->in_hand.resume(engine_);
        engine_.log.open_main();
        started_ = engine_.clock.now();
        const Result<pid_t> child = engine_.processes.fork_child(
            [&]() -> int {
                close_inherited(engine_.os, reports_.read_end);
                if (go_on_.write_end) close_inherited(engine_.os, go_on_.write_end);
                for (const HeldMessage* bystander : bystanders_) bystander->close_inherited_copies();
                return InChild(engine_, row_, connection_, reports_.write_end.get(), go_on_.read_end.get()).run();
            },
            true);
        if (!child) {
            // Exim gives up the whole run here; the address is simply not delivered yet.
            const std::string& address = row_.front()->run.batch.front()->address;
            return deferral(child.error().code, wording::fork_failed(address));
        }
        child_ = *child;
        reports_.write_end.reset();
        go_on_.read_end.reset();
        return std::nullopt;
    }

    Status make_pipes() {
        POSTERN_TRY_ASSIGN(reports_, engine_.os.pipe());
        if (row_.size() == 1) return {};
        POSTERN_TRY_ASSIGN(go_on_, engine_.os.pipe());
        return {};
    }

    bool take(std::size_t index, std::string_view report) {
        PreparedBatch& batch = *row_[index];
        batch.run.started = started_;
        batch.run.finished = engine_.clock.now();
        batch.in_hand.resume(engine_);
        return take_report(engine_, batch.run, report);
    }

    // `report` is the last one that the child has made: of the last batch, or of one that it has not come to the end
    // of. Returns how many more were settled.
    std::size_t end(std::size_t at, const ReportReader::Next& report, const Settle& settle) {
        go_on_.write_end.reset();
        const bool begun = at == 0 || report.complete || !report.bytes.empty();
        const bool stays = begun && take(at, report.bytes) && report.complete;
        reports_.read_end.reset();  // a child that still has something to say must not wait for us, who wait for it
        const Result<ExitStatus> waited = engine_.processes.wait(child_);
        const ExitStatus status = waited ? *waited : ExitStatus{.vanished = true};
        if (!begun && status.ok()) return 0;  // it has stopped before it committed anything
        if (!begun) (void)take(at, report.bytes);
        judge_exit(engine_, row_[at]->run, status);
        connection_.collect(stays);
        settle(at);
        return 1;
    }

    const Engine& engine_;
    std::span<PreparedBatch* const> row_;
    std::span<const HeldMessage* const> bystanders_;
    HandedOn connection_;
    Os::Pipe reports_;  // from the child
    Os::Pipe go_on_;    // to the child, if it has a row
    pid_t child_ = -1;
    TimePoint started_;  // the delivery in hand
};

}  // namespace

std::size_t run_row(const Engine& engine, std::span<PreparedBatch* const> row,
                    std::span<const HeldMessage* const> bystanders, const std::function<bool(std::size_t)>& settle,
                    const std::function<void(std::size_t)>& give_up) {
    return DeliveryChild(engine, row, bystanders).run(settle, give_up);
}

void run_batch(const Engine& engine, BatchRun& run) {
    const auto prepared = PreparedBatch::make(engine, run);
    if (!prepared) return;
    PreparedBatch* const row[] = {prepared.get()};
    (void)run_row(
        engine, row, {}, [](std::size_t) { return false; }, [](std::size_t) {});
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
            if (set_up(*transport, *context) || !become(context->os, context->identity)) return EPERM;
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
