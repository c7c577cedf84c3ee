// SPDX-License-Identifier: Apache-2.0
#include "expand/list_matcher.h"

#include <algorithm>

#include "base/strings.h"
#include "expand/evaluator.h"
#include "expand/interfaces.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr std::size_t kLongestList = 16 << 20;

ListKind list_kind(MatchKind kind) {
    switch (kind) {
        case MatchKind::local_part:
            return ListKind::local_part;
        case MatchKind::address:
            return ListKind::address;
        case MatchKind::host:
            return ListKind::host;
        default:
            return ListKind::domain;
    }
}

// Comments start anywhere in a line; in lists of addresses and local parts, where '#' is a character like others, only
// after white space.
std::string_view without_comment(std::string_view line, bool strict) {
    for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
        if (!strict || at == 0 || is_space(line[at - 1])) return line.substr(0, at);
    }
    return line;
}

}  // namespace

void set_captures(Registers& registers, const Text& subject, const Regex::Groups& groups) {
    registers.captures.clear();
    for (std::size_t i = 0; i < std::min(groups.size(), kMostCaptures); ++i) {
        const auto& group = groups[i];
        registers.captures.push_back(
            group.start == std::string_view::npos
                ? Text()
                : Text(std::string_view(subject.bytes).substr(group.start, group.end - group.start), subject.tainted));
    }
}

ListMatcher::ListMatcher(Expander::State& state, const Scope& scope, ListSubject subject, std::string option)
    : state_(state), scope_(scope), subject_(std::move(subject)), option_(std::move(option)) {}

ListVerdict ListMatcher::deadly(std::string text) const {
    state_.panic(text);
    return {MatchVerdict::defer, {}, std::move(text)};
}

std::string ListMatcher::compared() const {
    return subject_.caseful ? subject_.text.bytes : to_lower(subject_.text.bytes);
}

ListVerdict ListMatcher::yes(std::string_view pattern, bool tainted) const {
    return {MatchVerdict::yes, Text(pattern, tainted), {}};
}

// --- the list ---

ListVerdict ListMatcher::match_expanding(std::string_view source) {
    std::unique_ptr<Template> holder;
    const Template& parsed = state_.parsed(source, holder);
    const bool lend_domain = subject_.kind == MatchKind::domain && !state_.domain_in_hand &&
                             (!scope_.address || scope_.address->domain.empty());
    if (lend_domain) state_.domain_in_hand = subject_.text;
    const Expansion list = Evaluator(state_, scope_, parsed).text(parsed.root);
    if (lend_domain) state_.domain_in_hand.reset();
    if (list) return match(*list);
    if (list.error().forced) return {};
    const std::string text = wording::list_not_expanded(source, list.error().message);
    state_.panic(text);
    return {MatchVerdict::defer, {}, {}, list.error().lookup_deferred};
}

ListMatcher::Item ListMatcher::parse_item(std::string_view text) {
    Item item{text, false};
    if (!text.starts_with('!')) return item;
    item.negated = true;
    item.pattern = trim_left(text.substr(1));
    return item;
}

bool ListMatcher::list_word(std::string_view word) {
    if (subject_.kind == MatchKind::host)
        return word == "+include_unknown" || word == "+ignore_unknown" || word == "+include_defer" ||
               word == "+ignore_defer";
    if (word != "+caseful" || (subject_.kind != MatchKind::address && subject_.kind != MatchKind::local_part))
        return false;
    subject_.caseful = true;
    return true;
}

ListVerdict ListMatcher::match(const Text& list) {
    bool last_negated = false;
    const bool caseful_before = subject_.caseful;
    ListVerdict verdict;
    for (const std::string& text : split_list(list.bytes)) {
        if (list_word(text)) continue;
        const Item parsed = parse_item(text);
        last_negated = parsed.negated;
        verdict =
            parsed.pattern.starts_with('/') ? file(parsed.pattern, list, last_negated) : item(parsed.pattern, list);
        if (verdict.verdict != MatchVerdict::no) break;
    }
    subject_.caseful = caseful_before;
    if (verdict.verdict == MatchVerdict::yes && last_negated) return {};
    if (verdict.verdict == MatchVerdict::no && last_negated) return {MatchVerdict::yes, {}, {}};
    return verdict;
}

ListVerdict ListMatcher::item(std::string_view pattern, const Text& list) {
    if (++state_.steps > state_.environment.most_steps) return {MatchVerdict::defer, {}, wording::too_much_work()};
    if (pattern.starts_with('+') && subject_.kind != MatchKind::text) return named(pattern.substr(1));
    return single(pattern, list.tainted);
}

ListVerdict ListMatcher::named(std::string_view name) {
    const ListKind kind = list_kind(subject_.kind);
    const NamedList* list = state_.environment.configuration->list(kind, name);
    if (!list) {
        state_.panic(wording::unknown_named_list(static_cast<int>(kind), name));
        return {MatchVerdict::defer, {}, {}};
    }
    // Lists may name each other in a circle.
    if (state_.depth > kDeepestNesting) return deadly(wording::nested_too_deeply());
    ++state_.depth;
    ListMatcher nested(state_, scope_, subject_, option_);
    ListVerdict verdict = nested.match_expanding(list->source);
    --state_.depth;
    return verdict;
}

ListVerdict ListMatcher::file(std::string_view name, const Text& list, bool& negated) {
    const std::string shown = option_.empty() ? "\"" + list.bytes + "\"" : option_;
    if (list.tainted) {
        state_.panic(wording::tainted_file_name(name));
        return {MatchVerdict::defer, {}, {}};
    }
    const auto contents = read_file(*state_.environment.os, AtPath(std::string(name)), kLongestList);
    if (!contents) return deadly(wording::list_file_open(name, shown, contents.error().code));
    const bool strict_comments = subject_.kind == MatchKind::address || subject_.kind == MatchKind::local_part;
    const bool item_negated = negated;
    for (std::string_view rest = *contents; !rest.empty();) {
        const std::size_t newline = rest.find('\n');
        const std::string_view line = trim(without_comment(rest.substr(0, newline), strict_comments));
        rest = newline == std::string_view::npos ? std::string_view() : rest.substr(newline + 1);
        if (line.empty()) continue;
        const Item parsed = parse_item(line);
        negated = item_negated != parsed.negated;
        ListVerdict verdict = single(parsed.pattern, false);
        if (verdict.verdict == MatchVerdict::no) continue;
        // What was looked up does not matter: the value is the line.
        if (verdict.verdict == MatchVerdict::yes) verdict.value = Text(parsed.pattern);
        return verdict;
    }
    return {};
}

// --- one item ---

ListVerdict ListMatcher::single(std::string_view pattern, bool tainted) {
    switch (subject_.kind) {
        case MatchKind::address:
            return address(pattern, tainted);
        case MatchKind::host:
            return host(pattern);
        default:
            return plain(pattern, tainted);
    }
}

ListVerdict ListMatcher::regex(std::string_view pattern, bool tainted) {
    const auto compiled = state_.regexes.get(pattern, !subject_.caseful);
    if (!compiled) return deadly(wording::list_regex_error(pattern, compiled.error().text, compiled.error().offset));
    Regex::Groups groups;
    if (!(*compiled)->match(subject_.text.bytes, &groups)) return {};
    if (subject_.kind != MatchKind::address || subject_.rewriting) {
        set_captures(state_.registers, subject_.text, groups);
        // $0 is the whole subject here, not what matched.
        state_.registers.captures[0] = subject_.text;
    }
    return yes(pattern, tainted);
}

ListVerdict ListMatcher::domain_word(std::string_view pattern, bool tainted, bool& handled) {
    handled = true;
    if (pattern == "@")
        return iequals(subject_.text.bytes, state_.main().primary_hostname.value)
                   ? yes(state_.main().primary_hostname.value, false)
                   : ListVerdict{};
    if (iequals(pattern, "@[]")) {
        const std::string& text = subject_.text.bytes;
        if (!text.starts_with('[') || !text.ends_with(']')) return {};
        const auto ip = parse_ip(std::string_view(text).substr(1, text.size() - 2));
        return ip && is_local_interface(*ip) ? yes(pattern, tainted) : ListVerdict{};
    }
    const std::string_view word = pattern.substr(0, pattern.find('/'));
    if (iequals(word, "@mx_any") || iequals(word, "@mx_primary") || iequals(word, "@mx_secondary"))
        return deadly(wording::list_item_not_supported(word));
    handled = false;
    return {};
}

// Domains, local parts, and keys of wildlsearch files.
ListVerdict ListMatcher::plain(std::string_view pattern, bool tainted) {
    if (pattern.starts_with('^')) return regex(pattern, tainted);
    const std::string subject = compared();
    const Text whole(subject, subject_.text.tainted);
    auto& captures = state_.registers.captures;
    if (pattern.starts_with('*')) {
        const std::string_view suffix = pattern.substr(1);
        if (suffix.size() > subject.size()) return {};
        const std::string_view end = std::string_view(subject).substr(subject.size() - suffix.size());
        if (!(subject_.caseful ? end == suffix : iequals(end, suffix))) return {};
        captures = {whole, Text(subject.substr(0, subject.size() - suffix.size()), whole.tainted)};
        return yes(pattern, tainted);
    }
    if (subject_.kind == MatchKind::domain && pattern.starts_with('@')) {
        bool handled = false;
        ListVerdict verdict = domain_word(pattern, tainted, handled);
        if (verdict.verdict == MatchVerdict::yes) captures = {whole};
        if (handled) return verdict;
    }
    const std::size_t semicolon = subject_.kind == MatchKind::text ? std::string_view::npos : pattern.find(';');
    if (semicolon == std::string_view::npos) {
        if (!(subject_.caseful ? subject == pattern : iequals(subject, pattern))) return {};
        captures = {whole};
        return yes(pattern, tainted);
    }
    const auto before = captures;
    captures = {whole};
    ListVerdict verdict = lookup(pattern, semicolon, subject, true);
    if (verdict.verdict != MatchVerdict::yes) captures = before;
    return verdict;
}

// "type;file" with the subject as key, or "type;query". Adds what partial matching covered to the captures.
ListVerdict ListMatcher::lookup(std::string_view pattern, std::size_t semicolon, const std::string& key,
                                bool partial_allowed) {
    auto type = parse_lookup_type(pattern.substr(0, semicolon));
    if (!type) return deadly(std::move(type.error()));
    if (type->partial && !partial_allowed) {
        state_.panic(wording::partial_ignored(pattern));
        type->partial.reset();
    }
    const std::string place(trim_left(pattern.substr(semicolon + 1)));
    LookupResult result =
        type->single_key() ? state_.lookups.find(*type, place, key) : state_.lookups.query(*type, place);
    if (!result) {
        LookupFailure& failure = result.error();
        if (failure.kind == LookupFailure::Kind::defer)
            return {MatchVerdict::defer, {}, std::move(failure.message), true};
        return deadly(std::move(failure.message));
    }
    if (!*result) return {};
    if (const auto& parts = (*result)->parts; parts && partial_allowed) {
        state_.registers.captures.emplace_back(parts->wild, subject_.text.tainted);
        state_.registers.captures.emplace_back(parts->fixed, subject_.text.tainted);
    }
    return yes((*result)->value, false);
}

}  // namespace postern
