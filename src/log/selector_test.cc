// SPDX-License-Identifier: Apache-2.0
#include "log/selector.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(SelectorSet, HasEximsDefaults) {
    const SelectorSet set;
    EXPECT_TRUE(set.has(Selector::queue_time_exclusive));
    EXPECT_TRUE(set.has(Selector::smtp_confirmation));
    EXPECT_TRUE(set.has(Selector::skip_delivery));
    EXPECT_FALSE(set.has(Selector::deliver_time));
    EXPECT_FALSE(set.has(Selector::eight_bit_mime));
    EXPECT_FALSE(set.has(Selector::unknown_in_list));
}

struct ApplyCase {
    const char* name;
    const char* setting;
    const char* want_error;
    Selector selector;
    bool want_on;
};

class SelectorSetApply : public testing::TestWithParam<ApplyCase> {};

TEST_P(SelectorSetApply, Applies) {
    const ApplyCase& c = GetParam();
    SelectorSet set;
    const Status status = set.apply(c.setting);
    EXPECT_EQ(status ? "" : status.error().text, c.want_error);
    EXPECT_EQ(set.has(c.selector), c.want_on);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, SelectorSetApply,
    testing::Values(ApplyCase{"Plus", "+deliver_time", "", Selector::deliver_time, true},
                    ApplyCase{"Minus", "-queue_run", "", Selector::queue_run, false},
                    ApplyCase{"WithoutBlanks", "+all-pid", "", Selector::pid, false},
                    ApplyCase{"AllOff", "-all", "", Selector::smtp_confirmation, false},
                    ApplyCase{"LastWins", "  +pid \t-pid +pid ", "", Selector::pid, true},
                    ApplyCase{"Unknown", "+pid +foo", "unknown log_selector setting: +foo", Selector::pid, true},
                    ApplyCase{"Malformed", "foo", "malformed log_selector setting: + or - expected but found \"foo\"",
                              Selector::pid, false}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
