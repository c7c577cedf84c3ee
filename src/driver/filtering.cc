// SPDX-License-Identifier: Apache-2.0
#include "driver/filtering.h"

#include <unistd.h>

#include "driver/command_words.h"

namespace postern {

tl::expected<std::vector<std::string>, Outcome> filter_command(DeliveryContext& context) {
    const Expandable& option = context.instance.options.transport_filter;
    if (!option) return std::vector<std::string>{};
    auto words = command_words(context, {.text = option.source, .label = "transport filter"});
    if (!words) {
        words.error().code = code::kUnknown;
        return words;
    }
    if (!words->empty() && words->front().empty()) words->clear();
    return words;
}

tl::expected<MessageToWrite, FilterFailure> through_filter(DeliveryContext& context,
                                                           const std::vector<std::string>& filter, WritePlan plan) {
    if (filter.empty()) return MessageToWrite{std::move(plan), context.body, {}};
    FilterSettings settings{.argv = filter,
                            .timeout = Seconds(context.instance.options.transport_filter_timeout.seconds)};
    for (char** entry = environ; entry && *entry; ++entry) settings.environment.emplace_back(*entry);
    auto filtered =
        filter_message(context.os, context.clock, context.processes, settings, std::move(plan), context.body);
    if (!filtered) return tl::unexpected(std::move(filtered.error()));
    const BodySource body = filtered->body();
    return MessageToWrite{std::move(filtered->plan), body, std::move(filtered->file)};
}

}  // namespace postern
