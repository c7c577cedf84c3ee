// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "mail/address.h"

namespace postern {
namespace {

struct Case {
    std::string text, want;
};

TEST(QuoteLocalPart, OnlyWhenNeeded) {
    const Case cases[] = {{"a.b", "a.b"},   {".a", "\".a\""},      {"a.", "\"a.\""},     {"", "\"\""},
                          {"a b", "\"a b\""}, {"a\"\\", "\"a\\\"\\\\\""}, {"a\nb\r", "\"a\\nb\\r\""}, {"x+y/z", "x+y/z"}};
    for (const Case& c : cases) EXPECT_EQ(quote_local_part(c.text), c.want) << c.text;
}

TEST(UnquoteLocalPart, RemovesQuotesAndBackslashes) {
    const Case cases[] = {{"abc", "abc"}, {"\"a b\"", "a b"}, {"\"a\\\"b\".c", "a\"b.c"}, {"a\\@b", "a@b"}, {"a\\", "a\\"}};
    for (const Case& c : cases) EXPECT_EQ(unquote_local_part(c.text), c.want) << c.text;
}

TEST(QuotePhrase, OnlyWhenNeeded) {
    const Case cases[] = {{"Joe Smith", "Joe Smith"}, {"J. Smith", "\"J. Smith\""}, {"A \"B\" C", "\"A \\\"B\\\" C\""}};
    for (const Case& c : cases) EXPECT_EQ(quote_phrase(c.text), c.want) << c.text;
}

}  // namespace
}  // namespace postern
