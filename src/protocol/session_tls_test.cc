// SPDX-License-Identifier: Apache-2.0
// Dialogues that want TLS: when it comes, what is forgotten, and that nothing is said in the clear where it should not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/session.h"
#include "protocol/tls_stream.h"
#include "support/fake_os.h"
#include "support/tls_lmtp_server.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Fate = Dialogue::Fate;
using Tls = Dialogue::Tls;
using Kind = Dialogue::Trouble::Kind;

const SocketAddress kSocket{.path = "/run/lmtp", .ip = {}, .port = 0};

struct SessionTls : testing::Test {
    FakeClock clock;
    FakeOs os{clock};
    TestAuthority authority{static_cast<std::time_t>(clock.now().seconds)};
    TlsLmtpServer::Script script{.identity = authority.issue({})};
    std::shared_ptr<TlsLmtpServer> server;
    std::string host = "mx.test.ex";
    std::optional<TlsPeer> peer;

    Dialogue run(Dialogue::Settings settings) {
        os.put_file("/D", "head-D\nbody\n");
        server = std::make_shared<TlsLmtpServer>(script);
        os.set_peer(kSocket, [this] { return server; });
        settings.hello_name = "me";
        Dialogue dialogue(settings, {.sender = "ann@x", .parameters = {}, .recipients = {{"a@y", ""}}});
        UniqueFd socket = *os.connect(kSocket, std::chrono::milliseconds(0));
        FdStream below(os, clock, socket.get(), socket.get());
        TlsStream stream(clock, below);
        ReplyReader replies(stream);
        UniqueFd body = *os.open("/D", O_RDONLY);
        Session session(os, clock, stream, replies, {.each = Seconds{300}, .end = clock.steady() + Seconds{3600}},
                        {.secure = [&](Instant deadline) -> std::optional<Dialogue::Trouble> {
                             TlsSettings ours{.host = host, .authorities = authority.pem(), .now = clock.now().seconds};
                             const auto started = stream.start(ours, deadline);
                             if (started) peer = *started;
                             if (started) return std::nullopt;
                             return Dialogue::Trouble{Kind::tls, 0, started.error().text};
                         },
                         .before_end = {}});
        WritePlan plan;
        plan.header_lines = {"Subject: x\n"};
        session.run(dialogue, {plan, {body.get(), 7, false}});
        return dialogue;
    }
    [[nodiscard]] Fate fate_of(const Dialogue& dialogue) { return dialogue.recipients()[0].fate; }
};

TEST_F(SessionTls, IsUsedWhereItIsOffered) {
    for (const Tls tls : {Tls::if_offered, Tls::required}) {
        const Dialogue done = run({.tls = tls});
        EXPECT_EQ(fate_of(done), Fate::delivered);
        EXPECT_THAT(server->heard_in_the_clear, ElementsAre("LHLO me", "STARTTLS"));
        EXPECT_THAT(server->lmtp.commands,
                    ElementsAre("LHLO me", "LHLO me", "MAIL FROM:<ann@x>", "RCPT TO:<a@y>", "DATA", "QUIT"));
        EXPECT_TRUE(peer && peer->verified);
    }
}

TEST_F(SessionTls, IsNotUsedWhereItIsNotWanted) {
    EXPECT_EQ(fate_of(run({.tls = Tls::no})), Fate::delivered);
    EXPECT_FALSE(peer);
    EXPECT_THAT(server->heard, HasSubstr("MAIL FROM"));
}

TEST_F(SessionTls, GoesWithoutWhereItIsNotOffered) {
    script.offers = false;
    EXPECT_EQ(fate_of(run({.tls = Tls::if_offered})), Fate::delivered);
    EXPECT_FALSE(peer);
}

TEST_F(SessionTls, SaysNothingInTheClearWhereItIsRequired) {
    script.offers = false;
    const Dialogue done = run({.tls = Tls::required, .clear_if_refused = true});
    EXPECT_EQ(fate_of(done), Fate::open);
    ASSERT_TRUE(done.failure());
    EXPECT_EQ(done.failure()->trouble.kind, Kind::tls_not_offered);
    EXPECT_THAT(server->heard_in_the_clear, ElementsAre("LHLO me", "QUIT"));
}

TEST_F(SessionTls, ForgetsWhatWasOfferedBefore) {
    script.clear_offer = {"PIPELINING", "CHUNKING"};
    script.secure_offer = {"SIZE 1000"};
    const Dialogue done = run({.tls = Tls::required});
    EXPECT_EQ(fate_of(done), Fate::delivered);
    EXPECT_EQ(done.offer(), (Offer{.size = true}));
    EXPECT_THAT(server->lmtp.commands, testing::Contains("DATA"));
}

TEST_F(SessionTls, IsNotStartedTwice) {
    script.secure_offer = {"STARTTLS"};
    EXPECT_EQ(fate_of(run({.tls = Tls::required})), Fate::delivered);
    EXPECT_THAT(server->lmtp.commands, Not(testing::Contains("STARTTLS")));
}

TEST_F(SessionTls, FromTheStart) {
    script.from_start = true;
    const Dialogue done = run({.tls = Tls::from_start});
    EXPECT_EQ(fate_of(done), Fate::delivered);
    EXPECT_THAT(server->lmtp.commands, ElementsAre("LHLO me", "MAIL FROM:<ann@x>", "RCPT TO:<a@y>", "DATA", "QUIT"));
    EXPECT_THAT(server->heard_in_the_clear, IsEmpty());
}

TEST_F(SessionTls, FromTheStartWithAServerThatIsInTheClear) {
    const Dialogue done = run({.tls = Tls::from_start});
    ASSERT_TRUE(done.failure());
    EXPECT_EQ(done.failure()->trouble.kind, Kind::too_early);
    EXPECT_EQ(done.failure()->trouble.text, "220 mx ready");
    EXPECT_EQ(server->heard, "");
}

struct RefusalCase {
    const char* name;
    std::string answer;
    Tls tls;
    bool clear_if_refused;
    Fate want_fate;
    std::optional<Kind> want_kind;  // of the failure, if it has no reply
};
class TlsRefusals : public SessionTls, public testing::WithParamInterface<RefusalCase> {};
TEST_P(TlsRefusals, OfStartTls) {
    const RefusalCase& c = GetParam();
    script.answer = c.answer;
    const Dialogue done = run({.tls = c.tls, .clear_if_refused = c.clear_if_refused});
    EXPECT_EQ(fate_of(done), c.want_fate);
    EXPECT_EQ(done.failure().has_value(), c.want_fate != Fate::delivered);
    if (done.failure()) {
        EXPECT_EQ(done.failure()->step, Step::start_tls);
        EXPECT_EQ(done.failure()->reply.has_value(), !c.want_kind);
        if (c.want_kind) {
            EXPECT_EQ(done.failure()->trouble.kind, *c.want_kind);
        }
        EXPECT_THAT(server->heard, Not(HasSubstr("MAIL")));
    }
}
INSTANTIATE_TEST_SUITE_P(
    All, TlsRefusals,
    testing::Values(RefusalCase{"Later", "454 not now", Tls::if_offered, false, Fate::open, {}},
                    RefusalCase{"Never", "554 no", Tls::if_offered, false, Fate::open, {}},
                    RefusalCase{"LaterMayBeClear", "454 not now", Tls::if_offered, true, Fate::delivered, {}},
                    RefusalCase{"NeverMayBeClear", "554 no", Tls::if_offered, true, Fate::delivered, {}},
                    RefusalCase{"LaterRequired", "454 not now", Tls::required, true, Fate::open, Kind::tls_refused},
                    RefusalCase{"NeverRequired", "554 no", Tls::required, false, Fate::open, Kind::tls_refused}),
    [](const auto& c) { return c.param.name; });

// CVE-2011-0411 and its kin, from the client's side.
TEST_F(SessionTls, WordsInFrontOfTlsAreNotTakenForWordsBehindIt) {
    for (const char* const injected :
         {"\r\n250-mx\r\n250 PIPELINING", "\r\n250 ok\r\n250 ok\r\n354 go\r\n250 kept", "\r\n250 half a li"}) {
        script.answer = std::string("220 go on") + injected;
        const Dialogue done = run({.tls = Tls::if_offered, .clear_if_refused = true});
        EXPECT_EQ(fate_of(done), Fate::open);
        ASSERT_TRUE(done.failure());
        EXPECT_EQ(done.failure()->step, Step::secure);
        EXPECT_THAT(server->lmtp.commands, ElementsAre("LHLO me"));
        EXPECT_FALSE(peer);
    }
}

TEST_F(SessionTls, ABadCertificateEndsTheSession) {
    host = "other.test.ex";
    const Dialogue done = run({.tls = Tls::if_offered, .clear_if_refused = true});
    ASSERT_TRUE(done.failure());
    EXPECT_EQ(done.failure()->trouble.kind, Kind::tls);
    EXPECT_EQ(done.failure()->trouble.text, "hostname mismatch");
    EXPECT_THAT(server->lmtp.commands, ElementsAre("LHLO me")) << "not even QUIT";
}

TEST_F(SessionTls, CannotBeHandedOn) {
    EXPECT_FALSE(run({.tls = Tls::required, .keep_connection = true}).reusable());
    EXPECT_EQ(server->lmtp.commands.back(), "QUIT");
    script.answer = "454 not now";
    EXPECT_FALSE(run({.tls = Tls::if_offered, .clear_if_refused = true, .keep_connection = true}).reusable());
    script.offers = false;
    EXPECT_TRUE(run({.tls = Tls::if_offered, .keep_connection = true}).reusable());
}

// The messages are in TLS records by now; whole replies count, torn ones don't.
TEST_F(SessionTls, AServerThatBreaksAfterEachNumberOfBytes) {
    (void)run({.tls = Tls::required});
    const std::size_t all = server->tls_bytes();
    int delivered = 0;
    for (std::size_t n = all - 400; n <= all; n += 3) {
        script.cut_after = n;
        const Dialogue done = run({.tls = Tls::required});
        const bool kept = !server->lmtp.kept.empty();
        if (fate_of(done) == Fate::delivered) ++delivered;
        EXPECT_TRUE(fate_of(done) != Fate::delivered || kept) << n;
    }
    EXPECT_GT(delivered, 0);
    EXPECT_LT(delivered, 134);
}

}  // namespace
}  // namespace postern
