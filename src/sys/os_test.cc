// SPDX-License-Identifier: Apache-2.0
// The compositions of sys/os.h; the calls themselves are in tests/support/os_conformance_test.cc.
#include "sys/os.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/fault_sweep.h"

namespace postern {
namespace {

class Compositions : public testing::Test {
protected:
    World w;
    UniqueFd create(const std::string& path) { return std::move(*w.os.open(path, O_RDWR | O_CREAT, 0600)); }
};

TEST_F(Compositions, WriteAllSurvivesInterruptions) {
    struct Case {
        const char* name;
        int code;
        bool want_success;
    };
    const Case cases[] = {
        {"a signal", EINTR, true},
        {"not now", EAGAIN, true},
        {"a full disk", ENOSPC, false},
        {"a closed pipe", EPIPE, false},
    };
    for (const Case& c : cases) {
        World world;
        const auto fd = world.os.open("/f", O_WRONLY | O_CREAT, 0600);
        world.os.limit_writes(2);
        world.os.fail_only({Call::write});
        world.os.fail_at(2, c.code);
        const Status done = write_all(world.os, fd->get(), "12345");
        EXPECT_EQ(done.has_value(), c.want_success) << c.name;
        EXPECT_EQ(done ? 0 : done.error().code, c.want_success ? 0 : c.code) << c.name;
        if (c.want_success) {
            EXPECT_EQ(world.fake.content("/f"), "12345") << c.name;
        }
    }
}

TEST_F(Compositions, WriteAllGivesUpInTheEnd) {
    const UniqueFd fd = create("/f");
    w.os.fail_at(1, EAGAIN, true);
    EXPECT_EQ(write_all(w.os, fd.get(), "x").error().code, kWriteIncomplete);
    w.os.disarm();
    w.os.limit_writes(1);
    EXPECT_TRUE(write_all(w.os, fd.get(), std::string(100, 'x')));
    EXPECT_EQ(write_all(w.os, fd.get(), std::string(101, 'x')).error().code, kWriteIncomplete);
}

TEST_F(Compositions, ReadAllSurvivesSignals) {
    w.fake.put_file("/f", "content");
    const auto fd = w.os.open("/f", O_RDONLY);
    w.os.fail_at(2, EINTR);
    EXPECT_EQ(read_all(w.os, fd->get(), 100).value(), "content");
    EXPECT_TRUE(w.os.hit());
}

TEST_F(Compositions, ReadAllReadsMoreThanABlock) {
    const std::string big(100'000, 'x');
    w.fake.put_file("/f", big);
    EXPECT_EQ(read_file(w.os, "/f", 1 << 20).value(), big);
    EXPECT_EQ(read_file(w.os, "/f", 99'999).error().code, EFBIG);
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
}

TEST_F(Compositions, SyncDirectory) {
    w.fake.put_directory("/d");
    w.os.fail_only({Call::fsync});
    w.os.fail_at(1, EINVAL);
    EXPECT_TRUE(sync_directory(w.os, kCwd, "/d")) << "a file system that cannot";
    w.os.fail_at(1, EIO);
    const Status failed = sync_directory(w.os, kCwd, "/d");
    EXPECT_EQ(failed.error().code, EIO);
    EXPECT_EQ(failed.error().object, "/d");
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
}

TEST_F(Compositions, MakeDirectoriesStopsAtTheFirstFailure) {
    std::vector<std::string> made;
    w.os.fail_at(2, ENOSPC);
    EXPECT_EQ(make_directories(w.os, "/a/b/c", 0700, &made).error().object, "/a/b");
    EXPECT_THAT(made, testing::ElementsAre("/a"));
    EXPECT_TRUE(w.fake.exists("/a"));
    EXPECT_FALSE(w.fake.exists("/a/b"));
}

TEST_F(Compositions, MakeDirectoriesWhenSomebodyElseIsFaster) {
    w.fake.put_directory("/a");
    w.os.fail_only({Call::stat});
    w.os.fail_at(1, ENOENT);  // not yet there when looked at, there when made
    std::vector<std::string> made;
    EXPECT_TRUE(make_directories(w.os, "/a/b", 02755, &made));
    EXPECT_THAT(made, testing::ElementsAre("/a/b"));
    EXPECT_EQ(w.fake.stat_of("/a/b").permissions, 02755u);
}

TEST_F(Compositions, UniqueFdClosesOnce) {
    UniqueFd a = create("/f");
    const int number = a.get();
    UniqueFd b = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_EQ(b.get(), number);
    b = create("/g");
    EXPECT_EQ(w.fake.open_descriptors(), 1u) << "the old one is closed";
    UniqueFd& same = b;
    b = std::move(same);
    EXPECT_TRUE(b);
    const int released = b.release();
    EXPECT_EQ(w.fake.open_descriptors(), 1u);
    EXPECT_TRUE(w.os.close(UniqueFd(w.os, released)));
    UniqueFd().reset();
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
}

}  // namespace
}  // namespace postern
