// SPDX-License-Identifier: Apache-2.0
#include "transports/private_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/fault_sweep.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr uid_t kJoe = 1000, kEve = 1001;
const std::string kShelf = "/tmp/postern-pipe.1000";

void set_up(World& w) {
    w.fake.put_directory("/tmp", 01777);
    w.fake.put_directory("/home/joe/closed", 0500, kJoe, kJoe);
    w.fake.put_file("/home/joe/closed/precious", "x", 0400, kJoe, kJoe);
    w.fake.run_as(kJoe, kJoe);
}

// What a command may leave: closed, nested, and leading elsewhere.
void fill(World& w, const std::string& path) {
    for (const char* name : {"/a", "/a/b", "/a/b/c", "/1"}) w.fake.put_directory(path + name, 0700, kJoe, kJoe);
    w.fake.put_file(path + "/a/b/c/file", "x", 0, kJoe, kJoe);
    w.fake.put_symlink(path + "/a/link", "/home/joe/closed", kJoe, kJoe);
    w.fake.put_symlink(path + "/link", "/home/joe/closed/precious", kJoe, kJoe);
    for (const char* name : {"/a/b/c", "/a/b", "/a", ""}) w.fake.put_directory(path + name, 0, kJoe, kJoe);
}

void expect_elsewhere_untouched(World& w) {
    EXPECT_EQ(w.fake.content("/home/joe/closed/precious"), "x");
    EXPECT_EQ(w.fake.stat_of("/home/joe/closed/precious").permissions, 0400u);
    EXPECT_EQ(w.fake.stat_of("/home/joe/closed").permissions, 0500u);
}

// The name of a directory whose delivery was killed.
std::string leave_behind(World& w) {
    const FakeOs::Process machine = w.fake.save_process();
    std::string path;
    {
        auto directory = PrivateDirectory::make(w.os, w.clock);
        if (!directory) return {};
        path = directory->path();
        fill(w, path);
        w.os.crash_at(1);
    }
    w.fake.leave_child(machine);
    w.os.disarm();
    w.clock.advance(std::chrono::microseconds(1));
    return path;
}

TEST(PrivateDirectory, GoesWithAllThatIsInIt) {
    World w;
    set_up(w);
    {
        const auto directory = PrivateDirectory::make(w.os, w.clock);
        ASSERT_TRUE(directory);
        EXPECT_THAT(directory->path(), StartsWith(kShelf + "/4711."));
        for (const std::string& path : {kShelf, directory->path()}) {
            EXPECT_EQ(w.fake.stat_of(path).permissions, 0700u);
            EXPECT_EQ(w.fake.stat_of(path).uid, kJoe);
        }
        fill(w, directory->path());
    }
    EXPECT_THAT(w.fake.names_in("/tmp"), IsEmpty());
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
    expect_elsewhere_untouched(w);
}

TEST(PrivateDirectory, WhatTheKilledLeaveGoesTheNextTime) {
    World w;
    set_up(w);
    const std::string left = leave_behind(w), also_left = leave_behind(w);
    EXPECT_EQ(w.fake.names_in(kShelf).size(), 1u) << "the second has removed the first";
    w.fake.put_symlink(kShelf + "/link", "/home/joe/closed", kJoe, kJoe);
    {
        const auto directory = PrivateDirectory::make(w.os, w.clock);
        ASSERT_TRUE(directory);
        EXPECT_FALSE(w.fake.exists(also_left));
        expect_elsewhere_untouched(w);
        w.fake.remove(kShelf + "/link");
    }
    EXPECT_THAT(w.fake.names_in("/tmp"), IsEmpty());
}

TEST(PrivateDirectory, OfTheLivingStays) {
    World w;
    set_up(w);
    auto first = PrivateDirectory::make(w.os, w.clock);
    ASSERT_TRUE(first);
    w.fake.put_file(first->path() + "/file", "x", 0600, kJoe, kJoe);
    {
        const auto second = PrivateDirectory::make(w.os, w.clock);
        ASSERT_TRUE(second);
        EXPECT_NE(second->path(), first->path());
        EXPECT_TRUE(w.fake.exists(first->path() + "/file"));
    }
    EXPECT_TRUE(w.fake.exists(first->path() + "/file"));
}

TEST(PrivateDirectory, ATakenNameIsNotUsed) {
    const struct {
        const char* name;
        void (*take)(FakeOs& os);
    } kCases[] = {
        {"another user's", [](FakeOs& os) { os.put_directory(kShelf, 0777, kEve, kEve); }},
        {"open to others", [](FakeOs& os) { os.put_directory(kShelf, 0750, kJoe, kJoe); }},
        {"a link", [](FakeOs& os) { os.put_symlink(kShelf, "/home/joe/closed", kEve, kEve); }},
        {"a file", [](FakeOs& os) { os.put_file(kShelf, "x", 0666, kEve, kEve); }},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        World w;
        set_up(w);
        c.take(w.fake);
        const auto before = w.fake.snapshot();
        {
            const auto directory = PrivateDirectory::make(w.os, w.clock);
            ASSERT_TRUE(directory);
            EXPECT_THAT(directory->path(), StartsWith("/tmp/postern-pipe.4711."));
            fill(w, directory->path());
        }
        EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
    }
}

// Somebody who cleans up comes between mkdir() and the lock.
TEST(PrivateDirectory, OvertakenMakesAnother) {
    class Overtaken final : public FaultOs {
    public:
        explicit Overtaken(World& w) : FaultOs(w.fake), w_(w) {}
        Status lock(int fd, LockKind kind, LockRange range, Seconds wait) override {
            if (rounds_-- > 0) {
                for (const std::string& name : w_.fake.names_in(kShelf)) w_.fake.remove(kShelf + "/" + name);
                w_.fake.remove(kShelf);
            }
            return FaultOs::lock(fd, kind, range, wait);
        }

    private:
        World& w_;
        int rounds_ = 2;
    };
    World w;
    set_up(w);
    Overtaken os(w);
    {
        const auto directory = PrivateDirectory::make(os, w.clock);
        ASSERT_TRUE(directory);
        EXPECT_THAT(w.fake.names_in(kShelf), ElementsAre(directory->path().substr(kShelf.size() + 1)));
    }
    EXPECT_THAT(w.fake.names_in("/tmp"), IsEmpty());
}

TEST(PrivateDirectory, FaultsReachNothingElse) {
    for_every_fault({EIO, ENOSPC, EACCES, EMFILE, ENOLCK, ENOENT}, [](World& w) {
        set_up(w);
        {
            const auto directory = PrivateDirectory::make(w.os, w.clock);
            if (directory) {
                EXPECT_EQ(w.fake.stat_of(directory->path()).permissions, 0700u);
                fill(w, directory->path());
            }
        }
        expect_elsewhere_untouched(w);
        EXPECT_EQ(w.fake.open_descriptors(), 0u);
        EXPECT_EQ(w.fake.locks_held(), 0u);
        { (void)PrivateDirectory::make(w.fake, w.clock).has_value(); }
        for (const std::string& name : w.fake.names_in("/tmp")) EXPECT_THAT(name, StartsWith("postern-pipe.4711."));
    });
}

TEST(PrivateDirectory, ACrashAnywhereIsClearedUp) {
    for_every_crash(
        set_up,
        [](World& w) {
            const auto directory = PrivateDirectory::make(w.os, w.clock);
            if (directory && w.fake.exists(directory->path())) fill(w, directory->path());
        },
        [](World& w) {
            { ASSERT_TRUE(PrivateDirectory::make(w.os, w.clock)); }
            EXPECT_THAT(w.fake.names_in("/tmp"), IsEmpty());
            expect_elsewhere_untouched(w);
        });
}

}  // namespace
}  // namespace postern
