// SPDX-License-Identifier: Apache-2.0
// driver/idle_connection.h – an open connection that one delivery leaves for the next one to the same server: made by
// the child that became the recipient, handed to its parent once and kept there, inherited by later children of the
// same transport and identity. What is in `label` is the transport's own business.
//
// There is never more than one: a server that serves one client, or few, at a time must not wait for us while we wait
// for it, and a message to a thousand users must not need a thousand descriptors.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "sys/descriptor_passing.h"

namespace postern {

class IdleConnections {
public:
    explicit IdleConnections(Os& os) : os_(os) {}
    ~IdleConnections() { leave(); }
    IdleConnections(const IdleConnections&) = delete;
    IdleConnections& operator=(const IdleConnections&) = delete;

    using Connection = DescriptorPassing::Passed;
    // `who`: transport and identity. Somebody else will make a connection of his own: the one that is kept is left.
    [[nodiscard]] std::optional<Connection> take(const std::string& who);
    void put(const std::string& who, Connection connection);
    // For good, whoever has a copy. Nobody waits for the answer.
    static void say_goodbye(Os& os, int fd);

private:
    void leave();

    Os& os_;
    std::optional<std::pair<std::string, Connection>> kept_;
};

}  // namespace postern
