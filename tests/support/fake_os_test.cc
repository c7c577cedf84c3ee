// SPDX-License-Identifier: Apache-2.0
// What FakeOs offers beyond the seam; the seam itself is tested in os_conformance_test.cc.
#include "support/fake_os.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/fake_processes.h"

namespace postern {
namespace {

using ::testing::ElementsAre;

class FakeOsTest : public testing::Test {
protected:
    FakeClock clock;
    FakeOs os{clock};

    UniqueFd open(const std::string& path, int flags = O_RDWR | O_CREAT) {
        auto fd = os.open(path, flags, 0600);
        EXPECT_TRUE(fd) << fd.error().to_string();
        return fd ? std::move(*fd) : UniqueFd();
    }
};

TEST_F(FakeOsTest, TreeAndDiff) {
    os.put_file("/home/joe/inbox", "From", 0600, 1000, 8);
    os.put_symlink("/home/joe/s", "inbox");
    const auto before = os.snapshot("/home/joe");
    EXPECT_EQ(os.tree_text("/home"),
              "d 755 0:0 /home\n"
              "d 755 0:0 /home/joe\n"
              "f 600 1000:8 4 /home/joe/inbox\n"
              "l 777 0:0 /home/joe/s -> inbox\n");
    EXPECT_EQ(diff(before, os.snapshot("/home/joe")), "");
    ASSERT_TRUE(os.write(open("/home/joe/inbox").get(), "XY"));
    os.remove("/home/joe/s");
    os.put_link("/home/joe/inbox", "/home/joe/in2");
    EXPECT_EQ(diff(before, os.snapshot("/home/joe")),
              "- f 600 1000:8 4 /home/joe/inbox\n"
              "+ f 600 1000:8 4 links=2 /home/joe/inbox (content differs)\n"
              "- l 777 0:0 /home/joe/s -> inbox\n"
              "+ f 600 1000:8 4 links=2 /home/joe/in2\n");
}

TEST_F(FakeOsTest, PowerCut) {
    struct Case {
        FakeOs::Survives survives;
        bool want_unsynced_name;
        const char *want_old, *want_unlinked;
    };
    const Case cases[] = {
        {FakeOs::Survives::nothing, false, "old", "x"},
        {FakeOs::Survives::entries, true, "old", ""},
        {FakeOs::Survives::data, false, "old, new", "x"},
    };
    for (const Case& c : cases) {
        FakeOs fake(clock);
        fake.put_file("/d/old", "old");
        fake.put_file("/d/unlinked", "x");
        auto old = fake.open("/d/old", O_WRONLY | O_APPEND);
        auto created = fake.open("/d/created", O_WRONLY | O_CREAT, 0600);
        ASSERT_TRUE(fake.write(old->get(), ", new"));
        ASSERT_TRUE(fake.write(created->get(), "whole"));
        ASSERT_TRUE(fake.fsync(created->get()));
        ASSERT_TRUE(fake.unlink("/d/unlinked"));
        fake.power_cut(c.survives);
        EXPECT_EQ(fake.exists("/d/created"), c.want_unsynced_name);
        EXPECT_EQ(fake.content("/d/created"), c.want_unsynced_name ? "whole" : "") << "its contents were synced";
        EXPECT_EQ(fake.content("/d/old"), c.want_old);
        EXPECT_EQ(fake.content("/d/unlinked"), c.want_unlinked) << "an unsynced unlink comes back";
        EXPECT_EQ(fake.stat_of("/d/old").links, 1u);
        EXPECT_FALSE(fake.write(old->get(), "more")) << "descriptors are gone";
    }
}

TEST_F(FakeOsTest, WhatIsSyncedStays) {
    ASSERT_TRUE(os.mkdir("/d", 0700));
    const UniqueFd fd = open("/d/f");
    ASSERT_TRUE(os.write(fd.get(), "kept"));
    ASSERT_TRUE(os.fsync(fd.get()));
    ASSERT_TRUE(sync_directory(os, kCwd, "/d"));
    ASSERT_TRUE(sync_directory(os, kCwd, "/"));
    ASSERT_TRUE(os.write(fd.get(), "lost"));
    os.power_cut();
    EXPECT_EQ(os.content("/d/f"), "kept");
}

TEST_F(FakeOsTest, DiskAndQuotaFillUp) {
    os.set_free_space(10);
    const UniqueFd fd = open("/f");
    EXPECT_EQ(os.free_space("/")->kilobytes, 0);
    EXPECT_EQ(os.write(fd.get(), "123456").value(), 6u);
    EXPECT_EQ(os.write(fd.get(), "123456").value(), 4u) << "goes short";
    EXPECT_EQ(os.write(fd.get(), "1").error().code, ENOSPC);
    EXPECT_TRUE(os.seek(fd.get(), 0, SEEK_SET));
    EXPECT_EQ(os.write(fd.get(), "abc").value(), 3u) << "in place needs no room";
    ASSERT_TRUE(os.unlink("/f"));
    EXPECT_EQ(os.write(open("/g").get(), "1").error().code, ENOSPC) << "still open";

    os.set_free_space(1000);
    os.set_quota(1000, 5);
    os.put_file("/joe", "123", 0666, 1000, 1000);
    const UniqueFd joe = open("/joe", O_WRONLY | O_APPEND);
    EXPECT_EQ(os.write(joe.get(), "abc").value(), 2u);
    EXPECT_EQ(os.write(joe.get(), "c").error().code, EDQUOT);
    os.set_free_space(1000, 0);
    EXPECT_EQ(os.open("/h", O_WRONLY | O_CREAT, 0600).error().code, ENOSPC) << "no inodes";
}

TEST_F(FakeOsTest, ForeignLocks) {
    os.put_file("/box", "");
    const UniqueFd fd = open("/box");
    os.hold_lock("/box", LockKind::fcntl_write);
    EXPECT_EQ(os.lock(fd.get(), LockKind::fcntl_read).error().code, EAGAIN);
    const TimePoint start = clock.now();
    EXPECT_EQ(os.lock(fd.get(), LockKind::fcntl_write, {}, Seconds(5)).error().code, ETIMEDOUT);
    EXPECT_DOUBLE_EQ(seconds_between(start, clock.now()), 5);
    os.release_foreign_locks();
    EXPECT_TRUE(os.lock(fd.get(), LockKind::fcntl_write));
    EXPECT_EQ(os.locks_held(), 1u);

    os.hold_lock("/box", LockKind::flock_shared, {}, Seconds(3));
    const TimePoint later = clock.now();
    EXPECT_TRUE(os.lock(fd.get(), LockKind::flock_exclusive, {}, Seconds(10)));
    EXPECT_DOUBLE_EQ(seconds_between(later, clock.now()), 3) << "taken as soon as it is free";
}

TEST_F(FakeOsTest, LockRanges) {
    os.put_file("/f", "");
    const UniqueFd fd = open("/f");
    os.hold_lock("/f", LockKind::fcntl_write, {10, 5});
    EXPECT_TRUE(os.lock(fd.get(), LockKind::fcntl_write, {0, 10}));
    EXPECT_FALSE(os.lock(fd.get(), LockKind::fcntl_write, {14, 1}));
    EXPECT_TRUE(os.lock(fd.get(), LockKind::fcntl_write, {15, 0}));
    EXPECT_TRUE(os.unlock(fd.get(), LockKind::fcntl_write, {4, 2}));
    EXPECT_EQ(os.locks_held(), 3u) << "0-4, 6-10, 15-";
}

TEST_F(FakeOsTest, AnyCloseDropsTheFcntlLocks) {
    os.put_file("/f", "");
    const UniqueFd fd = open("/f");
    ASSERT_TRUE(os.lock(fd.get(), LockKind::fcntl_write));
    open("/f").reset();
    EXPECT_EQ(os.locks_held(), 0u);
}

TEST_F(FakeOsTest, Fifos) {
    os.put_fifo("/quiet", false);
    os.put_fifo("/read", true);
    EXPECT_EQ(os.open("/quiet", O_WRONLY | O_NONBLOCK).error().code, ENXIO);
    EXPECT_TRUE(os.write(open("/read", O_WRONLY | O_NONBLOCK).get(), "hello"));
    EXPECT_EQ(os.content("/read"), "hello");
    EXPECT_EQ(os.stat_of("/read").size, 0);
}

TEST_F(FakeOsTest, ListIsUnsortedAndMayNotKnowKinds) {
    os.put_file("/d/a1", "");
    os.put_file("/d/b0", "");
    os.set_entry_kinds_known(false);
    const UniqueFd d = open("/d", O_RDONLY);
    const auto entries = os.list(d.get());
    EXPECT_EQ(entries->front().name, "a1");
    EXPECT_EQ(entries->front().kind, std::nullopt);
    EXPECT_THAT(os.names_in("/d"), ElementsAre("a1", "b0"));
}

TEST_F(FakeOsTest, TimesComeFromTheClock) {
    os.put_file("/f", "x");
    clock.advance(std::chrono::seconds(100));
    const UniqueFd fd = open("/f");
    ASSERT_TRUE(os.write(fd.get(), "y"));
    EXPECT_EQ(os.stat_of("/f").mtime.tv_sec, FakeClock::kStart.seconds + 100);
    os.set_file_times("/f", {50, 0}, {60, 0});
    EXPECT_EQ(os.stat_of("/f").atime.tv_sec, 50);
    EXPECT_EQ(os.stat_of("/f").mtime.tv_sec, 60);
}

TEST_F(FakeOsTest, Accounts) {
    os.add_user("joe", 1000, 1000, "/home/joe");
    os.add_group("mail", 8, {"joe", "ann"});
    os.add_group("staff", 50, {"ann"});
    const User joe = **os.user(std::string("joe"));
    EXPECT_EQ(joe.home, "/home/joe");
    EXPECT_THAT(*os.groups_of(joe), ElementsAre(1000, 8));
    os.set_accounts_error(EIO);
    EXPECT_EQ(os.user(uid_t{1000}).error().code, EIO);
}

// --- FakeProcesses ---

TEST_F(FakeOsTest, AChildHasItsOwnState) {
    FakeProcesses processes(os);
    os.put_directory("/home");
    os.put_file("/f", "");
    const UniqueFd locked = open("/f");
    ASSERT_TRUE(os.lock(locked.get(), LockKind::flock_exclusive));
    ASSERT_TRUE(os.lock(locked.get(), LockKind::fcntl_write));
    auto pipe = os.pipe();
    const pid_t parent = os.pid();
    const auto child = processes.fork_child(
        [&] {
            EXPECT_NE(os.pid(), parent);
            EXPECT_FALSE(os.lock(open("/f").get(), LockKind::fcntl_write)) << "fcntl locks are not inherited";
            close_inherited(os, pipe->read_end);
            close_inherited(os, locked);
            EXPECT_TRUE(os.set_uids(1000));
            EXPECT_TRUE(os.chdir("/home"));
            EXPECT_TRUE(write_all(os, pipe->write_end.get(), "report"));
            (void)os.open("/leaked", O_RDONLY);
            return 300;
        },
        true);
    EXPECT_EQ(os.pid(), parent);
    EXPECT_EQ(os.ids().effective_uid, 0u);
    EXPECT_EQ(os.current_directory(), "/");
    EXPECT_EQ(os.locks_held(), 2u);
    EXPECT_EQ(os.open_descriptors(), 3u);
    pipe->write_end.reset();
    EXPECT_EQ(read_all(os, pipe->read_end.get(), 100).value(), "report");
    EXPECT_EQ(processes.unreaped(), 1u);
    EXPECT_EQ(processes.wait(*child)->code, 300 & 0xff);
    EXPECT_TRUE(processes.wait(*child)->vanished);
    EXPECT_THAT(processes.shielded, ElementsAre(true));
}

TEST_F(FakeOsTest, ChildrenDieAtWill) {
    FakeProcesses processes(os);
    int runs = 0;
    const auto body = [&] { return ++runs; };
    processes.next_fork_fails(EAGAIN);
    EXPECT_EQ(processes.fork_child(body, false).error().code, EAGAIN);
    processes.next_child_dies_first(9);
    EXPECT_EQ(processes.wait(*processes.fork_child(body, false))->wait_status(), 9);
    EXPECT_EQ(runs, 0);
    processes.next_child_dies_last(15);
    EXPECT_EQ(processes.wait(*processes.fork_child(body, false))->wait_status(), 15);
    EXPECT_EQ(runs, 1);
    processes.next_child_vanishes();
    EXPECT_TRUE(processes.wait(*processes.fork_child(body, false))->vanished);
    EXPECT_EQ(processes.wait(*processes.fork_child(body, false))->wait_status(), 3 << 8);
}

TEST_F(FakeOsTest, CommandsAreAnsweredByTheTest) {
    FakeProcesses processes(os);
    EXPECT_EQ(processes.run({.argv = {"/bin/x"}})->status.code, 127);
    processes.on_run = [](const ProcessRunner::Command& command) {
        return ProcessRunner::CommandResult{.output = "said " + command.argv.at(1)};
    };
    EXPECT_EQ(processes.run({.argv = {"/bin/echo", "hi"}})->output, "said hi");
    EXPECT_EQ(processes.commands.size(), 2u);
}

}  // namespace
}  // namespace postern
