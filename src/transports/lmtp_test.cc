// SPDX-License-Identifier: Apache-2.0
// What is said to a server behind a socket, and what comes of its answers.
#include <gmock/gmock.h>

#include <cerrno>

#include "support/lmtp_delivery.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

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

TEST_F(LmtpTest, PlanNamesTheServer) {
    serve();
    use_socket();
    DeliveryContext context = world.context();
    EXPECT_EQ(world.transport->plan(context).target, "/run/lmtp");
    EXPECT_THAT(server->commands, IsEmpty());
}

}  // namespace
}  // namespace postern
