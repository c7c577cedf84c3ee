// SPDX-License-Identifier: Apache-2.0
#include "sys/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "base/strings.h"
#include "support/fault_sweep.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"

namespace postern {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Identity kJoe = {.uid = 1000, .gid = 100, .directory = "/home/joe"};

class Become : public testing::Test {
protected:
    World w;
    void SetUp() override {
        w.fake.put_directory("/home/joe", 0700, 1000, 100);
        w.fake.add_user("joe", 1000, 1000, "/home/joe");
        w.fake.add_group("mail", 8, {"joe"});
        w.fake.run_as(0, 0, {0, 4});
    }
    // The step that failed, or nothing.
    std::optional<BecomeStep> failing_step(const Identity& identity) {
        const auto done = become(w.os, identity);
        return done ? std::nullopt : std::optional(done.error().step);
    }
};

TEST_F(Become, DropsEverything) {
    ASSERT_TRUE(become(w.os, kJoe));
    const Os::Ids ids = w.fake.ids();
    EXPECT_EQ(ids.real_uid, 1000u);
    EXPECT_EQ(ids.effective_uid, 1000u);
    EXPECT_EQ(ids.saved_uid, 1000u);
    EXPECT_EQ(ids.real_gid, 100u);
    EXPECT_EQ(ids.effective_gid, 100u);
    EXPECT_EQ(ids.saved_gid, 100u);
    EXPECT_THAT(w.fake.groups(), IsEmpty());
    EXPECT_EQ(w.fake.current_directory(), "/home/joe");
    EXPECT_EQ(w.fake.core_limit(), 0u);
}

TEST_F(Become, InitGroupsUsesTheDeliverysGroup) {
    Identity joe = kJoe;
    joe.initgroups = true;
    ASSERT_TRUE(become(w.os, joe));
    EXPECT_THAT(w.fake.groups(), ElementsAre(100, 8)) << "not the login group 1000";
}

TEST_F(Become, InitGroupsNeedsAPasswdEntry) {
    Identity nobody = {.uid = 4000, .gid = 100, .initgroups = true};
    const auto done = become(w.os, nobody);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().step, BecomeStep::groups);
    EXPECT_EQ(done.error().error.text, "no passwd entry for uid=4000");
}

TEST_F(Become, EveryFailingCallIsNoticed) {
    for (long n = 1; n <= 3; ++n) {
        World world;
        world.os.fail_only({Call::set_ids});
        world.os.fail_at(n, EPERM);
        const auto done = become(world.os, {.uid = 1000, .gid = 100});
        ASSERT_FALSE(done) << n;
        EXPECT_EQ(static_cast<long>(done.error().step), static_cast<long>(BecomeStep::groups) + n - 1);
        EXPECT_EQ(done.error().error.code, EPERM);
    }
    w.fake.set_accounts_error(EIO);
    Identity joe = kJoe;
    joe.initgroups = true;
    EXPECT_EQ(failing_step(joe), BecomeStep::groups);
}

TEST_F(Become, BelievesNobody) {
    w.fake.set_ids_stick(true);
    EXPECT_EQ(failing_step(kJoe), BecomeStep::verify) << "setresuid() said yes and did nothing";
    w.fake.set_ids_stick(false);
    w.fake.set_root_can_return(true);
    EXPECT_EQ(failing_step(kJoe), BecomeStep::verify) << "root could be regained";
}

TEST_F(Become, EntersTheDirectoryAsTheUser) {
    w.fake.put_directory("/root", 0700);
    Identity joe = kJoe;
    joe.directory = "/root";
    EXPECT_EQ(failing_step(joe), BecomeStep::directory);
    EXPECT_EQ(w.fake.ids().effective_uid, 1000u) << "no way back";
}

TEST_F(Become, WithoutRootOnlyOneself) {
    w.fake.run_as(1000, 100, {100, 8});
    EXPECT_EQ(failing_step(kJoe), std::nullopt);
    EXPECT_THAT(w.fake.groups(), ElementsAre(100, 8)) << "stay";
    EXPECT_EQ(failing_step({.uid = 1001, .gid = 100}), BecomeStep::groups);
    EXPECT_EQ(failing_step({.uid = 1000, .gid = 101}), BecomeStep::groups);
}

TEST_F(Become, RootStaysRootWithCleanGroups) {
    EXPECT_EQ(failing_step({.uid = 0, .gid = 8}), std::nullopt);
    EXPECT_EQ(w.fake.ids().saved_gid, 8u);
    EXPECT_THAT(w.fake.groups(), IsEmpty());
}

// The kernel's own account of it.
TEST(BecomeReally, ProcStatusAgrees) {
    if (getuid() != 0) GTEST_SKIP() << "needs root";
    RealOs os;
    RealProcesses processes;
    auto pipe = os.pipe();
    const auto child = processes.fork_child(
        [&] {
            if (!become(os, {.uid = 61234, .gid = 61235})) return 1;
            const auto status = read_file(os, "/proc/self/status", 1 << 16);
            return status && write_all(os, pipe->write_end.get(), *status) ? 0 : 2;
        },
        true);
    ASSERT_TRUE(child);
    pipe->write_end.reset();
    const std::string status = read_all(os, pipe->read_end.get(), 1 << 16).value();
    EXPECT_TRUE(processes.wait(*child)->ok());
    for (const char* line : {"\nUid:\t61234\t61234\t61234\t61234\n", "\nGid:\t61235\t61235\t61235\t61235\n",
                             "\nCapEff:\t0000000000000000\n", "\nCapPrm:\t0000000000000000\n"}) {
        EXPECT_TRUE(contains(status, line)) << line << status;
    }
    EXPECT_TRUE(contains(status, "\nGroups:\t\n") || contains(status, "\nGroups:\t \n")) << status;
}

}  // namespace
}  // namespace postern
