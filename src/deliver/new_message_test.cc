// SPDX-License-Identifier: Apache-2.0
#include "deliver/new_message.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(NewMessage, LineNamed) {
    const struct {
        const char* text;
        bool want;
    } kCases[] = {
        {"From: a\n", true},
        {"to: b\nfrom: a", true},
        {"to: b\nFROM \t : a\n", true},
        {"to: b\n\nFrom: in the body\n", true},
        {"", false},
        {"From\n: a\n", false},
        {" From: a\n", false},
        {"Fromage: a\n", false},
        {"X-From: a\n", false},
    };
    for (const auto& c : kCases) EXPECT_EQ(has_line_named(c.text, "From"), c.want) << c.text;
}

}  // namespace
}  // namespace postern
