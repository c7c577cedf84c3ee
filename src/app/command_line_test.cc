// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct ErrorCase {
    const char* name;
    std::vector<std::string> arguments;
    const char* want_error;  // observed on exim4 4.96
};

class CommandLineError : public testing::TestWithParam<ErrorCase> {};

TEST_P(CommandLineError, IsExplained) {
    const Result<CommandLine> line = parse_command_line("postern", GetParam().arguments);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().text, GetParam().want_error);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, CommandLineError,
    testing::Values(
        ErrorCase{"UnknownDelivery", {"-odx", "a"}, "exim abandoned: unknown, malformed, or incomplete option -odx"},
        ErrorCase{"UnknownMode", {"-bz"}, "exim abandoned: unknown, malformed, or incomplete option -bz"},
        ErrorCase{"UnknownMessageAction",
                  {"-Mfoo", "1xUyh5-0007zV-2L"},
                  "exim abandoned: unknown, malformed, or incomplete option -Mfoo"},
        ErrorCase{"SenderMissing", {"-f"}, "exim abandoned: unknown, malformed, or incomplete option -f"},
        ErrorCase{"SenderMalformed",
                  {"-f", "a@b@c", "x"},
                  "exim: bad -f address \"a@b@c\": malformed address: @c may not follow a@b"},
        ErrorCase{"NoIds", {"-Mrm"}, "exim: no message ids given after -Mrm option"},
        ErrorCase{"BadId", {"-Mvh", "xxx"}, "exim: malformed message id xxx after -Mvh option"},
        ErrorCase{"MacroLowerCase", {"-Dx"}, "exim: macro name set by -D must start with an upper case letter"},
        ErrorCase{"MacroEmpty", {"-D", ""}, "exim: macro name set by -D must start with an upper case letter"},
        ErrorCase{"MacroTwice", {"-DX", "-DX=1"}, "exim: duplicated -D in command line"}),
    [](const auto& test) { return test.param.name; });

Result<CommandLine> parse(std::vector<std::string> arguments, std::string_view name = "postern") {
    return parse_command_line(name, arguments);
}

TEST(CommandLine, TakesASubmission) {
    const auto line =
        parse({"-C", "/a:/b", "-odf", "-oi", "-f", "Joe <joe@x>", "-DX=y", "-D", "Y = z", "rcpt1", "rcpt2"});
    ASSERT_TRUE(line) << line.error().text;
    EXPECT_EQ(line->action, Action::submit);
    EXPECT_EQ(line->configuration_files, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_EQ(line->delivery_mode, DeliveryMode::foreground);
    EXPECT_TRUE(line->ignore_dot);
    EXPECT_EQ(line->sender, "joe@x");
    EXPECT_EQ(line->macros, (std::vector<std::pair<std::string, std::string>>{{"X", "y"}, {"Y", "z"}}));
    EXPECT_EQ(line->arguments, (std::vector<std::string>{"rcpt1", "rcpt2"}));
}

TEST(CommandLine, TellsAnEmptySenderFromNone) {
    EXPECT_EQ(parse({"-f", "<>", "a"})->sender, "");
    EXPECT_EQ(parse({"-f", "", "a"})->sender, "");
    EXPECT_EQ(parse({"a"})->sender, std::nullopt);
}

TEST(CommandLine, DeliversLocallyWhenOnlyRemoteMailIsQueued) {
    EXPECT_EQ(parse({"-odqs", "a"})->delivery_mode, DeliveryMode::background);
    EXPECT_EQ(parse({"-odq", "a"})->delivery_mode, DeliveryMode::queue);
}

TEST(CommandLine, TakesNoValueForARecipient) {
    for (const char* option : {"-oA", "-oB", "-oMm", "-oP", "-or", "-os", "-oX", "-h", "-L"}) {
        EXPECT_EQ(parse({option, "5", "rcpt"})->arguments, std::vector<std::string>{"rcpt"}) << option;
    }
    EXPECT_EQ(parse({"-oB", "rcpt"})->arguments, std::vector<std::string>{"rcpt"});
}

TEST(CommandLine, LeavesRecipientsThatLookLikeOptionsBehindTwoDashes) {
    EXPECT_EQ(parse({"-i", "--", "-odd"})->arguments, (std::vector<std::string>{"-odd"}));
}

struct ModeCase {
    const char* name;
    std::vector<std::string> arguments;
    Action want_action;
};

class CommandLineMode : public testing::TestWithParam<ModeCase> {};

TEST_P(CommandLineMode, IsRecognised) {
    const auto line = parse(GetParam().arguments);
    ASSERT_TRUE(line) << line.error().text;
    EXPECT_EQ(line->action, GetParam().want_action);
}

INSTANTIATE_TEST_SUITE_P(Modes, CommandLineMode,
                         testing::Values(ModeCase{"Version", {"-bV"}, Action::version},
                                         ModeCase{"Print", {"-bP", "x"}, Action::print_options},
                                         ModeCase{"Expand", {"-be", "x"}, Action::expand},
                                         ModeCase{"Test", {"-bt", "x"}, Action::test_addresses},
                                         ModeCase{"Count", {"-bpc"}, Action::count_queue},
                                         ModeCase{"List", {"-bpru"}, Action::list_queue},
                                         ModeCase{"Run", {"-qff"}, Action::queue_run},
                                         ModeCase{"Message", {"-Mrm", "1xUyh5-0007zV-2L"}, Action::message}),
                         [](const auto& test) { return test.param.name; });

TEST(CommandLine, AnswersToOtherNames) {
    EXPECT_EQ(parse({}, "/usr/bin/mailq")->action, Action::list_queue);
    EXPECT_EQ(parse({}, "newaliases")->action, Action::new_aliases);
    EXPECT_EQ(parse({"a"}, "/usr/sbin/sendmail")->action, Action::submit);
}

}  // namespace
}  // namespace postern
