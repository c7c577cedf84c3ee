// SPDX-License-Identifier: Apache-2.0
#include "mailbox/quota_limits.h"

#include <cstdlib>
#include <string>

namespace postern {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kLongestNumber = 400;  // digits of the largest double, and some

}  // namespace

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? kLeast : kMost;
    return sum;
}

MailboxUse sum_of(const MailboxUse& a, const MailboxUse& b) {
    return {saturated_sum(a.size, b.size), saturated_sum(a.count, b.count)};
}

bool QuotaLimits::exceeded(const MailboxUse& now, std::int64_t message_size) const {
    QuotaLimits checked = *this;
    checked.size_unchecked = checked.count_unchecked = false;
    return checked.judge(now, message_size) != QuotaVerdict::fits;
}

QuotaVerdict QuotaLimits::judge(const MailboxUse& now, std::int64_t message_size) const {
    if (size <= 0) return QuotaVerdict::fits;
    const bool many = count > 0 && saturated_sum(now.count, inclusive ? 1 : 0) > count;
    if (many && !count_unchecked) return QuotaVerdict::over_count;
    const bool big = saturated_sum(now.size, inclusive ? message_size : 0) > size;
    return big && !size_unchecked ? QuotaVerdict::over_size : QuotaVerdict::fits;
}

bool QuotaLimits::warns(std::int64_t size_before, std::int64_t written) const {
    return warn_above > 0 && size_before <= warn_above && saturated_sum(size_before, written) > warn_above;
}

double take_real(std::string_view& text) {
    const std::string number(text.substr(0, kLongestNumber));  // strtod() wants its end
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    text.remove_prefix(static_cast<std::size_t>(end - number.c_str()));
    return value;
}

std::int64_t whole_number(double value) {
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    return value >= -kLimit && value < kLimit ? static_cast<std::int64_t>(value) : kLeast;
}

std::int64_t take_number(std::string_view& text) { return whole_number(take_real(text)); }

}  // namespace postern
