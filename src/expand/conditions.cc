// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "expand/compare.h"
#include "expand/digest.h"
#include "expand/evaluator.h"
#include "expand/header_values.h"
#include "expand/list_matcher.h"
#include "expand/rfc2047.h"
#include "expand/text_forms.h"
#include "expand/variables.h"
#include "lookup/ip_address.h"
#include "wording/expansion.h"

namespace postern {
namespace {

Truth truth_of(tl::expected<bool, std::string> result) {
    if (!result) return failed(std::move(result.error()));
    return *result;
}

Truth boolean(std::string_view text, bool lax) {
    const std::string_view word = trim(text);
    if (word.empty() || word == "-") return false;
    if (lax) return word != "0" && !iequals(word, "no") && !iequals(word, "false");
    std::string_view digits = word;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    if (std::ranges::all_of(digits, is_digit)) return !std::ranges::all_of(digits, [](char c) { return c == '0'; });
    if (iequals(word, "true") || iequals(word, "yes")) return true;
    if (iequals(word, "false") || iequals(word, "no")) return false;
    return failed(wording::unrecognised_boolean(word));
}

bool is_ip(ConditionName name, std::string_view text) {
    const auto address = parse_ip(text);
    if (!address) return false;
    return name == ConditionName::isip || address->v6 == (name == ConditionName::isip6);
}

// {md5}… and {sha1}…, as base64 or hex digits. crypt() needs a library that is not linked.
Truth encrypted_equal(std::string_view plain, std::string_view encrypted) {
    if (!encrypted.starts_with('{')) return failed(wording::condition_not_supported("crypteq with crypt()"));
    const std::size_t end = encrypted.find('}');
    const std::string_view mechanism = encrypted.substr(1, end == std::string_view::npos ? end : end - 1);
    const bool is_md5 = iequals(mechanism, "md5"), is_sha1 = iequals(mechanism, "sha1");
    if (end == std::string_view::npos || !(is_md5 || is_sha1)) {
        if (iequals(mechanism, "crypt") || iequals(mechanism, "crypt16"))
            return failed(wording::condition_not_supported("crypteq with crypt()"));
        return failed(wording::unknown_encryption(encrypted));
    }
    const std::string digest = is_md5 ? md5(plain) : sha1(plain);
    const std::string_view wanted = encrypted.substr(end + 1);
    if (wanted.size() == digest.size() * 2) return iequals(hex(digest), wanted);
    return base64_encode(digest) == wanted;
}

}  // namespace

std::string where_inside(ConditionName condition) {
    const bool list = condition == ConditionName::and_ || condition == ConditionName::or_;
    return list ? wording::inside_combination(name_of(condition)) : wording::inside_condition(name_of(condition));
}

Truth Evaluator::condition(const Condition& condition) {
    if (++state_.steps > state_.environment.most_steps) return failed(wording::too_much_work());
    const Truth result = positive(condition);
    if (!result) return result;
    if (condition.broken) return syntax();
    return *result != condition.negated;
}

Truth Evaluator::positive(const Condition& condition) {
    switch (condition.name) {
        case ConditionName::def:
            return definition(condition);
        case ConditionName::and_:
        case ConditionName::or_:
            return combination(condition);
        case ConditionName::forall:
        case ConditionName::forall_json:
        case ConditionName::forall_jsons:
        case ConditionName::forany:
        case ConditionName::forany_json:
        case ConditionName::forany_jsons:
            return for_items(condition);
        case ConditionName::first_delivery:
            return scope_.first_delivery;
        case ConditionName::queue_running:
            return scope_.queue_running;
        default:
            break;
    }
    if (is_numeric(condition.name)) return compare_numbers(condition);
    std::vector<Text> args;
    for (const Sequence& argument : condition.args) {
        Expansion value = text(argument);
        if (!value) return tl::unexpected(std::move(value.error()));
        args.push_back(*std::move(value));
    }
    if (condition.broken) return syntax();
    return compare(condition, args);
}

// The first number is read before the second text is expanded.
Truth Evaluator::compare_numbers(const Condition& condition) {
    std::vector<std::int64_t> numbers;
    for (const Sequence& argument : condition.args) {
        const Expansion value = text(argument);
        if (!value) return tl::unexpected(value.error());
        const auto number = parse_expansion_integer(value->bytes);
        if (!number) return failed(number.error());
        numbers.push_back(*number);
    }
    if (condition.broken) return syntax();
    return postern::compare_numbers(condition.name, numbers[0], numbers[1]);
}

Truth Evaluator::definition(const Condition& condition) {
    if (condition.broken) return syntax();
    if (condition.header) return scope_.message && has_header(scope_.message->headers, condition.text);
    if (state_.main().strict_acl_vars && is_unset_acl_variable(condition.number, condition.text, scope_))
        return failed(wording::unset_acl_variable_after_def(condition.text));
    return !variable_value(condition.number, condition.text, state_, scope_).empty();
}

// Stops at the part that decides; the parser has looked at all of them.
Truth Evaluator::combination(const Condition& condition_node) {
    const bool all = condition_node.name == ConditionName::and_;
    bool decided = false;
    for (const Condition& part : condition_node.parts) {
        if (decided) {
            const Truth not_needed = skipped(part);
            if (!not_needed) return inside(not_needed.error(), where_inside(condition_node.name));
            continue;
        }
        const Truth one = condition(part);
        if (!one) return inside(one.error(), where_inside(condition_node.name));
        decided = *one != all;
    }
    if (condition_node.broken) return syntax();
    return decided != all;
}

Truth Evaluator::compare(const Condition& condition, std::span<const Text> args) {
    switch (condition.name) {
        case ConditionName::exists: {
            const auto stat = state_.environment.os->stat(AtPath(args[0].bytes), Follow::yes);
            return stat.has_value();
        }
        case ConditionName::isip:
        case ConditionName::isip4:
        case ConditionName::isip6:
            return is_ip(condition.name, args[0].bytes);
        case ConditionName::bool_:
        case ConditionName::bool_lax:
            return boolean(args[0].bytes, condition.name == ConditionName::bool_lax);
        case ConditionName::match:
            return match(args);
        case ConditionName::match_address:
        case ConditionName::match_domain:
        case ConditionName::match_ip:
        case ConditionName::match_local_part:
            return match_list(condition, args);
        case ConditionName::inlist:
            return in_list(args, false);
        case ConditionName::inlisti:
            return in_list(args, true);
        case ConditionName::crypteq:
            return encrypted_equal(args[0].bytes, args[1].bytes);
        case ConditionName::acl:
            return failed(wording::acl_error(args.empty() ? "" : args[0].bytes));
        case ConditionName::inbound_srs:
            return failed(wording::condition_not_supported("inbound_srs"));
        case ConditionName::ldapauth:
            return failed(wording::support_not_compiled("ldapauth"));
        case ConditionName::pam:
            return failed(wording::support_not_compiled("pam"));
        case ConditionName::pwcheck:
            return failed(wording::support_not_compiled("pwcheck"));
        case ConditionName::radius:
            return failed(wording::support_not_compiled("radius"));
        case ConditionName::saslauthd:
            return failed(wording::support_not_compiled("saslauthd"));
        default:
            return truth_of(compare_texts(condition.name, args[0].bytes, args[1].bytes));
    }
}

Truth Evaluator::match(std::span<const Text> args) {
    const auto regex = state_.regexes.get(args[1].bytes, false);
    if (!regex) return failed(wording::regex_error(args[1].bytes, regex.error().text, regex.error().offset));
    Regex::Groups groups;
    if (!(*regex)->match(args[0].bytes, &groups)) return false;
    set_captures(state_.registers, args[0], groups);
    return true;
}

Truth Evaluator::match_list(const Condition& condition, std::span<const Text> args) {
    ListSubject subject;
    subject.text = args[0];
    switch (condition.name) {
        case ConditionName::match_address:
            subject.kind = MatchKind::address;
            break;
        case ConditionName::match_domain:
            subject.kind = MatchKind::domain;
            break;
        case ConditionName::match_local_part:
            subject.kind = MatchKind::local_part;
            break;
        default:
            subject.kind = MatchKind::host;
            if (!args[0].empty() && !parse_ip(args[0].bytes)) return failed(wording::not_an_ip_address(args[0].bytes));
    }
    ListMatcher matcher(state_, scope_, subject, "");
    const ListVerdict verdict = matcher.match(args[1]);
    if (verdict.verdict == MatchVerdict::defer)
        return tl::unexpected(
            ExpansionFailure{wording::match_deferred(args[1].bytes, verdict.message.empty() ? "NULL" : verdict.message),
                             false, verdict.lookup_deferred});
    if (verdict.verdict == MatchVerdict::yes) state_.registers.value = verdict.value;
    return verdict.verdict == MatchVerdict::yes;
}

Truth Evaluator::in_list(std::span<const Text> args, bool caseless) {
    const ItemList list = items_of(args[1]);
    for (const std::string& item : list.items) {
        if (!(caseless ? iequals(item, args[0].bytes) : item == args[0].bytes)) continue;
        state_.registers.value = Text(item, list.tainted);
        return true;
    }
    return false;
}

}  // namespace postern
