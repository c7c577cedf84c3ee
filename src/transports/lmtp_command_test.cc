// SPDX-License-Identifier: Apache-2.0
// lmtp to a command on pipes.
#include <gmock/gmock.h>

#include "support/lmtp_delivery.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

}  // namespace
}  // namespace postern
