// SPDX-License-Identifier: Apache-2.0
#include "wording/intake.h"

#include <gtest/gtest.h>

namespace postern::wording {
namespace {

// Lines of exim4 4.96.
TEST(IntakeWording, Received) {
    Received line;
    line.sender = "root@test.example";
    line.ident = "root";
    line.protocol = "local";
    line.size = 281;
    EXPECT_EQ(received(line), "<= root@test.example U=root P=local S=281");
    EXPECT_EQ(received_in_message_log(line), "Received from root@test.example U=root P=local S=281");
    line.show_8bitmime = true;
    line.message_id = "E1xVdDH-0007jB-16@mx.test.example";
    line.message_id_created = true;
    line.subject = "a \"b\" \\ \303\251\n c\td";
    line.raw_sender = "root";
    line.raw_recipients = {"a@b", "c"};
    EXPECT_EQ(received(line),
              "<= root@test.example U=root P=local S=281 M8S=0 id*=E1xVdDH-0007jB-16@mx.test.example "
              "T=\"a \\\"b\\\" \\\\ \\303\\251\\n c\td\" from <root> for a@b c");
    Received bounce;
    bounce.references = "1xVdHh-0001z0-0C";
    bounce.host = host_text("host.ex", "", "10.0.0.1", 25);
    bounce.size = 1;
    bounce.message_id = "1@x";
    EXPECT_EQ(received(bounce), "<= <> R=1xVdHh-0001z0-0C H=host.ex [10.0.0.1]:25 S=1 id=1@x");
}

TEST(IntakeWording, Host) {
    EXPECT_EQ(host_text("", "", "1.2.3.4", 0), "[1.2.3.4]");
    EXPECT_EQ(host_text("", "helo", "1.2.3.4", 0), "(helo) [1.2.3.4]");
    EXPECT_EQ(host_text("h", "helo", "1.2.3.4", 25), "h (helo) [1.2.3.4]:25");
    EXPECT_EQ(host_text("h", "h", "1.2.3.4", 0), "h [1.2.3.4]");
}

TEST(IntakeWording, BadAddresses) {
    EXPECT_EQ(say_bad_addresses({{"a@@b, c@x", "domain missing or malformed"}}),
              "exim: invalid address:  a@@b, c@x: domain missing or malformed\n");
    EXPECT_EQ(say_bad_addresses({{"a@@b", "x"}, {"<c@d", "y"}}), "exim: invalid addresses:\n  a@@b: x\n  <c@d: y\n");
    EXPECT_EQ(say_bad_addresses({{"a@@b", "x"}, {"<c@d", "y"}}, 7),
              "exim: invalid addresses:\n  a@@b: x\n  <c@d: y\n  ... and 7 more\n");
}

TEST(IntakeWording, TooBig) {
    EXPECT_EQ(rejected_too_big("", "root", 101, 100), "rejected from <> U=root: message too big: read=101 max=100");
    EXPECT_EQ(say_too_big(100), "exim: message rejected: message too big (max=100)\n");
}

}  // namespace
}  // namespace postern::wording
