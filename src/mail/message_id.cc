// SPDX-License-Identifier: Apache-2.0
#include "mail/message_id.h"

#include "base/strings.h"

namespace postern {
namespace {

constexpr int kTicksPerSecond = 1'000'000 / kMessageIdTick;

// seconds, process, fraction: digits of the two forms
struct Form {
    std::size_t seconds, process, fraction;
    [[nodiscard]] std::size_t size() const { return seconds + process + fraction + 2; }
};
constexpr Form kShort{6, 6, 2}, kLong{6, 11, 4};

bool has_form(std::string_view text, const Form& form) {
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen = i == form.seconds || i == form.seconds + 1 + form.process;
        if (hyphen ? text[i] != '-' : !is_alnum(text[i])) return false;
    }
    return true;
}

}  // namespace

std::string make_message_id(TimePoint when, std::uint64_t pid, std::optional<int> localhost_number) {
    const int fraction = localhost_number.value_or(0) * kTicksPerSecond + when.microseconds / kMessageIdTick;
    return base62(static_cast<std::uint64_t>(when.seconds), kShort.seconds) + '-' + base62(pid, kShort.process) + '-' +
           base62(static_cast<std::uint64_t>(fraction), kShort.fraction);
}

bool is_message_id(std::string_view text) { return has_form(text, kShort) || has_form(text, kLong); }

std::optional<std::int64_t> message_id_seconds(std::string_view id) {
    if (!is_message_id(id)) return std::nullopt;
    const auto value = parse_base62(id.substr(0, kShort.seconds));
    if (!value) return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

}  // namespace postern
