// SPDX-License-Identifier: Apache-2.0
// Maildir and plain directory: names, directories, words.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

constexpr char kMaildir[] = "/home/joe/Maildir";
const std::string kBase = "1795319538.M123456P4711.mail.example.net";

std::string only_name_in(const World& w, const std::string& directory) {
    const auto names = w.fake.names_in(directory);
    return names.size() == 1 ? names.front() : std::to_string(names.size()) + " names";
}

TEST(MaildirBox, MakesItselfAndTheMessage) {
    World w;
    put_home(w);
    MaildirSettings settings{.common = test_settings(kMaildir)};
    settings.common.mode = 0640;
    settings.common.directory_mode = 02750;
    TestNaming naming;
    naming.tag = ",S=52";
    ASSERT_FALSE(put_message(w, maildir(settings), naming));
    EXPECT_EQ(only_name_in(w, "/home/joe/Maildir/new"), kBase + ",S=52");
    EXPECT_EQ(w.fake.content("/home/joe/Maildir/new/" + kBase + ",S=52"), kMessage);
    EXPECT_EQ(w.fake.names_in("/home/joe/Maildir/tmp").size(), 0u);
    const FileStat made = w.fake.stat_of("/home/joe/Maildir/new/" + kBase + ",S=52");
    EXPECT_EQ(made.permissions, 0640u);
    EXPECT_EQ(made.links, 1u);
    for (const char* sub : {"", "/tmp", "/new", "/cur"})
        EXPECT_EQ(w.fake.stat_of(kMaildir + std::string(sub)).permissions, 02750u);
}

TEST(MaildirBox, TwoMessagesGetTwoNames) {
    World w;
    put_home(w);
    ASSERT_FALSE(put_message(w, maildir(kMaildir)));
    ASSERT_FALSE(put_message(w, maildir(kMaildir)));
    EXPECT_EQ(w.fake.names_in("/home/joe/Maildir/new").size(), 2u);
}

// D-maildir-replace (W16): Exim's rename would replace the other message.
TEST(MaildirBox, NameThatIsTakenIsNotReplaced) {
    World w;
    put_home(w);
    w.fake.put_file("/home/joe/Maildir/new/" + kBase, "other message", 0600, kUser, kMail);
    w.fake.put_directory("/home/joe/Maildir", 0700, kUser, kMail);
    w.fake.put_directory("/home/joe/Maildir/new", 0700, kUser, kMail);
    ASSERT_FALSE(put_message(w, maildir(kMaildir)));
    EXPECT_EQ(w.fake.content("/home/joe/Maildir/new/" + kBase), "other message");
    ASSERT_EQ(w.fake.names_in("/home/joe/Maildir/new").size(), 2u);
    EXPECT_EQ(w.fake.content("/home/joe/Maildir/new/" + w.fake.names_in("/home/joe/Maildir/new").back()), kMessage);
}

// D-maildir-host (W16)
TEST(MaildirBox, HostNameIsEscaped) {
    World w;
    put_home(w);
    MaildirSettings settings{.common = test_settings(kMaildir)};
    settings.common.hostname = "a/b:c";
    ASSERT_FALSE(put_message(w, maildir(settings)));
    EXPECT_EQ(only_name_in(w, "/home/joe/Maildir/new"), "1795319538.M123456P4711.a\\057b\\072c");
}

TEST(MaildirBox, TagIsLeftOutIfTheNameGetsTooLong) {
    World w;
    put_home(w);
    TestNaming naming;
    naming.tag = std::string(250, 'x');
    ASSERT_FALSE(put_message(w, maildir(kMaildir), naming));
    EXPECT_EQ(only_name_in(w, "/home/joe/Maildir/new"), kBase);
}

TEST(MaildirBox, FolderMark) {
    World w;
    put_home(w);
    MaildirSettings settings{.common = test_settings("/home/joe/Maildir/.x"), .is_folder = true};
    ASSERT_FALSE(put_message(w, maildir(settings)));
    ASSERT_FALSE(put_message(w, maildir(settings)));
    EXPECT_EQ(w.fake.stat_of("/home/joe/Maildir/.x/maildirfolder").permissions, 0600u);
}

struct FailureCase {
    const char* name;
    std::function<void(World&)> set_up;
    bool create_directory;
    int want_code;
    std::string want_message;
};

TEST(MaildirBox, FailuresAndTheirWords) {
    const auto whole = [](World& w) {
        for (const char* sub : {"", "/tmp", "/new", "/cur"})
            w.fake.put_directory(kMaildir + std::string(sub), 0700, kUser, kMail);
    };
    const FailureCase kCases[] = {
        {"file instead", [](World& w) { w.fake.put_file(kMaildir, "", 0600, kUser, kMail); }, true, -5,
         "/home/joe/Maildir is not a directory"},
        {"file instead of tmp",
         [](World& w) {
             w.fake.put_directory(kMaildir, 0700, kUser, kMail);
             w.fake.put_file("/home/joe/Maildir/tmp", "", 0600, kUser, kMail);
         },
         true, -5, "/home/joe/Maildir/tmp is not a directory"},
        {"must not be made", [](World&) {}, false, ENOENT,
         "stat() error for /home/joe/Maildir: No such file or directory"},
        {"new must not be made",
         [](World& w) {
             w.fake.put_directory(kMaildir, 0700, kUser, kMail);
             w.fake.put_directory("/home/joe/Maildir/tmp", 0700, kUser, kMail);
         },
         false, ENOENT, "stat() error for /home/joe/Maildir/new: No such file or directory"},
        {"cannot be made", [](World& w) { w.fake.put_directory("/home/joe", 0500, kUser, kMail); }, true, EACCES,
         "cannot create /home/joe/Maildir"},
        {"cannot be entered", [](World& w) { w.fake.put_directory(kMaildir, 0600, kUser, kMail); }, true, EACCES,
         "cannot chdir to /home/joe/Maildir"},
        {"dangling link", [](World& w) { w.fake.put_symlink(kMaildir, "/home/joe/nowhere", kUser, kMail); }, true,
         ENOENT, "cannot chdir to /home/joe/Maildir"},
        {"dangling link as tmp",
         [&](World& w) {
             whole(w);
             w.fake.remove("/home/joe/Maildir/tmp");
             w.fake.put_symlink("/home/joe/Maildir/tmp", "/home/joe/nowhere", kUser, kMail);
         },
         true, ENOENT, "failed to open tmp/" + kBase + " (1 try)"},
        // D-maildir-lasting (W15): Exim tries ten times within 18 seconds.
        {"tmp closed",
         [&](World& w) {
             whole(w);
             w.fake.put_directory("/home/joe/Maildir/tmp", 0500, kUser, kMail);
         },
         true, EACCES, "failed to open tmp/" + kBase + " (1 try)"},
        {"new closed",
         [&](World& w) {
             whole(w);
             w.fake.put_directory("/home/joe/Maildir/new", 0500, kUser, kMail);
         },
         true, EACCES, "while renaming tmp/" + kBase + " as new/" + kBase},
    };
    for (const FailureCase& c : kCases) {
        SCOPED_TRACE(c.name);
        World w;
        put_home(w);
        c.set_up(w);
        MaildirSettings settings{.common = test_settings(kMaildir)};
        settings.common.create_directory = c.create_directory;
        const Verdict failure = put_message(w, maildir(settings));
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->code, c.want_code);
        EXPECT_EQ(failure->message, c.want_message);
        EXPECT_EQ(w.fake.names_in("/home/joe/Maildir/tmp").size(), 0u);
        EXPECT_TRUE(w.clock.sleeps.empty() || w.clock.sleeps.back() < std::chrono::seconds(1));
    }
}

TEST(MaildirBox, ErrorThatMayPassIsTriedAgain) {
    World w;
    put_home(w);
    ASSERT_FALSE(put_message(w, maildir(kMaildir)));
    w.os.fail_only({Call::create});
    w.os.fail_at(1, EMFILE, true);
    const Verdict failure = put_message(w, maildir(kMaildir));
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->message.ends_with("(10 tries)")) << failure->message;
    EXPECT_EQ(std::ranges::count(w.clock.sleeps, std::chrono::seconds(2)), 9);
    w.os.disarm();
    w.os.fail_at(1, EMFILE);
    EXPECT_FALSE(put_message(w, maildir(kMaildir)));
}

TEST(MaildirBox, FullDiskSaysSoToTheSender) {
    World w;
    put_home(w);
    ASSERT_FALSE(put_message(w, maildir(kMaildir)));
    w.fake.set_free_space(100000, 0);
    const Verdict failure = put_message(w, maildir(kMaildir));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, ENOSPC);
    EXPECT_EQ(failure->user_message, "mailbox is full");
}

constexpr char kPlain[] = "/home/joe/inbox";

TEST(PlainDirectory, MakesItselfAndTheMessage) {
    World w;
    put_home(w);
    TestNaming naming;
    naming.names = {"q1vSR9K"};
    ASSERT_FALSE(put_message(w, plain(kPlain), naming));
    EXPECT_EQ(only_name_in(w, kPlain), "q1vSR9K");
    EXPECT_EQ(w.fake.content("/home/joe/inbox/q1vSR9K"), kMessage);
    EXPECT_EQ(w.fake.stat_of("/home/joe/inbox/q1vSR9K").inode, naming.inode_seen);
    EXPECT_EQ(w.fake.stat_of("/home/joe/inbox/q1vSR9K").links, 1u);
}

// D-plain-leftover (W2): Exim writes over what is there and delivers the rest of it as well; or through a link.
TEST(PlainDirectory, LeftoverOrLinkUnderTheTemporaryNameIsNotUsed) {
    const std::string temporary = "/home/joe/inbox/temp.4711.mail.example.net";
    for (const bool link : {false, true}) {
        World w;
        put_home(w);
        w.fake.put_directory(kPlain, 0700, kUser, kMail);
        w.fake.put_file("/home/joe/precious", "precious", 0600, kUser, kMail);
        if (link) {
            w.fake.put_symlink(temporary, "/home/joe/precious", kUser, kMail);
        } else {
            w.fake.put_file(temporary, std::string(1000, 'x'), 0600, kUser, kMail);
        }
        ASSERT_FALSE(put_message(w, plain(kPlain)));
        EXPECT_EQ(only_name_in(w, kPlain), "q1");
        EXPECT_EQ(w.fake.content("/home/joe/inbox/q1"), kMessage);
        EXPECT_EQ(w.fake.content("/home/joe/precious"), "precious");
    }
}

TEST(PlainDirectory, NameThatIsTakenIsTriedAgainLater) {
    World w;
    put_home(w);
    w.fake.put_directory(kPlain, 0700, kUser, kMail);
    w.fake.put_file("/home/joe/inbox/q1", "other", 0600, kUser, kMail);
    TestNaming naming;
    naming.names = {"q1", "q2"};
    ASSERT_FALSE(put_message(w, plain(kPlain), naming));
    EXPECT_EQ(w.fake.content("/home/joe/inbox/q2"), kMessage);
    naming.names = {"q1"};
    const Verdict failure = put_message(w, plain(kPlain), naming);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, EEXIST);
    EXPECT_EQ(failure->message, "while renaming /home/joe/inbox/temp.4711.mail.example.net as /home/joe/inbox/q1");
    EXPECT_EQ(w.fake.content("/home/joe/inbox/q1"), "other");
    EXPECT_EQ(w.fake.names_in(kPlain).size(), 2u);
}

TEST(PlainDirectory, FailuresAndTheirWords) {
    const FailureCase kCases[] = {
        {"must not be made", [](World&) {}, false, ENOENT,
         "while creating file /home/joe/inbox/temp.4711.mail.example.net"},
        {"closed", [](World& w) { w.fake.put_directory(kPlain, 0500, kUser, kMail); }, true, EACCES,
         "while creating file /home/joe/inbox/temp.4711.mail.example.net"},
        {"parent closed", [](World& w) { w.fake.put_directory("/home/joe", 0500, kUser, kMail); }, true, EACCES,
         "while creating file /home/joe/inbox/temp.4711.mail.example.net"},
        {"leftover that cannot be removed",
         [](World& w) {
             w.fake.put_directory("/home/joe/inbox/temp.4711.mail.example.net", 0700, kUser, kMail);
             w.fake.put_directory(kPlain, 0700, kUser, kMail);
         },
         true, EEXIST, "while creating file /home/joe/inbox/temp.4711.mail.example.net"},
    };
    for (const FailureCase& c : kCases) {
        SCOPED_TRACE(c.name);
        World w;
        put_home(w);
        c.set_up(w);
        MailboxSettings settings = test_settings(kPlain);
        settings.create_directory = c.create_directory;
        const Verdict failure = put_message(w, plain(settings));
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->code, c.want_code);
        EXPECT_EQ(failure->message, c.want_message);
    }
}

}  // namespace
}  // namespace postern
