// SPDX-License-Identifier: Apache-2.0
#include "support/fault_sweep.h"

#include <gtest/gtest-spi.h>

namespace postern {
namespace {

// A subject with a well-known way of writing a file: temporary file, fsync, rename, fsync of the directory.
struct Steps {
    bool sync_file = true, sync_directory = true, remove_on_failure = true;
};

Status save(Os& os, const Steps& steps) {
    const auto write = [&]() -> Status {
        POSTERN_TRY_ASSIGN(UniqueFd fd, os.open("/d/tmp", O_WRONLY | O_CREAT | O_EXCL, 0600));
        POSTERN_TRY(write_all(os, fd.get(), "message"));
        if (steps.sync_file) POSTERN_TRY(os.fsync(fd.get()));
        POSTERN_TRY(os.close(std::move(fd)));
        return os.rename("/d/tmp", "/d/new");
    };
    const Status done = write();
    if (!done && steps.remove_on_failure) (void)os.unlink("/d/tmp");
    if (done && steps.sync_directory) return postern::sync_directory(os, kCwd, "/d");
    return done;
}

void sweep_faults(const Steps& steps) {
    for_every_fault({ENOSPC, EIO, EINTR, EDQUOT, EMFILE}, [&](World& w) {
        w.fake.put_directory("/d");
        const auto before = w.fake.snapshot();
        if (save(w.os, steps)) {
            EXPECT_EQ(w.fake.content("/d/new"), "message");
        } else if (!w.fake.exists("/d/new")) {  // else only the last sync failed
            EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
        }
        EXPECT_EQ(w.fake.open_descriptors(), 0u);
    });
}

// Never a torn message under its name; never less than what was promised.
void sweep_crashes(const Steps& steps) {
    bool promised = false;
    for_every_crash([](World& w) { w.fake.put_directory("/d"); },
                    [&](World& w) { promised = save(w.os, steps).has_value(); },
                    [&](World& w) {
                        const bool there = w.fake.exists("/d/new");
                        EXPECT_TRUE(there || !promised);
                        EXPECT_EQ(w.fake.content("/d/new"), there ? "message" : "");
                    });
}

TEST(FaultSweep, AcceptsACarefulWriter) { sweep_faults({}); }
TEST(CrashSweep, AcceptsACarefulWriter) { sweep_crashes({}); }

// The sweeps must see what they are for. Counts the failures that `body` reports instead of reporting them.
int failures_of(const std::function<void()>& body) {
    testing::TestPartResultArray seen;
    {
        const testing::ScopedFakeTestPartResultReporter reporter(
            testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &seen);
        body();
    }
    return seen.size();
}

TEST(FaultSweep, SeesWhatIsLeftBehind) {
    EXPECT_GT(failures_of([] { sweep_faults({.remove_on_failure = false}); }), 0);
}
TEST(CrashSweep, SeesAMissingSyncOfTheFile) {
    EXPECT_GT(failures_of([] { sweep_crashes({.sync_file = false}); }), 0);
}
TEST(CrashSweep, SeesAMissingSyncOfTheDirectory) {
    EXPECT_GT(failures_of([] { sweep_crashes({.sync_directory = false}); }), 0);
}
TEST(FaultSweep, SeesABodyThatCallsNothing) {
    EXPECT_EQ(failures_of([] { for_every_fault({EIO}, [](World&) {}); }), 1);
}

// --- FaultOs by itself ---

TEST(FaultOs, FailsTheNthCallThatCanGiveTheErrno) {
    World w;
    w.os.fail_at(2, ENOSPC);
    EXPECT_TRUE(w.os.mkdir("/a", 0700));
    EXPECT_TRUE(w.os.stat("/a", Follow::yes)) << "does not count";
    EXPECT_EQ(w.os.mkdir("/b", 0700).error().code, ENOSPC);
    EXPECT_EQ(w.os.hit_at(), "mkdir /b");
    EXPECT_FALSE(w.fake.exists("/b"));
    EXPECT_TRUE(w.os.mkdir("/b", 0700));
}

TEST(FaultOs, LastingFaultsStay) {
    World w;
    w.os.fail_at(1, EDQUOT, true);
    EXPECT_FALSE(w.os.mkdir("/a", 0700));
    EXPECT_FALSE(w.os.mkdir("/a", 0700));
    EXPECT_TRUE(w.os.stat("/", Follow::yes));
}

TEST(FaultOs, AFullDiskGoesShortFirst) {
    World w;
    const auto fd = w.os.open("/f", O_WRONLY | O_CREAT, 0600);
    w.os.fail_at(1, ENOSPC);
    EXPECT_EQ(w.os.write(fd->get(), "1234").value(), 2u);
    EXPECT_EQ(w.os.write(fd->get(), "34").error().code, ENOSPC);
    EXPECT_TRUE(w.os.write(fd->get(), "34"));
    EXPECT_EQ(w.fake.content("/f"), "1234");
}

TEST(FaultOs, ShortWrites) {
    World w;
    w.os.limit_writes(3);
    const auto fd = w.os.open("/f", O_WRONLY | O_CREAT, 0600);
    EXPECT_TRUE(write_all(w.os, fd->get(), "1234567"));
    EXPECT_EQ(w.fake.content("/f"), "1234567");
}

TEST(FaultOs, AfterACrashNothingHappens) {
    World w;
    {
        const auto fd = w.os.open("/f", O_WRONLY | O_CREAT, 0600);
        w.os.crash_at(1, FaultOs::AtWrite::halfway);
        EXPECT_FALSE(w.os.write(fd->get(), "1234"));
        EXPECT_FALSE(w.os.unlink("/f"));
    }
    EXPECT_EQ(w.fake.content("/f"), "12");
    EXPECT_EQ(w.fake.open_descriptors(), 1u) << "the dead close nothing; the sweep cleans up";
    w.os.disarm();
    EXPECT_TRUE(w.os.unlink("/f"));
}

TEST(FaultOs, AFailingCloseClosesNevertheless) {
    World w;
    auto fd = w.os.open("/f", O_WRONLY | O_CREAT, 0600);
    w.os.fail_at(1, EIO);
    EXPECT_EQ(w.os.close(std::move(*fd)).error().code, EIO);
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
}

}  // namespace
}  // namespace postern
