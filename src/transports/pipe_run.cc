// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_run.h"

#include <cerrno>

#include "driver/write_plan.h"
#include "transports/batch_smtp.h"
#include "transports/pipe_confine.h"
#include "transports/pipe_crash.h"
#include "transports/pipe_outcome.h"
#include "transports/private_directory.h"
#include "wording/appendfile.h"
#include "wording/pipe.h"

namespace postern {
namespace {

Outcome panic(std::string message, int code = 0) {
    return {.verdict = Verdict::panic, .code = code, .message = std::move(message)};
}

}  // namespace

std::optional<SetupFailure> Pipe::setup(DeliveryContext& context) {
    if (options_.permit_coredump) context.identity.core_limit = UINT64_MAX;
    return std::nullopt;
}

tl::expected<std::string, Outcome> Pipe::affix(DeliveryContext& context, const Expandable& option,
                                               std::string_view name) const {
    if (!option) return std::string{};
    Expansion text = context.expander.expand(option, context.scope);
    if (text) return std::move(text->bytes);
    const Verdict verdict = text.error().lookup_deferred ? Verdict::defer : Verdict::panic;
    return tl::unexpected(
        Outcome{.verdict = verdict,
                .code = 0,
                .message = wording::not_expanded(option.source, name, instance_.name, text.error().message)});
}

tl::expected<WritePlan, Outcome> Pipe::writing_plan(DeliveryContext& context) const {
    auto prefix = affix(context, options_.message_prefix, "prefix");
    if (!prefix) return tl::unexpected(std::move(prefix.error()));
    auto plan = make_write_plan(context);
    if (!plan) return tl::unexpected(panic(wording::pipe_headers_not_expanded(plan.error().why), code::kHeaderFail));
    auto suffix = affix(context, options_.message_suffix, "suffix");
    if (!suffix) return tl::unexpected(std::move(suffix.error()));
    plan->prefix = std::move(*prefix);
    plan->suffix = std::move(*suffix);
    plan->check = options_.check_string.value;
    plan->escape = options_.escape_string.value;
    plan->escape_headers = options_.use_bsmtp;
    plan->crlf = options_.use_crlf;
    if (options_.use_bsmtp) add_batch_envelope(*plan, context, options_.use_crlf);
    return std::move(*plan);
}

Outcome Pipe::outcome_of(const FilterFailure& failure) const {
    switch (failure.kind) {
        case FilterFailure::Kind::timed_out:
            return {.verdict = options_.timeout_defer ? Verdict::defer : Verdict::fail,
                    .code = 0,
                    .message = wording::filter_timed_out_for_pipe(),
                    .user_message = wording::local_delivery_failed()};
        case FilterFailure::Kind::ended_badly:
            return panic(wording::filter_failed(failure.status, true, {}), code::kFilterFail);
        case FilterFailure::Kind::stopped_reading:
            return panic(wording::pipe_write_error(EPIPE), EPIPE);
        case FilterFailure::Kind::error:
            break;
    }
    return panic(wording::pipe_write_error(failure.error.code), failure.error.code);
}

DeliveryReport Pipe::deliver(DeliveryContext& context) {
    if (const uid_t uid = context.os.ids().effective_uid; uid != context.identity.uid)
        return same_for_all(context, panic(wording::runs_as_wrong_user(uid, context.identity.uid)));
    const auto command = pipe_command(context, options_);
    if (!command) return same_for_all(context, command.error());
    if (context.dont_deliver) return same_for_all(context, {.verdict = Verdict::ok, .code = 0});
    auto plan = writing_plan(context);
    if (!plan) return same_for_all(context, plan.error());
    if (const auto failed = pass_through_filter(context, *plan)) return same_for_all(context, outcome_of(*failed));

    std::vector<std::string> notes;
    const std::optional<Outcome> settled = begin(context, notes);
    DeliveryReport report = settled ? same_for_all(context, *settled) : run(context, *command, *plan);
    report.main_lines = std::move(notes);
    if (settled) return report;
    if (context.intents) {
        const bool ok = report.addresses.front().outcome.verdict == Verdict::ok;
        // If this cannot be written down, a crash from now on looks like one from before.
        (void)context.intents->record(ok ? kPipeDelivered : kPipeRefused).has_value();
    }
    return report;
}

// Looks what is known of earlier runs, and writes down that there is one now. The outcome: there is none.
std::optional<Outcome> Pipe::begin(DeliveryContext& context, std::vector<std::string>& notes) const {
    const std::string& address = context.batch.front()->address;
    const EarlierRun earlier = earlier_pipe_run(context.earlier_intents);
    if (earlier == EarlierRun::delivered) {
        notes.push_back(wording::command_had_delivered(address, instance_.name));
        return Outcome{.verdict = Verdict::ok, .code = 0};
    }
    AfterCrash choice = AfterCrash::rerun;
    (void)parse_after_crash(options_.after_crash.value, choice);
    if (earlier == EarlierRun::unknown && choice != AfterCrash::rerun) {
        return Outcome{.verdict = choice == AfterCrash::defer ? Verdict::defer : Verdict::fail,
                       .code = 0,
                       .message = wording::command_outcome_unknown(address, instance_.name)};
    }
    if (earlier == EarlierRun::unknown) notes.push_back(wording::command_run_again(address, instance_.name));
    if (!context.intents) return std::nullopt;
    const Status recorded = context.intents->record(kPipeBegun);
    if (recorded) return std::nullopt;
    return Outcome{
        .verdict = Verdict::defer, .code = recorded.error().code, .message = wording::command_not_recorded()};
}

Outcome Pipe::not_confined(const Error& error) const {
    return {.verdict = Verdict::defer,
            .code = error.code,
            .message = wording::not_confined(instance_.name, error.call, error.object)};
}

DeliveryReport Pipe::run(DeliveryContext& context, const PipeCommand& command, const WritePlan& plan) const {
    Spawn start{
        .argv = command.argv, .environment = command.environment, .directory = {}, .umask = options_.umask.value};
    std::optional<PrivateDirectory> temporary;  // outlives every process that was given it
    if (options_.confine) {
        auto confinement = confinement_of(context, options_);
        if (!confinement) return same_for_all(context, confinement.error());
        auto made = PrivateDirectory::make(context.os, context.clock);
        if (!made) return same_for_all(context, not_confined(made.error()));
        temporary = std::move(*made);
        confinement->write.push_back(temporary->path());
        start.environment.push_back("TMPDIR=" + temporary->path());
        start.confinement = std::move(*confinement);
    }
    auto ended = run_pipe_command(context, start, plan,
                                  {.timeout = Seconds(options_.timeout.seconds), .output = options_.max_output.value});
    if (!ended) {
        if (start.confinement && ended.error().call != "vfork")
            return same_for_all(context, not_confined(ended.error()));
        return same_for_all(context, {.verdict = Verdict::defer,
                                      .code = 0,
                                      .message = wording::child_not_made(instance_.name, ended.error().code)});
    }
    DeliveryReport report = same_for_all(context, outcome_of_run(*ended, command, options_, instance_.name));
    judge_output(report.addresses.front(), std::move(ended->output), context, options_);
    for (AddressReport& address : report.addresses) {
        address.outcome = report.addresses.front().outcome;
        address.bytes_written = ended->bytes_written;
        address.with_affixes = options_.use_bsmtp && instance_.options.rcpt_include_affixes;
    }
    return report;
}

DeliveryPlan Pipe::plan(DeliveryContext& context) {
    DeliveryPlan plan;
    plan.kind = options_.use_bsmtp ? "BSMTP to a command" : "command";
    plan.refusal = prepare_filter(context);
    const auto command = pipe_command(context, options_);
    if (!command && !plan.refusal) plan.refusal = command.error();
    if (command) {
        for (const std::string& word : command->argv) plan.target += (plan.target.empty() ? "" : " ") + word;
        for (std::size_t i = 0; i < command->argv.size(); ++i)
            plan.steps.push_back("argument " + std::to_string(i) + ": " + command->argv[i]);
        for (const std::string& setting : command->environment) plan.steps.push_back("environment " + setting);
    }
    if (!context.filter.empty()) {
        std::string step = "pass the message through";
        for (const std::string& word : context.filter) step += " " + word;
        plan.steps.push_back(std::move(step));
    }
    if (options_.confine) {
        const auto confinement = confinement_of(context, options_);
        if (!confinement && !plan.refusal) plan.refusal = confinement.error();
        if (confinement) {
            for (const std::string& path : confinement->read) plan.steps.push_back("confined: may read " + path);
            for (const std::string& path : confinement->write) plan.steps.push_back("confined: may change " + path);
        }
    }
    HeaderChanges headers;
    if (const auto written = make_write_plan(context, &headers); !written && !plan.refusal)
        plan.refusal = panic(wording::pipe_headers_not_expanded(written.error().why), code::kHeaderFail);
    plan.header_lines = std::move(headers.added);
    plan.removed_headers = std::move(headers.removed);
    return plan;
}

}  // namespace postern
