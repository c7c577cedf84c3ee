// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/delivery_world.h"
#include "support/lmtp_server.h"
#include "transports/lmtp_run.h"

namespace postern {

extern const TransportDriver lmtp_driver;

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const SocketAddress kSocket{.path = "/run/lmtp", .ip = {}, .port = 0};

Expandable text(std::string source) { return {std::move(source), true, {}}; }

struct LmtpTest : testing::Test {
    DeliveryWorld world;
    std::shared_ptr<LmtpServer> server = std::make_shared<LmtpServer>();

    void serve(LmtpServer::Answer answer = LmtpServer::obliging()) {
        server = std::make_shared<LmtpServer>(std::move(answer));
        world.fake.set_peer(kSocket, [this] { return server; });
    }
    template <class Change>
    DriverDescription::InitError configure(Change change) {
        return world.use<LmtpOptions>(lmtp_driver, change);
    }
    void use_socket() {
        configure([](LmtpOptions& o) { o.socket = text("/run/lmtp"); });
    }
    [[nodiscard]] std::vector<std::string> messages(const DeliveryReport& report) const {
        std::vector<std::string> out;
        for (const AddressReport& address : report.addresses) out.push_back(address.outcome.message);
        return out;
    }
};

struct ConfigurationCase {
    const char* name;
    bool command, socket, hosts;
    std::string want_error;
};
class LmtpConfiguration : public LmtpTest, public testing::WithParamInterface<ConfigurationCase> {};
TEST_P(LmtpConfiguration, ExactlyOneServer) {
    const ConfigurationCase& c = GetParam();
    const auto error = configure([&](LmtpOptions& o) {
        if (c.command) o.command = text("/bin/x");
        if (c.socket) o.socket = text("/run/lmtp");
        if (c.hosts) o.hosts = text("localhost");
    });
    EXPECT_EQ(error.text, c.want_error);
}
const char* const kNotOne = "one (and only one) of command or socket must be set for the t1 transport";
INSTANTIATE_TEST_SUITE_P(All, LmtpConfiguration,
                         testing::Values(ConfigurationCase{"None", false, false, false, kNotOne},
                                         ConfigurationCase{"Command", true, false, false, ""},
                                         ConfigurationCase{"Socket", false, true, false, ""},
                                         ConfigurationCase{"Hosts", false, false, true, ""},
                                         ConfigurationCase{"CommandAndSocket", true, true, false, kNotOne},
                                         ConfigurationCase{"SocketAndHosts", false, true, true, kNotOne}),
                         [](const auto& c) { return c.param.name; });

TEST_F(LmtpTest, DeliversABatch) {
    serve();
    use_socket();
    world.add_address("Ann@Test.ex");
    const DeliveryReport report = world.deliver();
    ASSERT_EQ(report.addresses.size(), 2u);
    for (const AddressReport& address : report.addresses) EXPECT_EQ(address.outcome.verdict, Verdict::ok);
    EXPECT_EQ(report.addresses[1].confirmation, "250 2.0.0 kept 1");
    EXPECT_EQ(report.addresses[0].bytes_written, static_cast<std::int64_t>(server->messages[0].size()));
    EXPECT_THAT(server->commands, ElementsAre("LHLO host.test.ex", "MAIL FROM:<ann@test.ex>", "RCPT TO:<joe@test.ex>",
                                              "RCPT TO:<Ann@Test.ex>", "DATA", "QUIT"));
    EXPECT_THAT(server->messages, ElementsAre(StartsWith("Received: from a\r\n\tby b\r\nFrom: ann@test.ex\r\n")));
}

TEST_F(LmtpTest, LeavesNoDescriptorBehind) {
    serve();
    use_socket();
    (void)world.deliver();
    world.body_fd.reset();
    EXPECT_EQ(world.fake.open_descriptors(), 0u);
}

TEST_F(LmtpTest, AsksForWhatTheSenderAskedFor) {
    serve(LmtpServer::obliging({"DSN", "SIZE", "8BITMIME", "SMTPUTF8"}));
    use_socket();
    world.message.dsn_ret = 2;
    world.message.dsn_envid = "e+2Bid";
    world.message.smtputf8 = true;
    world.batch[0]->dsn_flags = kDsnSuccess | kDsnDelay;
    world.batch[0]->dsn_original = "rfc822;joe@x";
    world.add_address("never@test.ex").dsn_flags = kDsnNever;
    world.set_body("\xe4\n");
    (void)world.deliver();
    EXPECT_THAT(server->commands[1], HasSubstr(" SIZE="));
    EXPECT_THAT(server->commands[1], HasSubstr(" BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e+2Bid"));
    EXPECT_EQ(server->commands[2], "RCPT TO:<joe@test.ex> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;joe@x");
    EXPECT_EQ(server->commands[3], "RCPT TO:<never@test.ex> NOTIFY=NEVER");
}

// The -H file says what a client said; who wrote it may have been another program.
TEST_F(LmtpTest, ParametersThatCouldBecomeCommandsAreNotSaid) {
    for (const std::string bad : {"e\r\nRSET", "e f", "e\tf", "e\x7f"}) {
        serve(LmtpServer::obliging({"DSN"}));
        use_socket();
        world.message.dsn_ret = 1;
        world.message.dsn_envid = bad;
        world.batch[0]->dsn_flags = kDsnFailure;
        world.batch[0]->dsn_original = "rfc822;" + bad;
        EXPECT_EQ(world.deliver().addresses[0].outcome.verdict, Verdict::ok);
        EXPECT_THAT(server->commands, ElementsAre("LHLO host.test.ex", "MAIL FROM:<ann@test.ex> RET=FULL",
                                                  "RCPT TO:<joe@test.ex> NOTIFY=FAILURE", "DATA", "QUIT"));
    }
}

TEST_F(LmtpTest, NothingEightBitNoBodyParameter) {
    serve(LmtpServer::obliging({"8BITMIME", "SMTPUTF8"}));
    use_socket();
    (void)world.deliver();
    EXPECT_EQ(server->commands[1], "MAIL FROM:<ann@test.ex>");
}

// RFC 1870 and 6152 speak of what is sent, not of what lies in the spool.
TEST_F(LmtpTest, SizeAndBodyAreThoseOfWhatIsSent) {
    const std::string big = std::string(50'000, 'x') + "\xe4\n";
    const struct {
        std::string name;
        void (*change)(TransportOptions&);
        bool filtered, want_eight_bit;
    } cases[] = {
        {"whole", [](TransportOptions&) {}, false, true},
        {"headers only", [](TransportOptions& o) { o.headers_only = true; }, false, false},
        {"body only", [](TransportOptions& o) { o.body_only = true; }, false, true},
        {"a header removed",
         [](TransportOptions& o) {
             o.headers_remove = {"Subject", true};
         },
         false, true},
        {"filtered", [](TransportOptions& o) { o.transport_filter = text("/bin/short"); }, true, false},
    };
    for (const auto& c : cases) {
        world.set_body(big);
        world.instance->options = {};
        c.change(world.instance->options);
        if (c.filtered) {
            world.processes.on_spawn = [](const Spawn&) {
                return [](FakeCommand& command) {
                    (void)command.take_input();
                    if (!command.input_ended()) return;
                    command.say("Subject: short\n\nshort\n");
                    command.exit(0);
                };
            };
        }
        serve(LmtpServer::obliging({"SIZE 10", "8BITMIME", "CHUNKING"}));
        use_socket();
        const DeliveryReport report = world.deliver();
        ASSERT_EQ(report.addresses[0].outcome, (Outcome{.verdict = Verdict::ok, .code = 0})) << c.name;
        EXPECT_EQ(server->commands[1], "MAIL FROM:<ann@test.ex> SIZE=" + std::to_string(server->messages[0].size()) +
                                           (c.want_eight_bit ? " BODY=8BITMIME" : ""))
            << c.name;
    }
}

// D-lmtp-refusals-shown: what the sender is told of the server's words.
TEST_F(LmtpTest, TheSenderIsToldWhyTheMessageWasRefused) {
    const struct {
        std::string question;
        std::string_view want_for_sender;
    } cases[] = {
        {"greeting", ""},
        {"LHLO", ""},
        {"MAIL", "LMTP error after MAIL FROM:<ann@test.ex>: 550 5.1.1 no such thing"},
        {"RCPT", "LMTP error after RCPT TO:<joe@test.ex>: 550 5.1.1 no such thing"},
        {"DATA", "LMTP error after DATA: 550 5.1.1 no such thing"},
        {"message", "LMTP error after end of data: 550 5.1.1 no such thing"},
    };
    for (const auto& c : cases) {
        serve([&c, usual = LmtpServer::obliging()](const std::string& asked) {
            return asked.starts_with(c.question) ? "550 5.1.1 no such thing" : usual(asked);
        });
        use_socket();
        const Outcome outcome = world.deliver().addresses[0].outcome;
        EXPECT_EQ(outcome.user_message, c.want_for_sender) << c.question;
        EXPECT_EQ(outcome.status, "5.1.1") << c.question;
    }
}

// D-lmtp-broken-pipe: whatever call finds out that the server has gone, the text is the same.
TEST_F(LmtpTest, AConnectionThatBreaksIsClosed) {
    for (const std::size_t answer : {2U, 3U, 4U}) {
        server = std::make_shared<LmtpServer>();
        server->break_at(answer, LmtpServer::Break::reset);
        world.fake.set_peer(kSocket, [this] { return server; });
        use_socket();
        const Outcome outcome = world.deliver().addresses[0].outcome;
        EXPECT_EQ(outcome.verdict, Verdict::defer);
        EXPECT_EQ(outcome.code, ECONNRESET);
        EXPECT_THAT(outcome.message, StartsWith("LMTP connection closed after "));
    }
    serve();
    server->on_data = [](LmtpServer& peer) { peer.reset(); };
    use_socket();
    world.set_body(std::string(300'000, 'x') + "\n");
    const Outcome outcome = world.deliver().addresses[0].outcome;
    EXPECT_EQ(outcome.verdict, Verdict::defer);
    EXPECT_EQ(outcome.code, EPIPE);
    EXPECT_EQ(outcome.message, "LMTP connection closed after sending data block");
}

// What the connection does is not said of the message, nor the other way round.
TEST_F(LmtpTest, OnlyAMessageThatCannotBeReadIsCalledThat) {
    const std::string unreadable = "the message could not be read while it was being sent";
    std::size_t of_message = 0, of_connection = 0;
    for (long n = 1; n < 1000; ++n) {
        DeliveryWorld fresh;
        auto peer = std::make_shared<LmtpServer>();
        fresh.fake.set_peer(kSocket, [&] { return peer; });
        fresh.use<LmtpOptions>(lmtp_driver, [](LmtpOptions& o) { o.socket = text("/run/lmtp"); });
        DeliveryContext context = fresh.context();
        fresh.os.fail_only({Call::read, Call::write});
        fresh.os.fail_at(n, EIO);
        const Outcome outcome = fresh.transport->deliver(context).addresses[0].outcome;
        const bool hit = fresh.os.hit();
        const bool body = fresh.os.hit_at() == "read descriptor " + std::to_string(context.body.fd);
        fresh.os.disarm();
        if (!hit) break;
        if (outcome.verdict == Verdict::ok) continue;
        EXPECT_EQ(outcome.message == unreadable, body) << fresh.os.hit_at() << ": " << outcome.message;
        EXPECT_EQ(outcome.code, EIO);
        ++(body ? of_message : of_connection);
    }
    EXPECT_GT(of_message, 0u);
    EXPECT_GT(of_connection, 3u);
}

TEST_F(LmtpTest, ARefusalInTheMiddleOfTheMessageIsShownAsThat) {
    serve();
    server->on_data = [](LmtpServer& peer) { peer.say("552 5.3.4 too big\r\n"); };
    use_socket();
    world.set_body(std::string(300'000, 'x') + "\n");
    const Outcome outcome = world.deliver().addresses[0].outcome;
    EXPECT_EQ(outcome.verdict, Verdict::fail);
    EXPECT_EQ(outcome.message, "LMTP error after sending data block: 552 5.3.4 too big");
}

TEST_F(LmtpTest, ASocketOfAnotherKindIsTriedLater) {
    world.fake.set_connect_error(kSocket, EPROTOTYPE);
    use_socket();
    EXPECT_EQ(world.deliver().addresses[0].outcome,
              (Outcome{.message = "Failed to connect to socket /run/lmtp for t1 transport: Protocol wrong type for "
                                  "socket"}));
}

// What retry rules like rcpt_452 go by (spec lmtp.md section 16, 10).
TEST_F(LmtpTest, RetryRulesSeeTheCodeOfALater) {
    const struct {
        std::string question;
        int want_code, want_more;
    } cases[] = {{"MAIL", code::kMail4xx, 52 << 8},
                 {"RCPT", code::kRcpt4xx, 52 << 8},
                 {"DATA", code::kData4xx, 52 << 8},
                 {"message", code::kData4xx, 52 << 8}};
    for (const auto& c : cases) {
        serve([&c, usual = LmtpServer::obliging()](const std::string& asked) {
            return asked.starts_with(c.question) ? "452 4.2.2 full" : usual(asked);
        });
        use_socket();
        const Outcome outcome = world.deliver().addresses[0].outcome;
        EXPECT_EQ(outcome.verdict, Verdict::defer) << c.question;
        EXPECT_EQ(outcome.code, c.want_code) << c.question;
        EXPECT_EQ(outcome.more, c.want_more) << c.question;
    }
}

TEST_F(LmtpTest, FaultsNeverDeliverTwiceOrLose) {
    for (const int code : {EINTR, EIO, EMFILE, EAGAIN}) {
        for (long n = 1; n < 1000; ++n) {
            DeliveryWorld fresh;
            auto peer = std::make_shared<LmtpServer>();
            fresh.fake.set_peer(kSocket, [&] { return peer; });
            fresh.use<LmtpOptions>(lmtp_driver, [](LmtpOptions& o) { o.socket = text("/run/lmtp"); });
            fresh.add_address("b@test.ex");
            DeliveryContext context = fresh.context();
            fresh.os.fail_at(n, code);
            const DeliveryReport report = fresh.transport->deliver(context);
            const bool hit = fresh.os.hit();
            fresh.os.disarm();
            ASSERT_EQ(report.addresses.size(), 2u);
            for (std::size_t i = 0; i < 2; ++i) {
                const bool ok = report.addresses[i].outcome.verdict == Verdict::ok;
                EXPECT_TRUE(!ok || peer->kept.size() > i) << "call " << n << ": " << fresh.os.hit_at();
            }
            if (!hit) break;
        }
    }
}

// --- hosts ---

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

// A program that is `server` behind pipes.
FakeProgram serving(std::shared_ptr<LmtpServer> server, std::string complaint = {}) {
    return [server = std::move(server), complaint, begun = false](FakeCommand& command) mutable {
        if (!std::exchange(begun, true) && !complaint.empty()) command.complain(complaint);
        if (const std::string input = command.take_input(); !input.empty()) server->take(input);
        std::string said(4096, '\0');
        while (server->read_error() == 0) {
            const std::size_t count = server->give(said);
            if (count == 0) return command.exit(0);
            command.say(std::string_view(said).substr(0, count));
        }
        if (command.input_ended()) command.exit(0);
    };
}

TEST_F(LmtpTest, TalksToACommand) {
    world.processes.on_spawn = [&](const Spawn&) { return serving(server); };
    configure([](LmtpOptions& o) { o.command = text("/bin/lmtpd -x $local_part_prefix"); });
    const DeliveryReport report = world.deliver();
    EXPECT_EQ(report.addresses[0].outcome, (Outcome{.verdict = Verdict::ok, .code = 0}));
    ASSERT_EQ(world.processes.spawned.size(), 1u);
    EXPECT_THAT(world.processes.spawned[0].argv, ElementsAre("/bin/lmtpd", "-x", ""));
    EXPECT_EQ(world.processes.spawned[0].umask, 077U);
    EXPECT_EQ(world.processes.unreaped(), 0u);
}

TEST_F(LmtpTest, ShowsWhatACommandComplainsOf) {
    world.processes.on_spawn = [](const Spawn&) {
        return [](FakeCommand& command) {
            command.complain("cannot open /etc/lmtpd.conf\n");
            command.exit(1);
        };
    };
    configure([](LmtpOptions& o) { o.command = text("/bin/lmtpd"); });
    EXPECT_THAT(messages(world.deliver()),
                ElementsAre("LMTP connection closed after initial connection (stderr: cannot open /etc/lmtpd.conf)"));
}

TEST_F(LmtpTest, AWarningIsNoAnswer) {
    world.processes.on_spawn = [&](const Spawn&) { return serving(server, "warning: x\n"); };
    configure([](LmtpOptions& o) { o.command = text("/bin/lmtpd"); });
    EXPECT_EQ(world.deliver().addresses[0].outcome.verdict, Verdict::ok);
}

TEST_F(LmtpTest, ACommandThatStaysIsKilled) {
    world.processes.on_spawn = [](const Spawn&) {
        return [greeted = false](FakeCommand& command) mutable {
            if (!std::exchange(greeted, true)) command.say("421 go away\r\n");
        };
    };
    configure([](LmtpOptions& o) { o.command = text("/bin/lmtpd"); });
    EXPECT_THAT(messages(world.deliver()), ElementsAre("LMTP error after initial connection: 421 go away"));
    EXPECT_THAT(world.processes.kills, testing::Not(IsEmpty()));
    EXPECT_EQ(world.processes.unreaped(), 0u);
}

TEST_F(LmtpTest, NothingIsStartedForNothing) {
    configure([](LmtpOptions& o) { o.command = text("/bin/lmtpd"); });
    DeliveryContext context = world.context();
    context.dont_deliver = true;
    EXPECT_EQ(world.transport->deliver(context).addresses[0].outcome.verdict, Verdict::ok);
    EXPECT_THAT(world.processes.spawned, IsEmpty());
}

// --- connections that are handed on ---

struct Kept {
    std::vector<std::string> labels;
};

// Delivers with what the first delivery has kept.
DeliveryReport deliver_again(DeliveryWorld& world, IdleConnections::Connection& idle, Kept& kept) {
    DeliveryContext context = world.context();
    context.idle = &idle;
    context.keep_connection = [&](int, std::string_view label) { kept.labels.emplace_back(label); };
    return world.transport->deliver(context);
}

TEST_F(LmtpTest, HandsItsConnectionOn) {
    serve(LmtpServer::obliging({"PIPELINING"}));
    use_socket();
    IdleConnections::Connection idle;
    DeliveryContext first = world.context();
    first.keep_connection = [&](int fd, std::string_view label) {
        idle = {UniqueFd(world.fake, world.fake.share(fd)), std::string(label)};
    };
    EXPECT_EQ(world.transport->deliver(first).addresses[0].outcome.verdict, Verdict::ok);
    ASSERT_TRUE(idle.fd);
    EXPECT_EQ(server->commands.back(), "DATA") << "no QUIT yet";

    Kept kept;
    EXPECT_EQ(deliver_again(world, idle, kept).addresses[0].outcome.verdict, Verdict::ok);
    EXPECT_THAT(std::vector<std::string>(server->commands.begin() + 4, server->commands.end()),
                ElementsAre("RSET", "MAIL FROM:<ann@test.ex>", "RCPT TO:<joe@test.ex>", "DATA"));
    EXPECT_EQ(kept.labels, std::vector<std::string>{idle.label});
    EXPECT_EQ(server->messages.size(), 2u);
}

TEST_F(LmtpTest, AConnectionThatHasGoneIsReplaced) {
    serve();
    use_socket();
    const auto gone = std::make_shared<LmtpServer>(LmtpServer::obliging(), false);
    gone->hang_up();
    world.fake.set_peer({.path = "/run/gone", .ip = {}, .port = 0}, [&] { return gone; });
    IdleConnections::Connection idle{
        std::move(*world.fake.connect({.path = "/run/gone", .ip = {}, .port = 0}, std::chrono::milliseconds(0))),
        "0\n\n\n/run/lmtp"};
    Kept kept;
    EXPECT_EQ(deliver_again(world, idle, kept).addresses[0].outcome.verdict, Verdict::ok);
    EXPECT_EQ(server->commands.front(), "LHLO host.test.ex");
    EXPECT_EQ(server->commands.back(), "QUIT") << "the next delivery brings a new one back";
    EXPECT_THAT(kept.labels, IsEmpty());
    EXPECT_THAT(gone->commands, IsEmpty());
}

// The same text, in another working directory: another server.
TEST_F(LmtpTest, ARelativeSocketIsOneOfItsDirectory) {
    const SocketAddress relative{.path = "lmtp", .ip = {}, .port = 0};
    world.fake.set_peer(relative, [this] { return server; });
    configure([](LmtpOptions& o) { o.socket = text("lmtp"); });
    IdleConnections::Connection idle;
    DeliveryContext context = world.context();
    context.identity.directory = "/srv/a";
    context.keep_connection = [&](int, std::string_view label) { idle.label = label; };
    EXPECT_EQ(world.transport->deliver(context).addresses[0].outcome.verdict, Verdict::ok);
    context.idle = &idle;
    EXPECT_TRUE(LmtpConnection::taken_up(context, {.socket = relative, .argv = {}, .hosts = {}}));
    context.identity.directory = "/srv/b";
    EXPECT_FALSE(LmtpConnection::taken_up(context, {.socket = relative, .argv = {}, .hosts = {}}));
}

// A server may serve one client at a time, and the two may be one.
TEST_F(LmtpTest, AConnectionToAnotherServerIsLeftBeforeOursIsMade) {
    const auto other = std::make_shared<LmtpServer>(LmtpServer::obliging(), false);
    world.fake.set_peer({.path = "/run/other", .ip = {}, .port = 0}, [&] { return other; });
    IdleConnections::Connection idle{
        std::move(*world.fake.connect({.path = "/run/other", .ip = {}, .port = 0}, std::chrono::milliseconds(0))),
        "0\n\n\n/run/other"};
    use_socket();
    world.fake.set_peer(kSocket, [&] {
        EXPECT_THAT(other->commands, ElementsAre("QUIT"));
        return server;
    });
    Kept kept;
    EXPECT_EQ(deliver_again(world, idle, kept).addresses[0].outcome.verdict, Verdict::ok);
    EXPECT_EQ(server->commands.front(), "LHLO host.test.ex");
    EXPECT_EQ(server->commands.back(), "QUIT");
    EXPECT_THAT(kept.labels, IsEmpty());
}

TEST_F(LmtpTest, PlanNamesTheServer) {
    serve();
    use_socket();
    DeliveryContext context = world.context();
    EXPECT_EQ(world.transport->plan(context).target, "/run/lmtp");
    EXPECT_THAT(server->commands, IsEmpty());
}

}  // namespace
}  // namespace postern
