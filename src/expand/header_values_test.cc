// SPDX-License-Identifier: Apache-2.0
// $h_name: and the variables that are made of a message. Wanted texts are exim4 4.96's answers to -bem.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kHeaders[] = {
    {"$h_subject:", "H\303\251llo world"},
    {"$rh_subject:", " =?utf-8?Q?H=C3=A9llo?= world\n"},
    {"$bh_subject:", "H\303\251llo world"},
    {"$lh_subject:", " =?utf-8?Q?H=C3=A9llo?= world"},
    {"$h_cc:", "c1@x.ex,\nc2@x.ex"},
    {"$rh_cc:", " c1@x.ex\n c2@x.ex\n"},
    {"$lh_cc:", " c1@x.ex: c2@x.ex"},
    {"$bh_cc:", "c1@x.ex,\nc2@x.ex"},
    {"$h_x-multi:", "one\ntwo:2"},
    {"$rh_x-multi:", " one\n two:2\n"},
    {"$lh_x-multi:", " one: two::2"},
    {"$h_x-fold:", "a\n\tb"},
    {"$rh_x-fold:", " a\n\tb\n"},
    {"$lh_x-fold:", " a\n\tb"},
    {"$h_nosuch:", ""},
    {"$h_X-C:", "a\351 b"},
    {"$h_X-L:", "\303\251 b"},
    {"$bh_X-L:", "\351 b"},
    {"$h_reply-to:,$h_cc:", "rt@x.ex,c1@x.ex,\nc2@x.ex"},
    {"$message_body", "Body line 1 Body line 2 "},
    {"$message_body_end", "Body line 1 Body line 2 "},
    {"$message_body_size", "24"},
    {"$body_linecount", "2"},
    {"$reply_address", "rt@x.ex"},
    {"${listextract{1}{$h_to:}}", R"(me@test.ex, "Q, x" <you@test.ex>)"},
    {"${addresses:$h_to:}", "me@test.ex:you@test.ex"},
    {"${if def:h_cc:{y}{n}}", "y"},
    {"${if def:h_nosuch:{y}{n}}", "n"},
};

TEST(HeaderValues, answers) {
    ExpansionWorld world;
    world.expect_rows(kHeaders);
}

TEST(HeaderValues, whole_header) {
    ExpansionWorld world;
    EXPECT_EQ(world.shown("${length_60:$message_headers}"),
              "To: me@test.ex, \"Q, x\" <you@test.ex>\nCc: c1@x.ex\nCc: c2@x.ex");
    EXPECT_EQ(world.shown("${if match{$message_headers}{X-L: \\xe9 b}{y}{n}}"), "y");
    EXPECT_EQ(world.shown("${if match{$message_headers_raw}{=\\\\?iso-8859-1\\\\?q\\\\?=E9\\\\?= b\\n}{y}{n}}"), "y");
    EXPECT_EQ(world.shown("${if match{$message_headers_raw}{X-Gone}{y}{n}}$h_x-gone:"), "n");
}

TEST(HeaderValues, reply_address_falls_back) {
    ExpansionWorld world;
    std::erase_if(world.message.headers, [](const HeaderLine& line) { return line.type == HeaderType::reply_to; });
    EXPECT_EQ(world.shown("$reply_address"), "");
    world.message.headers.push_back({HeaderType::from, "From: A\n <a@b.c>\n"});
    EXPECT_EQ(world.shown("$reply_address"), "A  <a@b.c>");
}

TEST(HeaderValues, long_headers_are_cut) {
    ExpansionWorld world;
    for (int i = 0; i < 10; ++i)
        world.message.headers.push_back({HeaderType::other, "X-Long: " + std::string(10'000, 'x') + "\n"});
    EXPECT_EQ(world.shown("${strlen:$rh_x-long:}"), "65536");
}

}  // namespace
}  // namespace postern
