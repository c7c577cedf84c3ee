// SPDX-License-Identifier: Apache-2.0
#include "mailbox/directory_scan.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

// ",S=<number>" at the end of a name.
class SizeInName final : public NameRules {
public:
    std::optional<std::int64_t> size_in(std::string_view name) const override {
        const std::size_t at = name.rfind(",S=");
        if (!enabled || at == std::string_view::npos) return std::nullopt;
        name.remove_prefix(at + 3);
        return take_number(name);
    }
    bool counts_folder(std::string_view) const override { return true; }
    bool enabled = false;
};

struct Scan : testing::Test {
    Scan() {
        w.fake.put_directory("/home/joe", 0700, kUser, kMail);
        w.fake.put_directory("/home/joe/box", 0700, kUser, kMail);
        w.fake.run_as(kUser, kMail);
    }
    void put(const std::string& name, std::size_t size) {
        w.fake.put_file("/home/joe/box/" + name, std::string(size, 'x'), 0600, kUser, kMail);
    }
    void put_directory(const std::string& name, mode_t mode = 0700) {
        w.fake.put_directory("/home/joe/box/" + name, mode, kUser, kMail);
    }
    MailboxUse scan(DirectoryUse& tree) {
        const auto directory = w.os.open("/home/joe/box", O_RDONLY | O_DIRECTORY);
        DirectoryScan scan(w.os, w.clock, names);
        scan.refresh(directory->get(), tree);
        doubtful = scan.doubtful();
        complete = scan.complete();
        return total_use(tree);
    }
    MailboxUse scan() {
        DirectoryUse tree;
        return scan(tree);
    }
    void wait() { w.clock.advance(std::chrono::seconds(10)); }
    World w;
    SizeInName names;
    bool doubtful = false, complete = true;
};

TEST_F(Scan, CountsAsTheReferenceDoes) {
    put("a", 100);
    put(".hidden", 10);
    put_directory("cur");
    put("cur/b", 1000);
    w.fake.put_symlink("/home/joe/box/nowhere", "nosuch", kUser, kMail);
    w.fake.put_fifo("/home/joe/box/fifo", false, 0600, kUser, kMail);
    w.fake.put_file("/home/joe/far", std::string(5, 'x'), 0600, kUser, kMail);
    w.fake.put_symlink("/home/joe/box/far", "../far", kUser, kMail);
    EXPECT_EQ(scan(), (MailboxUse{1115, 7}));
    w.fake.set_entry_kinds_known(false);
    EXPECT_EQ(scan(), (MailboxUse{1115, 7}));
}

TEST_F(Scan, HardLinksAreDividedAndRounded) {
    put("a", 1000);
    w.fake.put_link("/home/joe/box/a", "/home/joe/box/b");
    w.fake.put_link("/home/joe/box/a", "/home/joe/box/c");
    EXPECT_EQ(scan(), (MailboxUse{999, 3}));
}

TEST_F(Scan, SizesInNamesReplaceTheLook) {
    names.enabled = true;
    put("a,S=7", 1000);
    put("b", 10);
    put_directory("d,S=5");
    put("d,S=5/x", 1000);
    EXPECT_EQ(scan(), (MailboxUse{22, 3}));
}

// D-quota-links (W6): two links to "." are an endless tree to Exim.
TEST_F(Scan, LinksToDirectoriesAreNotEntered) {
    put("a", 100);
    w.fake.put_symlink("/home/joe/box/one", ".", kUser, kMail);
    w.fake.put_symlink("/home/joe/box/two", ".", kUser, kMail);
    w.fake.put_symlink("/home/joe/box/up", "..", kUser, kMail);
    EXPECT_EQ(scan(), (MailboxUse{100, 4}));
}

TEST_F(Scan, DepthIsBounded) {
    std::string path;
    for (int i = 0; i < DirectoryScan::kDeepest + 20; ++i) {
        path += "d/";
        put_directory(path.substr(0, path.size() - 1));
    }
    put(path + "a", 100);
    EXPECT_EQ(scan().count, DirectoryScan::kDeepest + 1);
    EXPECT_EQ(scan().size, 0);
}

TEST_F(Scan, WhatCannotBeReadAddsNothing) {
    w.fake.run_as_root();
    w.fake.put_directory("/home/joe/box/closed", 0700);
    w.fake.put_file("/home/joe/box/closed/a", "x");
    w.fake.run_as(kUser, kMail);
    put("b", 10);
    EXPECT_EQ(scan(), (MailboxUse{10, 2}));
    EXPECT_FALSE(doubtful);
}

TEST_F(Scan, FilesThatAreBeingWrittenDoNotCount) {
    put_directory("tmp");
    put("tmp/mine", 100);
    put("tmp/dead", 10);
    put("temp.1.host", 1000);
    put("template", 1);
    w.fake.hold_lock("/home/joe/box/tmp/mine", LockKind::flock_exclusive);
    w.fake.hold_lock("/home/joe/box/temp.1.host", LockKind::flock_exclusive);
    w.fake.hold_lock("/home/joe/box/template", LockKind::flock_exclusive);
    EXPECT_EQ(scan(), (MailboxUse{11, 3}));
    w.fake.release_foreign_locks();
    EXPECT_EQ(scan(), (MailboxUse{1111, 5}));
    EXPECT_EQ(w.fake.locks_held(), 0u);
}

TEST_F(Scan, OnlyWhatHasChangedIsListedAgain) {
    put_directory("cur");
    put_directory("new");
    put("cur/a", 100);
    put("new/b", 10);
    wait();
    DirectoryUse tree;
    EXPECT_EQ(scan(tree), (MailboxUse{110, 4}));
    // Growth within a file does not show in its directory ...
    w.fake.put_file("/home/joe/box/cur/a", std::string(500, 'x'), 0600, kUser, kMail);
    const auto stable = w.os.open("/home/joe/box/cur/a", O_WRONLY | O_APPEND);
    ASSERT_TRUE(write_all(w.os, stable->get(), "more"));
    const auto unchanged = w.fake.stat_of("/home/joe/box/new").mtime.tv_sec;
    // ... a new name does.
    wait();
    const auto added = w.os.open("/home/joe/box/new/c", O_WRONLY | O_CREAT, 0600);
    ASSERT_TRUE(added && write_all(w.os, added->get(), "12345"));
    EXPECT_NE(w.fake.stat_of("/home/joe/box/new").mtime.tv_sec, unchanged);
    EXPECT_EQ(scan(tree).count, 5);
    wait();
    ASSERT_TRUE(w.os.unlink("/home/joe/box/cur/a"));
    ASSERT_TRUE(w.os.mkdir("/home/joe/box/more", 0700));
    put("more/d", 1000);
    EXPECT_EQ(scan(tree), (MailboxUse{1015, 6}));
    ASSERT_TRUE(w.os.unlink("/home/joe/box/more/d"));
    ASSERT_TRUE(w.os.rmdir("/home/joe/box/more"));
    EXPECT_EQ(scan(tree), (MailboxUse{15, 4}));
}

TEST_F(Scan, DirectoryReplacedByAnotherIsListed) {
    put_directory("cur");
    put("cur/a", 100);
    wait();
    DirectoryUse tree;
    EXPECT_EQ(scan(tree).size, 100);
    const FileStat old = w.fake.stat_of("/home/joe/box/cur");
    w.fake.remove("/home/joe/box/cur");
    put_directory("cur");
    put("cur/b", 7);
    w.fake.set_file_times("/home/joe/box/cur", {old.atime.tv_sec, 0}, {old.mtime.tv_sec, 0});
    EXPECT_EQ(scan(tree).size, 7);
}

// A directory that has just changed may change again without a new time.
TEST_F(Scan, FreshDirectoriesAreNotSettled) {
    put("a", 1);
    const auto directory = w.os.open("/home/joe/box/b", O_WRONLY | O_CREAT, 0600);
    DirectoryUse tree;
    (void)scan(tree);
    EXPECT_FALSE(tree.settled);
    wait();
    (void)scan(tree);
    EXPECT_TRUE(tree.settled);
}

TEST(ScanFaults, AFailingCallIsNoticedOrHarmless) {
    const MailboxUse whole{113, 5};
    for_every_fault({EIO, ENOMEM, EMFILE, ESTALE}, [&](World& w) {
        put_home(w);
        for (const char* sub : {"", "/cur", "/tmp"})
            w.fake.put_directory("/home/joe/box" + std::string(sub), 0700, kUser, kMail);
        w.fake.put_file("/home/joe/box/cur/a", std::string(100, 'x'), 0600, kUser, kMail);
        w.fake.put_file("/home/joe/box/tmp/b", std::string(10, 'x'), 0600, kUser, kMail);
        w.fake.put_file("/home/joe/box/c", "123", 0600, kUser, kMail);
        const auto directory = w.fake.open("/home/joe/box", O_RDONLY | O_DIRECTORY);
        SizeInName names;
        DirectoryUse tree;
        DirectoryScan scan(w.os, w.clock, names);
        scan.refresh(directory->get(), tree);
        EXPECT_TRUE(scan.doubtful() || total_use(tree) == whole);
    });
}

TEST_F(Scan, SaysWhetherSomethingIsMissing) {
    put("file", 10);
    w.fake.put_symlink("/home/joe/box/nowhere", "nosuch", kUser, kMail);
    w.fake.put_symlink("/home/joe/box/loop", "loop", kUser, kMail);
    EXPECT_EQ(scan().count, 3);
    EXPECT_TRUE(complete);
    const struct {
        const char* name;
        mode_t mode;
        bool want_complete;
    } kCases[] = {{"open", 0700, true}, {"closed", 0, false}, {"names only", 0400, false}, {"no names", 0100, false}};
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        put_directory("dir");
        put("dir/file", 100);
        put_directory("dir", c.mode);
        DirectoryUse tree;
        (void)scan(tree);
        EXPECT_EQ(complete, c.want_complete);
        EXPECT_FALSE(doubtful);  // it may well stay so
        put_directory("dir");
        EXPECT_EQ(scan(tree).size, 110);
        EXPECT_TRUE(complete);
    }
}

}  // namespace
}  // namespace postern
