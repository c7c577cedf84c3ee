// SPDX-License-Identifier: Apache-2.0
// Host list items for a subject that is an IP address (or empty: no host), and perhaps a name. Names are not looked up
// here: an item that is one is compared with the host's name and never matches a host without, as in match_ip.
#include "base/strings.h"
#include "expand/interfaces.h"
#include "expand/list_matcher.h"
#include "wording/expansion.h"

namespace postern {

ListVerdict ListMatcher::host(std::string_view pattern) {
    const auto matched = [](bool is) { return ListVerdict{is ? MatchVerdict::yes : MatchVerdict::no, {}, {}}; };
    if (pattern == "*") return matched(true);
    const std::string& text = subject_.text.bytes;
    if (text.empty() || pattern.empty()) return matched(text.empty() && pattern.empty());
    if (pattern.starts_with('*') || pattern.starts_with('^')) return by_host_name(pattern);
    const auto subject = parse_ip(text);
    if (!subject) return matched(false);
    const IpAddress address = subject->unmapped();
    if (pattern == "@[]" || pattern == "@") return matched(is_local_interface(address));
    if (const std::size_t semicolon = pattern.find(';'); semicolon != std::string_view::npos)
        return host_lookup(pattern, semicolon);
    const auto network = parse_network(pattern);
    return network ? matched(network->contains(address)) : by_host_name(pattern);
}

// A name, "*" and its end, or a regular expression.
ListVerdict ListMatcher::by_host_name(std::string_view pattern) {
    if (subject_.host_name.empty()) return {};
    ListMatcher of_name(state_, scope_, {MatchKind::text, tainted_text(subject_.host_name)}, option_);
    return of_name.plain(pattern, false);
}

// net-TYPE;file: the address as key; netN-TYPE;file: its network.
ListVerdict ListMatcher::host_lookup(std::string_view pattern, std::size_t semicolon) {
    const IpAddress address = parse_ip(subject_.text.bytes).value_or(IpAddress{}).unmapped();
    std::string key = address.text();
    if (pattern.starts_with("net")) {
        std::size_t at = 3;
        while (at < pattern.size() && is_digit(pattern[at])) ++at;
        if (at < pattern.size() && pattern[at] == '-') {
            const auto bits = parse_uint(pattern.substr(3, at - 3));
            const bool colons = pattern.substr(at + 1).starts_with("iplsearch");
            if (address.v6 && !colons) key = address.long_text('.');
            if (bits && *bits <= address.bits()) {
                const IpAddress masked = address.masked(static_cast<unsigned>(*bits));
                key = (masked.v6 && !colons ? masked.long_text('.') : masked.text()) + "/" + std::to_string(*bits);
            }
            pattern.remove_prefix(at + 1);
            return lookup(pattern, semicolon - at - 1, key, false);
        }
    }
    // By name.
    auto type = parse_lookup_type(pattern.substr(0, semicolon));
    if (!type) return deadly(std::move(type.error()));
    if (!type->single_key()) return lookup(pattern, semicolon, key, false);
    if (subject_.host_name.empty()) return {};
    return lookup(pattern, semicolon, to_lower(subject_.host_name), false);
}

}  // namespace postern
