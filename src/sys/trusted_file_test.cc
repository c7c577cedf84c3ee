// SPDX-License-Identifier: Apache-2.0
#include "sys/trusted_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/fake_os.h"
#include "support/fault_os.h"

namespace postern {
namespace {

constexpr uid_t kOwner = 93, kUser = 1000;

struct TrustedFileTest : testing::Test {
    FakeClock clock;
    FakeOs fake{clock};
    FaultOs os{fake};

    TrustedFileTest() {
        fake.put_file("/etc/ssl/key", "root's", 0600);
        fake.put_file("/etc/ssl/of-owner", "owner's", 0600, kOwner);
        fake.put_file("/etc/ssl/of-user", "user's", 0600, kUser);
        fake.put_file("/etc/ssl/writable", "x", 0666);
        fake.put_file("/etc/ssl/by-group", "x", 0660, 0, 7);
        fake.put_file("/etc/ssl/by-roots-group", "root's", 0660);
        fake.put_fifo("/etc/ssl/fifo", false);
        fake.put_directory("/tmp/mine", 0755, kUser);
        fake.put_symlink("/tmp/mine/key", "/etc/ssl/key");
        fake.put_file("/tmp/key", "root's", 0600);
        fake.put_symlink("/tmp/by-user", "/etc/ssl/key", kUser);
        fake.put_directory("/open", 0777);
        fake.put_file("/open/key", "x");
        fake.put_directory("/live", 0755);
        fake.put_symlink("/live/key", "../etc/./ssl//key");
        fake.put_symlink("/live/ssl", "/etc/ssl");
        fake.put_symlink("/live/circle", "circle");
        fake.put_symlink("/live/to-user", "/tmp/mine/key");
    }
    [[nodiscard]] std::string read(const std::string& path) {
        const auto got = read_trusted_file(os, path, kOwner, 100);
        return got ? *got : errno_text(got.error().code);
    }
};

TEST_F(TrustedFileTest, OnlyWhatNobodyElseCanChange) {
    const struct {
        const char* path;
        std::string want;
    } cases[] = {
        {"/etc/ssl/key", "root's"},
        {"//etc/./ssl/key", "root's"},
        {"/etc/ssl/of-owner", "owner's"},
        {"/etc/ssl/of-user", errno_text(EPERM)},
        {"/etc/ssl/writable", errno_text(EPERM)},
        {"/etc/ssl/by-group", errno_text(EPERM)},
        {"/etc/ssl/by-roots-group", "root's"},
        {"/etc/ssl/fifo", errno_text(EINVAL)},
        {"/etc/ssl", errno_text(EISDIR)},
        {"/etc/ssl/key/x", errno_text(ENOTDIR)},
        {"/etc/ssl/none", errno_text(ENOENT)},
        {"/tmp/mine/key", errno_text(EPERM)},
        {"/tmp/key", "root's"},
        {"/tmp/by-user", errno_text(EPERM)},
        {"/open/key", errno_text(EPERM)},
        {"/live/key", "root's"},
        {"/live/ssl/key", "root's"},
        {"/live/ssl/../ssl/key", "root's"},
        {"/live/circle", errno_text(ELOOP)},
        {"/live/to-user", errno_text(EPERM)},
        {"/", errno_text(EISDIR)},
        {"etc/ssl/key", errno_text(EINVAL)},
        {"", errno_text(EINVAL)},
    };
    for (const auto& c : cases) EXPECT_EQ(read(c.path), c.want) << c.path;
    EXPECT_EQ(read(std::string("/etc/ssl/key\0x", 14)), errno_text(EINVAL));
    EXPECT_EQ(fake.open_descriptors(), 0u);
}

TEST_F(TrustedFileTest, WhatBelongsToTheProcessItselfIsTrusted) {
    EXPECT_EQ(read("/tmp/mine/key"), errno_text(EPERM));
    fake.run_as(kUser, kUser);
    EXPECT_EQ(read("/etc/ssl/of-user"), "user's");
    EXPECT_EQ(read("/etc/ssl/key"), errno_text(EACCES));
}

TEST_F(TrustedFileTest, LongFilesAreRefused) {
    fake.put_file("/etc/ssl/long", std::string(101, 'x'));
    EXPECT_EQ(read("/etc/ssl/long"), errno_text(EFBIG));
}

TEST_F(TrustedFileTest, EveryCallMayFail) {
    for (long n = 1;; ++n) {
        os.fail_at(n, EIO);
        const std::string got = read("/live/key");
        const bool hit = os.hit();
        os.disarm();
        EXPECT_TRUE(got == "root's" || (hit && got == errno_text(EIO))) << got;  // close() says nothing new
        EXPECT_EQ(fake.open_descriptors(), 0u);
        if (!hit) break;
        ASSERT_LT(n, 100);
    }
}

}  // namespace
}  // namespace postern
