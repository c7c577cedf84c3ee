// SPDX-License-Identifier: Apache-2.0
// expand/regex.h – Perl-compatible patterns (PCRE2, bytes), compiled once and kept. Matching is bounded: a pattern that
// needs more than the limits does not match.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace postern {

class Regex {
public:
    struct Error {
        std::string text;
        std::size_t offset = 0;
    };
    // Text positions of $0, $1 …; npos for a group that took no part.
    struct Group {
        std::size_t start = std::string_view::npos, end = 0;
    };
    using Groups = std::vector<Group>;

    [[nodiscard]] static tl::expected<Regex, Error> compile(std::string_view pattern, bool caseless);
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    // not_empty: an empty match at `from` does not count, and the match must start there (s///g after an empty match).
    [[nodiscard]] bool match(std::string_view subject, Groups* groups, std::size_t from = 0,
                             bool not_empty = false) const;

private:
    struct Code;
    explicit Regex(std::unique_ptr<Code> code);
    std::unique_ptr<Code> code_;
};

class RegexCache {
public:
    // Valid until more than a hundred other patterns have been asked for.
    [[nodiscard]] tl::expected<const Regex*, Regex::Error> get(std::string_view pattern, bool caseless);

private:
    struct Entry {
        std::string pattern;
        bool caseless;
        Regex regex;
    };
    std::list<Entry> entries_;  // latest first
};

}  // namespace postern
