// SPDX-License-Identifier: Apache-2.0
#include "protocol/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/fake_os.h"
#include "support/lmtp_server.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using Fate = Dialogue::Fate;
using Break = LmtpServer::Break;

const SocketAddress kSocket{.path = "/run/lmtp", .ip = {}, .port = 0};

// One client, one server, a clock that only waiting turns.
class Talk {
public:
    explicit Talk(std::shared_ptr<LmtpServer> peer) : server(std::move(peer)) {
        os.put_file("/D", "head-D\nbody\n.dot\nend\n");
        os.set_peer(kSocket, [this] { return server; });
    }

    Dialogue run(Dialogue dialogue, std::vector<std::string> headers = {"Subject: x\n"}) {
        UniqueFd socket = *os.connect(kSocket, std::chrono::milliseconds(0));
        FdStream stream(os, clock, socket.get(), socket.get());
        ReplyReader replies(stream);
        UniqueFd body = *os.open("/D", O_RDONLY);
        Session session(os, clock, stream, replies, {.each = Seconds{300}, .end = clock.steady() + Seconds{3600}},
                        {.secure = {}, .before_end = before_end});
        WritePlan plan;
        plan.header_lines = std::move(headers);
        plan.body = body_too;
        const Instant before = clock.steady();
        session.run(dialogue, {plan, {body.get(), 7, false}});
        took = clock.steady() - before;
        message_bytes = session.message_bytes();
        return dialogue;
    }
    Dialogue run(const std::vector<std::string>& recipients) {
        return run(Dialogue({.hello_name = "me"}, to(recipients)));
    }

    static MailEnvelope to(const std::vector<std::string>& recipients) {
        MailEnvelope envelope{.sender = "ann@x", .parameters = {}, .recipients = {}};
        for (const std::string& path : recipients) envelope.recipients.push_back({path, ""});
        return envelope;
    }

    FakeClock clock;
    FakeOs os{clock};
    std::shared_ptr<LmtpServer> server;
    Instant took{};
    std::int64_t message_bytes = 0;
    bool body_too = true;
    std::function<Status()> before_end;
};

std::vector<Fate> fates(const Dialogue& dialogue) {
    std::vector<Fate> out;
    for (const auto& recipient : dialogue.recipients()) out.push_back(recipient.fate);
    return out;
}

// A server that answers as usual but for one question.
LmtpServer::Answer except(std::string question, std::string answer, std::vector<std::string> offer = {}) {
    return [=, usual = LmtpServer::obliging(std::move(offer))](const std::string& asked) {
        return asked.starts_with(question) ? answer : usual(asked);
    };
}
std::shared_ptr<LmtpServer> server_except(std::string question, std::string answer,
                                          std::vector<std::string> offer = {}) {
    return std::make_shared<LmtpServer>(except(std::move(question), std::move(answer), std::move(offer)));
}

TEST(Session, PlainOrderWithoutOffers) {
    Talk talk(std::make_shared<LmtpServer>());
    const Dialogue done = talk.run({"a@y", "b@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::delivered, Fate::delivered));
    EXPECT_FALSE(done.failure());
    EXPECT_EQ(talk.server->heard,
              "LHLO me\r\nMAIL FROM:<ann@x>\r\nRCPT TO:<a@y>\r\nRCPT TO:<b@y>\r\nDATA\r\n"
              "Subject: x\r\n\r\nbody\r\n..dot\r\nend\r\n.\r\nQUIT\r\n");
    EXPECT_EQ(talk.message_bytes, 35);
    EXPECT_EQ(done.recipients()[1].reply.text, "250 2.0.0 kept 1");
}

TEST(Session, HeaderLinesAreStuffedFromTheFirstOn) {
    Talk talk(std::make_shared<LmtpServer>());
    (void)talk.run(Dialogue({.hello_name = "me"}, Talk::to({"a@y"})), {".first: x\n", ".: y\n", "..\n"});
    EXPECT_THAT(talk.server->messages, ElementsAre("..first: x\r\n..: y\r\n...\r\n\r\nbody\r\n..dot\r\nend\r\n.\r\n"));
}

TEST(Session, WithoutBodyTheMessageStillEnds) {
    Talk talk(std::make_shared<LmtpServer>());
    talk.body_too = false;
    EXPECT_THAT(fates(talk.run({"a@y"})), ElementsAre(Fate::delivered));
    EXPECT_THAT(talk.server->messages, ElementsAre("Subject: x\r\n\r\n.\r\n"));
}

TEST(Session, UsesWhatIsOffered) {
    const std::vector<std::string> offer = {"PIPELINING", "SIZE 100", "8BITMIME", "SMTPUTF8", "DSN", "ignorequota"};
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging(offer)));
    MailEnvelope envelope = Talk::to({"a@y"});
    envelope.size = 33;
    envelope.eight_bit = envelope.utf8 = true;
    envelope.parameters = " RET=HDRS ENVID=e1";
    envelope.recipients[0].parameters = " NOTIFY=NEVER";
    const Dialogue done = talk.run(Dialogue({.hello_name = "me", .ignore_quota = true}, envelope));
    EXPECT_THAT(fates(done), ElementsAre(Fate::delivered));
    EXPECT_THAT(talk.server->commands,
                ElementsAre("LHLO me", "MAIL FROM:<ann@x> SIZE=33 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e1",
                            "RCPT TO:<a@y> IGNOREQUOTA NOTIFY=NEVER", "DATA", "QUIT"));
}

TEST(Session, AsksForNothingThatIsNotOffered) {
    Talk talk(std::make_shared<LmtpServer>());
    MailEnvelope envelope = Talk::to({"a@y"});
    envelope.size = 33;
    envelope.eight_bit = envelope.utf8 = true;
    envelope.parameters = " RET=HDRS";
    envelope.recipients[0].parameters = " NOTIFY=NEVER";
    (void)talk.run(Dialogue({.hello_name = "me", .ignore_quota = true}, envelope));
    EXPECT_THAT(talk.server->commands, ElementsAre("LHLO me", "MAIL FROM:<ann@x>", "RCPT TO:<a@y>", "DATA", "QUIT"));
}

TEST(Session, ChunksAreNotStuffed) {
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging({"CHUNKING"})));
    EXPECT_THAT(fates(talk.run({"a@y"})), ElementsAre(Fate::delivered));
    EXPECT_THAT(talk.server->commands,
                ElementsAre("LHLO me", "MAIL FROM:<ann@x>", "RCPT TO:<a@y>", "BDAT 31 LAST", "QUIT"));
    EXPECT_THAT(talk.server->messages, ElementsAre("Subject: x\r\n\r\nbody\r\n.dot\r\nend\r\n"));
}

TEST(Session, FlightsOfCommandsAreBounded) {
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging({"PIPELINING"})));
    std::vector<std::string> many;
    for (int i = 0; i < 1000; ++i) many.push_back("recipient" + std::to_string(i) + "@example.com");
    const Dialogue done = talk.run(many);
    EXPECT_EQ(std::ranges::count(fates(done), Fate::delivered), 1000);
    EXPECT_EQ(talk.server->kept, many);
}

struct RefusalCase {
    const char* name;
    std::string question, answer;
    std::vector<Fate> want_fates;
    std::string want_stage;  // of the failure; empty: none
    bool want_quit = true;
};
class Refusals : public testing::TestWithParam<RefusalCase> {};

TEST_P(Refusals, OfThreeRecipients) {
    const RefusalCase& c = GetParam();
    for (const std::vector<std::string>& offer : {std::vector<std::string>{}, {"PIPELINING"}}) {
        Talk talk(server_except(c.question, c.answer, offer));
        const Dialogue done = talk.run({"a@y", "b@y", "c@y"});
        EXPECT_EQ(fates(done), c.want_fates);
        EXPECT_EQ(done.failure() ? done.failure()->stage : "", c.want_stage);
        EXPECT_EQ(talk.server->commands.back() == "QUIT", c.want_quit);
    }
}

const std::vector<Fate> kOpen(3, Fate::open), kAccepted(3, Fate::accepted);
INSTANTIATE_TEST_SUITE_P(
    All, Refusals,
    testing::Values(
        RefusalCase{"Greeting", "greeting", "554 no", kOpen, "initial connection"},
        RefusalCase{"Hello", "LHLO", "550 no", kOpen, "LHLO me"},
        RefusalCase{"Mail", "MAIL", "452 full", kOpen, "MAIL FROM:<ann@x>"},
        RefusalCase{"OneRecipient", "RCPT TO:<b@y>", "550 no", {Fate::delivered, Fate::refused, Fate::delivered}, ""},
        RefusalCase{"RecipientAskedForMore",
                    "RCPT TO:<b@y>",
                    "354 what",
                    {Fate::delivered, Fate::refused, Fate::delivered},
                    ""},
        RefusalCase{"AllRecipients", "RCPT", "550 no", std::vector<Fate>(3, Fate::refused), ""},
        RefusalCase{"Data", "DATA", "450 later", kAccepted, "DATA"},
        RefusalCase{"DataAccepted", "DATA", "250 fine", kAccepted, "DATA"},
        RefusalCase{
            "OneAtTheEnd", "message 1", "552 full", {Fate::delivered, Fate::refused_at_end, Fate::delivered}, ""},
        RefusalCase{"AskedForMoreAtTheEnd",
                    "message 1",
                    "354 what",
                    {Fate::delivered, Fate::refused_at_end, Fate::delivered},
                    ""},
        RefusalCase{"Quit", "QUIT", "500 what", std::vector<Fate>(3, Fate::delivered), ""}),
    [](const auto& c) { return c.param.name; });

TEST(Session, ARefusedRecipientStaysRefusedWhenDataFails) {
    const auto usual = LmtpServer::obliging();
    Talk talk(std::make_shared<LmtpServer>([=](const std::string& asked) -> std::string {
        if (asked == "RCPT TO:<a@y>") return "550 nobody";
        if (asked == "DATA") return "450 later";
        return usual(asked);
    }));
    const Dialogue done = talk.run({"a@y", "b@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::refused, Fate::accepted));
    EXPECT_EQ(done.failure()->stage, "DATA");
}

TEST(Session, NothingIsSaidThatCouldEndACommand) {
    Talk talk(std::make_shared<LmtpServer>());
    const Dialogue done = talk.run({"a@y", "b\r\nRCPT TO:<evil@y", "c@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::delivered, Fate::open, Fate::delivered));
    EXPECT_FALSE(done.failure());
    EXPECT_THAT(talk.server->kept, ElementsAre("a@y", "c@y"));

    Talk other(std::make_shared<LmtpServer>());
    MailEnvelope envelope = Talk::to({"a@y"});
    envelope.sender = "ann@x>\r\nDATA";
    const Dialogue refused = other.run(Dialogue({.hello_name = "me"}, envelope));
    EXPECT_EQ(refused.failure()->trouble.kind, Dialogue::Trouble::Kind::unsayable);
    EXPECT_THAT(other.server->commands, ElementsAre("LHLO me"));
}

// --- half-answers: n recipients, the server breaks instead of its b-th answer, in each way ---

struct Half {
    std::set<std::string> settled, again;
};

Half first_run(Talk& talk, const std::vector<std::string>& recipients, const Dialogue& done) {
    Half half;
    for (std::size_t i = 0; i < recipients.size(); ++i)
        (done.recipients()[i].fate == Fate::delivered ? half.settled : half.again).insert(recipients[i]);
    // Delivered means that the server has said so for this recipient, and it has the whole message.
    for (const std::string& name : half.settled) {
        EXPECT_THAT(talk.server->kept, testing::Contains(name));
        EXPECT_THAT(talk.server->mailboxes, testing::Contains(name));
    }
    return half;
}

void break_matrix(Break how, const std::vector<std::string>& offer) {
    for (std::size_t n = 1; n <= 20; ++n) {
        std::vector<std::string> recipients;
        for (std::size_t i = 0; i < n; ++i) recipients.push_back("r" + std::to_string(i) + "@y");
        const std::size_t answers = 3 + n + 1 + n + 1;  // greeting LHLO MAIL, RCPTs, DATA, verdicts, QUIT
        for (std::size_t at = 0; at < answers; ++at) {
            SCOPED_TRACE("recipients " + std::to_string(n) + ", broken at answer " + std::to_string(at));
            auto server = std::make_shared<LmtpServer>(LmtpServer::obliging(offer));
            server->break_at(at, how);
            Talk talk(server);
            const Dialogue done = talk.run(recipients);
            const Half half = first_run(talk, recipients, done);
            EXPECT_EQ(half.settled.size(), server->kept.size()) << "what was answered for is settled";
            EXPECT_EQ(done.failure().has_value(), half.settled.size() < n);
            EXPECT_LE(talk.took, Seconds{301});

            // The next run is for the others only, and everybody has it in the end; those who had their reply, once.
            if (half.again.empty()) continue;
            Talk next(std::make_shared<LmtpServer>(LmtpServer::obliging(offer)));
            const Dialogue rest = next.run(std::vector<std::string>(half.again.begin(), half.again.end()));
            EXPECT_EQ(std::set<std::string>(next.server->kept.begin(), next.server->kept.end()), half.again);
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(HalfAnswers, HangUp) { break_matrix(Break::hang_up, {}); }
TEST(HalfAnswers, Reset) { break_matrix(Break::reset, {}); }
TEST(HalfAnswers, Silence) { break_matrix(Break::silence, {}); }
TEST(HalfAnswers, Garbage) { break_matrix(Break::garbage, {}); }
TEST(HalfAnswers, Nul) { break_matrix(Break::nul, {}); }
TEST(HalfAnswers, HalfALine) { break_matrix(Break::half_a_line, {}); }
TEST(HalfAnswers, Chatter) { break_matrix(Break::chatter, {}); }
TEST(HalfAnswers, HangUpPipelined) { break_matrix(Break::hang_up, {"PIPELINING"}); }
TEST(HalfAnswers, SilencePipelined) { break_matrix(Break::silence, {"PIPELINING"}); }
TEST(HalfAnswers, GarbagePipelined) { break_matrix(Break::garbage, {"PIPELINING"}); }
TEST(HalfAnswers, HangUpChunked) { break_matrix(Break::hang_up, {"CHUNKING", "PIPELINING"}); }

TEST(Session, AfterTheMessageAQuitIsDueEvenIfNobodyAnswers) {
    auto server = std::make_shared<LmtpServer>();
    server->break_at(6, Break::silence);  // instead of the second recipient's reply
    Talk talk(server);
    const Dialogue done = talk.run({"a@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::delivered));
    EXPECT_EQ(server->commands.back(), "QUIT");
    EXPECT_EQ(talk.took, Seconds{1});
}

// --- servers out of step ---

TEST(Session, AYesBeforeTheMessageIsNoYes) {
    auto server = std::make_shared<LmtpServer>(LmtpServer::obliging());
    server->on_data = [](LmtpServer& peer) { peer.say("250 got it\r\n250 got it\r\n"); };
    Talk talk(server);
    talk.os.put_file("/D", "head-D\n" + std::string(200'000, 'x') + "\n");
    const Dialogue done = talk.run({"a@y", "b@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::accepted, Fate::accepted));
    EXPECT_EQ(done.failure()->trouble.kind, Dialogue::Trouble::Kind::too_early);
    EXPECT_THAT(server->mailboxes, IsEmpty()) << "the end was never sent";
}

TEST(Session, AnEarlyNoIsHeard) {
    auto server = std::make_shared<LmtpServer>(LmtpServer::obliging());
    server->on_data = [](LmtpServer& peer) {
        peer.say("552 5.3.4 too big\r\n452 4.2.2 full\r\n");
        peer.reset();
    };
    Talk talk(server);
    talk.os.put_file("/D", "head-D\n" + std::string(2'000'000, 'x') + "\n");
    const Dialogue done = talk.run({"a@y", "b@y", "c@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::refused_at_end, Fate::refused_at_end, Fate::accepted));
    EXPECT_EQ(done.recipients()[0].reply.code, 552);
    EXPECT_EQ(done.failure()->stage, "sending data block");
}

// What stands behind half a message is a part of it.
TEST(Session, NothingIsSaidInTheMiddleOfAMessage) {
    for (const std::vector<std::string>& offer : {std::vector<std::string>{}, {"CHUNKING"}}) {
        auto server = std::make_shared<LmtpServer>(LmtpServer::obliging(offer));
        server->on_data = [](LmtpServer& peer) { peer.say("552 5.3.4 too big\r\n"); };
        Talk talk(server);
        talk.os.put_file("/D", "head-D\n" + std::string(200'000, 'x') + "\n");
        EXPECT_THAT(fates(talk.run({"a@y"})), ElementsAre(Fate::refused_at_end));
        EXPECT_TRUE(server->heard.ends_with("xxx"));
    }
}

TEST(Session, AnAnswerWithoutAQuestionEndsIt) {
    Talk talk(server_except("MAIL", "250 ok\r\n250 ok\r\n250 ok"));
    const Dialogue done = talk.run({"a@y"});
    EXPECT_THAT(fates(done), ElementsAre(Fate::open));
    EXPECT_EQ(done.failure()->trouble.kind, Dialogue::Trouble::Kind::too_early);
    EXPECT_EQ(done.failure()->stage, "RCPT TO:<a@y>");
    EXPECT_THAT(talk.server->mailboxes, IsEmpty());
}

TEST(Session, AServerThatDoesNotReadTimesOut) {
    auto server = std::make_shared<LmtpServer>(LmtpServer::obliging());
    server->on_data = [](LmtpServer& peer) { peer.stop_reading(); };
    Talk talk(server);
    talk.os.put_file("/D", "head-D\n" + std::string(2'000'000, 'x') + "\n");
    const Dialogue done = talk.run({"a@y"});
    EXPECT_EQ(done.failure()->trouble.kind, Dialogue::Trouble::Kind::timeout);
    EXPECT_EQ(done.failure()->stage, "sending data block");
    EXPECT_EQ(talk.took, Seconds{300});
    EXPECT_GT(talk.message_bytes, 0);
}

TEST(Session, OneByteASecondIsNotForEver) {
    auto server = std::make_shared<LmtpServer>(except("RCPT", "250-" + std::string(400, 'x') + "\r\n250 ok"));
    server->drip(std::chrono::seconds(1));
    Talk talk(server);
    const Dialogue done = talk.run({"a@y"});
    EXPECT_EQ(done.failure()->trouble.kind, Dialogue::Trouble::Kind::timeout);
    EXPECT_EQ(done.failure()->stage, "RCPT TO:<a@y>");
    EXPECT_LE(talk.took, Seconds{400});
}

// D-lmtp-session
TEST(Session, TheWholeHasADeadlineToo) {
    auto server = std::make_shared<LmtpServer>(LmtpServer::obliging());
    server->drip(std::chrono::seconds(10));  // each reply in time
    Talk talk(server);
    std::vector<std::string> many;
    for (int i = 0; i < 60; ++i) many.push_back("r" + std::to_string(i) + "@y");
    const Dialogue done = talk.run(many);
    EXPECT_EQ(done.failure()->trouble.kind, Dialogue::Trouble::Kind::timeout);
    EXPECT_LE(talk.took, Seconds{3601});
}

TEST(Session, AMessageThatCannotBeReadIsNotEnded) {
    Talk talk(std::make_shared<LmtpServer>());
    talk.os.put_directory("/E");
    UniqueFd socket = *talk.os.connect(kSocket, std::chrono::milliseconds(0));
    FdStream stream(talk.os, talk.clock, socket.get(), socket.get());
    ReplyReader replies(stream);
    UniqueFd body = *talk.os.open("/E", O_RDONLY);
    Dialogue dialogue({.hello_name = "me"}, Talk::to({"a@y"}));
    Session(talk.os, talk.clock, stream, replies, {}).run(dialogue, {WritePlan{}, {body.get(), 0, false}});
    EXPECT_EQ(dialogue.failure()->trouble.code, EISDIR);
    EXPECT_THAT(talk.server->mailboxes, IsEmpty());
}

// --- the end waits for others ---

class BeforeTheEnd : public testing::TestWithParam<std::vector<std::string>> {};  // what the server offers

TEST_P(BeforeTheEnd, TheServerHasNoMessageYet) {
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging(GetParam())));
    int called = 0;
    talk.before_end = [&]() -> Status {
        ++called;
        EXPECT_THAT(talk.server->mailboxes, IsEmpty());
        EXPECT_EQ(talk.server->commands.back().substr(0, 4), GetParam().empty() ? "DATA" : "RCPT");
        return {};
    };
    EXPECT_THAT(fates(talk.run({"a@y"})), ElementsAre(Fate::delivered));
    EXPECT_EQ(called, 1);
}

TEST_P(BeforeTheEnd, ItCanBeHeldBackForGood) {
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging(GetParam())));
    talk.before_end = [] { return failure(ECANCELED, "read", "pipe"); };
    const Dialogue dialogue = talk.run({"a@y"});
    EXPECT_EQ(dialogue.failure()->trouble.code, ECANCELED);
    EXPECT_FALSE(dialogue.reusable());
    EXPECT_THAT(talk.server->mailboxes, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(WithDataAndBdat, BeforeTheEnd,
                         testing::Values(std::vector<std::string>{}, std::vector<std::string>{"CHUNKING"}));

TEST(Session, NobodyIsAskedForAMessageThatIsNotSent) {
    Talk talk(server_except("RCPT", "550 no"));
    talk.before_end = []() -> Status {
        ADD_FAILURE() << "there is no end";
        return {};
    };
    EXPECT_THAT(fates(talk.run({"a@y"})), ElementsAre(Fate::refused));
}

// --- connections that are used again ---

TEST(Session, IsReusableOnlyWhenAllWentWell) {
    Talk good(std::make_shared<LmtpServer>());
    const Dialogue done = good.run(Dialogue({.hello_name = "me", .keep_connection = true}, Talk::to({"a@y"})));
    EXPECT_TRUE(done.reusable());
    EXPECT_NE(good.server->commands.back(), "QUIT");

    Talk bad(server_except("DATA", "450 later"));
    EXPECT_FALSE(bad.run(Dialogue({.hello_name = "me", .keep_connection = true}, Talk::to({"a@y"}))).reusable());
    EXPECT_EQ(bad.server->commands.back(), "QUIT");
}

TEST(Session, BeginsAgainWithReset) {
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging(), false));
    const Dialogue done = talk.run(Dialogue({.hello_name = "me"}, Talk::to({"a@y"}), Offer{.pipelining = true}));
    EXPECT_THAT(fates(done), ElementsAre(Fate::delivered));
    EXPECT_THAT(talk.server->commands, ElementsAre("RSET", "MAIL FROM:<ann@x>", "RCPT TO:<a@y>", "DATA", "QUIT"));
}

TEST(Session, WithPipeliningAllCommandsGoTogether) {
    Talk talk(std::make_shared<LmtpServer>(LmtpServer::obliging(), false));
    MailEnvelope envelope = Talk::to({"a@y", "b@y"});
    Dialogue dialogue({.hello_name = "me"}, envelope, Offer{.pipelining = true});
    const Dialogue::Move move = dialogue.next();
    EXPECT_EQ(move.bytes, "RSET\r\nMAIL FROM:<ann@x>\r\nRCPT TO:<a@y>\r\nRCPT TO:<b@y>\r\nDATA\r\n");
    EXPECT_EQ(move.replies, 5u);
    EXPECT_TRUE(move.hurry);

    Dialogue chunked({.hello_name = "me"}, envelope, Offer{.pipelining = true, .chunking = true});
    EXPECT_THAT(chunked.next().bytes, testing::EndsWith("RCPT TO:<b@y>\r\n"));
    Dialogue alone({.hello_name = "me"}, envelope, Offer{});
    EXPECT_EQ(alone.next().bytes, "RSET\r\n");
}

// A server that wants a message for nobody must not take QUIT for one, nor the connection be used again.
TEST(Session, AMessageForNobodyIsNotSent) {
    for (const char* refused : {"MAIL", "RCPT"}) {
        const auto usual = LmtpServer::obliging({"PIPELINING"});
        Talk talk(std::make_shared<LmtpServer>([=](const std::string& asked) {
            return asked.starts_with(refused) ? "550 no" : asked == "DATA for nobody" ? "354 go on" : usual(asked);
        }));
        const Dialogue done =
            talk.run(Dialogue({.hello_name = "me", .keep_connection = true}, Talk::to({"a@y", "b@y"})));
        EXPECT_EQ(talk.server->commands.back(), "DATA") << refused;
        EXPECT_THAT(talk.server->mailboxes, IsEmpty());
        EXPECT_FALSE(done.reusable());
    }
}

TEST(Session, NobodyIsToHaveItAndTheConnectionStays) {
    Talk talk(server_except("RCPT", "550 no", {"PIPELINING"}));
    const Dialogue done = talk.run(Dialogue({.hello_name = "me", .keep_connection = true}, Talk::to({"a@y"})));
    EXPECT_THAT(fates(done), ElementsAre(Fate::refused));
    EXPECT_FALSE(done.failure());
    EXPECT_TRUE(done.reusable());
}

TEST(Session, AStaleConnectionSaysNothingAboutTheMessage) {
    for (const Break how : {Break::hang_up, Break::reset, Break::silence, Break::garbage}) {
        for (const bool pipelining : {false, true}) {
            auto server = std::make_shared<LmtpServer>(LmtpServer::obliging(), false);
            server->break_at(0, how);
            Talk talk(server);
            const Dialogue done =
                talk.run(Dialogue({.hello_name = "me"}, Talk::to({"a@y"}), Offer{.pipelining = pipelining}));
            EXPECT_TRUE(done.stale());
            EXPECT_FALSE(done.failure());
            EXPECT_THAT(server->mailboxes, IsEmpty());
            EXPECT_LE(talk.took, Seconds{1});
        }
    }
}

// So many messages a session: RSET is fine, MAIL is not.
TEST(Session, AServerThatHasHadEnoughMessagesIsStale) {
    for (const bool pipelining : {false, true}) {
        const Offer offer{.pipelining = pipelining};
        for (const Break how : {Break::hang_up, Break::reset, Break::garbage}) {
            auto server = std::make_shared<LmtpServer>(LmtpServer::obliging(), false);
            server->break_at(1, how);
            Talk talk(server);
            const Dialogue done = talk.run(Dialogue({.hello_name = "me"}, Talk::to({"a@y"}), offer));
            EXPECT_TRUE(done.stale());
            EXPECT_FALSE(done.failure());
            EXPECT_THAT(server->mailboxes, IsEmpty());
        }
        const struct {
            const char* answer;
            bool want_stale;
        } cases[] = {{"421 4.7.0 too many messages", true}, {"451 not now", false}, {"550 not from you", false}};
        for (const auto& c : cases) {
            Talk talk(std::make_shared<LmtpServer>(
                [&](const std::string& asked) {
                    return asked.starts_with("MAIL") ? c.answer : LmtpServer::obliging()(asked);
                },
                false));
            const Dialogue done = talk.run(Dialogue({.hello_name = "me"}, Talk::to({"a@y"}), offer));
            EXPECT_EQ(done.stale(), c.want_stale) << c.answer;
            EXPECT_NE(done.failure().has_value(), c.want_stale) << c.answer;
            EXPECT_THAT(talk.server->mailboxes, IsEmpty());
        }
    }
}

// In a new session it is the server's answer to this message.
TEST(Session, ANewSessionIsNeverStale) {
    Talk talk(server_except("MAIL", "421 4.3.2 going down"));
    const Dialogue done = talk.run(Dialogue({.hello_name = "me"}, Talk::to({"a@y"})));
    EXPECT_FALSE(done.stale());
    EXPECT_EQ(done.failure()->step, Step::mail);
}

}  // namespace
}  // namespace postern
