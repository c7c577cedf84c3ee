// SPDX-License-Identifier: Apache-2.0
// The program's own messages, from the engine's text to a mailbox, with everything that a run consists of but the real
// operating system.
#include "app/generated_mail.h"

#include <gtest/gtest.h>

#include "support/fault_sweep.h"

namespace postern {
namespace {

constexpr const char* kConfiguration =
    "exim_user = mail\n"
    "exim_group = mail\n"
    "primary_hostname = mx.example\n"
    "spool_directory = /spool\n"
    "log_file_path = /log/%slog\n"
    "keep_environment =\n"
    "timezone = UTC\n"
    "QUEUE\n"
    "begin routers\n"
    "r:\n"
    "  driver = accept\n"
    "  transport = t\n"
    "begin transports\n"
    "t:\n"
    "  driver = appendfile\n"
    "  file = /mail/box\n"
    "  user = joe\n"
    "  quota_warn_message = \"To: joe@mx.example\\nSubject: w\\n\\nx\\n\"\n"
    "  quota_warn_threshold = 10\n"
    "  mailbox_size = 0\n";  // each delivery passes the threshold anew

class GeneratedMailTest : public testing::Test {
protected:
    GeneratedMailTest() {
        w.fake.add_group("mail", 8);
        w.fake.add_user("root", 0, 0, "/");
        w.fake.add_user("mail", 8, 8, "/");
        w.fake.add_user("joe", 1000, 1000, "/");
        w.fake.put_directory("/spool", 0750, 8, 8);
        w.fake.put_directory("/log", 0750, 8, 8);
        w.fake.put_directory("/mail", 0777);
        line.configuration_files = {"/conf"};
    }
    bool open(const std::string& main = "") {
        std::string text = kConfiguration;
        w.fake.put_file("/conf", text.replace(text.find("QUEUE"), 5, main));
        place.emplace(Workplace::World{w.os, w.clock, w.processes}, line);
        return place->open();
    }
    static Message about() {
        Message message;
        message.id = "1xUyh5-0007zV-2L";
        message.received = FakeClock::kStart;
        return message;
    }
    std::size_t count(const std::string& path, const std::string& what) const {
        std::size_t found = 0;
        const std::string text = w.fake.content(path);
        for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
        return found;
    }
    World w;
    CommandLine line;
    std::optional<Workplace> place;
};

TEST_F(GeneratedMailTest, IsSpooledAndDelivered) {
    ASSERT_TRUE(open());
    GeneratedMail mail(*place);
    const Message message = about();
    const auto id =
        mail.submit({.about = message, .text = "Auto-Submitted: auto-replied\nTo: joe@mx.example\n\nhello\n"});
    ASSERT_TRUE(id);
    EXPECT_NE(*id, message.id);
    EXPECT_TRUE(w.fake.exists("/spool/input/" + *id + "-H"));
    EXPECT_EQ(count("/log/mainlog", *id + " <= <> R=1xUyh5-0007zV-2L U=root P=local S="), 1u);
    // It is durable although this run would not sync: nobody else has a copy.
    w.fake.power_cut();
    EXPECT_TRUE(w.fake.exists("/spool/input/" + *id + "-H"));
    EXPECT_TRUE(w.fake.exists("/spool/input/" + *id + "-D"));
}

TEST_F(GeneratedMailTest, RecipientsMayBeGiven) {
    ASSERT_TRUE(open());
    GeneratedMail mail(*place);
    const Message message = about();
    const auto id = mail.submit({.about = message,
                                 .text = "To: someone@else.example\n\nhello\n",
                                 .sender = "a@mx.example",
                                 .to = {"joe@mx.example"}});
    ASSERT_TRUE(id);
    const std::string header = w.fake.content("/spool/input/" + *id + "-H");
    EXPECT_NE(header.find("\n1\njoe@mx.example\n"), std::string::npos) << header;
    EXPECT_NE(header.find("<a@mx.example>"), std::string::npos) << header;
}

TEST_F(GeneratedMailTest, WithoutRecipientsIsLoggedAndNotKept) {
    ASSERT_TRUE(open());
    GeneratedMail mail(*place);
    const Message message = about();
    EXPECT_FALSE(mail.submit({.about = message, .text = "Subject: x\n\nhello\n"}));
    EXPECT_EQ(count("/log/mainlog", "no recipients found in headers"), 1u);
    EXPECT_EQ(count("/log/mainlog",
                    "Error while reading message with no usable sender address (R=1xUyh5-0007zV-2L): no recipient "
                    "addresses"),
              1u);
    EXPECT_EQ(w.fake.names_in("/spool/input"), std::vector<std::string>{});
}

TEST_F(GeneratedMailTest, HeldBackByQueueOnly) {
    ASSERT_TRUE(open("queue_only"));
    EXPECT_TRUE(GeneratedMail(*place).held_back());
    ASSERT_TRUE(open());
    EXPECT_FALSE(GeneratedMail(*place).held_back());
}

// D-new-message-depth: each warning here causes another one.
TEST_F(GeneratedMailTest, MessagesAboutMessagesComeToAnEnd) {
    ASSERT_TRUE(open());
    GeneratedMail mail(*place);
    const Message message = about();
    const auto id = mail.submit({.about = message, .text = "To: joe@mx.example\n\nhello\n"});
    ASSERT_TRUE(id);
    mail.deliver(*id);
    const std::size_t delivered = count("/mail/box", "\nTo: joe@mx.example\n");
    EXPECT_GT(delivered, 2u);
    EXPECT_LT(delivered, 20u);
    EXPECT_EQ(w.fake.names_in("/spool/input").size(), 2u) << "the last one waits";
}

TEST(GeneratedMailFaults, IsTakenWholeOrNotAtAll) {
    for_every_fault({ENOSPC, EIO}, [](World& w) {
        w.fake.add_group("mail", 8);
        w.fake.add_user("root", 0, 0, "/");
        w.fake.add_user("mail", 8, 8, "/");
        w.fake.add_user("joe", 1000, 1000, "/");
        for (const char* directory : {"/spool", "/spool/input", "/spool/msglog", "/log"})
            w.fake.put_directory(directory, 0750, 8, 8);
        std::string text = kConfiguration;
        w.fake.put_file("/conf", text.replace(text.find("QUEUE"), 5, ""));
        CommandLine line;
        line.configuration_files = {"/conf"};
        Workplace place({w.os, w.clock, w.processes}, line);
        if (!place.open()) return;
        GeneratedMail mail(place);
        Message message;
        message.id = "1xUyh5-0007zV-2L";
        message.received = FakeClock::kStart;
        const auto id = mail.submit({.about = message, .text = "To: joe@mx.example\n\nhello\n"});
        EXPECT_EQ(w.fake.names_in("/spool/input").size(), id ? 2u : 0u);
    });
}

}  // namespace
}  // namespace postern
