// SPDX-License-Identifier: Apache-2.0
#include "driver/idle_connection.h"

namespace postern {

IdleConnections::~IdleConnections() {
    for (const auto& [who, connection] : connections_) say_goodbye(connection);
}

std::optional<IdleConnections::Connection> IdleConnections::take(const std::string& who) {
    auto found = connections_.extract(who);
    if (found.empty()) return std::nullopt;
    return std::move(found.mapped());
}

void IdleConnections::put(const std::string& who, Connection connection) {
    if (const std::optional<Connection> other = take(who)) say_goodbye(*other);
    connections_.insert_or_assign(who, std::move(connection));
}

// One write that does not wait; the answer interests nobody.
void IdleConnections::say_goodbye(const Connection& connection) {
    (void)os_.write(connection.fd.get(), "QUIT\r\n").has_value();
}

}  // namespace postern
