// SPDX-License-Identifier: Apache-2.0
// support/lmtp_delivery.h – for tests of the lmtp transport: a delivery, and a server behind a socket that can be told
// what to answer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/delivery_world.h"
#include "support/lmtp_server.h"
#include "transports/lmtp_run.h"

namespace postern {

extern const TransportDriver lmtp_driver;

inline const SocketAddress kSocket{.path = "/run/lmtp", .ip = {}, .port = 0};

inline Expandable text(std::string source) { return {std::move(source), true, {}}; }

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

}  // namespace postern
