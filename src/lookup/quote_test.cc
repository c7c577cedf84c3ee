// SPDX-License-Identifier: Apache-2.0
// Wanted texts from exim4 4.96.
#include "lookup/quote.h"

#include <gtest/gtest.h>

#include "lookup/lookup.h"
#include "lookup/quoted.h"

namespace postern {
namespace {

TEST(Quote, for_queries) {
    const std::string_view text = "a\nb\tc\rd\be%f_g\"h'i\\j";
    EXPECT_EQ(quote_mysql(text), R"(a\nb\tc\rd\be%f_g\"h\'i\\j)");
    EXPECT_EQ(quote_pgsql(text), R"(a\nb\tc\rd\be%f_g\"h''i\\j)");
    EXPECT_EQ(quote_sqlite("b\"h'i\\j"), "b\"h''i\\j");
    EXPECT_EQ(quote_ldap("a*(b) c\\"), "a%5C2A%5C28b%5C29%20c%5C5C");
    EXPECT_EQ(quote_ldap_dn(" ab,+\"\\<>;=#/ "), "%5C%20ab%5C%2C%5C+%5C%22%5C%5C%5C%3C%5C%3E%5C%3B%3D%23%2F%5C%20");
    EXPECT_EQ(quote_ldap_dn("#a#b"), "%5C%23a%23b");
    EXPECT_EQ(quote_ldap_dn(" "), "%5C%20");
}

TEST(Quote, by_type_name) {
    EXPECT_EQ(quote_for_lookup("lsearch", std::nullopt, "a'b"), "a'b");
    EXPECT_EQ(quote_for_lookup("ldapm", "dn", "a*,"), "a*%5C%2C");
    EXPECT_EQ(quote_for_lookup("mysql", "x", "a").error(), "\"x\" unrecognized after \"${quote_mysql\"");
    EXPECT_EQ(quote_for_lookup("nosuch", std::nullopt, "a").error(), "unknown lookup type \"nosuch\"");
}

TEST(Quoted, words) {
    struct Case {
        std::string_view text, want;
        std::size_t want_end;
    };
    constexpr Case kCases[] = {
        {"\"a b\"c", "a b", 5},  {"\"a\\\"\\n\\x41\\101\\q\"", "a\"\nAAq", 17}, {"\"open", "open", 5},
        {"\"end\\", "end\\", 5}, {"\"\\x", std::string_view("\0", 1), 3},
    };
    for (const Case& c : kCases) {
        std::size_t at = 0;
        EXPECT_EQ(read_quoted(c.text, at), c.want) << c.text;
        EXPECT_EQ(at, c.want_end) << c.text;
    }
}

}  // namespace
}  // namespace postern
