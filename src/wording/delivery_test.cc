// SPDX-License-Identifier: Apache-2.0
// Golden lines: the samples of spec transport-framework.md §12.2, seen on exim4 4.96.
#include "wording/delivery.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace postern::wording {
namespace {

TEST(DeliveredLine, HasItsTagsInEximsOrder) {
    Delivered line;
    line.address = "dup1 (dup1@test.example) <dup2@test.example>";
    line.sender = line.return_path = "sender@b.example";
    line.router = "r_unseen";
    line.transport = "t_box";
    line.size = 419;
    line.queue_time = "0.018s";
    line.deliver_time = "0.001s";
    EXPECT_EQ(delivered(line),
              "=> dup1 (dup1@test.example) <dup2@test.example> F=<sender@b.example> P=<sender@b.example> R=r_unseen "
              "T=t_box S=419 "
              "QT=0.018s DT=0.001s");
}

TEST(DeliveredLine, QuotesTheConfirmation) {
    Delivered line;
    line.marker = "->";
    line.address = "l1@test.example";
    line.router = "r_all";
    line.transport = "t_l";
    line.size = 319;
    line.confirmation = "250 2.0.0 ok \"q\" \\ 0";
    EXPECT_EQ(delivered(line), R"(-> l1@test.example R=r_all T=t_l S=319 C="250 2.0.0 ok \"q\" \\ 0")");
}

// As exim4's smtp transport writes them.
TEST(DeliveryLines, SayWhichHostAndHowSecure) {
    Delivered line;
    line.address = "joe@test.example";
    line.router = "r1";
    line.transport = "t1";
    line.host = "localhost [127.0.0.1]";
    line.confirmation = "250 saved";
    line.secure = SecureHost{.cipher = "TLS1.3:TLS_AES_256_GCM_SHA384:256",
                             .verified = true,
                             .subject = "C=XX,O=Org\\, \\\"Q\\\",CN=localhost"};
    EXPECT_EQ(delivered(line),
              R"(=> joe@test.example R=r1 T=t1 H=localhost [127.0.0.1] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes )"
              R"(DN="C=XX,O=Org\, \"Q\",CN=localhost" C="250 saved")");
    line.secure = SecureHost{.cipher = {}, .verified = false, .subject = {}};
    EXPECT_EQ(delivered(line), R"(=> joe@test.example R=r1 T=t1 H=localhost [127.0.0.1] CV=no C="250 saved")");

    NotDelivered no;
    no.address = "joe@test.example";
    no.router = "r1";
    no.transport = "t1";
    no.host = "localhost [127.0.0.1]";
    no.message = "why";
    no.at_transport = true;
    no.secure = SecureHost{.cipher = "TLS1.3:X:256", .verified = false, .subject = {}};
    no.deliver_time = "0s";
    EXPECT_EQ(failed(no), "** joe@test.example R=r1 T=t1 H=localhost [127.0.0.1] X=TLS1.3:X:256 CV=no: why DT=0s");
    no.code = ECONNRESET;
    EXPECT_EQ(deferred(no),
              "== joe@test.example R=r1 T=t1 defer (104): Connection reset by peer H=localhost [127.0.0.1] DT=0s: why");
}

struct NotDeliveredCase {
    const char* name;
    NotDelivered line;
    const char* want_failed;
    const char* want_deferred;
    const char* want_in_message_log;
};

NotDelivered line_of(const char* router, const char* transport, int code, const char* message, bool at_transport) {
    NotDelivered line;
    line.address = "a@b";
    line.router = router;
    line.transport = transport;
    line.code = code;
    line.message = message;
    line.at_transport = at_transport;
    line.at_router = !at_transport;
    return line;
}

class NotDeliveredLine : public testing::TestWithParam<NotDeliveredCase> {};

TEST_P(NotDeliveredLine, IsWordedAsExims) {
    const NotDeliveredCase& c = GetParam();
    EXPECT_EQ(failed(c.line), c.want_failed);
    EXPECT_EQ(deferred(c.line), c.want_deferred);
    EXPECT_EQ(failed_in_message_log(c.line), c.want_in_message_log);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, NotDeliveredLine,
    testing::Values(NotDeliveredCase{"TransportWithErrno", line_of("r", "t", ENOENT, "failed to chdir to /x", true),
                                     "** a@b R=r T=t: No such file or directory: failed to chdir to /x",
                                     "== a@b R=r T=t defer (2): No such file or directory: failed to chdir to /x",
                                     "a@b R=r T=t: No such file or directory: failed to chdir to /x"},
                    NotDeliveredCase{"EximsOwnCode", line_of("r", "t", -22, "mailbox is full", true),
                                     "** a@b R=r T=t: mailbox is full", "== a@b R=r T=t defer (-22): mailbox is full",
                                     "a@b R=r T=t: mailbox is full"},
                    NotDeliveredCase{"NoRouterLeft", line_of("", "", -1, "Unrouteable address", false),
                                     "** a@b: Unrouteable address", "== a@b routing defer (-1): Unrouteable address",
                                     "routing failed for a@b: Unrouteable address"},
                    NotDeliveredCase{"Router", line_of("r_defer", "", -1, "come back later", false),
                                     "** a@b R=r_defer: come back later",
                                     "== a@b R=r_defer defer (-1): come back later", "a@b R=r_defer: come back later"},
                    NotDeliveredCase{"WithoutText", line_of("r", "", 0, "", true), "** a@b R=r",
                                     "== a@b R=r transporting defer (0)", "a@b R=r"}),
    [](const auto& test) { return test.param.name; });

TEST(DeferredLine, PutsTheTimeBeforeTheText) {
    NotDelivered line = line_of("r", "t", -1, "why", true);
    line.deliver_time = "0s";
    EXPECT_EQ(deferred(line), "== a@b R=r T=t defer (-1) DT=0s: why");
    EXPECT_EQ(failed(line), "** a@b R=r T=t: why DT=0s");
}

TEST(Shadow, SaysHowItWent) {
    EXPECT_EQ(shadow("s", true, 0, ""), " ST=s");
    EXPECT_EQ(shadow("s", false, ENOENT, "creating lock file"),
              " ST=s (No such file or directory: creating lock file)");
    EXPECT_EQ(shadow("s", false, -1, "no"), " ST=s (no)");
    EXPECT_EQ(shadow("s", false, -1, ""), " ST=s (unknown error)");
}

TEST(ChildFailed, PrintsTheStatusAsWaitGaveIt) {
    EXPECT_EQ(child_failed("appendfile", 0x0100, 1, 0),
              "appendfile transport process returned non-zero status 0x0100: exit code 1");
    EXPECT_EQ(child_failed("appendfile", 9, 0, 9),
              "appendfile transport process returned non-zero status 0x0009: terminated by signal 9");
}

}  // namespace
}  // namespace postern::wording
