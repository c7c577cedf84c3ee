// SPDX-License-Identifier: Apache-2.0
// One address through the rules. Header lines are in rewrite_header.cc.
#include "rewrite/rewrite.h"

#include <array>

#include "wording/rewrite.h"

namespace postern {
namespace {

constexpr int kRepeats = 10;  // after the first time

struct Place {
    std::string_view name;
    unsigned flag;
};
constexpr std::array<Place, 8> kPlaces = {{
    {"env-from", kRewriteEnvFrom},
    {"env-to", kRewriteEnvTo},
    {"sender:", kRewriteSender},
    {"from:", kRewriteFrom},
    {"to:", kRewriteTo},
    {"cc:", kRewriteCc},
    {"bcc:", kRewriteBcc},
    {"reply-to:", kRewriteReplyTo},
}};
const Place& place(Rewriter::Where where) { return kPlaces[static_cast<std::size_t>(where)]; }

// $0, $1 …: what the wildcards of "*local@*domain" stood for. Regular expressions and lookups bring their own.
std::vector<Text> captures_of(std::string_view pattern, const LocalAndDomain& address, bool tainted,
                              const MatchResult& match) {
    if (pattern.find_first_of("^$\\;") != std::string_view::npos) return match.captures;
    const auto add_wild_part = [tainted](std::vector<Text>& to, std::string_view part, std::string_view subject) {
        if (part.starts_with('*')) to.emplace_back(subject.substr(0, subject.size() - (part.size() - 1)), tainted);
    };
    const LocalAndDomain parts = split_address(pattern);
    std::string whole(address.local_part);
    whole.append("@").append(address.domain);
    std::vector<Text> captures = {Text(std::move(whole), tainted)};
    if (parts.qualified) add_wild_part(captures, parts.local_part, address.local_part);
    add_wild_part(captures, parts.qualified ? parts.domain : parts.local_part, address.domain);
    return captures;
}

}  // namespace

AddressRules Rewriter::address_rules() const {
    AddressRules rules;
    rules.allow_domain_literals = main_.allow_domain_literals;
    rules.strip_trailing_dot = main_.strip_trailing_dot;
    rules.strip_excess_angle_brackets = main_.strip_excess_angle_brackets;
    rules.allow_utf8_domains = main_.allow_utf8_domains;
    return rules;
}

Text Rewriter::rewrite_address(const Text& address, Where where, std::span<const RewriteRule> rules,
                               const Scope& scope) {
    return apply(address, where, rules, scope).address;
}

std::string Rewriter::rewrite_item(const std::string& text, const ParsedAddress& found, Where where,
                                   std::span<const RewriteRule> rules, const Scope& scope) {
    Result result = apply(tainted_text(found.address), where, rules, scope);
    if (where == Where::env_from || where == Where::env_to) return std::move(result.address.bytes);
    if (!result.whole.empty()) return std::move(result.whole);
    return std::string(text).replace(found.start, found.end - found.start, result.address.bytes);
}

Rewriter::Result Rewriter::apply(const Text& address, Where where, std::span<const RewriteRule> rules,
                                 const Scope& scope) {
    Result current{address, {}};
    std::size_t number = 0;
    for (const RewriteRule& rule : rules) {
        ++number;
        if ((rule.flags & place(where).flag) == 0) continue;
        const int times = (rule.flags & kRewriteRepeat) != 0 ? kRepeats + 1 : 1;
        bool changed = true;
        for (int i = 0; i < times && changed; ++i) {
            changed = false;
            if (apply_rule(rule, number, where, scope, current, changed) == Next::stop) return current;
        }
        if (changed && times > 1) hooks_.main_and_panic(wording::rewrite_repeat_ignored());
    }
    return current;
}

Rewriter::Next Rewriter::apply_rule(const RewriteRule& rule, std::size_t number, Where where, const Scope& scope,
                                    Result& current, bool& changed) {
    Expander::MatchOptions options;
    options.caseful = options.rewrite_pattern = true;
    options.subject_tainted = current.address.tainted;
    const std::string& before = current.address.bytes;
    const MatchResult match = expander_.match_address(before, rule.key, scope, options);
    if (match.verdict != MatchVerdict::yes) return Next::rule;
    if (rule.replacement == "*") return Next::stop;

    Next next = Next::rule;
    const auto text = replacement(rule, match, current.address, scope, next);
    if (!text) return next;
    AddressRules parsing = address_rules();
    parsing.allow_null = where == Where::env_from;
    AddressParse parse = parse_address(text->bytes, parsing);
    if (!parse.value) {
        hooks_.main_and_panic(wording::rewrite_unparseable(before, parse.error.text, text->bytes));
        return Next::stop;
    }
    ParsedAddress& found = *parse.value;
    std::string whole = text->bytes;
    if (!found.at && !found.address.empty()) {
        if ((rule.flags & kRewriteQualify) == 0) {
            hooks_.main_and_panic(wording::rewrite_unqualified(before, text->bytes));
            return Next::stop;
        }
        const std::string domain = "@" + main_.qualify_recipient.value;  // for senders, too, as in Exim
        whole.insert(found.end, domain);
        found.address += domain;
    }
    if (hooks_.log_rewrites) hooks_.main_log(wording::rewritten(before, place(where).name, whole, number));
    current.address = Text(std::move(found.address), text->tainted);
    if ((rule.flags & kRewriteWhole) != 0) current.whole = std::move(whole);
    changed = true;
    return (rule.flags & kRewriteQuit) != 0 ? Next::stop : Next::rule;
}

std::optional<Text> Rewriter::replacement(const RewriteRule& rule, const MatchResult& match, const Text& address,
                                          const Scope& scope, Next& next) {
    const LocalAndDomain parts = split_address(address.bytes);
    Scope inner = scope;
    inner.extra["local_part"] = Text(parts.local_part, address.tainted);
    inner.extra["domain"] = Text(parts.domain, address.tainted);
    const std::vector<Text> captures = captures_of(rule.key, parts, address.tainted, match);
    for (std::size_t i = 0; i < captures.size(); ++i) inner.extra[std::to_string(i)] = captures[i];
    auto expanded = expander_.expand(rule.replacement, inner);
    if (expanded) return *std::move(expanded);
    if (!expanded.error().forced) {
        hooks_.main_and_panic(wording::rewrite_not_expanded(rule.replacement, expanded.error().message));
        next = Next::stop;
    } else if ((rule.flags & kRewriteQuit) != 0) {
        next = Next::stop;
    }
    return std::nullopt;
}

}  // namespace postern
