// SPDX-License-Identifier: Apache-2.0
#include "mailbox/place.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

using Kind = CreationRule::Kind;

struct NameCase {
    const char* path;
    Kind kind;
    const char* root;
    bool want;
};

TEST(CreationRule, ByName) {
    const NameCase kCases[] = {
        {"/x/box", Kind::anywhere, "/home/joe", true},
        {"/x/box", Kind::in_home, "", true},
        {"/home/joe/box", Kind::in_home, "/home/joe", true},
        {"//home/joe/box", Kind::in_home, "/home/joe", true},
        {"/home/joe//box", Kind::in_home, "/home/joe", true},
        {"/home/joe/a/box", Kind::in_home, "/home/joe", false},
        {"/home/joe", Kind::in_home, "/home/joe", false},
        {"/home/joe2/box", Kind::in_home, "/home/joe", false},
        {"/home/box", Kind::in_home, "/home/joe", false},
        {"/home/joe/box", Kind::in_home, "/home/joe/", false},
        {"/home/joe/a/b/box", Kind::below_home, "/home/joe", true},
        {"/home/joe/../box", Kind::below_home, "/home/joe", false},
        {"/home/joe/a/../../box", Kind::below_home, "/home/joe", false},
        {"/home/joe2/a/box", Kind::below_home, "/home/joe", false},
    };
    for (const NameCase& c : kCases) {
        EXPECT_EQ(creation_allowed_by_name({c.kind, c.root}, c.path), c.want) << c.path << " under " << c.root;
    }
}

struct Places : testing::Test {
    Places() {
        put_home(w);
        w.fake.put_directory("/home/joe/mail", 0700, kUser, kMail);
        w.fake.put_directory("/home/joe/mail/deep", 0700, kUser, kMail);
        w.fake.put_directory("/home/joe2", 0777);
    }
    Place below_home(const std::string& directory) {
        return find_place(w.os, directory, "box", {Kind::below_home, "/home/joe"});
    }
    std::string made_at(const Place& place) {
        const auto fd = w.os.open(place.at("probe"), O_CREAT | O_EXCL | O_WRONLY, 0600);
        return fd ? "made" : errno_text(fd.error().code);
    }
    World w;
};

TEST_F(Places, ExistingDirectoryBelowTheRootIsHeld) {
    const Place place = below_home("/home/joe/mail//./deep");
    EXPECT_TRUE(place.allowed);
    EXPECT_TRUE(place.confined);
    EXPECT_TRUE(place.complete());
    EXPECT_EQ(made_at(place), "made");
    EXPECT_TRUE(w.fake.exists("/home/joe/mail/deep/probe"));
}

TEST_F(Places, MissingDirectoriesAreMadeOneByOne) {
    Place place = below_home("/home/joe/mail/a/b");
    EXPECT_EQ(place.rest, "a/b");
    EXPECT_EQ(made_at(place), "No such file or directory");
    ASSERT_TRUE(make_place(w.os, place, 02750, true));
    EXPECT_TRUE(place.complete());
    EXPECT_EQ(made_at(place), "made");
    EXPECT_EQ(w.fake.stat_of("/home/joe/mail/a/b").permissions, 02750u);
    EXPECT_TRUE(w.fake.exists("/home/joe/mail/a/b/probe"));
}

TEST_F(Places, MissingRootIsMade) {
    w.fake.put_directory("/home", 0777);
    Place place = find_place(w.os, "/home/new/mail", "box", {Kind::below_home, "/home/new"});
    EXPECT_TRUE(place.allowed);
    ASSERT_TRUE(make_place(w.os, place, 0700, true));
    EXPECT_EQ(made_at(place), "made");
    EXPECT_TRUE(place.confined);
    EXPECT_TRUE(w.fake.exists("/home/new/mail/probe"));
}

// D-create-below (W3): Exim compares real paths as strings, over the shorter of the two.
TEST_F(Places, LinksOutOfTheRootAreRefusedLinksInsideAreNot) {
    const struct {
        const char* target;
        bool want;
    } kCases[] = {{"/home/joe2", false}, {"/home", false},         {"/", false},       {"../joe2", false},
                  {"mail", true},        {"/home/joe/mail", true}, {"/home/joe", true}};
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.target);
        w.fake.remove("/home/joe/link");
        w.fake.put_symlink("/home/joe/link", c.target, kUser, kMail);
        const Place place = below_home("/home/joe/link");
        EXPECT_EQ(place.allowed, c.want);
        const Place deeper = below_home("/home/joe/link/deep");
        EXPECT_EQ(place.complete(), c.want);
        EXPECT_TRUE(c.want || !deeper.complete());
    }
}

// A link that appears between the look and the use is not followed.
TEST_F(Places, LinkThatAppearsLaterIsNotFollowed) {
    Place place = below_home("/home/joe/mail/new");
    w.fake.put_symlink("/home/joe/mail/new", "/home/joe2", kUser, kMail);
    const Status made = make_place(w.os, place, 0700, true);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ELOOP);
    EXPECT_FALSE(w.fake.exists("/home/joe2/probe"));
}

TEST_F(Places, DirectorySwappedAfterItWasFoundIsStillTheOldOne) {
    const Place place = below_home("/home/joe/mail/deep");
    ASSERT_TRUE(w.fake.rename("/home/joe/mail/deep", "/home/joe/mail/old"));
    w.fake.put_symlink("/home/joe/mail/deep", "/home/joe2", kUser, kMail);
    EXPECT_EQ(made_at(place), "made");
    EXPECT_TRUE(w.fake.exists("/home/joe/mail/old/probe"));
}

TEST_F(Places, FileInTheWayIsAnErrorNotARefusal) {
    w.fake.put_file("/home/joe/file", "", 0600, kUser, kMail);
    Place place = below_home("/home/joe/file/a");
    EXPECT_TRUE(place.allowed);
    EXPECT_EQ(make_place(w.os, place, 0700, true).error().code, ENOTDIR);
}

TEST_F(Places, HomeThatIsALinkIsTheAdministratorsWord) {
    w.fake.put_symlink("/home/alias", "/home/joe");
    const Place place = find_place(w.os, "/home/alias/mail", "box", {Kind::below_home, "/home/alias"});
    EXPECT_TRUE(place.complete());
    EXPECT_EQ(made_at(place), "made");
    EXPECT_TRUE(w.fake.exists("/home/joe/mail/probe"));
}

TEST_F(Places, WithoutARuleThePathIsOpenedAsItIs) {
    w.fake.put_symlink("/home/joe/link", "mail", kUser, kMail);
    Place place = find_place(w.os, "/home/joe/link/deep", "box", {});
    EXPECT_TRUE(place.complete());
    Place missing = find_place(w.os, "/home/joe/x/y", "box", {});
    EXPECT_FALSE(missing.dir);
    EXPECT_EQ(made_at(missing), "No such file or directory");
    ASSERT_TRUE(make_place(w.os, missing, 0700, true));
    EXPECT_EQ(made_at(missing), "made");
}

}  // namespace
}  // namespace postern
