// SPDX-License-Identifier: Apache-2.0
#include "config/environment.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

using Entries = std::vector<std::string>;

struct EnvironmentCase {
    const char* name;
    PlainString keep;
    Entries want;
    bool want_warning = false;
};

class KeepEnvironment : public testing::TestWithParam<EnvironmentCase> {};

TEST_P(KeepEnvironment, Keeps) {
    MainOptions options;
    options.keep_environment = GetParam().keep;
    const auto plan = plan_environment(options, {"HOME=/root", "PATH=/bin", "LC_ALL=C", "EMPTY="});
    EXPECT_EQ(plan.environment, GetParam().want);
    EXPECT_EQ(plan.warn, GetParam().want_warning);
}

const EnvironmentCase kCases[] = {
    {"unset", {}, {}, true},
    {"empty", {"", true}, {}},
    {"names", {"PATH : EMPTY", true}, {"PATH=/bin", "EMPTY="}},
    {"all", {"*", true}, {"HOME=/root", "PATH=/bin", "LC_ALL=C", "EMPTY="}},
    {"pattern", {"^LC_", true}, {"LC_ALL=C"}},
    {"suffix", {"*ME", true}, {"HOME=/root"}},
    {"all_but", {"!HOME : *", true}, {"PATH=/bin", "LC_ALL=C", "EMPTY="}},
    {"negated_last", {"!HOME : ! PATH", true}, {"LC_ALL=C", "EMPTY="}},
    {"broken_pattern_keeps_nothing", {"^(", true}, {}},
};
INSTANTIATE_TEST_SUITE_P(All, KeepEnvironment, testing::ValuesIn(kCases),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(AddEnvironmentTest, ReplacesAndAdds) {
    MainOptions options;
    options.keep_environment = {"PATH", true};
    options.add_environment = {"PATH=$x : A=b::c : junk", true, {}};
    const auto expand = [](const Expandable& e) -> Result<std::string> {
        std::string text = e.source;
        text.replace(text.find("$x"), 2, "/usr/bin");
        return text;
    };
    EXPECT_EQ(plan_environment(options, {"PATH=/bin", "HOME=/"}, expand).environment,
              (Entries{"PATH=/usr/bin", "A=b:c"}));
    EXPECT_EQ(plan_environment(options, {"PATH=/bin"}).environment, (Entries{"PATH=$x", "A=b:c"}));
}

TEST(AddEnvironmentTest, FailureAddsNothing) {
    MainOptions options;
    options.add_environment = {"A=${bad", true, {}};
    const auto plan =
        plan_environment(options, {}, [](const Expandable&) -> Result<std::string> { return failure("missing }"); });
    EXPECT_EQ(plan.error, "missing }");
    EXPECT_EQ(plan.environment, Entries{});
    EXPECT_FALSE(plan.warn) << "there was nothing to purge";
}

}  // namespace
}  // namespace postern
