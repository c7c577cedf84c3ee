// SPDX-License-Identifier: Apache-2.0
// What needs a second process; everything else of RealOs is in tests/support/os_conformance_test.cc.
#include "sys/real_os.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sys/clock.h"
#include "sys/real_processes.h"

namespace postern {
namespace {

class RealLocks : public testing::Test {
protected:
    void SetUp() override {
        path_ = testing::TempDir() + "postern-lock-" + std::to_string(getpid());
        fd_ = open();
    }
    void TearDown() override { (void)seam().unlink(path_); }

    Os& seam() { return os_; }
    UniqueFd open() { return std::move(*seam().open(path_, O_RDWR | O_CREAT, 0600)); }

    // Another process that holds the lock when this returns; it lets go when `go` is closed or it is killed.
    pid_t hold(LockKind kind, UniqueFd& go) {
        auto held = seam().pipe();
        auto release = seam().pipe();
        const auto child = processes_.fork_child(
            [&] {
                const UniqueFd mine = open();
                if (!seam().lock(mine.get(), kind)) return 1;
                close_inherited(os_, release->write_end);
                (void)seam().write(held->write_end.get(), "!");
                char byte;
                (void)seam().read(release->read_end.get(), std::span(&byte, 1));
                return 0;
            },
            false);
        char byte;
        EXPECT_EQ(seam().read(held->read_end.get(), std::span(&byte, 1)).value(), 1u);
        go = std::move(release->write_end);
        return *child;
    }

    std::string path_;
    RealOs os_;
    RealProcesses processes_;
    UniqueFd fd_;
};

TEST_F(RealLocks, TakenMeansEAGAIN) {
    for (const LockKind kind : {LockKind::fcntl_write, LockKind::flock_exclusive}) {
        UniqueFd go;
        const pid_t child = hold(kind, go);
        EXPECT_EQ(seam().lock(fd_.get(), kind).error().code, EAGAIN);
        go.reset();
        EXPECT_TRUE(seam().lock(fd_.get(), kind, {}, Seconds(30))) << "waits until it is free";
        EXPECT_TRUE(processes_.wait(child)->ok());
        EXPECT_TRUE(seam().unlock(fd_.get(), kind));
    }
}

TEST_F(RealLocks, WaitingEnds) {
    UniqueFd go;
    const pid_t child = hold(LockKind::fcntl_write, go);
    RealClock clock;
    const auto start = clock.steady();
    EXPECT_EQ(seam().lock(fd_.get(), LockKind::fcntl_read, {}, Seconds(1)).error().code, ETIMEDOUT);
    EXPECT_GE(clock.steady() - start, Seconds(1));
    EXPECT_TRUE(processes_.kill(child, SIGKILL));
    EXPECT_EQ(processes_.wait(child)->signal, SIGKILL);
    EXPECT_TRUE(seam().lock(fd_.get(), LockKind::fcntl_read)) << "the dead hold no locks";
}

TEST_F(RealLocks, WaitingDoesNotHideErrors) {
    auto pipe = seam().pipe();
    EXPECT_EQ(seam().lock(9999, LockKind::fcntl_write, {}, Seconds(30)).error().code, EBADF);
    const auto reading = seam().open(path_, O_RDONLY);
    EXPECT_EQ(seam().lock(reading->get(), LockKind::fcntl_write, {}, Seconds(30)).error().code, EBADF);
}

TEST_F(RealLocks, AnyCloseDropsFcntlLocks) {
    ASSERT_TRUE(seam().lock(fd_.get(), LockKind::fcntl_write));
    open().reset();
    UniqueFd go;
    const pid_t child = hold(LockKind::fcntl_write, go);  // fails the child if the lock were still held
    go.reset();
    EXPECT_TRUE(processes_.wait(child)->ok());
}

TEST_F(RealLocks, RangesAreBytes) {
    UniqueFd go;
    const pid_t child = hold(LockKind::fcntl_read, go);
    EXPECT_TRUE(seam().lock(fd_.get(), LockKind::fcntl_read, {0, 10}));
    EXPECT_EQ(seam().lock(fd_.get(), LockKind::fcntl_write, {5, 1}).error().code, EAGAIN);
    go.reset();
    EXPECT_TRUE(processes_.wait(child)->ok());
}

}  // namespace
}  // namespace postern
