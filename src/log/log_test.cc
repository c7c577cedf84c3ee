// SPDX-License-Identifier: Apache-2.0
#include "log/log.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "support/fake_os.h"

namespace postern {
namespace {

constexpr uid_t kExim = 102;
constexpr gid_t kEximGroup = 105;
constexpr std::string_view kStamp = "2026-11-22 03:52:18 ";

class LogTest : public testing::Test {
protected:
    LogTest() {
        setenv("TZ", "UTC", 1);
        os_.put_file("/stderr", "");
        stderr_ = *os_.open("/stderr", O_WRONLY | O_APPEND);
    }
    LogSettings settings() const { return {.path_template = "/var/log/%slog", .owner = kExim, .group = kEximGroup}; }
    Log make(LogSettings with) { return Log(os_, clock_, std::move(with), stderr_.get()); }
    std::string stamped(std::string_view text) const { return std::string(kStamp) + std::string(text) + "\n"; }

    FakeClock clock_;
    FakeOs os_{clock_};
    UniqueFd stderr_;
};

TEST_F(LogTest, MakesFileAndDirectoryForTheirOwner) {
    Log log = make(settings());
    log.set_message_id("1xUyh5-0007zV-2L");
    log.main("Completed");
    EXPECT_EQ(os_.content("/var/log/mainlog"), stamped("1xUyh5-0007zV-2L Completed"));
    EXPECT_EQ(os_.stat_of("/var/log/mainlog").permissions, 0640U);
    EXPECT_EQ(os_.stat_of("/var/log/mainlog").uid, kExim);
    EXPECT_EQ(os_.stat_of("/var/log").permissions, 0750U);
    EXPECT_EQ(os_.content("/stderr"), "");
}

TEST_F(LogTest, LinesThatBelongTogetherAreOneWrite) {
    Log log = make(settings());
    {
        const Log::Together lines(log);
        log.main("one");
        log.set_message_id("1xUyh5-0007zV-2L");
        log.main("two");
        EXPECT_FALSE(os_.exists("/var/log/mainlog"));
        log.main_and_panic("three");
        EXPECT_EQ(os_.content("/var/log/mainlog"),
                  stamped("one") + stamped("1xUyh5-0007zV-2L two") + stamped("1xUyh5-0007zV-2L three"))
            << "the order stays";
        log.main("four");
        log.open_main();
        EXPECT_TRUE(os_.content("/var/log/mainlog").ends_with(" four\n")) << "who is started now finds it";
        log.main("five");
        const Log::Together inner(log);
        log.main("six");
    }
    EXPECT_TRUE(os_.content("/var/log/mainlog").ends_with(stamped("1xUyh5-0007zV-2L six")));
    log.main("seven");
    EXPECT_TRUE(os_.content("/var/log/mainlog").ends_with(" seven\n"));
}

TEST_F(LogTest, WaitingLinesThatCannotBeWrittenGoToThePanicLog) {
    os_.put_directory("/var/log/mainlog");
    Log log = make(settings());
    {
        const Log::Together lines(log);
        log.main("one");
        log.main("two");
    }
    EXPECT_TRUE(os_.content("/var/log/paniclog").ends_with(stamped("one") + stamped("two")));
}

TEST_F(LogTest, PanicGoesToItsFileAndStderr) {
    Log log = make(settings());
    log.main_and_panic("oops");
    EXPECT_EQ(os_.content("/var/log/mainlog"), stamped("oops"));
    EXPECT_EQ(os_.content("/var/log/paniclog"), stamped("oops"));
    EXPECT_EQ(os_.content("/stderr"), stamped("oops"));
}

TEST_F(LogTest, FollowsRotation) {
    Log log = make(settings());
    log.main("one");
    ASSERT_TRUE(os_.rename(AtPath("/var/log/mainlog"), AtPath("/var/log/mainlog.1")));
    log.main("two");
    EXPECT_EQ(os_.content("/var/log/mainlog.1"), stamped("one"));
    EXPECT_EQ(os_.content("/var/log/mainlog"), stamped("two"));
}

TEST_F(LogTest, NamesDatedFilesButNotThePanicLog) {
    LogSettings dated = settings();
    dated.path_template = "/log/%s-%D.log";
    Log log = make(dated);
    log.main_and_panic("x");
    EXPECT_EQ(os_.names_in("/log"), (std::vector<std::string>{"main-20261122.log", "panic.log"}));
}

TEST_F(LogTest, HasPidMillisecondsAndZoneWhenAsked) {
    LogSettings all = settings();
    all.with_pid = true;
    all.style = {.utc = true, .milliseconds = true, .zone = true};
    Log log = make(all);
    log.main("x");
    EXPECT_EQ(os_.content("/var/log/mainlog"), "2026-11-22 03:52:18.123 +0000 [4711] x\n");
}

TEST_F(LogTest, ReplacesAnOverlongLine) {
    Log log = make(settings());
    log.main(std::string(9000, 'x'));
    EXPECT_EQ(os_.content("/var/log/mainlog"), stamped("**** log string overflowed log buffer ****"));
}

TEST_F(LogTest, TestModesSpeakOnStderrOnly) {
    Log log = make(settings());
    log.set_sink(Log::Sink::stderr_framed);
    log.main_and_panic("a\nb");
    log.set_sink(Log::Sink::stderr_lines);
    log.main_and_panic("c");
    EXPECT_EQ(os_.content("/stderr"), "LOG: MAIN PANIC\n  a\nb\n" + stamped("c"));
    EXPECT_FALSE(os_.exists("/var/log"));
}

TEST_F(LogTest, QuietSaysNothing) {
    Log log = make(settings());
    log.set_quiet(true);
    log.main_and_panic("x");
    EXPECT_FALSE(os_.exists("/var/log"));
    EXPECT_EQ(os_.content("/stderr"), "");
}

TEST_F(LogTest, AnOpenLogServesAnUnprivilegedChild) {
    Log log = make(settings());
    log.open_main();
    os_.run_as(1000, 1000);
    log.main("from the child");
    EXPECT_EQ(os_.content("/var/log/mainlog"), stamped("from the child"));
}

// exim4 4.96: a child writes to the log if the parent has it open, or may open it itself; else to standard error.
TEST_F(LogTest, WhatARecipientSays) {
    os_.put_directory("/var/log", 0750, kExim, kEximGroup);
    Log log = make(settings());
    log.main("received");
    log.begin_delivery();
    log.open_main();
    os_.run_as(1000, 1000);
    log.of_recipient().main("first");
    EXPECT_EQ(os_.content("/stderr"), stamped("first"));
    os_.run_as(kExim, kEximGroup);
    log.of_recipient().main_and_panic("second");
    os_.run_as(0, 0);
    log.main("=> joe");
    os_.run_as(1000, 1000);
    log.of_recipient().main("third");
    log.set_quiet(true);
    log.of_recipient().main("fourth");
    EXPECT_EQ(os_.content("/var/log/mainlog"),
              stamped("received") + stamped("second") + stamped("=> joe") + stamped("third"));
    EXPECT_EQ(os_.content("/stderr"), stamped("first") + stamped("second"));
}

// The owner of the log directory must not be able to direct root's writes elsewhere.
TEST_F(LogTest, RootFollowsNoLink) {
    os_.put_directory("/var/log", 0750, kExim, kEximGroup);
    os_.put_file("/etc/passwd", "root");
    os_.put_symlink("/var/log/mainlog", "/etc/passwd", kExim, kEximGroup);
    Log log = make(settings());
    log.main("evil");
    EXPECT_EQ(os_.content("/etc/passwd"), "root");
    EXPECT_NE(os_.content("/var/log/paniclog").find("evil"), std::string::npos);
}

TEST_F(LogTest, RootWritesToNoForeignFile) {
    os_.put_directory("/var/log", 0777, kExim, kEximGroup);
    os_.put_file("/var/log/mainlog", "", 0644, 1000, 1000);
    Log log = make(settings());
    log.main("secret");
    EXPECT_EQ(os_.content("/var/log/mainlog"), "");
    EXPECT_NE(os_.content("/stderr").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace postern
