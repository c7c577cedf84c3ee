// SPDX-License-Identifier: Apache-2.0
#include "mailbox/locks.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

constexpr char kBox[] = "/var/mail/joe";
constexpr char kLock[] = "/var/mail/joe.lock";

struct Locks : testing::Test {
    Locks() {
        put_home(w);
        w.fake.put_file(kBox, "", 0600, kUser, kMail);
    }
    MailboxResult<std::unique_ptr<DotLock>> acquire(Os& os) {
        return DotLock::acquire(os, w.clock, {place, "joe", settings}, locks);
    }
    Verdict deliver() {
        MboxSettings used = mbox_settings(kBox);
        used.locks = locks;
        return put_message(w, mbox(used));
    }
    double waited() const { return std::chrono::duration<double>(w.clock.steady() - std::chrono::seconds(1)).count(); }

    mutable World w;
    LockSettings locks;
    MailboxSettings settings = test_settings(kBox);
    Place place = find_place(w.fake, "/var/mail", "joe", {});
};

TEST_F(Locks, DotLockIsThereWhileHeldAndGoneAfterwards) {
    locks.lockfile_mode = 0640;
    {
        const auto held = acquire(w.os);
        ASSERT_TRUE(held);
        EXPECT_EQ(w.fake.stat_of(kLock).permissions, 0640u);
        EXPECT_EQ(w.fake.stat_of(kLock).links, 1u);
        EXPECT_EQ(w.fake.names_in("/var/mail"), (std::vector<std::string>{"joe", "joe.lock"}));
    }
    EXPECT_EQ(w.fake.names_in("/var/mail"), std::vector<std::string>{"joe"});
}

TEST_F(Locks, HeldByAnotherEndsAfterTriesTimesInterval) {
    w.fake.put_file(kLock, "", 0600, kUser, kMail);
    const auto held = acquire(w.os);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code, -9);
    EXPECT_EQ(held.error().message, "failed to lock mailbox /var/mail/joe (lock file)");
    EXPECT_NEAR(waited(), 30.0, 0.01);
    EXPECT_TRUE(w.fake.exists(kLock));
    EXPECT_EQ(w.fake.names_in("/var/mail").size(), 2u);
}

// D-dotlock-refresh: a long delivery's lock must not look like a dead one's.
TEST_F(Locks, ALockThatIsHeldForLongStaysYoung) {
    locks.stale_after = Seconds{1800};
    const auto held = acquire(w.os);
    ASSERT_TRUE(held);
    for (int minutes = 0; minutes < 90; minutes += 5) {
        w.clock.advance(std::chrono::minutes(5));
        (*held)->refresh();
    }
    EXPECT_LT(w.clock.now().seconds - w.fake.stat_of(kLock).ctime.tv_sec, 600);
    locks.retries = 1;
    locks.interval = Seconds{0};
    EXPECT_FALSE(acquire(w.os));

    w.fake.remove(kLock);  // broken all the same: what is there now is not ours to touch
    w.fake.put_file(kLock, "", 0600, kUser, kMail);
    const auto before = w.fake.stat_of(kLock).mtime.tv_sec;
    w.clock.advance(std::chrono::hours(1));
    (*held)->refresh();
    EXPECT_EQ(w.fake.stat_of(kLock).mtime.tv_sec, before);
}

TEST_F(Locks, AFreshLockIsNotTouched) {
    const auto held = acquire(w.os);
    ASSERT_TRUE(held);
    w.os.crash_at(1);
    (*held)->refresh();
    EXPECT_FALSE(w.os.hit());
    w.os.disarm();
}

// D-lock-pauses: Exim sleeps whole intervals.
TEST_F(Locks, ShortPausesFirst) {
    w.fake.put_file(kLock, "", 0600, kUser, kMail);
    (void)acquire(w.os);
    ASSERT_GT(w.clock.sleeps.size(), 20u);
    EXPECT_LE(w.clock.sleeps.front(), std::chrono::milliseconds(10));
    for (const auto pause : w.clock.sleeps) EXPECT_LE(pause, std::chrono::milliseconds(500));
}

TEST_F(Locks, IntervalZeroMeansTriesWithoutPause) {
    w.fake.put_file(kLock, "", 0600, kUser, kMail);
    locks.interval = Seconds{0};
    EXPECT_FALSE(acquire(w.os));
    EXPECT_TRUE(w.clock.sleeps.empty());
}

TEST_F(Locks, StaleDotLockIsBrokenYoungAndFutureOnesAreNot) {
    const struct {
        const char* name;
        std::int64_t age;
        Seconds stale_after;
        bool want_lock;
    } kCases[] = {{"young", 1799, Seconds{1800}, false},
                  {"old", 1801 + 30, Seconds{1800}, true},
                  {"never stale", 100000, Seconds{0}, false},
                  {"from the future", -100000, Seconds{1800}, false}};
    locks.retries = 1;
    locks.interval = Seconds{1};
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        w.fake.remove(kLock);
        w.clock.set(FakeClock::kStart);
        w.fake.put_file(kLock, "", 0600, kUser, kMail);
        w.clock.set({FakeClock::kStart.seconds + c.age, 0});
        locks.stale_after = c.stale_after;
        EXPECT_EQ(acquire(w.os).has_value(), c.want_lock);
    }
}

TEST_F(Locks, DirectoryAndDanglingLinkAreNeverBroken) {
    locks.retries = 1;
    locks.interval = Seconds{1};
    w.fake.put_directory(kLock, 0700, kUser, kMail);
    w.clock.advance(std::chrono::hours(24));
    EXPECT_FALSE(acquire(w.os));
    EXPECT_TRUE(w.fake.exists(kLock));
    w.fake.remove(kLock);
    w.fake.put_symlink(kLock, "/nowhere", kUser, kMail);
    w.clock.advance(std::chrono::hours(24));
    EXPECT_FALSE(acquire(w.os));
    EXPECT_TRUE(w.fake.exists(kLock));
}

// D-dotlock-own (W13): Exim removes PATH.lock by name, whoever holds it by now.
TEST_F(Locks, SomebodyElsesLockIsNotRemoved) {
    auto held = acquire(w.os);
    ASSERT_TRUE(held);
    w.fake.remove(kLock);  // broken by a process that thought us dead
    w.fake.put_file(kLock, "", 0600, 1001, kMail);
    held->reset();
    EXPECT_TRUE(w.fake.exists(kLock));
}

TEST_F(Locks, LinkCountDecidesWhenTheAnswerToLinkIsLost) {
    class LosesAnswer : public FaultOs {
    public:
        using FaultOs::FaultOs;
        Status link(const AtPath& from, const AtPath& to) override {
            (void)FaultOs::link(from, to);
            return failure(EIO, "link");
        }
    } os(w.fake);
    EXPECT_TRUE(acquire(os));
}

struct FileLockCase {
    const char* name;
    LockKind held;
    bool fcntl, flock;
    Seconds fcntl_timeout, flock_timeout;
    Seconds held_for;
    bool want_delivered;
    double want_longest_wait;
};

TEST_F(Locks, OnTheFile) {
    const FileLockCase kCases[] = {
        {"fcntl busy", LockKind::fcntl_write, true, false, Seconds{0}, Seconds{0}, Seconds{-1}, false, 30.01},
        {"fcntl freed", LockKind::fcntl_write, true, false, Seconds{0}, Seconds{0}, Seconds{7}, true, 7.6},
        {"fcntl read lock", LockKind::fcntl_read, true, false, Seconds{0}, Seconds{0}, Seconds{-1}, false, 30.01},
        {"flock not asked for", LockKind::flock_exclusive, true, false, Seconds{0}, Seconds{0}, Seconds{-1}, true, 0},
        {"flock busy", LockKind::flock_exclusive, false, true, Seconds{0}, Seconds{0}, Seconds{-1}, false, 30.01},
        {"both, flock busy", LockKind::flock_exclusive, true, true, Seconds{0}, Seconds{0}, Seconds{-1}, false, 30.01},
        {"blocking, freed", LockKind::fcntl_write, true, false, Seconds{60}, Seconds{0}, Seconds{50}, true, 60},
        {"blocking, busy", LockKind::fcntl_write, true, false, Seconds{20}, Seconds{0}, Seconds{-1}, false, 41},
    };
    for (const FileLockCase& c : kCases) {
        SCOPED_TRACE(c.name);
        w.fake.put_file(kBox, "", 0600, kUser, kMail);
        w.fake.hold_lock(kBox, c.held, {}, c.held_for);
        locks.fcntl = c.fcntl;
        locks.flock = c.flock;
        locks.fcntl_timeout = c.fcntl_timeout;
        locks.flock_timeout = c.flock_timeout;
        const auto start = w.clock.steady();
        const Verdict failure = deliver();
        EXPECT_EQ(!failure, c.want_delivered);
        if (failure) {
            EXPECT_EQ(failure->message, "failed to lock mailbox /var/mail/joe (fcntl/flock)");
            EXPECT_EQ(failure->code, -9);
        }
        EXPECT_LE(std::chrono::duration<double>(w.clock.steady() - start).count(), c.want_longest_wait);
        EXPECT_FALSE(w.fake.exists(kLock));
        w.fake.release_foreign_locks();
        w.fake.remove(kBox);
    }
}

}  // namespace
}  // namespace postern
