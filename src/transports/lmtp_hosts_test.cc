// SPDX-License-Identifier: Apache-2.0
// lmtp over TCP: which server is asked.
#include <gmock/gmock.h>

#include <cerrno>

#include "support/lmtp_delivery.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST_F(LmtpTest, TriesHostsAndAddressesInTurn) {
    const SocketAddress there{.path = {}, .ip = "10.0.0.2", .port = 2424};
    world.fake.set_host("a.test.ex", {"10.0.0.1"});
    world.fake.set_host("b.test.ex", {"::1", "10.0.0.2"});
    world.fake.set_peer(there, [this] { return server; });
    configure([](LmtpOptions& o) {
        o.hosts = text("none.test.ex : a.test.ex : b.test.ex");
        o.port = text("2424");
    });
    const DeliveryReport report = world.deliver();
    EXPECT_EQ(report.addresses[0].outcome.verdict, Verdict::ok);
    EXPECT_EQ(report.addresses[0].host, "b.test.ex [10.0.0.2]");
}

// A server that will not talk says nothing about the message: there are others.
TEST_F(LmtpTest, AServerThatWillNotTalkIsPassedOver) {
    const SocketAddress first{.path = {}, .ip = "10.0.0.1", .port = 24},
        second{.path = {}, .ip = "10.0.0.2", .port = 24};
    world.fake.set_host("a.test.ex", {"10.0.0.1"});
    world.fake.set_host("b.test.ex", {"10.0.0.2"});
    const struct {
        const char* question;
        std::string want_line;
    } cases[] = {{"greeting", "H=a.test.ex [10.0.0.1]: LMTP error after initial connection: 421 busy"},
                 {"LHLO", "H=a.test.ex [10.0.0.1]: LMTP error after LHLO host.test.ex: 421 busy"},
                 {"MAIL", ""}};
    for (const auto& c : cases) {
        world.fake.set_peer(first, [&] {
            return std::make_shared<LmtpServer>([&c](const std::string& asked) {
                return asked.starts_with(c.question) ? "421 busy" : LmtpServer::obliging()(asked);
            });
        });
        world.fake.set_peer(second, [this] { return server = std::make_shared<LmtpServer>(); });
        configure([](LmtpOptions& o) { o.hosts = text("a.test.ex : b.test.ex"); });
        DeliveryReport report = world.deliver();
        const bool passed_over = !c.want_line.empty();
        EXPECT_EQ(report.addresses[0].outcome.verdict, passed_over ? Verdict::ok : Verdict::defer) << c.question;
        EXPECT_EQ(report.addresses[0].host, passed_over ? "b.test.ex [10.0.0.2]" : "a.test.ex [10.0.0.1]");
        EXPECT_EQ(report.main_lines, passed_over ? std::vector{c.want_line} : std::vector<std::string>{});
        // Nobody else is there: its words are the verdict.
        configure([](LmtpOptions& o) { o.hosts = text("a.test.ex"); });
        report = world.deliver();
        EXPECT_THAT(report.addresses[0].outcome.message, HasSubstr("421 busy"));
        EXPECT_THAT(report.main_lines, IsEmpty());
    }
}

TEST_F(LmtpTest, TheLastServerHasTheLastWord) {
    world.fake.set_host("a.test.ex", {"10.0.0.1", "10.0.0.2"});
    world.fake.set_peer({.path = {}, .ip = "10.0.0.1", .port = 24}, [] {
        auto peer = std::make_shared<LmtpServer>();
        peer->break_at(0, LmtpServer::Break::hang_up);
        return peer;
    });
    configure([](LmtpOptions& o) { o.hosts = text("a.test.ex"); });
    const DeliveryReport report = world.deliver();
    EXPECT_EQ(report.addresses[0].outcome, (Outcome{.code = ECONNREFUSED, .message = "a.test.ex [10.0.0.2]"}));
    EXPECT_THAT(report.main_lines,
                ElementsAre("H=a.test.ex [10.0.0.1]: LMTP connection closed after initial connection"));
}

TEST_F(LmtpTest, AnIPv6AddressMayHaveAPortOfItsOwn) {
    const struct {
        std::string hosts;
        std::uint16_t want_port;
    } cases[] = {{"<; [::1]:2424", 2424}, {"<; [::1]", 24}, {"<; ::1", 24}, {"::::1", 24}, {"[::::1]::2424", 2424}};
    world.fake.set_host("::1", {"::1"});
    for (const auto& c : cases) {
        serve();
        world.fake.set_peer({.path = {}, .ip = "::1", .port = c.want_port}, [this] { return server; });
        configure([&](LmtpOptions& o) { o.hosts = text(c.hosts); });
        const DeliveryReport report = world.deliver();
        EXPECT_EQ(report.addresses[0].outcome, (Outcome{.verdict = Verdict::ok, .code = 0})) << c.hosts;
        EXPECT_THAT(server->messages, testing::SizeIs(1)) << c.hosts;
    }
}

struct HostsCase {
    const char* name;
    std::string hosts, port;
    Outcome want;
};
class LmtpHosts : public LmtpTest, public testing::WithParamInterface<HostsCase> {};
TEST_P(LmtpHosts, Unreachable) {
    const HostsCase& c = GetParam();
    world.fake.set_host("a.test.ex", {"10.0.0.1"});
    world.fake.set_host("slow.test.ex", {"10.0.0.9"});
    world.fake.set_connect_error({.path = {}, .ip = "10.0.0.9", .port = 24}, ETIMEDOUT);
    configure([&](LmtpOptions& o) {
        o.hosts = text(c.hosts);
        o.port = text(c.port);
    });
    EXPECT_EQ(world.deliver().addresses[0].outcome, c.want);
}
INSTANTIATE_TEST_SUITE_P(
    All, LmtpHosts,
    testing::Values(
        HostsCase{
            "NoSuchHost", "none.test.ex", "24", {.code = EHOSTUNREACH, .message = "host none.test.ex has no address"}},
        HostsCase{"Refused", "a.test.ex", "24", {.code = ECONNREFUSED, .message = "a.test.ex [10.0.0.1]"}},
        HostsCase{"Slow", "slow.test.ex", "24", {.code = ETIMEDOUT, .message = "slow.test.ex [10.0.0.9]"}},
        HostsCase{"OwnPort", "a.test.ex::25", "24", {.code = ECONNREFUSED, .message = "a.test.ex [10.0.0.1]"}},
        HostsCase{"BadPort", "a.test.ex", "lmtp", {.message = "invalid port \"lmtp\" for the t1 transport"}},
        HostsCase{"HugePort", "a.test.ex", "65536", {.message = "invalid port \"65536\" for the t1 transport"}},
        HostsCase{"HugeOwnPort", "a.test.ex::99999", "24", {.message = "invalid port \"99999\" for the t1 transport"}},
        HostsCase{"NamedOwnPort", "10.0.0.1::lmtp", "24", {.message = "invalid port \"lmtp\" for the t1 transport"}},
        HostsCase{"EmptyOwnPort", "a.test.ex::", "24", {.message = "invalid port \"\" for the t1 transport"}},
        HostsCase{"OwnPortNone", "<; [::1]:0", "24", {.message = "invalid port \"0\" for the t1 transport"}},
        HostsCase{"AfterTheBracket",
                  "<; [10.0.0.1]x2424",
                  "24",
                  {.message = "invalid host \"[10.0.0.1]x2424\" for the t1 transport"}},
        HostsCase{"OpenBracket", "<; [10.0.0.1", "24", {.message = "invalid host \"[10.0.0.1\" for the t1 transport"}},
        HostsCase{"NameInBrackets",
                  "<; [a.test.ex]:25",
                  "24",
                  {.message = "invalid host \"[a.test.ex]:25\" for the t1 transport"}},
        HostsCase{
            "BracketsInAColonList", "[::1]:2424", "24", {.message = "invalid host \"[:1]\" for the t1 transport"}},
        HostsCase{"PortForAName", "a.test.ex:25", "24", {.message = "invalid host \"25\" for the t1 transport"}},
        HostsCase{"HalfAnAddress", "127.1", "24", {.message = "invalid host \"127.1\" for the t1 transport"}},
        HostsCase{"NoIPv6Address", "<; 1:2:3", "24", {.message = "invalid host \"1:2:3\" for the t1 transport"}},
        HostsCase{"Nobody", " : ", "24", {.message = "t1 transport called with hosts unset or empty"}},
        HostsCase{"BadExpansion",
                  "${nosuch:x}",
                  "24",
                  {.message = "Expansion of \"${nosuch:x}\" (hosts setting for t1 transport) failed: unknown expansion "
                              "operator \"nosuch\""}}),
    [](const auto& c) { return c.param.name; });

TEST_F(LmtpTest, NamesThatCannotBeLookedUpNowAreTriedLater) {
    world.fake.set_hosts_error(EAGAIN);
    configure([](LmtpOptions& o) { o.hosts = text("a.test.ex"); });
    const Outcome outcome = world.deliver().addresses[0].outcome;
    EXPECT_EQ(outcome.verdict, Verdict::defer);
    EXPECT_THAT(outcome.message, StartsWith("host lookup for a.test.ex did not complete: "));
}

// --- command ---

}  // namespace
}  // namespace postern
