// SPDX-License-Identifier: Apache-2.0
// Where a message with a file of its own is looked for after a delivery that was cut short.
#include "mailbox/publication.h"

#include <gtest/gtest.h>

#include "support/intent_file.h"
#include "support/mailbox_delivery.h"

namespace postern {
namespace {

const std::string kMaildir = "/home/joe/Maildir";

struct LookCase {
    const char* name;
    std::string tag;
    // What happened after the delivery to the file `name` in new.
    void (*then)(World& w, const std::string& name);
    std::size_t want_copies;  // in new and cur, after the next run
};

void move_to_cur(World& w, const std::string& name, const std::string& flags) {
    const std::string unique = name.substr(0, name.find(':'));
    ASSERT_TRUE(w.fake.rename(kMaildir + "/new/" + name, kMaildir + "/cur/" + unique + flags));
}

class MaildirLook : public testing::TestWithParam<LookCase> {};

TEST_P(MaildirLook, FindsItWhereverAReaderPutsIt) {
    World w;
    w.fake.put_directory("/intents", 0700, kUser, kMail);
    put_home(w);
    IntentFileLog intents(w.os, "/intents/i");
    w.intents = &intents;
    TestNaming naming;
    naming.tag = GetParam().tag;
    ASSERT_FALSE(put_message(w, maildir(kMaildir), naming));
    GetParam().then(w, w.fake.names_in(kMaildir + "/new").front());
    ASSERT_FALSE(put_message(w, maildir(kMaildir), naming, kMessage, intents.earlier()));
    EXPECT_EQ(w.fake.names_in(kMaildir + "/new").size() + w.fake.names_in(kMaildir + "/cur").size(),
              GetParam().want_copies)
        << w.fake.tree_text(kMaildir);
    EXPECT_TRUE(w.fake.names_in(kMaildir + "/tmp").empty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MaildirLook,
    testing::Values(
        LookCase{"Untouched", "", [](World&, const std::string&) {}, 1},
        LookCase{"Tagged", ",S=42", [](World&, const std::string&) {}, 1},
        LookCase{"Read", "", [](World& w, const std::string& name) { move_to_cur(w, name, ":2,S"); }, 1},
        LookCase{"TaggedAndRead", ",S=42",
                 [](World& w, const std::string& name) { move_to_cur(w, name, ",W=43:2,RS"); }, 1},
        LookCase{"TagLostAndRead", ":2,", [](World& w, const std::string& name) { move_to_cur(w, name, ":2,FRS"); }, 1},
        // Gone is gone: nobody knows whether it was read.
        LookCase{"Deleted", "", [](World& w, const std::string& name) { w.fake.remove(kMaildir + "/new/" + name); }, 1},
        LookCase{"AnotherOfTheName", "",
                 [](World& w, const std::string& name) {
                     w.fake.remove(kMaildir + "/new/" + name);
                     w.fake.put_file(kMaildir + "/cur/" + name, "another", 0600, kUser, kMail);
                 },
                 2},
        LookCase{"ALinkOfTheName", "",
                 [](World& w, const std::string& name) {
                     w.fake.remove(kMaildir + "/new/" + name);
                     w.fake.put_symlink(kMaildir + "/cur/" + name, "/etc/passwd", kUser, kMail);
                 },
                 2}),
    [](const auto& test) { return test.param.name; });

TEST(Publication, TextReadsBackUnlessItsNameWasRecordedAgain) {
    const Publication first{"/a b", "tmp/1", "new/1\n", 7, 42}, second{"/a b", "tmp/2", "new/2", 8, 43};
    Publication again = first;
    again.inode = 9;
    const auto text = [](const Publication& p) { return publication_text("maildir", p); };
    const std::vector<EarlierIntent> both{{text(first), true}, {text(second), true}};
    EXPECT_EQ(earlier_publications(both, "maildir", "/a b"), (std::vector{second, first}));
    EXPECT_TRUE(earlier_publications(both, "maildir", "/other").empty());
    EXPECT_TRUE(earlier_publications(both, "directory", "/a b").empty());
    // Another address's file got the name later, so it was free.
    EXPECT_TRUE(earlier_publications({{text(first), true}, {text(again), false}}, "maildir", "/a b").empty());
    EXPECT_EQ(earlier_publications({{text(again), false}, {text(first), true}}, "maildir", "/a b"), std::vector{first});
    EXPECT_TRUE(
        earlier_publications({{text(first) + " x", true}, {text(first) + " ", true}, {"maildir", true}, {"", true}},
                             "maildir", "/a b")
            .empty());
}

// A dead process's temporary file that our record names is removed, another one of that name is not.
TEST(Publication, LeftoversGo) {
    for (const bool ours : {true, false}) {
        World w;
        put_home(w);
        for (const char* sub : {"", "/tmp", "/new", "/cur"}) w.fake.put_directory(kMaildir + sub, 0700, kUser, kMail);
        w.fake.put_file(kMaildir + "/tmp/1", "left", 0600, kUser, kMail);
        const std::uint64_t inode = w.fake.stat_of(kMaildir + "/tmp/1").inode + (ours ? 0 : 1);
        const std::string text = publication_text("maildir", {kMaildir, "tmp/1", "new/1", inode, 4});
        TestNaming naming;
        ASSERT_FALSE(put_message(w, maildir(kMaildir), naming, kMessage, {{text, true}}));
        EXPECT_EQ(w.fake.exists(kMaildir + "/tmp/1"), !ours);
        EXPECT_EQ(w.fake.names_in(kMaildir + "/new").size(), 1U);
    }
}

}  // namespace
}  // namespace postern
