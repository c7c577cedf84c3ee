// SPDX-License-Identifier: Apache-2.0
#include "sys/real_processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "base/strings.h"
#include "sys/real_os.h"

namespace postern {
namespace {

class Children : public testing::Test {
protected:
    RealProcesses processes;

    ExitStatus run_child(const std::function<int()>& body, bool shield = false) {
        const auto child = processes.fork_child(body, shield);
        return processes.wait(child.value()).value();
    }
    static ProcessRunner::Command shell(const std::string& script) { return {.argv = {"/bin/sh", "-c", script}}; }
};

TEST_F(Children, ExitCodesAndSignals) {
    EXPECT_TRUE(run_child([] { return 0; }).ok());
    EXPECT_EQ(run_child([] { return 75; }).wait_status(), 75 << 8);
    EXPECT_EQ(run_child([] { return 256 + 3; }).code, 3);
    const ExitStatus killed = run_child([] { return raise(SIGKILL); });
    EXPECT_EQ(killed.signal, SIGKILL);
    EXPECT_EQ(killed.wait_status(), SIGKILL);
    EXPECT_FALSE(killed.ok());
}

TEST_F(Children, AReapedChildHasVanished) {
    const auto child = processes.fork_child([] { return 0; }, false);
    EXPECT_FALSE(processes.wait(*child)->vanished);
    EXPECT_TRUE(processes.wait(*child)->vanished);
    EXPECT_EQ(processes.kill(*child, SIGTERM).error().code, ESRCH);
}

TEST_F(Children, ShieldedChildrenOutliveTheseSignals) {
    for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) {
        const auto body = [signal] { return raise(signal) == 0 ? 7 : 8; };
        EXPECT_EQ(run_child(body, true).code, 7) << signal;
        EXPECT_EQ(run_child(body, false).signal, signal);
    }
}

TEST_F(Children, RunGivesInputAndTakesOutput) {
    struct Case {
        const char *name, *script, *input, *want_output;
        int want_code;
    };
    const Case cases[] = {
        {"echo", "echo hi", "", "hi\n", 0},
        {"filter", "tr a-z A-Z; exit 3", "some text", "SOME TEXT", 3},
        {"stderr joined", "echo out; echo err >&2", "", "out\nerr\n", 0},
        {"input ignored", "exec <&-; echo done", "unread", "done\n", 0},
        {"umask", "umask", "", "0077\n", 0},
        {"input ends", "cat", "", "", 0},
    };
    for (const Case& c : cases) {
        ProcessRunner::Command command = shell(c.script);
        command.input = c.input;
        const auto result = processes.run(command);
        ASSERT_TRUE(result) << c.name;
        EXPECT_EQ(result->output, c.want_output) << c.name;
        EXPECT_EQ(result->status.code, c.want_code) << c.name;
        EXPECT_FALSE(result->timed_out) << c.name;
    }
    EXPECT_EQ(processes.run(shell("kill -9 $$"))->status.signal, SIGKILL);
}

TEST_F(Children, RunWithoutStderr) {
    ProcessRunner::Command command = shell("echo out; echo err >&2");
    command.join_stderr = false;
    EXPECT_EQ(processes.run(command)->output, "out\n");
}

TEST_F(Children, RunMovesMoreThanAPipeHoldsBothWays) {
    ProcessRunner::Command command = shell("cat");
    command.input.assign(500'000, 'x');
    EXPECT_EQ(processes.run(command)->output, command.input);
    command.output_limit = 1000;
    const auto limited = processes.run(command);
    EXPECT_EQ(limited->output.size(), 1000u);
    EXPECT_TRUE(limited->status.ok()) << "the rest is read and thrown away";
}

TEST_F(Children, RunUsesExactlyTheGivenEnvironment) {
    ProcessRunner::Command command{.argv = {"/usr/bin/env"}, .environment = {"A=1", "B=two"}};
    EXPECT_EQ(processes.run(command)->output, "A=1\nB=two\n");
}

TEST_F(Children, RunStartsACleanProcess) {
    RealOs real;
    Os& os = real;
    const auto secret = os.open("/etc/passwd", O_RDONLY);
    const std::string number = std::to_string(secret->get());
    const mode_t umask_before = os.umask(022);
    const auto result = processes.run(shell("test -e /proc/self/fd/" + number +
                                            " && echo leaked\n"
                                            "sed -n 's/^SigIgn:.*\\(........\\)$/\\1/p' /proc/self/status"));
    EXPECT_EQ(os.umask(umask_before), 022u) << "ours is back";
    ASSERT_EQ(result->output.size(), 9u) << result->output;
    const std::uint64_t ignored = parse_uint(result->output.substr(0, 8), 16).value();
    EXPECT_EQ(ignored & (1U << (SIGPIPE - 1)), 0u) << "SIGPIPE is ignored here while run() runs, not there";
}

TEST_F(Children, AProgramThatCannotStartIs127) {
    EXPECT_EQ(processes.run({.argv = {"/no/such/program"}})->status.code, 127);
    EXPECT_EQ(processes.run({.argv = {"/etc/passwd"}})->status.code, 127);
    EXPECT_EQ(processes.run({}).error().code, EINVAL);
}

TEST_F(Children, TheDeadlineKillsTheWholeGroup) {
    for (const char* script : {"echo first; sleep 1000 & sleep 1000", "exec >&- 2>&-; sleep 1000"}) {
        ProcessRunner::Command command = shell(script);
        command.timeout = Seconds(0);
        const auto result = processes.run(command);
        ASSERT_TRUE(result);
        EXPECT_TRUE(result->timed_out) << script;
        EXPECT_EQ(result->status.signal, SIGKILL) << script;
    }
}

}  // namespace
}  // namespace postern
