// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "mail/address.h"

namespace postern {
namespace {

struct Case {
    std::string text, want;
};

TEST(QuoteLocalPart, OnlyWhenNeeded) {
    const Case cases[] = {
        {"a.b", "a.b"},     {".a", "\".a\""},           {"a.", "\"a.\""},           {"", "\"\""},
        {"a b", "\"a b\""}, {"a\"\\", "\"a\\\"\\\\\""}, {"a\nb\r", "\"a\\nb\\r\""}, {"x+y/z", "x+y/z"}};
    for (const Case& c : cases) EXPECT_EQ(quote_local_part(c.text), c.want) << c.text;
}

TEST(UnquoteLocalPart, RemovesQuotesAndBackslashes) {
    const Case cases[] = {
        {"abc", "abc"}, {"\"a b\"", "a b"}, {"\"a\\\"b\".c", "a\"b.c"}, {"a\\@b", "a@b"}, {"a\\", "a\\"}};
    for (const Case& c : cases) EXPECT_EQ(unquote_local_part(c.text), c.want) << c.text;
}

// Names given to exim4 4.96 with -F, and the phrases of its From: lines, down to the last group: there it makes phrases
// that are not closed.
TEST(FixPhrase, AsExim) {
    const Case cases[] = {
        {"Joe Smith", "Joe Smith"},
        {"", ""},
        {"R. \"N\" (x)", "\"R.\" \"N\" (x)"},
        {"aa bb.cc dd", "\"aa bb.cc dd\""},
        {"a, b", "\"a, b\""},
        {"a<b>", "\"a<b>\""},
        {"a  b", "a  b"},
        {"=?x", "=?x"},
        {"(x)", "(x)"},
        {"\"a\\\"b\"", "\"a\\\"b\""},
        {"a)", "\"a)\""},
        {"Re (x) N.", "\"Re (x) N.\""},
        {"N. (x) Re", "\"N. (x) Re\""},
        {"a (c.d) e", "a (c.d) e"},
        {"  a.  ", "\"a.  \""},
        {"a (b) ", "a (b) "},
        {"N.  \"x\"", "\"N.\"  \"x\""},
        {"\"x\" N. y (z.) ", "\"x\" \"N.\" y (z.) "},
        {"x (\"y\") z.w v", "x (\"y\") \"z.w\" v"},
        {"a \"b", "a \"b\""},
        {"a\tb", "a\tb"},
        {"  ", ""},
        {"J\303\274rgen \342\202\254", "=?UTF-8?Q?J=C3=BCrgen_=E2=82=AC?="},
        {"\303\251 \"q\"", "=?UTF-8?Q?=C3=A9_=22q=22?="},

        {"a\\b", "\"a\\\\b\""},
        {"a (b", "\"a (b\""},
        {"\"x\" N.", "\"x\" \"N.\""},
        {"\"x\" (y", "\"x\" \"(y\""},
        {"N. (a\"b) c", "\"N. (a\\\"b) c\""},
        {"\"x\\", "\"x\\\\\""},
    };
    for (const Case& c : cases) EXPECT_EQ(fix_phrase(c.text), c.want) << c.text;
}

}  // namespace
}  // namespace postern
