// SPDX-License-Identifier: Apache-2.0
// The sections that are lists of rules or whose contents Postern does not run: rewrite, acl, authenticators,
// local_scan.
#include <algorithm>

#include "base/strings.h"
#include "config/loader.h"
#include "wording/config.h"

namespace postern {

void read_rewrite_section(Loader& loader) {
    while (loader.next_line()) {
        RewriteRule rule;
        std::string error = parse_rewrite_rule(loader.line(), false, rule);
        if (!error.empty()) {
            loader.error_here(std::move(error));
            continue;
        }
        rule.where = loader.lines.place();
        loader.configuration->rewrite.push_back(std::move(rule));
    }
}

namespace {

constexpr std::string_view kAclVerbs[] = {"accept", "defer", "deny", "discard", "drop", "require", "warn"};

std::string_view first_word(std::string_view line) {
    std::size_t length = 0;
    while (length < line.size() && (is_alnum(line[length]) || line[length] == '_')) ++length;
    return line.substr(0, length);
}

// A line of an ACL is "verb [condition]" or, after a verb, a condition or modifier of its own.
bool looks_like_condition(std::string_view line) {
    if (line.starts_with('!')) return true;
    const std::string_view word = first_word(line);
    const std::string_view rest = trim_left(line.substr(word.size()));
    return word == "endpass" || rest.starts_with('=') || (word == "set" && !rest.empty());
}

// One line inside an ACL. False: it is neither a verb nor, behind a verb, a condition.
bool acceptable_in_acl(std::string_view line, bool& after_verb) {
    const std::string_view word = first_word(line);
    if (std::find(std::begin(kAclVerbs), std::end(kAclVerbs), word) != std::end(kAclVerbs)) {
        after_verb = true;
        return true;
    }
    return after_verb && looks_like_condition(line);
}

}  // namespace

void read_acl_section(Loader& loader) {
    auto& acls = loader.configuration->acls;
    bool in_acl = false, after_verb = false;
    while (loader.next_line()) {
        std::string_view line = loader.line(), rest;
        if (const auto name = instance_name(line, rest); !name.empty()) {
            if (std::find(acls.begin(), acls.end(), name) != acls.end())
                loader.error_here(wording::two_acls_called(name));
            acls.emplace_back(name);
            in_acl = true;
            after_verb = false;
            line = rest;  // the first verb may stand on the same line
            if (line.empty()) continue;
        } else if (is_upper(line[0])) {
            loader.define_macro();
            in_acl = false;
            continue;
        }
        if (!in_acl)
            loader.error_here(wording::malformed_acl_name());
        else if (!acceptable_in_acl(line, after_verb))
            loader.error_here(wording::unknown_acl_verb(first_word(line), line));
    }
    if (!acls.empty()) loader.warn(wording::section_without_effect("acl"));
}

void skip_authenticators(Loader& loader) {
    bool any = false;
    while (loader.next_line()) {
        any = true;
        std::string_view rest;
        if (is_upper(loader.line()[0]) && instance_name(loader.line(), rest).empty()) loader.define_macro();
    }
    if (any) loader.warn(wording::section_without_effect("authenticators"));
}

void read_local_scan_section(Loader& loader) {
    // Exim complains at the "begin" line, whatever follows.
    loader.error_here(wording::local_scan_unsupported());
    while (loader.next_line()) {
    }
}

}  // namespace postern
