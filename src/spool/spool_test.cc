// SPDX-License-Identifier: Apache-2.0
#include "spool/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/message_id.h"
#include "spool/journal.h"
#include "support/fake_os.h"

namespace postern {
namespace {

using testing::ElementsAre;

constexpr uid_t kExim = 100;
constexpr gid_t kEximGroup = 101;
const std::string kId = "1xVcye-0000BV-2w";
const std::string kOther = "1xVcye-0000BV-2x";
const std::string kInput = "/var/spool/p/input/";

class SpoolTest : public testing::Test {
protected:
    SpoolTest() { os_.put_directory("/var/spool"); }

    Spool spool(bool split = false) {
        SpoolSettings settings;
        settings.directory = "/var/spool/p";
        settings.split = split;
        settings.owner = kExim;
        settings.group = kEximGroup;
        return Spool(os_, settings);
    }
    static Message message(const std::string& id = kId) {
        Message m;
        m.id = id;
        m.login = "joe";
        m.sender = "joe@a.example";
        m.recipients = {{"a@x", "", -1, "", 0}, {"b@x", "", -1, "", 0}};
        m.headers = {{HeaderType::other, "Subject: x\n"}};
        return m;
    }
    void put(Spool& spool, const std::string& id = kId) {
        auto held = spool.begin(id);
        ASSERT_TRUE(held) << held.error().to_string();
        ASSERT_TRUE(write_all(os_, (*held)->data_fd(), "body\n"));
        ASSERT_TRUE(spool.commit(**held, message(id)));
    }

    FakeClock clock_;
    FakeOs os_{clock_};
};

TEST_F(SpoolTest, CreatesFilesOfTheOwner) {
    os_.umask(077);
    Spool s = spool();
    put(s);
    EXPECT_EQ(os_.tree_text("/var/spool/p"),
              "d 750 100:101 /var/spool/p\n"
              "d 750 100:101 /var/spool/p/input\n"
              "f 640 100:101 24 /var/spool/p/input/1xVcye-0000BV-2w-D\n"
              "f 640 100:101 183 /var/spool/p/input/1xVcye-0000BV-2w-H\n");
    EXPECT_EQ(os_.content(kInput + kId + "-D"), kId + "-D\nbody\n");
    EXPECT_EQ(os_.content(kInput + kId + "-H"), format_header_file(message()));
    EXPECT_EQ(os_.open_descriptors(), 0U);
}

TEST_F(SpoolTest, WorksWithoutRoot) {
    os_.put_directory("/var/spool/p", 0750, 1000, 1000);
    os_.run_as(1000, 1000);
    Spool s = spool();
    put(s);
    EXPECT_EQ(os_.stat_of(kInput + kId + "-H").uid, 1000U);
    auto held = s.open(kId);
    ASSERT_TRUE(held);
    EXPECT_TRUE((*held)->journal({"a@x"}));
    EXPECT_TRUE((*held)->remove());
}

TEST_F(SpoolTest, BothLayoutsAreRead) {
    Spool flat = spool(false), split = spool(true);
    put(flat, kId);
    put(split, "1xVcyf-0000BV-2w");
    EXPECT_TRUE(os_.exists(kInput + "f/1xVcyf-0000BV-2w-H"));
    for (Spool* s : {&flat, &split}) {
        for (const std::string& id : {kId, std::string("1xVcyf-0000BV-2w")}) {
            EXPECT_TRUE(s->open(id)) << id;
            const auto loaded = s->load(id, true);
            ASSERT_TRUE(loaded) << id;
            EXPECT_EQ(loaded->message.body_size, 5);
            EXPECT_EQ(s->raw(id, 'D')->substr(data_offset(id)), "body\n");
            EXPECT_TRUE(s->exists(id, 'H'));
        }
        EXPECT_THAT(*s->list(), ElementsAre(Spool::Entry{kId, ""}, Spool::Entry{"1xVcyf-0000BV-2w", "f"}));
    }
    auto held = flat.open("1xVcyf-0000BV-2w");
    ASSERT_TRUE((*held)->journal({"a@x"}));
    EXPECT_TRUE(os_.exists(kInput + "f/1xVcyf-0000BV-2w-J"));
    ASSERT_TRUE((*held)->remove());
    EXPECT_THAT(os_.names_in(kInput + "f"), ElementsAre());
}

// D-queue-order
TEST_F(SpoolTest, ListIsInOrderOfArrival) {
    Spool s = spool();
    EXPECT_THAT(*s.list(), ElementsAre());
    for (const char* id : {"1xVcyf-000000-01", "1xVcye-zzzzzz-02", "1xVcye-000000-03", "1xVcye-0000002H000-0001"})
        put(s, id);
    os_.put_file(kInput + "hdr.1xVcye-000000-04", "");
    os_.put_file(kInput + "1xVcye-000000-05-D", "");
    os_.put_file(kInput + "nonsense-H", "");
    std::vector<std::string> ids;
    const auto list = s.list();
    for (const auto& entry : *list) ids.push_back(entry.id);
    EXPECT_THAT(ids,
                ElementsAre("1xVcye-zzzzzz-02", "1xVcye-000000-03", "1xVcye-0000002H000-0001", "1xVcyf-000000-01"));
}

TEST_F(SpoolTest, ListRemovesEmptySubdirectoriesUnlessTheyAreWanted) {
    const std::string msglog = "/var/spool/p/msglog/";
    for (const char* name : {"e", "f", "long", "-"}) {
        os_.put_directory(kInput + name, 0750);
        os_.put_directory(msglog + name, 0750);
    }
    os_.put_directory(msglog + "g", 0750);
    os_.put_file(kInput + "e/stray", "");
    EXPECT_THAT(*spool(true).list(), ElementsAre());
    EXPECT_TRUE(os_.exists(kInput + "f"));
    EXPECT_THAT(*spool(false).list(), ElementsAre());
    EXPECT_THAT(os_.names_in("/var/spool/p/input"), ElementsAre("-", "e", "long"));
    EXPECT_THAT(os_.names_in("/var/spool/p/msglog"), ElementsAre("-", "e", "g", "long"));
}

TEST_F(SpoolTest, OfBrokenHeaderLinesTheEnvelopeIsReadable) {
    Spool s = spool();
    put(s);
    const std::string whole = os_.content(kInput + kId + "-H");
    os_.put_file(kInput + kId + "-H", whole.substr(0, whole.size() - 1));
    os_.put_file(kInput + kId + "-J", "a@x\n");
    auto loaded = s.load(kId, true);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().size, static_cast<std::int64_t>(whole.size()) - 1);
    ASSERT_TRUE(loaded.error().readable);
    const Message& read = loaded.error().readable->message;
    EXPECT_EQ(read.recipients, message().recipients);
    EXPECT_TRUE(read.non_recipients.contains("a@x"));
    EXPECT_EQ(read.size() + loaded.error().detail.broken_line_size,
              6 + static_cast<std::int64_t>(transmitted_size(message().headers)));
    os_.put_file(kInput + kId + "-H", "1xVcye-0000BV-00" + whole.substr(16, whole.size() - 17));  // and not its own
    loaded = s.load(kId, true);
    ASSERT_FALSE(loaded);
    EXPECT_FALSE(loaded.error().readable);
}

TEST_F(SpoolTest, LockedAndMissing) {
    Spool s = spool();
    put(s);
    const auto missing = s.open("1xVcye-0000BV-00");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().problem, Spool::OpenProblem::missing);

    os_.hold_lock(kInput + kId + "-D", LockKind::fcntl_write, {0, 19});
    const auto locked = s.open(kId);
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().problem, Spool::OpenProblem::locked);
    os_.release_foreign_locks();

    os_.hold_lock(kInput + kId + "-D", LockKind::fcntl_write, {19, 5});  // not where the lock is
    EXPECT_TRUE(s.open(kId));

    os_.remove(kInput + kId + "-D");
    os_.put_symlink(kInput + kId + "-D", "/etc/passwd");
    const auto link = s.open(kId);
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().problem, Spool::OpenProblem::other);
}

TEST_F(SpoolTest, AMessageThatIsNotCommittedLeavesNothing) {
    Spool s = spool();
    {
        auto held = s.begin(kId);
        ASSERT_TRUE(held);
        (*held)->log("Received from x");
        EXPECT_TRUE(os_.exists("/var/spool/p/msglog/" + kId));
    }
    EXPECT_THAT(os_.names_in("/var/spool/p/input"), ElementsAre());
    EXPECT_THAT(os_.names_in("/var/spool/p/msglog"), ElementsAre());
}

// D-spool-reused-id
TEST_F(SpoolTest, LeftoversOfTheSameIdDoNotBecomePartOfANewMessage) {
    os_.put_file(kInput + kId + "-J", "a@x\n");
    os_.put_file(kInput + "e/" + kId + "-H", format_header_file(message()));
    Spool s = spool();
    put(s);
    EXPECT_EQ(s.load(kId, true)->replayed, 0U);
    EXPECT_EQ(s.list()->size(), 1U);
}

TEST_F(SpoolTest, TooManyRecipientsAreRefusedNotMadeUnreadable) {
    Spool s = spool();
    auto held = s.begin(kId);
    Message m = message();
    m.recipients.assign(kSpoolRecipientsMax + 1, {"a@x", "", -1, "", 0});
    EXPECT_FALSE(s.commit(**held, m));
    m.recipients.pop_back();
    EXPECT_TRUE(s.commit(**held, m));
    EXPECT_EQ(s.load(kId, false)->message.recipients.size(), kSpoolRecipientsMax);
}

TEST_F(SpoolTest, JournalIsReplayed) {
    Spool s = spool();
    put(s);
    auto held = s.open(kId);
    ASSERT_TRUE((*held)->journal({"a@x", "b@x/t1"}));
    ASSERT_TRUE((*held)->journal({"evil\nb@x"}));
    EXPECT_EQ(os_.content(kInput + kId + "-J"), "a@x\nb@x/t1\nevil b@x\n");
    EXPECT_EQ(os_.stat_of(kInput + kId + "-J").permissions, 0640U);
    const auto loaded = s.load(kId, true);
    EXPECT_EQ(loaded->replayed, 3U);
    EXPECT_THAT(loaded->message.non_recipient_order, ElementsAre("a@x", "b@x/t1", "evil b@x"));
    EXPECT_EQ(s.load(kId, false)->message.non_recipient_order.size(), 0U);
    ASSERT_TRUE((*held)->rewrite_header(loaded->message));
    ASSERT_TRUE((*held)->remove_journal());
    EXPECT_FALSE(os_.exists(kInput + kId + "-J"));
    EXPECT_EQ(s.load(kId, true)->message.non_recipient_order.size(), 3U);
    EXPECT_TRUE((*held)->remove_journal());
}

// Exim believes "u@te" of a torn "u@tes" (spec §16.1).
TEST_F(SpoolTest, ATornJournalLineIsNobody) {
    struct Case {
        std::string text;
        std::vector<std::string> want;
    };
    const Case cases[] = {
        {"a@x\nb@x", {"a@x"}},
        {"b@", {}},
        {"a@x\nb@x\n", {"a@x", "b@x"}},
        {"", {}},
        {std::string("a@x\n\0\0\0\0", 8), {"a@x"}},
        {std::string("\0\0\0\0b@x\na@x\n", 12), {"a@x"}},
        {"\n\na@x\n", {"a@x"}},
    };
    for (const Case& c : cases) {
        Message m = message();
        EXPECT_EQ(replay_journal(c.text, m), c.want.size());
        EXPECT_EQ(m.non_recipient_order, c.want);
    }
}

// D-spool-journal
TEST_F(SpoolTest, ATornLineIsCutOffBeforeMoreIsAppended) {
    Spool s = spool();
    put(s);
    os_.put_file(kInput + kId + "-J", "a@x\nb@", 0640, kExim, kEximGroup);
    auto held = s.open(kId);
    ASSERT_TRUE((*held)->journal({"x@y"}));
    EXPECT_EQ(os_.content(kInput + kId + "-J"), "a@x\nx@y\n");
}

TEST_F(SpoolTest, MessageLog) {
    Spool s = spool();
    put(s);
    auto held = s.open(kId);
    (*held)->log("one");
    (*held)->log("two");
    const std::string path = "/var/spool/p/msglog/" + kId;
    EXPECT_EQ(os_.content(path), "one\ntwo\n");
    EXPECT_EQ(os_.stat_of(path).uid, kExim);
    EXPECT_EQ(*s.raw(kId, 'L'), "one\ntwo\n");
    ASSERT_TRUE((*held)->remove());
    EXPECT_FALSE(os_.exists(path));
}

// D-spool-links
TEST_F(SpoolTest, RootDoesNotAppendToWhatTheOwnerLinkedIn) {
    os_.put_file("/etc/shadow", "secret\n", 0600);
    os_.put_directory("/var/spool/p/msglog", 0750, kExim, kEximGroup);
    Spool s = spool();
    put(s);
    const std::string path = "/var/spool/p/msglog/" + kId;
    os_.put_link("/etc/shadow", path);
    (*s.open(kId))->log("x");
    os_.remove(path);
    os_.put_symlink(path, "/etc/shadow");
    (*s.open(kId))->log("x");
    EXPECT_EQ(os_.content("/etc/shadow"), "secret\n");
}

// D-spool-links
TEST_F(SpoolTest, RootJournalsIntoNoFileThatTheOwnerLinkedIn) {
    os_.put_file("/etc/shadow", "secret\nhalf a line", 0600);
    Spool s = spool();
    put(s);
    os_.put_link("/etc/shadow", kInput + kId + "-J");
    EXPECT_EQ((*s.open(kId))->journal({"a@x"}).error().code, EPERM);
    EXPECT_EQ(os_.content("/etc/shadow"), "secret\nhalf a line");
}

TEST_F(SpoolTest, WhatIsNoFileKeepsNobodyWaiting) {
    Spool s = spool();
    put(s);
    os_.put_fifo(kInput + kId + "-J", false);
    EXPECT_EQ(s.load(kId, true).error().error.code, EINVAL);
    EXPECT_FALSE((*s.open(kId))->journal({"a@x"}));
    os_.remove(kInput + kId + "-H");
    os_.put_fifo(kInput + kId + "-H", false);
    EXPECT_EQ(s.load(kId, false).error().error.code, EINVAL);
}

// D-spool-links
TEST_F(SpoolTest, RootMarksNoFileThatTheOwnerLinkedIn) {
    os_.put_file("/etc/shadow", std::string(100, 's'), 0600);
    Spool s = spool();
    put(s);
    os_.remove(kInput + kId + "-D");
    os_.put_link("/etc/shadow", kInput + kId + "-D");
    ASSERT_TRUE((*s.open(kId))->remove());
    EXPECT_EQ(os_.content("/etc/shadow"), std::string(100, 's'));
    EXPECT_THAT(os_.names_in(kInput), ElementsAre());
}

TEST_F(SpoolTest, AMarkedMessageIsDone) {
    Spool s = spool();
    put(s);
    os_.put_file(kInput + kId + "-D", kId + "!D\nbody\n", 0640, kExim, kEximGroup);
    const auto held = s.open(kId);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().problem, Spool::OpenProblem::missing);
    EXPECT_THAT(os_.names_in(kInput), ElementsAre());
}

TEST_F(SpoolTest, PreservedMessageLog) {
    SpoolSettings settings = spool().settings();
    settings.preserve_message_logs = true;
    Spool s(os_, settings);
    put(s);
    auto held = s.open(kId);
    (*held)->log("one");
    ASSERT_TRUE((*held)->remove());
    EXPECT_EQ(os_.content("/var/spool/p/msglog.OLD/" + kId), "one\n");
}

TEST_F(SpoolTest, OutputFiles) {
    os_.set_pid(321);
    Spool s = spool();
    put(s);
    auto held = s.open(kId);
    const auto fd = (*held)->create_output_file(2);
    ASSERT_TRUE(fd);
    EXPECT_EQ((*held)->output_file_path(2), "/var/spool/p/msglog/" + kId + "-321-2");
    EXPECT_EQ(os_.stat_of((*held)->output_file_path(2)).permissions, 0400U);
    EXPECT_FALSE((*held)->create_output_file(2));
}

TEST_F(SpoolTest, UnreadableHeaderFile) {
    Spool s = spool();
    put(s);
    os_.put_file(kInput + kId + "-H", "rubbish\n");
    const auto loaded = s.load(kId, true);
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().format);
    EXPECT_EQ(loaded.error().size, 8);
    os_.put_file(kInput + kId + "-H", format_header_file(message("1xVcye-0000BV-00")));
    EXPECT_FALSE(s.load(kId, true));
    os_.remove(kInput + kId + "-H");
    const auto gone = s.load(kId, true);
    ASSERT_FALSE(gone);
    EXPECT_FALSE(gone.error().format);
    EXPECT_EQ(gone.error().error.code, ENOENT);
}

TEST_F(SpoolTest, RemoveRemains) {
    Spool s = spool(true);
    put(s);
    os_.remove(kInput + "e/" + kId + "-D");
    EXPECT_FALSE(s.load(kId, false)->has_data);
    EXPECT_TRUE(*s.remove_remains(kId));
    EXPECT_FALSE(*s.remove_remains(kId));
    EXPECT_THAT(*s.list(), ElementsAre());
}

TEST_F(SpoolTest, PreparedMessagesAreSeenOnlyWhenPublished) {
    for (const bool split : {false, true}) {
        SCOPED_TRACE(split);
        Spool s = spool(split);
        {
            auto held = s.begin(kId);
            ASSERT_TRUE(held && s.prepare(**held, message(kId), kOther));
        }
        EXPECT_FALSE(s.exists(kId, 'D')) << "nobody kept it";
        {
            auto held = s.begin(kId);
            ASSERT_TRUE(held && s.prepare(**held, message(kId), kOther));
            (*held)->keep();
        }
        os_.power_cut();
        EXPECT_THAT(*s.list(), ElementsAre());
        EXPECT_FALSE(s.exists(kId, 'H'));
        EXPECT_FALSE(*s.publish(kId, kId)) << "it is not about itself";
        Spool other_layout = spool(!split);
        EXPECT_TRUE(*other_layout.publish(kId, kOther));
        os_.power_cut();
        EXPECT_FALSE(*s.publish(kId, kOther)) << "once";
        ASSERT_EQ(s.list()->size(), 1u);
        EXPECT_TRUE(s.load(kId, true));
        ASSERT_TRUE(s.open(kId).value()->remove());
    }
}

}  // namespace
}  // namespace postern
