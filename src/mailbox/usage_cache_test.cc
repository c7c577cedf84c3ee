// SPDX-License-Identifier: Apache-2.0
#include "mailbox/usage_cache.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

KnownUse example() {
    KnownUse known{
        .tree = {.device = 5, .inode = 77, .changed = {100, 250}, .settled = true, .own = {10, 2}, .below = {}},
        .rules = 9,
        .scanned_at = 1000};
    known.tree.below.push_back(
        {.name = "cur", .device = 5, .inode = 78, .changed = {99, 1}, .own = {3000, 3}, .below = {}});
    known.tree.below.push_back(
        {.name = "odd name\n 1", .device = 5, .inode = 79, .changed = {}, .own = {}, .below = {}});
    known.tree.below[0].below.push_back(
        {.name = "sub", .device = 6, .inode = 80, .changed = {98, 7}, .settled = true, .own = {1, 1}, .below = {}});
    return known;
}

bool same(const DirectoryUse& a, const DirectoryUse& b) {
    return a.name == b.name && a.device == b.device && a.inode == b.inode && a.changed.tv_sec == b.changed.tv_sec &&
           a.changed.tv_nsec == b.changed.tv_nsec && a.settled == b.settled && a.own == b.own &&
           std::equal(a.below.begin(), a.below.end(), b.below.begin(), b.below.end(), same);
}

FileStat measured() {
    FileStat stat;
    stat.device = 5;
    stat.inode = 77;
    return stat;
}

TEST(UsageCache, ReadsWhatItWrites) {
    const auto read = decode_usage(encode_usage(example()));
    ASSERT_TRUE(read);
    EXPECT_TRUE(same(read->tree, example().tree));
    EXPECT_EQ(read->rules, 9u);
    EXPECT_EQ(read->scanned_at, 1000);
    EXPECT_EQ(total_use(read->tree), (MailboxUse{3011, 6}));
}

TEST(UsageCache, NothingButAWholeOneIsRead) {
    const std::string good = encode_usage(example());
    for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(decode_usage(good.substr(0, cut))) << cut;
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        EXPECT_FALSE(decode_usage(bad)) << at;
    }
    EXPECT_FALSE(decode_usage(good + "x"));
}

// A name that leads elsewhere is in no directory, whoever made the checksum.
TEST(UsageCache, NamesAreLeaves) {
    for (const char* name : {"", ".", "..", "a/b", "/"}) {
        KnownUse bad = example();
        bad.tree.below[0].name = name;
        EXPECT_FALSE(decode_usage(encode_usage(bad))) << name;
    }
    KnownUse negative = example();
    negative.tree.own.count = -1;
    EXPECT_FALSE(decode_usage(encode_usage(negative)));
}

struct Kept : testing::Test {
    Kept() {
        put_home(w);
        directory = std::move(*w.fake.open("/home/joe", O_RDONLY | O_DIRECTORY));
    }
    UsageCache cache(std::uint64_t rules = 9) { return {w.os, directory.get(), rules}; }
    World w;
    UniqueFd directory;
};

TEST_F(Kept, IsFoundAgainByTheDirectorysIdentity) {
    EXPECT_FALSE(cache().load(measured(), 1000));
    cache().store(measured(), example());
    EXPECT_EQ(w.fake.names_in("/home/joe"), std::vector<std::string>{"5-4d"});
    EXPECT_EQ(w.fake.stat_of("/home/joe/5-4d").permissions, 0600u);
    EXPECT_TRUE(cache().load(measured(), 1000));
    FileStat other = measured();
    other.inode = 78;
    EXPECT_FALSE(cache().load(other, 1000));
    ASSERT_TRUE(w.fake.link("/home/joe/5-4d", "/home/joe/5-4e"));
    EXPECT_FALSE(cache().load(other, 1000)) << "another directory's";
}

TEST_F(Kept, IsNotForOtherRulesOrTimes) {
    cache().store(measured(), example());
    EXPECT_FALSE(cache(8).load(measured(), 1000));
    EXPECT_FALSE(cache().load(measured(), 999)) << "from the future";
    EXPECT_TRUE(cache().load(measured(), 4600));
    EXPECT_FALSE(cache().load(measured(), 4601)) << "all is listed anew now and then";
}

TEST_F(Kept, WithoutADirectoryNothingIs) {
    UsageCache none(w.os, -1, 9);
    none.store(measured(), example());
    EXPECT_FALSE(none.load(measured(), 1000));
}

TEST_F(Kept, LinksAreNotFollowed) {
    w.fake.put_file("/home/joe/target", encode_usage(example()), 0600, kUser, kMail);
    w.fake.put_symlink("/home/joe/5-4d", "target", kUser, kMail);
    EXPECT_FALSE(cache().load(measured(), 1000));
}

TEST(KeptFaults, TheOldOneOrTheNewOne) {
    for_every_fault({ENOSPC, EIO, EDQUOT}, [](World& w) {
        put_home(w);
        const auto directory = w.fake.open("/home/joe", O_RDONLY | O_DIRECTORY);
        UsageCache(w.fake, directory->get(), 9).store(measured(), example());
        KnownUse newer = example();
        newer.tree.own = {11, 3};
        UsageCache(w.os, directory->get(), 9).store(measured(), newer);
        const auto found = UsageCache(w.fake, directory->get(), 9).load(measured(), 1000);
        ASSERT_TRUE(found);
        EXPECT_TRUE(found->tree.own == newer.tree.own || found->tree.own == example().tree.own);
    });
}

}  // namespace
}  // namespace postern
