// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using testing::ElementsAre;

class RunItem : public testing::Test {
protected:
    RunItem() {
        world.processes.on_run = [this](const ProcessRunner::Command& command) -> Result<ProcessRunner::CommandResult> {
            if (command.argv[0] != "/bin/echo") return ProcessRunner::CommandResult{{.code = 127}, "", false};
            ProcessRunner::CommandResult result = answer;
            for (std::size_t i = 1; i < command.argv.size(); ++i) result.output += (i > 1 ? "|" : "") + command.argv[i];
            return result;
        };
    }
    ExpansionWorld world;
    ProcessRunner::CommandResult answer;
};

// Wanted words as exim4 4.96 passes them.
TEST_F(RunItem, words) {
    constexpr ExpansionRow kRows[] = {
        {"${run{/bin/echo hello   world}}", "hello|world"},
        {"${run{/bin/echo a \"b\\\"c\" d}}", "a|b\"c|d"},
        {"${run{/bin/echo \"a\\\\nb\" a\\nb 'c\\nd'}}", "a\nb|a\nb|c\nd"},
        {"${run{/bin/echo a\"b c\"d 'e'f}}", "a\"b|c\"d|e|f"},
        {"${run{/bin/echo '$primary_hostname'}}", "mx.test.ex"},
        {"${run{/bin/echo \"${lc:A B}\" ${lc:AB}}}", "a b|ab"},
        {"${run{/bin/echo \\N$x\\N}}", "$x"},
        {"${run{/bin/echo \"\" x}}", "|x"},
        {"${run{/bin/echo $h_x-t: a}}", "rf|a"},  // one word, whatever the header says
        {"${run{/bin/echo ${if eq{a}{a}{x}{y}}}}",
         "Failed: Expansion of \"${if\" from command \"/bin/echo ${if eq{a}{a}{x}{y}}\" in ${run} expansion failed: "
         "condition name expected, but found \"\""},
        {"${run{/bin/echo $nosuch}}",
         "Failed: Expansion of \"$nosuch\" from command \"/bin/echo $nosuch\" in ${run} expansion failed: unknown "
         "variable name \"nosuch\""},
        {"${run,preexpand{/bin/echo \"${lc:A B}\" $primary_hostname 'x y'}}", "a b|mx.test.ex|x y"},
        {"${run,preexpand{/bin/echo $nosuch}}", "Failed: unknown variable name \"nosuch\""},
    };
    world.expect_rows(kRows);
}

TEST_F(RunItem, header_cannot_become_two_words) {
    world.message.headers.push_back({HeaderType::other, "X-W: a b; rm -rf /\n"});
    ASSERT_TRUE(world.expand("${run{/bin/echo $h_x-w:}}"));
    EXPECT_THAT(world.processes.commands.back().argv, ElementsAre("/bin/echo", "a b; rm -rf /"));
}

TEST_F(RunItem, results) {
    constexpr ExpansionRow kRows[] = {
        {"${run{/bin/echo x}{[$value]}{no}}", "[x]"},
        {"${run{/nope}{yes}{no $runrc}}", "no 127"},
        {"$runrc", "127"},
        {"${run{/nope}}", ""},
        {"${run{/nope}{y}fail}", "Failed: \"run\" failed and \"fail\" requested"},
        {"${run{}{y}{n}}", "n"},
    };
    world.expect_rows(kRows);
    answer.status.code = 3;
    EXPECT_EQ(world.shown("${run{/bin/echo out}{yes}{no $runrc $value}}"), "no 3 out");
}

TEST_F(RunItem, failures) {
    answer.status.signal = 9;
    EXPECT_EQ(world.shown("${run{/bin/echo x}}"), "Failed: command killed by signal 9");
    answer = {};
    answer.timed_out = true;
    EXPECT_EQ(world.shown("${run{/bin/echo x}}"), "Failed: command timed out");
    world.processes.on_run = [](const ProcessRunner::Command&) -> Result<ProcessRunner::CommandResult> {
        return failure(EAGAIN, "fork");
    };
    EXPECT_EQ(world.shown("${run{/bin/echo x}}"),
              "Failed: couldn't create child process: Resource temporarily unavailable");
}

}  // namespace
}  // namespace postern
