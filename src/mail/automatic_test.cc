// SPDX-License-Identifier: Apache-2.0
#include "mail/automatic.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(AutomaticMail, Headers) {
    const struct {
        const char* line;
        std::optional<NoAnswer> want;
    } kCases[] = {
        {"Subject: hello\n", std::nullopt},
        {"Auto-Submitted: no\n", std::nullopt},
        {"auto-submitted: NO (really)\n", std::nullopt},
        {"Auto-Submitted: auto-replied\n", NoAnswer::auto_submitted},
        {"Auto-Submitted: auto-generated; x=y\n", NoAnswer::auto_submitted},
        {"AUTO-SUBMITTED:auto-notified\n", NoAnswer::auto_submitted},
        {"Auto-Submitted:\n", NoAnswer::auto_submitted},
        {"Auto-Submitted: nobody\n", NoAnswer::auto_submitted},
        {"Precedence: bulk\n", NoAnswer::precedence},
        {"precedence: LIST\n", NoAnswer::precedence},
        {"Precedence: junk (c)\n", NoAnswer::precedence},
        {"Precedence: auto_reply\n", NoAnswer::precedence},
        {"Precedence: first-class\n", std::nullopt},
        {"Content-Type: multipart/report; report-type=delivery-status\n", NoAnswer::auto_submitted},
        {"Content-Type: multipart/reporting\n", std::nullopt},
        {"Content-Type: multipart/mixed; x=multipart/report\n", std::nullopt},
        {"List-Id: <a.b>\n", NoAnswer::mailing_list},
        {"List-Unsubscribe: <mailto:x>\n", NoAnswer::mailing_list},
        {"Lists-Id: x\n", std::nullopt},
        {"X-Auto-Response-Suppress: DR, OOF\n", NoAnswer::suppressed},
        {"X-Auto-Response-Suppress: All\n", NoAnswer::suppressed},
        {"X-Auto-Response-Suppress: DR, RN\n", std::nullopt},
    };
    for (const auto& c : kCases) EXPECT_EQ(automatic_mail("a@b", {{HeaderType::other, c.line}}), c.want) << c.line;
    EXPECT_EQ(automatic_mail("a@b", {{HeaderType::removed, "Precedence: bulk\n"}}), std::nullopt);
    EXPECT_EQ(automatic_mail("", {}), NoAnswer::null_sender);
    EXPECT_EQ(automatic_mail("owner-x@b", {}), NoAnswer::system_sender);
}

TEST(AutomaticMail, SystemAddresses) {
    for (const char* address : {"MAILER-DAEMON@b", "owner-list@b", "list-request@b", "LIST-Bounces@b", "noreply@b",
                                "\"mailer-daemon\"@b", "majordomo", "listserv@b", "list-bounces+joe=x@b",
                                "bounces+12@b", "bounces@b", "bounce@b", "news-return-1-joe=x@b", "noreply+1@b",
                                "no_reply@b", "do_not_reply@b", "MAILER-DAEMON+x@b", "root@b", "sympa@b"})
        EXPECT_TRUE(is_system_address(address)) << address;
    for (const char* address : {"postmaster@b", "joe@b", "owner@b", "request@b", "joe@owner-list", "requests@b",
                                "bouncer@b", "returns@b", "joe-return-desk@b", "return-1@b", "joe+noreply@b",
                                "joe_bouncer@b", "rooty@b", "sympathy@b", "+root@b", "bounceshouse@b", "a-return-"})
        EXPECT_FALSE(is_system_address(address)) << address;
}

TEST(AutomaticMail, AddressedTo) {
    const OwnAddress joe = [](std::string_view address) { return address == "joe@b"; };
    const auto to = [&](const char* line, HeaderType type = HeaderType::other) {
        return is_addressed_to(joe, {{type, line}});
    };
    EXPECT_TRUE(to("To: ann@b, Joe <joe@b>\n"));
    EXPECT_TRUE(to("cc: Team: ann@b, joe@b;\n"));
    EXPECT_TRUE(to("Resent-To: joe@b\n"));
    EXPECT_TRUE(to("Bcc: joe@b\n", HeaderType::removed));
    EXPECT_FALSE(to("To: joe@b\n", HeaderType::removed));
    EXPECT_FALSE(to("To: \"joe@b\" <ann@b>\n"));
    EXPECT_FALSE(to("From: joe@b\n"));
    EXPECT_TRUE(is_from(joe, {{HeaderType::from, "From: joe@b\n"}}));
    EXPECT_FALSE(is_from(joe, {{HeaderType::to, "To: joe@b\n"}}));
}

}  // namespace
}  // namespace postern
