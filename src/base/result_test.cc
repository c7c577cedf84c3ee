// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace postern {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return failure(EDOM, "halve", std::to_string(n));
    return n / 2;
}
Result<int> quarter(int n) {
    POSTERN_TRY_ASSIGN(const int first, half(n));
    POSTERN_TRY_ASSIGN(const int second, half(first));
    return second;
}
Status check_quarter(int n) {
    POSTERN_TRY(quarter(n));
    return {};
}

TEST(Result, TryPassesValuesOn) {
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_TRUE(check_quarter(12).has_value());
}

TEST(Result, TryLeavesWithTheFirstError) {
    EXPECT_EQ(quarter(7).error().object, "7");
    EXPECT_EQ(quarter(6).error().object, "3");
    EXPECT_EQ(check_quarter(6).error().code, EDOM);
}

TEST(Result, CarriesMoveOnlyValues) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
    const auto use = [&]() -> Result<int> {
        POSTERN_TRY_ASSIGN(const std::unique_ptr<int> p, make());
        return *p;
    };
    EXPECT_EQ(use().value(), 5);
}

TEST(Error, ToString) {
    struct Case {
        const char* name;
        Error error;
        const char* want;
    };
    const Case cases[] = {
        {"call, object and errno", {ENOENT, "open", "/x", {}}, "open /x: No such file or directory"},
        {"call and errno", {EPIPE, "write", {}, {}}, "write: Broken pipe"},
        {"a sentence only", {0, {}, {}, "too odd"}, "too odd"},
        {"all of them", {EIO, "read", "/x", "half a line"}, "read /x: half a line: Input/output error"},
        {"unknown errno", {99999, "x", {}, {}}, "x: Unknown error 99999"},
        {"nothing", {}, ""},
    };
    for (const Case& c : cases) EXPECT_EQ(c.error.to_string(), c.want) << c.name;
}

}  // namespace
}  // namespace postern
