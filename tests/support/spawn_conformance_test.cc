// SPDX-License-Identifier: Apache-2.0
// The same expectations of RealProcesses::spawn() and FakeProcesses::spawn(). Commands are named by what they do; the
// real side runs a script, the fake one a program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <memory>

#include "support/fake_clock.h"
#include "support/fake_processes.h"
#include "support/fault_os.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"

namespace postern {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{20'000};

struct Behaviour {
    const char* name;
    const char* script;
    FakeProgram (*program)();
};

FakeProgram talker() {
    return [](FakeCommand& me) {
        me.say("out\n");
        me.complain("err\n");
        me.exit(3);
    };
}
FakeProgram sleeper() {
    return [](FakeCommand&) {};
}
FakeProgram deaf() {
    return [](FakeCommand& me) { me.exit(0); };
}
FakeProgram suicide() {
    return [](FakeCommand& me) { me.die_of(SIGTERM); };
}
FakeProgram leaver() {
    return [](FakeCommand& me) { me.exit(5, true); };
}

const Behaviour kCat{"cat", "exec cat", fake_cat};
const Behaviour kTalker{"talker", "echo out; echo err >&2; exit 3", talker};
const Behaviour kSleeper{"sleeper", "exec sleep 1000", sleeper};
const Behaviour kDeaf{"deaf", "exit 0", deaf};
const Behaviour kSuicide{"suicide", "kill -TERM $$", suicide};
const Behaviour kLeaver{"leaver", "sleep 1000 & exit 5", leaver};  // leaves somebody behind who holds the output

class SpawnConformance : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (std::string(GetParam()) == "real") {
            os_ = std::make_unique<RealOs>();
            processes_ = std::make_unique<RealProcesses>();
        } else {
            auto fake = std::make_unique<FakeOs>(clock_);
            auto runner = std::make_unique<FakeProcesses>(*fake);
            runner->on_spawn = [this](const Spawn&) { return behaviour_ ? behaviour_->program() : FakeProgram(); };
            os_ = std::move(fake);
            processes_ = std::move(runner);
        }
    }
    Os& os() { return *os_; }
    Result<Running> spawn(const Behaviour& what, Spawn::Errors errors = Spawn::Errors::with_output) {
        behaviour_ = &what;
        return processes_->spawn(os(), {.argv = {"/bin/sh", "-c", what.script},
                                        .environment = {"PATH=/usr/bin:/bin"},
                                        .directory = {},
                                        .errors = errors});
    }
    std::string read_to_end(UniqueFd& fd) {
        std::string out;
        for (;;) {
            if (auto all = os().wait_ready(fd.get(), Os::Ready::to_read, kLong); !all || !*all) return out + "(open)";
            char buffer[4096];
            const auto got = os().read(fd.get(), buffer);
            if (!got && got.error().code == EAGAIN) continue;
            if (!got || *got == 0) return out;
            out.append(buffer, *got);
        }
    }
    // Until the pipe is full.
    std::size_t fill(Running& running) {
        std::size_t total = 0;
        for (;;) {
            const auto done = os().write(running.input.get(), std::string(10'000, 'x'));
            if (!done) {
                EXPECT_EQ(done.error().code, EAGAIN);
                return total;
            }
            total += *done;
        }
    }
    static ExitStatus status_of(Running& running) {
        const auto status = running.ended(kLong);
        EXPECT_TRUE(status && *status);
        return status && *status ? **status : ExitStatus{.code = -1};
    }
    std::unique_ptr<ProcessRunner> processes_;

private:
    FakeClock clock_;
    std::unique_ptr<Os> os_;
    const Behaviour* behaviour_ = nullptr;
};

TEST_P(SpawnConformance, InputOutputAndEnd) {
    auto running = spawn(kCat);
    ASSERT_TRUE(running);
    EXPECT_FALSE(running->errors);
    ASSERT_TRUE(write_all(os(), running->input.get(), "some text"));
    EXPECT_FALSE(running->ended(milliseconds(0)).value());
    running->input.reset();
    EXPECT_EQ(read_to_end(running->output), "some text");
    EXPECT_TRUE(status_of(*running).ok());
    EXPECT_TRUE(status_of(*running).ok()) << "the answer stays";
    const pid_t pid = running->pid();
    running->finish();
    EXPECT_TRUE(processes_->wait(pid)->vanished) << "it was reaped";
}

TEST_P(SpawnConformance, WhereErrorsGo) {
    struct Case {
        Spawn::Errors errors;
        const char *want_output, *want_errors;
    };
    for (const Case& c :
         {Case{Spawn::Errors::with_output, "out\nerr\n", nullptr}, Case{Spawn::Errors::apart, "out\n", "err\n"},
          Case{Spawn::Errors::nowhere, "out\n", nullptr}}) {
        auto running = spawn(kTalker, c.errors);
        ASSERT_TRUE(running);
        EXPECT_EQ(read_to_end(running->output), c.want_output);
        EXPECT_EQ(static_cast<bool>(running->errors), c.want_errors != nullptr);
        if (c.want_errors) {
            EXPECT_EQ(read_to_end(running->errors), c.want_errors);
        }
        EXPECT_EQ(status_of(*running).code, 3);
    }
}

TEST_P(SpawnConformance, AFullPipeAnswersAgain) {
    auto running = spawn(kSleeper);
    ASSERT_TRUE(running);
    const std::size_t taken = fill(*running);  // a kernel may leave the rest of a page free
    EXPECT_GE(taken, 60000u);
    EXPECT_LE(taken, 65536u);
    EXPECT_FALSE(os().wait_ready(running->input.get(), Os::Ready::to_write, milliseconds(0)).value());
    char buffer[10];
    EXPECT_EQ(os().read(running->output.get(), buffer).error().code, EAGAIN);
    EXPECT_FALSE(running->ended(milliseconds(1)).value());
}

TEST_P(SpawnConformance, NobodyReads) {
    auto running = spawn(kDeaf);
    ASSERT_TRUE(running);
    EXPECT_TRUE(status_of(*running).ok());
    EXPECT_TRUE(os().wait_ready(running->input.get(), Os::Ready::to_write, kLong).value());
    EXPECT_EQ(os().write(running->input.get(), "x").error().code, EPIPE);
}

TEST_P(SpawnConformance, Signals) {
    auto killed = spawn(kSuicide);
    ASSERT_TRUE(killed);
    EXPECT_EQ(status_of(*killed).signal, SIGTERM);
    auto running = spawn(kSleeper);
    ASSERT_TRUE(running);
    running->kill();
    EXPECT_EQ(status_of(*running).signal, SIGKILL);
    EXPECT_EQ(read_to_end(running->output), "");
}

TEST_P(SpawnConformance, KilledAndReapedWhenItGoes) {
    pid_t pid = 0;
    {
        auto running = spawn(kSleeper);
        ASSERT_TRUE(running);
        pid = running->pid();
        Running moved = std::move(*running);
        EXPECT_EQ(moved.pid(), pid);
    }
    EXPECT_TRUE(processes_->wait(pid)->vanished);
}

TEST_P(SpawnConformance, WhoIsLeftBehindKeepsTheOutputUntilKilled) {
    auto running = spawn(kLeaver);
    ASSERT_TRUE(running);
    EXPECT_EQ(status_of(*running).code, 5);
    EXPECT_FALSE(os().wait_ready(running->output.get(), Os::Ready::to_read, milliseconds(1)).value());
    running->kill();
    EXPECT_EQ(read_to_end(running->output), "");
    EXPECT_EQ(status_of(*running).code, 5);
}

TEST_P(SpawnConformance, NoSuchProgram) {
    auto running = processes_->spawn(os(), {.argv = {"/no/such/program"}, .environment = {}, .directory = {}});
    ASSERT_TRUE(running);
    EXPECT_EQ(running->start_error, ENOENT);
    EXPECT_EQ(status_of(*running).code, 127);
    EXPECT_EQ(read_to_end(running->output), "");
}

INSTANTIATE_TEST_SUITE_P(Both, SpawnConformance, testing::Values("real", "fake"),
                         [](const auto& which) { return std::string(which.param); });

// Every step of starting can fail; then there is neither a process nor a descriptor.
TEST(Spawn, EveryFault) {
    RealOs real;
    RealProcesses processes;
    for (long n = 1;; ++n) {
        FaultOs os(real);
        os.fail_at(n, EMFILE);
        const auto running = processes.spawn(
            os, {.argv = {"/bin/true"}, .environment = {}, .directory = {}, .errors = Spawn::Errors::apart});
        if (!os.hit()) {
            EXPECT_EQ(n, 4) << "three pipes";
            break;
        }
        EXPECT_EQ(running.error().code, EMFILE);
        EXPECT_EQ(processes.wait(-1)->vanished, true) << "no child";
    }
}

// --- what only a kernel can show ---

std::string output_of(const Spawn& command) {
    RealOs os;
    RealProcesses processes;
    auto running = processes.spawn(os, command);
    if (!running) return running.error().to_string();
    running->input.reset();
    std::string out;
    char buffer[4096];
    while (os.wait_ready(running->output.get(), Os::Ready::to_read, kLong).value()) {
        const auto got = os.read(running->output.get(), buffer);
        if (!got || *got == 0) break;
        out.append(buffer, *got);
    }
    return out;
}

TEST(Spawn, ACleanProcess) {
    for (const int signal : {SIGHUP, SIGUSR1, SIGTERM}) ::signal(signal, SIG_IGN);
    RealOs real;
    Os& os = real;
    const auto secret = os.open("/etc/passwd", O_RDONLY);
    EXPECT_EQ(output_of({.argv = {"/bin/ls", "-x", "/proc/self/fd"}, .environment = {}, .directory = {}}),
              "0  1  2  3\n")
        << "3 is ls's own, to read the directory";
    EXPECT_EQ(output_of({.argv = {"/bin/sed", "-n", "s/^SigIgn:\t//p;s/^SigBlk:\t//p", "/proc/self/status"},
                         .environment = {},
                         .directory = {}}),
              "0000000000000000\n0000000000000000\n");
    EXPECT_EQ(output_of({.argv = {"/bin/sh", "-c",
                                  "umask; pwd; echo $A; read -r pid _ _ _ group _ </proc/$$/stat;"
                                  "test $pid = $group && echo leader"},
                         .environment = {"A=b c"},
                         .directory = "/usr",
                         .umask = 027}),
              "0027\n/usr\nb c\nleader\n");
    for (const int signal : {SIGHUP, SIGUSR1, SIGTERM}) ::signal(signal, SIG_DFL);
}

// In a session of its own and without a parent: still found.
TEST(Spawn, StraysAreKilled) {
    RealOs os;
    RealProcesses processes;
    auto running =
        processes.spawn(os, {.argv = {"/bin/sh", "-c", "setsid sh -c 'sleep 1000 & echo $!' & wait; exec sleep 1000"},
                             .environment = {"PATH=/usr/bin:/bin"},
                             .directory = {}});
    ASSERT_TRUE(running);
    ASSERT_TRUE(os.wait_ready(running->output.get(), Os::Ready::to_read, kLong).value());
    char buffer[20];
    const std::size_t got = static_cast<Os&>(os).read(running->output.get(), buffer).value();
    const pid_t stray = static_cast<pid_t>(std::stol(std::string(buffer, got)));
    EXPECT_TRUE(processes.kill(stray, 0)) << "it is there";
    running->kill_with_strays();
    EXPECT_EQ(processes.kill(stray, 0).error().code, ESRCH);
    EXPECT_EQ(running->ended(kLong).value()->signal, SIGKILL);
}

// In the group of its starter, where a signal to its own group does not reach it.
TEST(Spawn, WhoLeavesItsGroupIsKilled) {
    RealOs os;
    RealProcesses processes;
    auto running = processes.spawn(
        os, {.argv = {"/usr/bin/perl", "-e", "$| = 1; setpgrp(0, getpgrp(getppid())); print 'x'; sleep 1000"},
             .environment = {},
             .directory = {}});
    ASSERT_TRUE(running);
    ASSERT_TRUE(os.wait_ready(running->output.get(), Os::Ready::to_read, kLong).value());
    EXPECT_EQ(::getpgid(running->pid()), ::getpgrp());
    const pid_t pid = running->pid();
    running->finish();
    EXPECT_TRUE(processes.wait(pid)->vanished) << "it is gone, and reaped";
}

// A command that took another identity (by sudo, say) is not waited for.
TEST(Spawn, WhoMayNotBeKilledIsLeftAlone) {
    FakeClock clock;
    FakeOs os(clock);
    FakeProcesses processes(os);
    processes.on_spawn = [](const Spawn&) { return sleeper(); };
    processes.kill_error = EPERM;
    {
        auto running = processes.spawn(os, {.argv = {"/usr/bin/sudo"}, .environment = {}, .directory = {}});
        ASSERT_TRUE(running);
        EXPECT_FALSE(running->kill());
        running->kill_with_strays();
    }
    EXPECT_EQ(processes.unreaped(), 1u);
}

TEST(Spawn, ADirectoryThatCannotBeEntered) {
    RealOs os;
    RealProcesses processes;
    auto running = processes.spawn(os, {.argv = {"/bin/true"}, .environment = {}, .directory = "/no/such/directory"});
    EXPECT_EQ(running->start_error, ENOENT);
    EXPECT_EQ(running->ended(kLong).value()->code, 127);
}

}  // namespace
}  // namespace postern
