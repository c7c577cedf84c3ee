// SPDX-License-Identifier: Apache-2.0
#include "mailbox/quota_limits.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(QuotaLimits, Judge) {
    using V = QuotaVerdict;
    const struct {
        const char* name;
        QuotaLimits limits;
        MailboxUse now;
        V want;
    } kCases[] = {
        {"none", {}, {1000, 1000}, V::fits},
        {"negative is none", {.size = -1, .count = 1}, {1000, 1000}, V::fits},
        {"count alone is none", {.count = 1}, {0, 1000}, V::fits},
        {"exact", {.size = 110}, {100, 0}, V::fits},
        {"one byte too much", {.size = 109}, {100, 0}, V::over_size},
        {"exclusive exact", {.size = 100, .inclusive = false}, {100, 0}, V::fits},
        {"exclusive over", {.size = 99, .inclusive = false}, {100, 0}, V::over_size},
        {"unchecked", {.size = 1, .size_unchecked = true}, {100, 0}, V::fits},
        {"count exact", {.size = 1000, .count = 3}, {0, 2}, V::fits},
        {"count over", {.size = 1000, .count = 2}, {0, 2}, V::over_count},
        {"count exclusive", {.size = 1000, .count = 2, .inclusive = false}, {0, 2}, V::fits},
        {"both: the count is named", {.size = 1, .count = 1}, {100, 5}, V::over_count},
        {"both, count unchecked", {.size = 1, .count = 1, .count_unchecked = true}, {100, 5}, V::over_size},
        {"both, size unchecked", {.size = 1, .count = 1, .size_unchecked = true}, {100, 5}, V::over_count},
        {"no wrapping", {.size = kMost - 1}, {kMost - 1, 0}, V::over_size},
    };
    for (const auto& c : kCases) EXPECT_EQ(c.limits.judge(c.now, 10), c.want) << c.name;
    EXPECT_TRUE((QuotaLimits{.size = 1, .size_unchecked = true}.exceeded({100, 0}, 10)));
    EXPECT_FALSE((QuotaLimits{.size = 110, .size_unchecked = true}.exceeded({100, 0}, 10)));
}

TEST(QuotaLimits, Warns) {
    const QuotaLimits limits{.warn_above = 100};
    EXPECT_TRUE(limits.warns(100, 1));
    EXPECT_TRUE(limits.warns(0, 101));
    EXPECT_FALSE(limits.warns(0, 100));
    EXPECT_FALSE(limits.warns(101, 50));
    EXPECT_FALSE(QuotaLimits{}.warns(0, 100));
}

TEST(QuotaLimits, Numbers) {
    const struct {
        const char* text;
        std::int64_t want;
        const char* want_rest;
    } kCases[] = {
        {"10K", 10, "K"},
        {"  -3 x", -3, " x"},
        {"1.9", 1, ""},
        {"1e3,", 1000, ","},
        {"0x10", 16, ""},
        {"abc", 0, "abc"},
        {"", 0, ""},
        {"inf", kLeast, ""},
        {"nan", kLeast, ""},
        {"1e30", kLeast, ""},
        {"-1e30", kLeast, ""},
        {"+5", 5, ""},
        {"9e18S", 9'000'000'000'000'000'000, "S"},
    };
    for (const auto& c : kCases) {
        std::string_view rest = c.text;
        EXPECT_EQ(take_number(rest), c.want) << c.text;
        EXPECT_EQ(rest, c.want_rest) << c.text;
    }
    EXPECT_EQ(saturated_sum(kMost, 1), kMost);
    EXPECT_EQ(saturated_sum(kLeast, -1), kLeast);
    EXPECT_EQ(saturated_sum(2, -5), -3);
}

}  // namespace
}  // namespace postern
