// SPDX-License-Identifier: Apache-2.0
#include "expand/regex.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Regex, groups) {
    const auto regex = Regex::compile("(x)?(b)(c)?", false);
    ASSERT_TRUE(regex);
    Regex::Groups groups;
    ASSERT_TRUE(regex->match("abd", &groups));
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].start, 1U);
    EXPECT_EQ(groups[0].end, 2U);
    EXPECT_EQ(groups[1].start, std::string_view::npos);
    EXPECT_FALSE(regex->match("ABD", &groups));
    EXPECT_TRUE(Regex::compile("b", true)->match("ABD", nullptr));
}

TEST(Regex, errors_say_where) {
    const auto regex = Regex::compile("a(", false);
    ASSERT_FALSE(regex);
    EXPECT_EQ(regex.error().text, "missing closing parenthesis");
    EXPECT_EQ(regex.error().offset, 2U);
}

TEST(Regex, cache_forgets_the_oldest) {
    RegexCache cache;
    const Regex* first = *cache.get("a0", false);
    EXPECT_EQ(*cache.get("a0", false), first);
    EXPECT_NE(*cache.get("a0", true), first);
    for (int i = 1; i < 300; ++i) ASSERT_TRUE(cache.get("a" + std::to_string(i), false));
    EXPECT_TRUE((*cache.get("a0", false))->match("a0", nullptr));
}

TEST(Regex, start_behind_the_end) {
    const auto regex = Regex::compile("(?=ab\\K)", false);
    if (!regex) return;  // newer libraries refuse it
    Regex::Groups groups;
    ASSERT_TRUE(regex->match("xab", &groups));
    EXPECT_LE(groups[0].start, groups[0].end);
}

}  // namespace
}  // namespace postern
