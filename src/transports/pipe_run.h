// SPDX-License-Identifier: Apache-2.0
// transports/pipe_run.h – the pipe transport: the message is the input of a command, the command's end is the verdict
// (spec pipe.md). In order: what to run (pipe_command.h), what to write, run it (pipe_conversation.h), what it means
// (pipe_outcome.h). Everything that can be expanded is expanded before the command starts: a command never acts on a
// message that is cut short and comes again (D-pipe-before-start).
#pragma once

#include "driver/filtering.h"
#include "driver/transport.h"
#include "transports/pipe_command.h"
#include "transports/pipe_options.h"

namespace postern {

class Pipe final : public Transport {
public:
    using Options = PipeOptions;
    static constexpr bool kRecordsIntents = true;
    Pipe(const TransportInstance& instance, const Options& options) : instance_(instance), options_(options) {}

    std::optional<SetupFailure> setup(DeliveryContext& context) override;
    [[nodiscard]] DeliveryPlan plan(DeliveryContext& context) override;
    [[nodiscard]] DeliveryReport deliver(DeliveryContext& context) override;

private:
    [[nodiscard]] tl::expected<WritePlan, Outcome> writing_plan(DeliveryContext& context) const;
    [[nodiscard]] tl::expected<std::string, Outcome> affix(DeliveryContext& context, const Expandable& option,
                                                           std::string_view name) const;
    [[nodiscard]] Outcome outcome_of(const FilterFailure& failure) const;
    [[nodiscard]] Outcome not_confined(const Error& error) const;
    [[nodiscard]] std::optional<Outcome> begin(DeliveryContext& context, std::vector<std::string>& notes) const;
    [[nodiscard]] DeliveryReport run(DeliveryContext& context, const PipeCommand& command, const WritePlan& plan) const;

    const TransportInstance& instance_;
    const Options& options_;
};

}  // namespace postern
