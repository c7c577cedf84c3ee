// SPDX-License-Identifier: Apache-2.0
#include "deliver/limits.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct NumberCase {
    const char* name;
    const char* text;
    std::int64_t want;
    const char* want_error;
};

class ExpandedInteger : public testing::TestWithParam<NumberCase> {};

TEST_P(ExpandedInteger, ReadsOrExplains) {
    const NumberCase& c = GetParam();
    const Result<std::int64_t> got = expanded_integer(c.text);
    if (*c.want_error == '\0') {
        ASSERT_TRUE(got) << got.error().text;
        EXPECT_EQ(*got, c.want);
    } else {
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().text, c.want_error);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, ExpandedInteger,
    testing::Values(NumberCase{"Plain", "42", 42, ""}, NumberCase{"Blanks", " 7 ", 7, ""},
                    NumberCase{"Empty", "", 0, "integer expected but \"\" found"}, NumberCase{"Kilo", "3k", 3072, ""},
                    NumberCase{"Mega", "2M", 2097152, ""}, NumberCase{"Negative", "-1G", -1073741824, ""},
                    NumberCase{"Word", "abc", 0, "integer expected but \"abc\" found"},
                    NumberCase{"Tail", "1x", 0, "invalid integer \"1x\""},
                    NumberCase{"AfterSuffix", "1kk", 0, "invalid integer \"1kk\""},
                    NumberCase{"TooLarge", "9999999999999999999", 0,
                               "absolute value of integer \"9999999999999999999\" is too large (overflow)"},
                    NumberCase{"TooLargeWithSuffix", "9223372036854775807k", 0,
                               "absolute value of integer \"9223372036854775807k\" is too large (overflow)"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
