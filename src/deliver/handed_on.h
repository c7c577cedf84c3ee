// SPDX-License-Identifier: Apache-2.0
// deliver/handed_on.h – the connection that deliveries by one transport under one identity hand on (driver/
// idle_connection.h). The parent has one that was taken up before; a new one comes back through a channel, with its
// label.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "deliver/engine.h"

namespace postern {

// The parent's side, made before the fork.
class HandedOn {
public:
    // `more_to_come`: other deliveries may follow that would take a connection up. `idle` null: none are kept.
    HandedOn(const Engine& engine, IdleConnections* idle, bool more_to_come, const DeliveryContext& context);
    HandedOn(const HandedOn&) = delete;
    HandedOn& operator=(const HandedOn&) = delete;

    // When the child has ended: what it has kept. `stays`: it said so of the connection that was taken up.
    void collect(bool stays);

private:
    friend class HandingOn;
    const Engine& engine_;
    IdleConnections* idle_ = nullptr;  // null: nothing is handed on
    std::string who_;
    std::optional<IdleConnections::Connection> taken_;
    Os::Pipe channel_;  // only if there is more to come
};

// The child's side: from one of its deliveries to the next.
class HandingOn {
public:
    explicit HandingOn(HandedOn& parent) : parent_(parent) {}

    // Around each delivery.
    void offer(DeliveryContext& context, bool last);
    void take_back(const DeliveryContext& context);
    // Behind the last one. True: the connection that the parent has can be taken up again.
    [[nodiscard]] bool hand_over();

private:
    [[nodiscard]] const IdleConnections::Connection* current() const;
    void keep(UniqueFd fd, std::string_view label);

    HandedOn& parent_;
    bool parents_is_good_ = true;
    std::optional<IdleConnections::Connection> own_;
    bool kept_ = false;
};

}  // namespace postern
