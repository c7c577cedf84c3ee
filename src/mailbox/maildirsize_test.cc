// SPDX-License-Identifier: Apache-2.0
#include "mailbox/maildirsize.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Maildirsize, InForm) {
    const struct {
        const char* text;
        std::int64_t want_size_limit, want_count_limit;
        MailboxUse want;
        int want_lines;
    } kCases[] = {
        {"1000S,10C\n500 5\n", 1000, 10, {500, 5}, 1},
        {"10C,1000S\n500 5\n-100 -1\n", 1000, 10, {400, 4}, 2},
        {"1000S\n", 1000, 0, {0, 0}, 0},
        {"7X,1000S,0C\n1 1\n", 1000, 0, {1, 1}, 1},
        {"1000S,0C\n        500          5\n", 1000, 0, {500, 5}, 1},
        {"1000S,0C\n\n500 5\n", 1000, 0, {500, 5}, 1},
        {"0S,0C\n5.7 1\n", 0, 0, {5, 1}, 1},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.text);
        const auto parsed = parse_maildirsize(c.text);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->size_limit, c.want_size_limit);
        EXPECT_EQ(parsed->count_limit, c.want_count_limit);
        EXPECT_EQ(parsed->use, c.want);
        EXPECT_EQ(parsed->lines, c.want_lines);
    }
}

// W8: a line without its newline may be half a line.
TEST(Maildirsize, NotInForm) {
    for (const char* text :
         {"", "\n", "1000\n", "1000S", "1000S,0C", "1000S;0C\n", "S,C,\n", "1000S,0C\n500\n", "1000S,0C\n500 5",
          "1000S,0C\n500\t5\n", "1000S,0C\n500 5 \n", "1000S,0C\r\n", "1000S,0C\n500 5\r\n", "1000S,0C\nhello\n",
          "1000S,0C\n-500 5\n", "1000S,0C\n500 -5\n", "1000S,0C\n500 5\n ", "1000S,0C\n500 99999999999999999999\n"})
        EXPECT_FALSE(parse_maildirsize(text)) << text;
    EXPECT_FALSE(parse_maildirsize(std::string_view("1000S,0C\n5\0 5\n", 14)));
}

TEST(Maildirsize, WritesWhatItReads) {
    const std::string text = maildirsize_text(1000, 10, {500, 5}) + maildirsize_line({30, 1});
    EXPECT_EQ(text, "1000S,10C\n500 5\n30 1\n");
    EXPECT_EQ(parse_maildirsize(text)->use, (MailboxUse{530, 6}));
}

}  // namespace
}  // namespace postern
