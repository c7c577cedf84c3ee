// SPDX-License-Identifier: Apache-2.0
#include "expand/compare.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"
#include "wording/expansion.h"

namespace postern {
namespace {

// As Exim orders text caselessly: of two that are equal as far as the shorter goes, the first is the greater, whichever
// is longer (lti{a}{ab} is false; exim4 4.96, observed).
int caseless_order(std::string_view a, std::string_view b) {
    const std::size_t both = std::min(a.size(), b.size());
    const int order = icompare(a.substr(0, both), b.substr(0, both));
    return order != 0 || a.size() == b.size() ? order : 1;
}

}  // namespace

tl::expected<std::int64_t, std::string> parse_expansion_integer(std::string_view text) {
    text = trim_left(text);
    const std::string_view body = trim(text);
    if (body.empty()) return 0;
    std::size_t at = body.front() == '-' || body.front() == '+' ? 1 : 0;
    const std::size_t start = at;
    while (at < body.size() && is_digit(body[at])) ++at;
    if (at == start) return tl::unexpected(wording::integer_expected(text));
    int shift = 0;
    if (at < body.size()) {
        const char suffix = to_lower(body[at]);
        shift = suffix == 'k' ? 10 : suffix == 'm' ? 20 : suffix == 'g' ? 30 : 0;
        if (shift == 0 || at + 1 != body.size()) return tl::unexpected(wording::invalid_integer(text));
    }
    const auto value = parse_int(body.substr(0, at));
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (!value || *value > (kMax >> shift) || *value < -(kMax >> shift))
        return tl::unexpected(wording::integer_too_large(text));
    return *value * (std::int64_t{1} << shift);
}

bool is_ordering(ConditionName name) {
    switch (name) {
        case ConditionName::less:
        case ConditionName::less_equal:
        case ConditionName::greater:
        case ConditionName::greater_equal:
        case ConditionName::lt:
        case ConditionName::lti:
        case ConditionName::le:
        case ConditionName::lei:
        case ConditionName::gt:
        case ConditionName::gti:
        case ConditionName::ge:
        case ConditionName::gei:
            return true;
        default:
            return false;
    }
}

tl::expected<bool, std::string> compare_texts(ConditionName name, std::string_view a, std::string_view b) {
    switch (name) {
        case ConditionName::eq:
            return a == b;
        case ConditionName::eqi:
            return iequals(a, b);
        case ConditionName::lt:
            return a < b;
        case ConditionName::lti:
            return caseless_order(a, b) < 0;
        case ConditionName::le:
            return a <= b;
        case ConditionName::lei:
            return caseless_order(a, b) <= 0;
        case ConditionName::gt:
            return a > b;
        case ConditionName::gti:
            return caseless_order(a, b) > 0;
        case ConditionName::ge:
            return a >= b;
        case ConditionName::gei:
            return caseless_order(a, b) >= 0;
        default:
            break;
    }
    const auto x = parse_expansion_integer(a);
    if (!x) return tl::unexpected(x.error());
    const auto y = parse_expansion_integer(b);
    if (!y) return tl::unexpected(y.error());
    return compare_numbers(name, *x, *y);
}

bool is_numeric(ConditionName name) {
    return name == ConditionName::equal || name == ConditionName::less || name == ConditionName::less_equal ||
           name == ConditionName::greater || name == ConditionName::greater_equal;
}

bool compare_numbers(ConditionName name, std::int64_t a, std::int64_t b) {
    switch (name) {
        case ConditionName::less:
            return a < b;
        case ConditionName::less_equal:
            return a <= b;
        case ConditionName::greater:
            return a > b;
        case ConditionName::greater_equal:
            return a >= b;
        default:
            return a == b;
    }
}

}  // namespace postern
