// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace postern {
namespace {

static_assert(!std::is_convertible_v<Tainted<std::string>, std::string>, "tainted text must not slip out");
static_assert(!std::is_convertible_v<std::string, Tainted<std::string>>);

TEST(Text, JoiningTaints) {
    struct Case {
        const char* name;
        bool left, right, want_tainted;
    };
    const Case cases[] = {
        {"clean + clean", false, false, false},
        {"clean + tainted", false, true, true},
        {"tainted + clean", true, false, true},
    };
    for (const Case& c : cases) {
        Text text(std::string("a"), c.left);
        text.append(Text(std::string("b"), c.right));
        EXPECT_EQ(text.bytes, "ab") << c.name;
        EXPECT_EQ(text.tainted, c.want_tainted) << c.name;
    }
}

TEST(Text, EvenEmptyTaintedTextTaints) {
    Text text("a");
    text.append(tainted_text(""));
    EXPECT_TRUE(text.tainted);
}

}  // namespace
}  // namespace postern
