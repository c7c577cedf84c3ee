// SPDX-License-Identifier: Apache-2.0
// Texts that no other test compares as a whole.
#include "wording/routing.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern::wording {
namespace {

TEST(RoutingWords, Passwords) {
    struct Case {
        const char *name, *message, *want;
    };
    for (const Case& c : {
             Case{"other message", "user \"mysql\" not found", "user \"mysql\" not found"},
             Case{"harmless expansion", "failed to expand \"${nosuch:x}\": y", "failed to expand \"${nosuch:x}\": y"},
             Case{"mysql", "failed to expand \"${lookup mysql{x}}\": y", "Temporary internal error"},
             Case{"ldap", "expansion of \"ldap:///secret\" failed in r1 router: y", "Temporary internal error"},
         })
        EXPECT_EQ(without_passwords(c.message), c.want) << c.name;
}

TEST(RoutingWords, RefusalsSayWhoWasRefused) {
    EXPECT_EQ(file_not_opened("/x", EACCES, 1001, 50), "failed to open /x: Permission denied (euid=1001 egid=50)");
    EXPECT_EQ(file_not_opened("/x", ENOTDIR, 1001, 50), "failed to open /x: Not a directory");
}

TEST(RoutingWords, Modes) {
    EXPECT_EQ(bad_file_mode("/x", 0100666, 022), "bad mode (0100666) for /x: 022 bit(s) unexpected");
    EXPECT_EQ(bad_file_mode("/x", 0100602, 02), "bad mode (0100602) for /x: 002 bit(s) unexpected");
}

TEST(RoutingWords, LostChild) {
    EXPECT_EQ(subprocess_lost("r1", "a@b", 0x0100, "x"),
              "internal problem in r1 router (recipient is a@b): failure to transfer data from subprocess: status=0100 "
              "readerror='x'");
}

TEST(RoutingWords, HostText) { EXPECT_EQ(report_host_text("a.b.c:d.e.f"), "  host a.b.c:d.e.f          \n"); }

}  // namespace
}  // namespace postern::wording
