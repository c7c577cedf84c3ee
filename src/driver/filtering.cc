// SPDX-License-Identifier: Apache-2.0
#include "driver/filtering.h"

#include <unistd.h>

#include "base/strings.h"
#include "driver/command_words.h"

namespace postern {

std::optional<Outcome> prepare_filter(DeliveryContext& context) {
    const Expandable& option = context.instance.options.transport_filter;
    if (!option) return std::nullopt;
    auto words = command_words(context, {.text = option.source, .label = "transport filter"});
    if (!words) {
        words.error().code = code::kUnknown;
        return std::move(words.error());
    }
    context.filter = std::move(*words);
    if (!context.filter.empty() && context.filter.front().empty()) context.filter.clear();
    return std::nullopt;
}

std::optional<FilterFailure> pass_through_filter(DeliveryContext& context, WritePlan& plan) {
    if (context.filter.empty()) return std::nullopt;
    FilterSettings settings{.argv = context.filter,
                            .timeout = Seconds(context.instance.options.transport_filter_timeout.seconds)};
    const bool utc = iequals(context.configuration.main.timezone.value, "utc");  // then Exim has no TZ
    for (char** entry = environ; entry && *entry; ++entry) {
        if (!utc || !std::string_view(*entry).starts_with("TZ=")) settings.environment.emplace_back(*entry);
    }
    auto filtered =
        filter_message(context.os, context.clock, context.processes, settings, std::move(plan), context.body);
    if (!filtered) return std::move(filtered.error());
    plan = std::move(filtered->plan);
    context.body = filtered->body();
    context.filtered_body = std::move(filtered->file);
    return std::nullopt;
}

}  // namespace postern
