// SPDX-License-Identifier: Apache-2.0
// lmtp over a connection that another delivery has left.
#include <gmock/gmock.h>

#include "support/lmtp_delivery.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Kept {
    std::vector<std::string> labels;
    bool is_new = false;
};

// Delivers with what the first delivery has kept.
DeliveryReport deliver_again(DeliveryWorld& world, IdleConnections::Connection& idle, Kept& kept) {
    DeliveryContext context = world.context();
    context.idle = &idle;
    context.keep_connection = [&](const UniqueFd& fd, std::string_view label) {
        kept.labels.emplace_back(label);
        kept.is_new = static_cast<bool>(fd);
    };
    return world.transport->deliver(context);
}

TEST_F(LmtpTest, HandsItsConnectionOn) {
    serve(LmtpServer::obliging({"PIPELINING"}));
    use_socket();
    IdleConnections::Connection idle;
    DeliveryContext first = world.context();
    first.keep_connection = [&](UniqueFd fd, std::string_view label) { idle = {std::move(fd), std::string(label)}; };
    EXPECT_EQ(world.transport->deliver(first).addresses[0].outcome.verdict, Verdict::ok);
    ASSERT_TRUE(idle.fd);
    EXPECT_EQ(server->commands.back(), "DATA") << "no QUIT yet";

    Kept kept;
    EXPECT_EQ(deliver_again(world, idle, kept).addresses[0].outcome.verdict, Verdict::ok);
    EXPECT_THAT(std::vector<std::string>(server->commands.begin() + 4, server->commands.end()),
                ElementsAre("RSET", "MAIL FROM:<ann@test.ex>", "RCPT TO:<joe@test.ex>", "DATA"));
    EXPECT_EQ(kept.labels, std::vector<std::string>{idle.label});
    EXPECT_FALSE(kept.is_new);
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
    EXPECT_EQ(server->commands.back(), "DATA") << "no QUIT: the new one is kept in its place";
    EXPECT_EQ(kept.labels.size(), 1u);
    EXPECT_TRUE(kept.is_new);
    EXPECT_THAT(gone->commands, IsEmpty());
}

// A message that does not get so far leaves it to the next one.
TEST_F(LmtpTest, AConnectionThatIsNotNeededIsNotTouched) {
    serve();
    use_socket();
    world.instance->options.headers_add = {"${nosuch:x}", true};
    IdleConnections::Connection idle{std::move(*world.fake.connect(kSocket, std::chrono::milliseconds(0))),
                                     "0\n\n\n/run/lmtp"};
    DeliveryContext context = world.context();
    context.idle = &idle;
    EXPECT_EQ(world.transport->deliver(context).addresses[0].outcome.verdict, Verdict::defer);
    EXPECT_EQ(context.idle, &idle);
    EXPECT_THAT(server->commands, IsEmpty());
}

// The same text, in another working directory: another server.
TEST_F(LmtpTest, ARelativeSocketIsOneOfItsDirectory) {
    const SocketAddress relative{.path = "lmtp", .ip = {}, .port = 0};
    world.fake.set_peer(relative, [this] { return server; });
    configure([](LmtpOptions& o) { o.socket = text("lmtp"); });
    IdleConnections::Connection idle;
    DeliveryContext context = world.context();
    context.identity.directory = "/srv/a";
    context.keep_connection = [&](const UniqueFd&, std::string_view label) { idle.label = label; };
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
    EXPECT_EQ(server->commands.back(), "DATA");
    EXPECT_TRUE(kept.is_new);
}

}  // namespace
}  // namespace postern
