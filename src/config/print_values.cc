// SPDX-License-Identifier: Apache-2.0
// One option as -bP prints it (spec configuration.md §10).
#include <fmt/format.h>

#include "base/strings.h"
#include "base/time_text.h"
#include "config/options.h"

namespace postern {

namespace {

std::string labelled(std::string_view name, std::string_view value) { return fmt::format("{} = {}", name, value); }
std::string text_line(std::string_view name, std::string_view value) {
    return labelled(name, printable(value, false, true));
}

// The largest unit that divides exactly, up to the last one in `units`; `unit` is what `value` counts.
std::string scaled(std::int64_t value, std::string_view units, std::string_view unit = {}) {
    if (value != 0)
        for (; !units.empty() && value % 1024 == 0; units.remove_prefix(1)) {
            value /= 1024;
            unit = units.substr(0, 1);
        }
    else
        unit = {};
    return fmt::format("{}{}", value, unit);
}

// An empty account list has no blank behind the "=", unlike an empty string.
std::string account_list(std::string_view name, const std::vector<std::string>& names) {
    return names.empty() ? fmt::format("{} =", name) : labelled(name, join(names, ":"));
}

}  // namespace

std::string print_value(std::string_view name, bool value) {
    return value ? std::string(name) : fmt::format("no_{}", name);
}
std::string print_value(std::string_view name, const OptionalBool& value) { return print_value(name, value.value); }
std::string print_value(std::string_view name, const ExpandableBool& value) {
    return value.source.empty() ? print_value(name, value.value) : text_line(name, value.source);
}
std::string print_value(std::string_view name, const Expandable& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const PlainString& value) { return text_line(name, value.value); }

std::string print_value(std::string_view name, const Interval& value) {
    return labelled(name, interval_text(value.seconds));
}
std::string print_value(std::string_view name, const ExpandableInterval& value) {
    return value.source.empty() ? labelled(name, interval_text(value.seconds)) : text_line(name, value.source);
}
std::string print_value(std::string_view name, const IntervalList& value) {
    std::string times;
    for (const auto seconds : value.seconds) {
        if (!times.empty()) times += ':';
        times += interval_text(seconds);
    }
    return labelled(name, times);
}

std::string print_value(std::string_view name, const Octal& value) {
    return labelled(name, value.value == 0 ? "0" : fmt::format("0{:o}", value.value));
}
std::string print_value(std::string_view name, const Integer& value) {
    return fmt::format("{} = {}", name, value.value);
}
std::string print_value(std::string_view name, const SizeInteger& value) {
    return labelled(name, scaled(value.value, "KM"));
}
std::string print_value(std::string_view name, const Kilobytes& value) {
    return labelled(name, scaled(value.value, "MGT", "K"));
}
std::string print_value(std::string_view name, const FixedPoint& value) {
    if (value.thousandths < 0) return fmt::format("{} =", name);
    std::string decimals = fmt::format("{:03}", value.thousandths % 1000);
    while (decimals.size() > 1 && decimals.back() == '0') decimals.pop_back();
    return fmt::format("{} = {}.{}", name, value.thousandths / 1000, decimals);
}

std::string print_value(std::string_view name, const UserOption& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const GroupOption& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const UidList& value) { return account_list(name, value.names); }
std::string print_value(std::string_view name, const GidList& value) { return account_list(name, value.names); }

std::string print_value(std::string_view name, const HeaderAdditions& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const HeaderRemovals& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const RouterVariables& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const Conditions& value) { return text_line(name, value.source); }
std::string print_value(std::string_view name, const RewriteRules& value) { return text_line(name, value.source); }

}  // namespace postern
