// SPDX-License-Identifier: Apache-2.0
#include "wording/queue.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern::wording {
namespace {

TEST(QueueWording, Age) {
    struct Case {
        std::int64_t seconds;
        std::string want;
    };
    const Case cases[] = {{0, " 0m"},
                          {29, " 0m"},
                          {30, " 1m"},
                          {90 * 60, "90m"},
                          {90 * 60 + 30, " 2h"},
                          {72 * 3600, "72h"},
                          {73 * 3600, " 3d"},
                          {1000 * 86400, "1000d"}};
    for (const Case& c : cases) EXPECT_EQ(queue_age(c.seconds), c.want) << c.seconds;
}

// As exim4 -bp showed messages of these sizes.
TEST(QueueWording, Size) {
    struct Case {
        std::int64_t bytes;
        std::string want;
    };
    const Case cases[] = {{0, "     "},       {247, "  247"},     {1023, " 1023"},  {1024, " 1.0K"},
                          {5248, " 5.1K"},    {10239, "10.0K"},   {10240, "  10K"}, {100248, "  98K"},
                          {1048576, " 1.0M"}, {10485760, "  10M"}};
    for (const Case& c : cases) EXPECT_EQ(queue_size(c.bytes), c.want) << c.bytes;
}

TEST(QueueWording, Lines) {
    EXPECT_EQ(queue_message({60, 5837, "1xVczJ-0001wD-27", "new@y", "", true}),
              " 1m  5.7K 1xVczJ-0001wD-27 <new@y> *** frozen ***\n");
    EXPECT_EQ(queue_message({60, 247, "1xVczJ-0001wD-27", "a@b", "joe", false}),
              " 1m   247 1xVczJ-0001wD-27 <a@b> (joe)\n");
    EXPECT_EQ(queue_recipient("x@y", false), "          x@y\n");
    EXPECT_EQ(queue_recipient("x@y", true), "        D x@y\n");
    EXPECT_EQ(queue_other_done("x@y"), "       +D x@y\n");
    EXPECT_EQ(queue_unreadable("1xVdl7-0000U8-1U"), "      1xVdl7-0000U8-1U\n");
    EXPECT_EQ(queue_format_error(4), "    *** spool format error: size=4 ***\n");
    EXPECT_EQ(queue_read_error(EIO), "    *** spool read error: Input/output error ***\n");
}

TEST(QueueWording, Commands) {
    EXPECT_EQ(say_changed("ID", Change::frozen), "Message ID is now frozen\n");
    EXPECT_EQ(say_changed("ID", Change::removed_or_gone), "Message ID has been removed or did not exist\n");
    EXPECT_EQ(say_changed("ID", Change::locked), "Message ID is locked\n");
    EXPECT_EQ(say_not_a_recipient("marking as delivered", "a@b"),
              "- error while marking as delivered:\n  a@b is not a recipient: message not updated\n");
    EXPECT_EQ(sender_changed_by("a@b", "root"), "sender address changed to <a@b> by root");
    EXPECT_EQ(marked_delivered_by("a@b", "uid 5"), "address <a@b> marked delivered by uid 5");
}

}  // namespace
}  // namespace postern::wording
