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

// Names given to exim4 4.96 with -F, and the phrases of its From: lines. It leaves strings and comments open; we close
// them.
TEST(FixPhrase, AsExim) {
    const Case cases[] = {
        {"Joe Smith", "Joe Smith"},
        {"", ""},
        {"R. \"N\" (x)", "\"R.\" \"N\" (x)"},
        {"aa bb.cc dd", "\"aa bb.cc dd\""},
        {"a, b", "\"a, b\""},
        {"a\\b", "\"a\\\\b\""},
        {"a<b>", "\"a<b>\""},
        {"a  b", "a  b"},
        {"=?x", "=?x"},
        {"(x)", "(x)"},
        {"\"a\\\"b\"", "\"a\\\"b\""},
        {"a)", "\"a)\""},
        {"a (b", "\"a (b\""},
        {"a \"b", "\"a \\\"b\""},
        {"J\303\274rgen \342\202\254", "=?UTF-8?Q?J=C3=BCrgen_=E2=82=AC?="},
        {"\303\251 \"q\"", "=?UTF-8?Q?=C3=A9_=22q=22?="},
    };
    for (const Case& c : cases) EXPECT_EQ(fix_phrase(c.text), c.want) << c.text;
}

}  // namespace
}  // namespace postern
