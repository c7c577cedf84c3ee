// SPDX-License-Identifier: Apache-2.0
#include "wording/lmtp.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern::wording {
namespace {

TEST(LmtpWording, Texts) {
    EXPECT_EQ(one_of_command_or_socket("t1"),
              "one (and only one) of command or socket must be set for the t1 transport");
    EXPECT_EQ(lmtp_option_not_expanded("$x", "socket", "t1", "why"),
              "Expansion of \"$x\" (socket setting for t1 transport) failed: why");
    EXPECT_EQ(socket_not_connected("/s", "t1", ENOENT),
              "Failed to connect to socket /s for t1 transport: No such file or directory");
    EXPECT_EQ(lmtp_child_not_made("t1", EAGAIN),
              "Failed to create child process for t1 transport: Resource temporarily unavailable");
    EXPECT_EQ(lmtp_timeout("DATA", 0), "LMTP timeout after DATA");
    EXPECT_EQ(lmtp_timeout("end of data", 277), "LMTP timeout after end of data (277 bytes written)");
    EXPECT_EQ(lmtp_malformed("DATA", "x"), "Malformed LMTP response after DATA: x");
    EXPECT_EQ(lmtp_error("DATA", "450 x"), "LMTP error after DATA: 450 x");
    EXPECT_EQ(lmtp_closed("DATA"), "LMTP connection closed after DATA");
    EXPECT_EQ(host_invalid("[x", "t1"), "invalid host \"[x\" for the t1 transport");
    EXPECT_EQ(lmtp_broken("DATA", EHOSTUNREACH), "LMTP connection closed after DATA: No route to host");
    EXPECT_EQ(host_text("mx", "::1"), "mx [::1]");
    EXPECT_EQ(server_passed_over("mx [::1]", "LMTP error"), "H=mx [::1]: LMTP error");
}

}  // namespace
}  // namespace postern::wording
