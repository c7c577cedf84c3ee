// SPDX-License-Identifier: Apache-2.0
// Conditions: the part of ${if … before {yes}, and what stands inside and{…}, filter{…}{…}, forany{…}{…}.
#include <algorithm>

#include "base/strings.h"
#include "expand/parser.h"
#include "expand/variables.h"
#include "wording/expansion.h"

namespace postern {

std::string_view condition_name(std::string_view text) {
    std::size_t end = 0;
    if (!text.empty() && is_alpha(text.front())) {
        while (end < std::min<std::size_t>(text.size(), 255) && (is_alnum(text[end]) || text[end] == '_')) ++end;
    } else if (text.starts_with('=') || text.starts_with('<') || text.starts_with('>')) {
        end = text.substr(1).starts_with('=') ? 2 : 1;
    }
    return text.substr(0, end);
}

bool Parser::condition(Condition& into) {
    const Level level(*this, into.checked_when_skipped);
    into.broken = true;  // until it is whole
    if (level.too_deep()) return fail(wording::nested_too_deeply());
    skip_blanks();
    while (at('!')) {
        ++at_;
        into.negated = !into.negated;
        skip_blanks();
    }
    const std::string_view name = condition_name(rest());
    at_ += name.size();
    if (name.empty()) return fail(wording::condition_name_expected(rest().substr(0, 16)));
    const auto found = find_condition(name);
    if (!found) return fail(wording::unknown_condition(name));
    into.name = *found;
    bool ok = true;
    switch (*found) {
        case ConditionName::def:
            ok = definition(into);
            break;
        case ConditionName::and_:
        case ConditionName::or_:
            ok = combination(into, name);
            break;
        case ConditionName::forall:
        case ConditionName::forall_json:
        case ConditionName::forall_jsons:
        case ConditionName::forany:
        case ConditionName::forany_json:
        case ConditionName::forany_jsons:
            ok = list_condition(into, name);
            break;
        case ConditionName::first_delivery:
        case ConditionName::queue_running:
            break;
        case ConditionName::exists:
        case ConditionName::isip:
        case ConditionName::isip4:
        case ConditionName::isip6:
        case ConditionName::bool_:
            ++checks_;
            ok = one_string(into, name);
            break;
        case ConditionName::bool_lax:
        case ConditionName::ldapauth:
        case ConditionName::pam:
        case ConditionName::pwcheck:
        case ConditionName::radius:
            ok = one_string(into, name);
            break;
        case ConditionName::acl:
        case ConditionName::saslauthd:
            ok = brace_group(into, name);
            break;
        case ConditionName::match_address:
        case ConditionName::match_domain:
        case ConditionName::match_ip:
        case ConditionName::match_local_part:
            ok = two_strings(into, name, Dollars::literal);
            break;
        default:
            ok = two_strings(into, name, Dollars::mean);
    }
    into.broken = !ok;
    return ok;
}

bool Parser::definition(Condition& into) {
    if (!at(':')) return fail(wording::colon_after_def());
    ++at_;
    const std::size_t start = at_;
    const std::string_view name = take_word();
    if (name.empty()) return fail(wording::variable_name_omitted());
    if (const auto prefix = header_prefix(name)) {
        at_ = start + prefix->prefix;
        into.header = true;
        into.form = prefix->form;
        into.text = header_name();
        return true;
    }
    into.text = name;
    const auto row = find_variable(name);
    if (!row) return fail(wording::unknown_variable_after_def(name));
    into.number = *row;
    return true;
}

bool Parser::combination(Condition& into, std::string_view name) {
    skip_blanks();
    if (!at('{')) return fail_curly(wording::missing_brace_after_condition(name));
    ++at_;
    for (;;) {
        skip_blanks();
        if (at('}')) break;
        if (!at('{')) return fail(wording::subcondition_brace(name));
        ++at_;
        if (!suffix(condition(into.parts.emplace_back()), wording::inside_combination(name))) return false;
        skip_blanks();
        if (!at('}')) return fail_curly(wording::group_not_closed(name));
        ++at_;
    }
    ++at_;
    return true;
}

bool Parser::list_condition(Condition& into, std::string_view name) {
    skip_blanks();
    if (!at('{')) return fail_curly(wording::missing_brace_after_condition(name));
    if (!argument(into.args.emplace_back())) return false;
    skip_blanks();
    if (!at('{')) return fail_curly(wording::missing_brace_after_condition(name));
    ++at_;
    if (!suffix(condition(into.parts.emplace_back()), wording::inside_condition(name))) return false;
    skip_blanks();
    if (!at('}')) return fail_curly(wording::condition_not_closed(name));
    ++at_;
    return true;
}

bool Parser::one_string(Condition& into, std::string_view name) {
    skip_blanks();
    if (!at('{')) return fail_curly(wording::missing_brace_after_condition(name));
    return argument(into.args.emplace_back());
}

bool Parser::two_strings(Condition& into, std::string_view name, Dollars second) {
    if (!one_string(into, name)) return false;
    skip_blanks();
    if (!at('{')) return fail_curly(wording::second_string_missing(name));
    return argument(into.args.emplace_back(), second);
}

// acl{{name}{argument}…}
bool Parser::brace_group(Condition& into, std::string_view name) {
    skip_blanks();
    if (!at('{')) return fail_curly(wording::missing_brace_after_condition(name));
    ++at_;
    for (;;) {
        skip_blanks();
        if (at('}')) break;
        if (!at('{')) return fail_curly(wording::end_of_condition(name));
        if (!argument(into.args.emplace_back())) return false;
    }
    ++at_;
    return true;
}

}  // namespace postern
