// SPDX-License-Identifier: Apache-2.0
#include "spool/recipient_line.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Case {
    std::string line;
    Recipient want;
};

TEST(RecipientLine, AllForms) {
    const Case cases[] = {
        {"box@test.example", {"box@test.example", "", -1, "", 0}},
        {"box@test.example rfc822;orig+2B@x 16,12  0,-1#3", {"box@test.example", "", -1, "rfc822;orig+2B@x", 12}},
        {"a@b  0,0 e@f 3,7#3", {"a@b", "e@f", 7, "", 0}},
        {"\"a 1,2#3\"@b  0,0 \"e 1\"@f 7,-1#3", {"\"a 1,2#3\"@b", "\"e 1\"@f", -1, "", 0}},
        {"a@b e@f 3,4#1", {"a@b", "e@f", 4, "", 0}},
        {"a@b 12", {"a@b", "", 12, "", 0}},
        {"a@b 0,5,1", {"a@b", "", -1, "", 0}},
        {"a@b1", {"a@b1", "", -1, "", 0}},
        {"a@[1.2.3.4]", {"a@[1.2.3.4]", "", -1, "", 0}},
        {"a@b#3", {"a@b#3", "", -1, "", 0}},
        {"a@b 99,99#3", {"a@b 99,99#3", "", -1, "", 0}},
        {"", {"", "", -1, "", 0}},
    };
    for (const Case& c : cases) EXPECT_EQ(parse_recipient_line(c.line), c.want) << c.line;
}

TEST(RecipientLine, ThereAndBack) {
    const Recipient recipients[] = {
        {"a@b", "", -1, "", 0},         {"a@b", "e@f", -1, "", 0},           {"a@b", "", 3, "", 0},
        {"a@b", "", -1, "rfc822;x", 0}, {"\"a b\"@c", "", -1, "", 2},        {"a@b 12", "", -1, "", 0},
        {"a@b x 1,2,3", "", -1, "", 0}, {"a@b  0,0  0,-1#3", "", -1, "", 0},
    };
    for (const Recipient& r : recipients) EXPECT_EQ(parse_recipient_line(format_recipient_line(r)), r) << r.address;
}

}  // namespace
}  // namespace postern
