// SPDX-License-Identifier: Apache-2.0
#include "driver/idle_connection.h"

namespace postern {

std::optional<IdleConnections::Connection> IdleConnections::take(const std::string& who) {
    if (kept_ && kept_->first != who) leave();
    if (!kept_) return std::nullopt;
    std::optional<Connection> taken = std::move(kept_->second);
    kept_.reset();
    return taken;
}

void IdleConnections::put(const std::string& who, Connection connection) {
    leave();
    kept_.emplace(who, std::move(connection));
}

void IdleConnections::leave() {
    if (kept_) say_goodbye(os_, kept_->second.fd.get());
    kept_.reset();
}

void IdleConnections::say_goodbye(Os& os, int fd) {
    (void)os.write(fd, "QUIT\r\n").has_value();
    (void)os.hang_up(fd).has_value();
}

}  // namespace postern
