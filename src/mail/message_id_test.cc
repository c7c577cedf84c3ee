// SPDX-License-Identifier: Apache-2.0
#include "mail/message_id.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

// Ids and times that exim4 4.96 gave to messages.
TEST(MessageId, AsExim) {
    EXPECT_EQ(make_message_id({1795474240, 519700}, 8212, std::nullopt), "1xVcrw-00028S-1f");
    EXPECT_EQ(make_message_id({1795474274, 677817}, 0, 3), "1xVcsU-000000-Br");
    EXPECT_EQ(make_message_id({1795474274, 0}, 0, 0), "1xVcsU-000000-00");
    EXPECT_EQ(make_message_id({1795474274, 999999}, 0, 16), "1xVcsU-000000-sp");
}

TEST(MessageId, BothForms) {
    EXPECT_TRUE(is_message_id("1xVcsU-0002HH-C1"));
    EXPECT_TRUE(is_message_id("1xVcsU-0000000002H-000C"));
    EXPECT_FALSE(is_message_id("1xVcsU-0002HH-C"));
    EXPECT_FALSE(is_message_id("1xVcsU-0002HH_C1"));
    EXPECT_FALSE(is_message_id("1xVcsU-0002H/-C1"));
    EXPECT_FALSE(is_message_id(""));
    EXPECT_EQ(data_offset("1xVcsU-0002HH-C1"), 19U);
    EXPECT_EQ(data_offset("1xVcsU-0000000002H-000C"), 26U);
}

TEST(MessageId, Seconds) {
    EXPECT_EQ(message_id_seconds("1xVcsU-0002HH-C1"), 1795474274);
    EXPECT_EQ(message_id_seconds("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace postern
