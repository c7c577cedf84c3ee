// SPDX-License-Identifier: Apache-2.0
#include "route/affix.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Case {
    const char* name;
    std::string_view local_part, list;
    bool want_match;
    std::string_view want_text, want_variable;
    bool want_wildcard;
};

void check(const Case& c, const std::optional<Affix>& affix) {
    SCOPED_TRACE(c.name);
    ASSERT_EQ(affix.has_value(), c.want_match);
    if (!affix) return;
    EXPECT_EQ(affix->text, c.want_text);
    EXPECT_EQ(affix->variable, c.want_variable);
    EXPECT_EQ(affix->wildcard, c.want_wildcard);
}

TEST(Affix, Prefix) {
    for (const Case& c : {
             Case{"fixed", "real-lp1", "real-", true, "real-", "", false},
             Case{"any case", "REAL-lp1", "real-", true, "REAL-", "", false},
             Case{"whole local part", "real-", "real-", true, "real-", "", false},
             Case{"first item that fits", "real-owner-x", "foo- : real- : *-owner-", true, "real-", "", false},
             Case{"star", "x-owner-lp2", "real- : *-owner-", true, "x-owner-", "x", true},
             Case{"star takes the rightmost", "a-b-c", "*-", true, "a-b-", "a-b", true},
             Case{"star may cover nothing", "-owner-lp", "*-owner-", true, "-owner-", "", true},
             Case{"no match", "joe", "real-", false, "", "", false},
             Case{"star, longer than the local part", "a", "*abc", false, "", "", false},
             Case{"other separator", "b-x", "<; a- ; b-", true, "b-", "", false},
             Case{"empty list", "joe", "", false, "", "", false},
         })
        check(c, find_prefix(c.local_part, c.list));
}

TEST(Affix, Suffix) {
    for (const Case& c : {
             Case{"fixed", "lp-s", "-s", true, "-s", "", false},
             Case{"any case", "lp-S", "-s", true, "-S", "", false},
             Case{"not the whole local part", "-s", "-s", false, "", "", false},
             Case{"star", "lp1+x", "+*", true, "+x", "x", true},
             Case{"star takes the leftmost", "a+b+c", "+*", true, "+b+c", "b+c", true},
             Case{"star may cover nothing", "lp+", "+*", true, "+", "", true},
             Case{"star may leave nothing", "+x", "+*", true, "+x", "x", true},
             Case{"second item", "lp-s", "+* : -s", true, "-s", "", false},
             Case{"no match", "joe", "+*", false, "", "", false},
         })
        check(c, find_suffix(c.local_part, c.list));
}

}  // namespace
}  // namespace postern
