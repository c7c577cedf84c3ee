// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mailstore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kStore[] = "/home/joe/store";
constexpr char kBase[] = "/home/joe/store/1xVdQd-00080K-0j-0001Dz";  // process 4711

void put_store(World& w) {
    put_home(w);
    w.fake.put_directory(kStore, 0700, kUser, kMail);
}

TEST(Mailstore, TwoFilesAMessage) {
    World w;
    put_home(w);
    EXPECT_FALSE(put_message(w, mailstore(kStore)));
    EXPECT_THAT(w.fake.names_in(kStore), ElementsAre("1xVdQd-00080K-0j-0001Dz.env", "1xVdQd-00080K-0j-0001Dz.msg"));
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".env"), kEnvelope);
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".msg"), kMessage);
    EXPECT_EQ(w.fake.stat_of(kStore).permissions, 0700u);
    for (const char* ending : {".env", ".msg"}) {
        EXPECT_EQ(w.fake.stat_of(kBase + std::string(ending)).permissions, 0600u);
        EXPECT_EQ(w.fake.stat_of(kBase + std::string(ending)).gid, kMail);
    }
}

TEST(Mailstore, EnvelopeIsThereOnlyWithTheMessage) {
    World w;
    put_store(w);
    auto box = mailstore(kStore)(w);
    ASSERT_TRUE(box);
    EXPECT_THAT(w.fake.names_in(kStore), ElementsAre("1xVdQd-00080K-0j-0001Dz.msg", "1xVdQd-00080K-0j-0001Dz.tmp"));
    EXPECT_EQ((*box)->data_name(), std::string(kBase) + ".msg");
    box->reset();
    EXPECT_THAT(w.fake.names_in(kStore), IsEmpty());
}

// D-mailstore-sync: what the envelope's name leads to is on the disk before the name is there.
TEST(Mailstore, EnvelopeSurvivesAPowerCut) {
    World w;
    put_store(w);
    w.fake.sync_everything();
    EXPECT_FALSE(put_message(w, mailstore(kStore)));
    w.fake.power_cut(FakeOs::Survives::nothing);
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".env"), kEnvelope);
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".msg"), kMessage);
}

TEST(Mailstore, LeftoversOfADeadProcessGo) {  // D-mailstore-leftover
    World w;
    put_store(w);
    for (const char* ending : {".tmp", ".msg"})
        w.fake.put_file(kBase + std::string(ending), std::string(5000, 'x'), 0600, kUser, kMail);
    EXPECT_FALSE(put_message(w, mailstore(kStore)));
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".env"), kEnvelope);
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".msg"), kMessage);
    EXPECT_EQ(w.fake.names_in(kStore).size(), 2u);
}

TEST(Mailstore, ACompleteMessageStays) {
    World w;
    put_store(w);
    w.fake.put_file(kBase + std::string(".env"), "other\n", 0600, kUser, kMail);
    w.fake.put_file(kBase + std::string(".msg"), "other message\n", 0600, kUser, kMail);
    EXPECT_FALSE(put_message(w, mailstore(kStore)));
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".env"), "other\n");
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".msg"), "other message\n");
    EXPECT_EQ(w.fake.content(std::string(kStore) + "/1xVdQd-00080K-0j-00HcM3.msg"), kMessage);
    EXPECT_EQ(w.fake.names_in(kStore).size(), 4u);
}

// It got its envelope between our look and our open: somebody with our number is at work.
TEST(Mailstore, NeverRemovesACompleteMessage) {
    World w;
    put_store(w);
    for (const char* ending : {".env", ".msg"})
        w.fake.put_file(kBase + std::string(ending), "other\n", 0600, kUser, kMail);
    MailstoreSettings settings = mailstore_settings(kStore);
    settings.base = "1xVdQd-00080K-0j-0001Dz";
    const auto box = Mailstore::open(w.os, find_place(w.os, kStore, "any", {}), settings);
    ASSERT_FALSE(box);
    EXPECT_EQ(box.error().code, EEXIST);
    EXPECT_EQ(box.error().message, "while creating file " + std::string(kBase) + ".msg");
    EXPECT_EQ(w.fake.content(std::string(kBase) + ".msg"), "other\n");
    EXPECT_EQ(w.fake.names_in(kStore).size(), 2u);
}

struct FailureCase {
    const char* name;
    std::function<void(World&)> set_up;
    std::function<void(MailstoreSettings&)> change;
    int want_code;
    std::string want_message;
};

TEST(Mailstore, Failures) {
    const auto nothing = [](MailstoreSettings&) {};
    const FailureCase kCases[] = {
        {"not writable", [](World& w) { w.fake.put_directory(kStore, 0755); }, nothing, EACCES,
         "while creating file " + std::string(kBase) + ".tmp"},
        {"no directory wanted", [](World&) {}, [](auto& s) { s.common.create_directory = false; }, ENOENT,
         "while creating file " + std::string(kBase) + ".tmp"},
        {"is a file", [](World& w) { w.fake.put_file(kStore, "", 0600, kUser, kMail); }, nothing, ENOTDIR,
         "while creating file " + std::string(kBase) + ".tmp"},
        {"envelope", put_store,
         [](auto& s) {
             s.envelope = []() -> MailboxResult<std::string> {
                 return tl::unexpected(MailboxFailure{.kind = MailboxFailure::Kind::panic, .message = "no envelope"});
             };
         },
         -1, "no envelope"},
    };
    for (const FailureCase& c : kCases) {
        SCOPED_TRACE(c.name);
        World w;
        put_home(w);
        c.set_up(w);
        const auto before = w.fake.snapshot();
        MailstoreSettings settings = mailstore_settings(kStore);
        c.change(settings);
        const Verdict failure = put_message(w, mailstore(settings));
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->code, c.want_code);
        EXPECT_EQ(failure->message, c.want_message);
        EXPECT_EQ(diff(before, w.fake.snapshot()), "");
    }
}

TEST(Mailstore, AChownThatFailsIsForThePanicLog) {
    World w;
    put_store(w);
    w.os.fail_only({Call::chown});
    w.os.fail_at(2, EPERM);  // of the .msg file
    const Verdict failure = put_message(w, mailstore(kStore));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->panic_line, "chown(" + std::string(kBase) + ".msg, 1000:8) failed (Operation not permitted)");
    EXPECT_EQ(failure->message, "while setting perms on file " + std::string(kBase) + ".msg");
    EXPECT_THAT(w.fake.names_in(kStore), IsEmpty());
}

}  // namespace
}  // namespace postern
