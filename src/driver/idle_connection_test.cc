// SPDX-License-Identifier: Apache-2.0
#include "driver/idle_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_os.h"
#include "support/lmtp_server.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const SocketAddress kServer{.path = "/run/lmtp", .ip = {}, .port = 0};

struct IdleConnectionsTest : testing::Test {
    FakeClock clock;
    FakeOs os{clock};
    std::vector<std::shared_ptr<LmtpServer>> servers;
    std::optional<IdleConnections> idle{std::in_place, os};

    IdleConnectionsTest() {
        os.set_peer(kServer, [this] { return servers.emplace_back(std::make_shared<LmtpServer>()); });
    }
    IdleConnections::Connection connected(std::string label = {}) {
        return {*os.connect(kServer, std::chrono::milliseconds(0)), std::move(label)};
    }
};

TEST_F(IdleConnectionsTest, WhoLeftItHasItBackOnce) {
    idle->put("t1", connected("x"));
    const auto taken = idle->take("t1");
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->label, "x");
    EXPECT_FALSE(idle->take("t1"));
    EXPECT_THAT(servers[0]->commands, IsEmpty());
}

TEST_F(IdleConnectionsTest, SomebodyElseFindsTheServerFree) {
    idle->put("t1", connected());
    EXPECT_FALSE(idle->take("t2"));
    EXPECT_THAT(servers[0]->commands, ElementsAre("QUIT"));
    EXPECT_EQ(os.open_descriptors(), 0u);
    EXPECT_FALSE(idle->take("t1"));
}

TEST_F(IdleConnectionsTest, ThereIsOneAtMost) {
    idle->put("t1", connected());
    idle->put("t2", connected());
    EXPECT_THAT(servers[0]->commands, ElementsAre("QUIT"));
    EXPECT_THAT(servers[1]->commands, IsEmpty());
    EXPECT_EQ(os.open_descriptors(), 1u);
}

TEST_F(IdleConnectionsTest, TheLastOneIsLeftInTheEnd) {
    idle->put("t1", connected());
    idle.reset();
    EXPECT_THAT(servers[0]->commands, ElementsAre("QUIT"));
    EXPECT_EQ(os.open_descriptors(), 0u);
}

}  // namespace
}  // namespace postern
