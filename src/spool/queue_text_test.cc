// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_text.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern {
namespace {

Spool::Loaded loaded() {
    Spool::Loaded out;
    Message& m = out.message;
    m.id = "1xVcyf-0000CM-0E";
    m.login = "joe";
    m.sender = "s@x";
    m.received.seconds = 1000;
    m.body_size = 200;
    m.headers = {{HeaderType::other, std::string(45, 'x') + "\n"}, {HeaderType::removed, "gone\n"}};
    m.recipients = {{"a@x", "", -1, "", 0}, {"b@x", "", -1, "", 0}};
    m.mark_done("b@x");
    m.mark_done("other@x");
    return out;
}

TEST(QueueBlock, Message) {
    Spool::Loaded l = loaded();
    EXPECT_EQ(queue_block(l, 1060, {}), " 1m   247 1xVcyf-0000CM-0E <s@x>\n          a@x\n        D b@x\n\n");
    EXPECT_EQ(queue_block(l, 1060, {true, false}), " 1m   247 1xVcyf-0000CM-0E <s@x>\n          a@x\n\n");
    l.message.frozen = 1;
    l.message.sender_set_untrusted = true;
    l.has_data = false;
    EXPECT_EQ(
        queue_block(l, 1000, {false, true}),
        " 0m       1xVcyf-0000CM-0E <s@x> (joe) *** frozen ***\n          a@x\n        D b@x\n       +D other@x\n\n");
}

TEST(QueueBlock, BrokenHeaderLines) {
    Spool::ReadFailure failure;
    failure.size = 300;
    failure.detail.broken_line_size = 13;
    failure.readable = loaded();
    EXPECT_EQ(queue_block("1xVcyf-0000CM-0E", failure, 1060, {}),
              " 1m   260 1xVcyf-0000CM-0E <s@x>\n    *** spool format error: size=300 ***\n"
              "          a@x\n        D b@x\n\n");
    failure.readable->message.frozen = 1;
    failure.readable->message.sender_set_untrusted = true;
    failure.readable->has_data = false;
    EXPECT_EQ(queue_block("1xVcyf-0000CM-0E", failure, 1060, {true, false}),
              " 1m       1xVcyf-0000CM-0E <s@x> (joe)\n    *** spool format error: size=300 *** *** frozen ***\n"
              "          a@x\n\n");
}

TEST(QueueBlock, Unreadable) {
    Spool::ReadFailure format;
    format.size = 4;
    EXPECT_EQ(queue_block("1xVcyf-0000CM-0E", format, 1060, {}),
              "      1xVcyf-0000CM-0E\n    *** spool format error: size=4 ***\n\n");
    Spool::ReadFailure io;
    io.format = false;
    io.error.code = EACCES;
    EXPECT_EQ(queue_block("1xVcyf-0000CM-0E", io, 1060, {}),
              "      1xVcyf-0000CM-0E\n    *** spool read error: Permission denied ***\n\n");
}

}  // namespace
}  // namespace postern
