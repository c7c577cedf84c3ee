// SPDX-License-Identifier: Apache-2.0
#include "wording/pipe.h"

#include <gtest/gtest.h>

namespace postern::wording {
namespace {

TEST(PipeWording, ExitCodes) {
    const struct {
        int code;
        const char* want_hint;
    } kCases[] = {
        {1, ""},
        {63, ""},
        {64, " (could mean usage or syntax error)"},
        {73, " (could mean can't create output file)"},
        {75, " (could mean temporary error)"},
        {78, " (could mean configuration error)"},
        {79, ""},
        {126, ""},
        {127, " (could mean unable to exec or command does not exist)"},
        {128, ""},
        {137, " (could mean shell command ended by signal 9 (Killed))"},
        {255, " (could mean shell command ended by signal 127 (Unknown signal 127))"},
    };
    for (const auto& c : kCases) {
        EXPECT_EQ(
            command_returned("t1", c.code, "/bin/x", ""),
            "Child process of t1 transport returned " + std::to_string(c.code) + c.want_hint + " from command: /bin/x");
    }
    EXPECT_EQ(command_returned("t1", 1, "/bin/my cmd", "this"),
              "Child process of t1 transport returned 1 from command: \"/bin/my cmd\" (preceded by this)");
}

TEST(PipeWording, OtherEnds) {
    EXPECT_EQ(command_killed_by("t1", "x 'y'", 9, ""),
              "Child process of t1 transport (running command \"x 'y'\") was terminated by signal 9 (Killed)");
    EXPECT_EQ(command_timed_out_before(pipe_write_timed_out()),
              "pipe delivery process timed out (preceded by timeout while writing to pipe)");
    EXPECT_EQ(wait_failed("t1", 10, ""), "Wait() failed for child process of t1 transport: No child processes");
    EXPECT_EQ(command_not_executed("x y", ""), "pipe process failed to exec \"x y\"");
}

TEST(PipeWording, Filters) {
    EXPECT_EQ(filter_failed(3, true, ""), "Transport filter process failed (3)");
    EXPECT_EQ(filter_failed(127, false, "/var/mail/joe"),
              "transport filter process failed (127) while writing to /var/mail/joe: unable to execute command");
}

TEST(PipeWording, Labels) {
    EXPECT_EQ(command_label("t1"), "t1 transport");
    EXPECT_EQ(command_label(std::string(60, 'x')), std::string(50, 'x') + " transport");
}

}  // namespace
}  // namespace postern::wording
