// SPDX-License-Identifier: Apache-2.0
// driver/idle_connection.h – an open connection that one delivery leaves for the next one to the same server: made by
// the child that became the recipient, handed to its parent once and kept there, inherited by later children of the
// same transport and identity. What is in `label` is the transport's own business.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "sys/descriptor_passing.h"

namespace postern {

class IdleConnections {
public:
    explicit IdleConnections(Os& os) : os_(os) {}
    ~IdleConnections();  // says good-bye to every server
    IdleConnections(const IdleConnections&) = delete;
    IdleConnections& operator=(const IdleConnections&) = delete;

    using Connection = DescriptorPassing::Passed;
    // `who`: transport and identity. At most one connection is kept for each.
    [[nodiscard]] std::optional<Connection> take(const std::string& who);
    void put(const std::string& who, Connection connection);

private:
    void say_goodbye(const Connection& connection);

    Os& os_;
    std::map<std::string, Connection> connections_;
};

}  // namespace postern
