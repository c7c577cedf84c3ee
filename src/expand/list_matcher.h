// SPDX-License-Identifier: Apache-2.0
// expand/list_matcher.h – is this subject in that list? Domain, local part, address and host lists with everything that
// may stand in them (spec routing.md §1). Private to the folder; the public face is Expander::match_…().
//
// Domain and local part lists leave captures in the registers; the others none. What Exim answers with the death of the
// process (a file or lookup that cannot be opened, a bad pattern) is a deferral here, with the same text in the panic
// log.
#pragma once

#include <string>
#include <string_view>

#include "expand/state.h"

namespace postern {

enum class MatchKind : std::uint8_t { domain, local_part, address, host, text };

struct ListSubject {
    MatchKind kind = MatchKind::domain;
    Text text;                // as it came
    bool caseful = false;     // compare local parts as they came
    bool rewriting = false;   // an address rewriting rule: regular expressions over addresses leave captures, too
    std::string host_name{};  // of a host whose address is `text`; empty: it has none
};

struct ListVerdict {
    MatchVerdict verdict = MatchVerdict::no;
    Text value;
    std::string message;  // of a deferral; may be empty
    bool lookup_deferred = false;
};

void set_captures(Registers& registers, const Text& subject, const Regex::Groups& groups);

class ListMatcher {
public:
    // option: what the file errors call the list; empty: its own text in quotes.
    ListMatcher(Expander::State& state, const Scope& scope, ListSubject subject, std::string option);

    [[nodiscard]] ListVerdict match_expanding(std::string_view source);  // expands first
    [[nodiscard]] ListVerdict match(const Text& list);
    // One item of a list of the subject's kind, without negation, files and named lists.
    [[nodiscard]] ListVerdict single(std::string_view pattern, bool tainted);

private:
    struct Item {
        std::string_view pattern;
        bool negated = false;
    };
    [[nodiscard]] static Item parse_item(std::string_view text);
    [[nodiscard]] ListVerdict item(std::string_view pattern, const Text& list);
    [[nodiscard]] bool list_word(std::string_view item);  // +caseful and friends
    [[nodiscard]] ListVerdict named(std::string_view name);
    // Lines of a file; a negated line flips `negated`, which is the item's before and that of the last line read after.
    [[nodiscard]] ListVerdict file(std::string_view name, const Text& list, bool& negated);

    [[nodiscard]] ListVerdict plain(std::string_view pattern, bool tainted);
    [[nodiscard]] ListVerdict regex(std::string_view pattern, bool tainted);
    [[nodiscard]] ListVerdict lookup(std::string_view pattern, std::size_t semicolon, const std::string& key,
                                     bool partial_allowed);
    [[nodiscard]] ListVerdict domain_word(std::string_view pattern, bool tainted, bool& handled);  // @, @[], @mx_…

    // list_matcher_address.cc, list_matcher_host.cc
    [[nodiscard]] ListVerdict address(std::string_view pattern, bool tainted);
    [[nodiscard]] ListVerdict address_parts(std::string_view pattern, bool tainted);
    [[nodiscard]] ListVerdict local_parts_of_domain(std::string_view pattern);  // @@lookup
    [[nodiscard]] ListVerdict host(std::string_view pattern);
    [[nodiscard]] ListVerdict by_host_name(std::string_view pattern);
    [[nodiscard]] ListVerdict host_lookup(std::string_view pattern, std::size_t semicolon);

    [[nodiscard]] ListVerdict deadly(std::string text) const;  // what kills Exim
    [[nodiscard]] std::string compared() const;                // the subject in the case that comparisons use
    [[nodiscard]] ListVerdict yes(std::string_view pattern, bool tainted) const;

    Expander::State& state_;
    const Scope& scope_;
    ListSubject subject_;
    std::string option_;
};

}  // namespace postern
