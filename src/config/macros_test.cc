// SPDX-License-Identifier: Apache-2.0
#include "config/macros.h"

#include <gtest/gtest.h>

#include "support/config_text.h"

namespace postern {
namespace {

struct ReplaceCase {
    const char* name;
    std::vector<std::string> definitions;
    std::string text, want_text;
    bool want_found;
};

class MacroReplacement : public testing::TestWithParam<ReplaceCase> {};

TEST_P(MacroReplacement, InDefinitionOrder) {
    MacroTable macros;
    for (const auto& definition : GetParam().definitions) {
        bool placed = false;
        ASSERT_EQ(macros.define(definition, placed), "");
    }
    std::string text = GetParam().text;
    EXPECT_EQ(macros.replace(text, 0, true), GetParam().want_found);
    EXPECT_EQ(text, GetParam().want_text);
}

const ReplaceCase kCases[] = {
    {"substrings", {"AA = x"}, "y=fooAAAAbar", "y=fooxxbar", true},
    {"not_found", {"AA = x"}, "no such BB", "no such BB", false},
    {"lower_case_only", {"AA = x"}, "aa", "aa", false},
    {"later_macros_see_the_text", {"AA = BB", "BB = x"}, "AA BB", "x x", true},
    {"earlier_macros_do_not", {"BB = x", "AA = BB"}, "AA BB", "BB x", true},
    {"not_rescanned_for_itself", {"AA = AA"}, "AA", "AA", true},
    {"longer_name_first", {"AAB = x", "AA = y"}, "AAB AA", "x y", true},
    {"empty_value", {"AA ="}, "aAAb", "ab", true},
    {"redefined", {"AA = x", "AA == y"}, "AA", "y", true},
    {"left_side_exempt", {"AA = x"}, "AA = AA", "AA = x", true},
    {"left_side_exempt_without_blanks", {"AA = x"}, "AA==AA", "AA==x", true},
    {"not_a_definition", {"AA = x"}, "AA b = c", "x b = c", true},
};
INSTANTIATE_TEST_SUITE_P(All, MacroReplacement, testing::ValuesIn(kCases),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(MacroTableTest, CommandLineWins) {
    MacroTable macros;
    macros.add_from_command_line("AA", "cmd");
    bool placed = false;
    EXPECT_EQ(macros.define("AA = file", placed), "");
    EXPECT_EQ(macros.define("AA == file", placed), "");
    std::string text = "x AA";
    EXPECT_TRUE(macros.replace(text, 0, true));
    EXPECT_EQ(text, "x cmd");
}

TEST(PredefinedMacrosTest, TellWhatIsThere) {
    MacroTable macros(&ConfigText::catalogue());
    for (const std::string there : {"_DRIVER_TRANSPORT_BOX", "_DRIVER_ROUTER_TAKE", "_OPT_MAIN_QUALIFY_DOMAIN",
                                    "_OPT_MAIN_TLS_DHPARAM", "_OPT_ROUTERS_ERRORS_TO", "_OPT_TRANSPORTS_USER",
                                    "_OPT_TRANSPORT_BOX_FILE", "_LOG_PID", "_HAVE_LOOKUP_LSEARCH"}) {
        std::string text = ".ifdef " + there;
        EXPECT_TRUE(macros.replace(text, 0, true)) << there;
        EXPECT_EQ(text, ".ifdef y");
    }
    for (const std::string missing : {"_DRIVER_TRANSPORT_SMTP", "_OPT_MAIN_SYSTEM_FILTER", "_OPT_MAIN_NOSUCH",
                                      "_HAVE_TLS", "x_LOG_PID", "_LOG_PIDX", "_log_pid", "_", "__LOG_PID"}) {
        std::string text = ".ifdef " + missing;
        EXPECT_FALSE(macros.replace(text, 0, true)) << missing;
    }
}

TEST(PredefinedMacrosTest, AreSortedAndUnique) {
    const auto names = predefined_macros(&ConfigText::catalogue());
    for (std::size_t i = 1; i < names.size(); ++i) EXPECT_LT(names[i - 1], names[i]);
}

}  // namespace
}  // namespace postern
