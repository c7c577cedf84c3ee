// SPDX-License-Identifier: Apache-2.0
// The warning that a mailbox fills up.
#include "support/delivery_site.h"

namespace postern {
namespace {

class QuotaWarning : public DeliveryRunTest {
protected:
    QuotaWarning() {
        site_.box_options().quota_warn_message = {"To: $local_part@$domain\nSubject: full\n\nx\n", true, {}};
        EXPECT_TRUE(site_.queue(Site::message({"filling@example"})));
    }
};

TEST_F(QuotaWarning, IsSentBeforeTheDeliveryIsLogged) {
    site_.on_the_spot = true;
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "<= <> R=1xUyh5-0007zV-2L\ndeliver\n=> filling@example R=all T=box\nCompleted\n");
    ASSERT_EQ(site_.new_texts.size(), 1u);
    EXPECT_EQ(site_.new_texts[0],
              "Auto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@example>\n"
              "To: filling@example\nSubject: full\n\nx\n");
    EXPECT_TRUE(os_.content("/log/mainlog").find(std::string(kId) + " =>") != std::string::npos);
}

TEST_F(QuotaWarning, IsDeliveredAfterTheRunInAQueueRun) {
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "<= <> R=1xUyh5-0007zV-2L\n=> filling@example R=all T=box\nCompleted\ndeliver\n");
}

TEST_F(QuotaWarning, WaitsWhereNewMessagesAreHeldBack) {
    site_.hold_new = true;
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "<= <> R=1xUyh5-0007zV-2L\n=> filling@example R=all T=box\nCompleted\n");
}

TEST_F(QuotaWarning, ThatCannotBeSentDoesNotUndoTheDelivery) {
    site_.refuse_new = true;
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "=> filling@example R=all T=box\nCompleted\n");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.filling.1"});
}

TEST_F(QuotaWarning, TextThatDoesNotExpandIsLogged) {
    site_.box_options().quota_warn_message.source = "${nosuch:x}";
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_TRUE(
        site_.log("panic").starts_with("Failed to expand \"${nosuch:x}\" (warning message for box transport): "))
        << site_.log("panic");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.filling.1"});
}

TEST_F(QuotaWarning, HeadersThatTheTextHasAreNotAdded) {
    site_.configuration.main.errors_reply_to = {"help@example", true};
    site_.configuration.main.dsn_from = {"${nosuch:x}", true, {}};
    site_.box_options().quota_warn_message.source = "from : me@example\nTo: you\n\nx\n";
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    ASSERT_EQ(site_.new_texts.size(), 1u);
    EXPECT_EQ(site_.new_texts[0],
              "Reply-To: help@example\nAuto-Submitted: auto-replied\nfrom : me@example\nTo: you\n\nx\n");
}

// D-autoreply-mime, D-autoreply-headers: as in other messages of our own.
TEST_F(QuotaWarning, IsAWellFormedMessage) {
    site_.box_options().quota_warn_message.source = "From: me@example\nX: a\x01z\nTo: you\n\nB\xc3\xa4h\n";
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    ASSERT_EQ(site_.new_texts.size(), 1u);
    EXPECT_EQ(site_.new_texts[0],
              "Auto-Submitted: auto-replied\nFrom: me@example\nX: az\nTo: you\nMIME-Version: 1.0\n"
              "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nB\xc3\xa4h\n");
}

TEST_F(DeliveryRunTest, NoWarningWithoutText) {
    ASSERT_TRUE(site_.queue(Site::message({"filling@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "=> filling@example R=all T=box\nCompleted\n");
}

}  // namespace
}  // namespace postern
