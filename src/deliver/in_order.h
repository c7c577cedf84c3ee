// SPDX-License-Identifier: Apache-2.0
// deliver/in_order.h – one message of the queue after the other. Messages next to each other that have one delivery
// each, by the same transport as the same user, go in a row: their deliveries share a child, and what that has at hand
// (a connection, a library that was loaded) serves them all. A process for each of them costs more than the rest of the
// delivery.
//
// A row grows as long as routing and deliveries are quick: what waits in one is locked, and nobody else can take it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "deliver/engine.h"
#include "deliver/spooled_run.h"
#include "sys/clock.h"

namespace postern {

class InOrder {
public:
    static constexpr std::size_t kLongestRow = 16;

    // `done` is called once for each message, in order, when the run has come to its end with it. `longest_row` 1: each
    // message has a child of its own. Everything given outlives this.
    InOrder(const Engine& engine, const RunRequest& request, std::size_t longest_row, std::function<void()> done);
    InOrder(const InOrder&) = delete;
    InOrder& operator=(const InOrder&) = delete;

    void deliver(const std::string& id);  // or lets it wait for the next ones
    void finish();                        // delivers what waits; to be called at the end

private:
    struct Waiting {
        std::string id;
        std::unique_ptr<SpooledRun> run;
        PreparedBatch* batch = nullptr;
        std::size_t passed_over = 0;  // messages behind it with nothing to do
    };
    void pass_over(std::size_t count);
    void run_the_row_if_due();
    void run_the_row();
    [[nodiscard]] bool settle(Waiting& waiting);
    void begin_message();

    const Engine& engine_;
    const RunRequest& request_;
    std::size_t longest_row_;
    std::function<void()> done_;
    std::size_t length_ = 1;  // at which the row is to be run
    std::vector<Waiting> row_;
    std::vector<const HeldMessage*> bystanders_;  // messages that are open, but do not belong to the row
    std::chrono::nanoseconds waiting_since_{};    // by the steady clock: the first one of the row was locked
    std::chrono::nanoseconds since_{};            // by the steady clock: the delivery in hand began
    bool quick_ = true;                           // the row in hand is, so far
};

}  // namespace postern
