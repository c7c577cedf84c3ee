// SPDX-License-Identifier: Apache-2.0
// Address list items, in the order in which they are recognised (spec routing.md §1.6).
#include "base/strings.h"
#include "expand/list_matcher.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr int kLongestChain = 50;

// Where the domain of "local@domain" starts. The domain may be one of the words "@", "@[]", "@mx_any", or a lookup
// whose own name ends in "*@".
std::size_t domain_at(std::string_view pattern) {
    if (pattern.find(';') != std::string_view::npos) return pattern.find('@');
    const std::size_t at = pattern.rfind('@');
    return at != std::string_view::npos && at > 0 && pattern[at - 1] == '@' ? at - 1 : at;
}

bool is_lookup(std::string_view pattern, std::size_t semicolon) {
    return semicolon != std::string_view::npos && parse_lookup_type(pattern.substr(0, semicolon)).has_value();
}

}  // namespace

ListVerdict ListMatcher::address(std::string_view pattern, bool tainted) {
    const std::string& text = subject_.text.bytes;
    if (pattern.starts_with('^')) {
        ListVerdict verdict = regex(pattern, tainted);
        verdict.value = {};
        return verdict;
    }
    const std::size_t semicolon = pattern.find(';');
    if (!pattern.starts_with("@@") && is_lookup(pattern, semicolon))
        return lookup(pattern, semicolon, compared(), false);
    if (text.empty()) return pattern.empty() ? yes("", tainted) : ListVerdict{};
    if (text.rfind('@') == std::string::npos) {
        state_.panic(wording::no_at_in_subject(text, pattern));
        return {};
    }
    if (pattern.starts_with("@@")) return local_parts_of_domain(pattern.substr(2));
    return address_parts(pattern, tainted);
}

ListVerdict ListMatcher::address_parts(std::string_view pattern, bool tainted) {
    const std::string& text = subject_.text.bytes;
    const std::size_t subject_at = text.rfind('@');
    const std::string_view local = std::string_view(text).substr(0, subject_at);
    const std::size_t at = domain_at(pattern);
    std::string_view wanted_domain = pattern, shown_local;
    if (at != std::string_view::npos) {
        const std::string_view wanted = pattern.substr(0, at);
        wanted_domain = pattern.substr(at + 1);
        const auto equal = [&](std::string_view a, std::string_view b) {
            return subject_.caseful ? a == b : iequals(a, b);
        };
        if (wanted.starts_with('*')) {
            const std::string_view suffix = wanted.substr(1);
            if (suffix.size() > local.size() || !equal(local.substr(local.size() - suffix.size()), suffix)) return {};
        } else if (!equal(local, wanted)) {
            return {};
        }
        // As many characters of the pattern as the subject's local part has: Exim's odd idea of the untainted local
        // part.
        shown_local = pattern.substr(0, local.size());
    }
    const auto captures = state_.registers.captures;
    ListMatcher domains(
        state_, scope_,
        {MatchKind::domain, Text(std::string_view(text).substr(subject_at + 1), subject_.text.tainted), false},
        option_);
    ListVerdict verdict = domains.item(wanted_domain, Text(std::string(), tainted));
    state_.registers.captures = captures;
    if (verdict.verdict != MatchVerdict::yes) return verdict;
    verdict.value = Text(std::string(shown_local) + "@" + verdict.value.bytes, tainted || verdict.value.tainted);
    return verdict;
}

// @@type;file: the domain leads to a list of local parts; a last item ">key" to another one.
ListVerdict ListMatcher::local_parts_of_domain(std::string_view pattern) {
    const std::string& text = subject_.text.bytes;
    const std::size_t at = text.rfind('@');
    const std::string local = text.substr(0, at);
    std::string key = to_lower(std::string_view(text).substr(at + 1));
    const std::size_t semicolon = pattern.find(';');
    if (semicolon == std::string_view::npos) return {};
    for (int chain = 0; chain < kLongestChain; ++chain) {
        const auto captures = state_.registers.captures;
        const ListVerdict found = lookup(pattern, semicolon, key, true);
        state_.registers.captures = captures;
        if (found.verdict != MatchVerdict::yes) return found;
        std::vector<std::string> items = split_list(found.value.bytes);
        std::string next;
        if (!items.empty() && items.back().starts_with('>')) {
            next = trim(std::string_view(items.back()).substr(1));
            items.pop_back();
        }
        for (const std::string& one : items) {
            const Item parsed = parse_item(one);
            ListMatcher parts(state_, scope_,
                              {MatchKind::local_part, Text(local, subject_.text.tainted), subject_.caseful}, option_);
            ListVerdict verdict = parts.single(parsed.pattern, false);
            state_.registers.captures = captures;
            if (verdict.verdict == MatchVerdict::no) continue;
            if (verdict.verdict == MatchVerdict::yes && parsed.negated) return {};
            return verdict;
        }
        if (next.empty()) return {};
        key = next;
    }
    return deadly(wording::local_part_lookup_loop(text));
}

}  // namespace postern
