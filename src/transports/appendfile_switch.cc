// SPDX-License-Identifier: Apache-2.0
// file_format: another transport may know the format of the file better (spec appendfile.md §7.3). It goes on in the
// same process, with the same identity, as if it had been chosen; no message goes in circles (W12).
#include <algorithm>

#include "transports/appendfile_run.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

Outcome outcome_of(const SetupFailure& failure) {
    return {.verdict = failure.defer ? Verdict::defer : Verdict::panic, .message = failure.message};
}

}  // namespace

std::optional<SetupFailure> Appendfile::setup(DeliveryContext& context) {
    make_stands(context);
    return set_up_quota(context);
}

// All that file_format leads to, over any number of steps.
void Appendfile::make_stands(DeliveryContext& context) {
    std::vector<const TransportInstance*> todo = {&instance_};
    while (!todo.empty()) {
        const TransportInstance& from = *todo.back();
        todo.pop_back();
        const auto& list = static_cast<const Options*>(from.private_options.get())->file_format;
        if (!list.set) continue;
        for (const TransportInstance* other : FormatSwitch(context.configuration, from, list.value).others()) {
            if (other == &instance_ || stands_.contains(other)) continue;
            const auto& options = *static_cast<const Options*>(other->private_options.get());
            Stand stand{std::make_unique<Appendfile>(*other, options), std::nullopt};
            DeliveryContext theirs = context.for_transport(*other);
            stand.failure = stand.transport->set_up_quota(theirs);
            stands_.emplace(other, std::move(stand));
            todo.push_back(other);
        }
    }
}

const Appendfile::Stand* Appendfile::next_transport(DeliveryContext& context, AppendfileTarget& target,
                                                    const Stands& stands, const Passed& passed) const {
    if (target.verdict || target.format != AppendfileTarget::Format::file || !options_.file_format.set) return nullptr;
    FormatChoice choice = FormatSwitch(context.configuration, instance_, options_.file_format.value)
                              .choose_for(context.os, target.place.at(target.leaf));
    if (choice.refusal) {
        target.verdict = std::move(choice.refusal);
        return nullptr;
    }
    if (choice.transport == &instance_) return nullptr;
    const auto next = stands.find(choice.transport);
    if (next == stands.end() || std::ranges::find(passed, choice.transport) != passed.end()) {
        target.verdict =
            Outcome{.code = code::kFormatUnknown, .message = wording::format_circle(choice.transport->name)};
        return nullptr;
    }
    if (next->second.failure) {
        target.verdict = outcome_of(*next->second.failure);
        return nullptr;
    }
    return &next->second;
}

DeliveryReport Appendfile::deliver(DeliveryContext& context) { return deliver_on(context, stands_, {}); }

DeliveryReport Appendfile::deliver_on(DeliveryContext& context, const Stands& stands, Passed passed) const {
    AppendfileTarget target = appendfile_target(context, options_);
    if (const Stand* next = next_transport(context, target, stands, passed)) {
        passed.push_back(&instance_);
        const Appendfile& other = *next->transport;
        DeliveryContext theirs = context.for_transport(other.instance_);
        DeliveryReport report = other.deliver_on(theirs, stands, std::move(passed));
        for (AddressReport& address : report.addresses) {
            if (address.transport.empty()) address.transport = other.instance_.name;
        }
        return report;
    }
    const Done done = target.verdict ? Done{*target.verdict} : execute(context, target);
    DeliveryReport report = same_for_all(context, done.outcome);
    if (!done.panic_line.empty()) report.panic_lines.push_back(done.panic_line);
    for (AddressReport& address : report.addresses) {
        address.bytes_written = done.bytes_written;
        address.local_part = target.logged_local_part;
        address.with_affixes = done.affixes_sent;
    }
    return report;
}

DeliveryPlan Appendfile::plan(DeliveryContext& context) { return plan_on(context, stands_, {}); }

DeliveryPlan Appendfile::plan_on(DeliveryContext& context, const Stands& stands, Passed passed) const {
    AppendfileTarget target = appendfile_target(context, options_);
    const Stand* next = next_transport(context, target, stands, passed);
    if (next == nullptr) return plan_here(context, target);
    passed.push_back(&instance_);
    DeliveryContext theirs = context.for_transport(next->transport->instance_);
    DeliveryPlan plan = next->transport->plan_on(theirs, stands, std::move(passed));
    plan.steps.insert(plan.steps.begin(), wording::format_step(instance_.name, next->transport->instance_.name));
    return plan;
}

}  // namespace postern
