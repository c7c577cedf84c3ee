// SPDX-License-Identifier: Apache-2.0
#include "deliver/in_order.h"

#include <algorithm>
#include <utility>

#include "deliver/in_hand.h"

namespace postern {

InOrder::InOrder(const Engine& engine, const RunRequest& request, std::size_t longest_row, std::function<void()> done)
    : engine_(engine), request_(request), longest_row_(longest_row), done_(std::move(done)) {}

// As if it had a process of its own.
void InOrder::begin_message() {
    engine_.expander.forget();
    engine_.expander.close_lookups();
    // With this selector the queue runner's own log is open, and theirs, too.
    if (!engine_.selected(Selector::queue_run)) engine_.log.begin_delivery();
}

void InOrder::deliver(const std::string& id) {
    const auto began = engine_.clock.steady();
    begin_message();
    auto run = SpooledRun::open(engine_, id, request_);
    if (!run) {
        pass_over(1);
        return run_the_row_if_due();
    }
    run->run().route();
    PreparedBatch* batch = run->run().sole_delivery();
    const bool joins = batch != nullptr && (row_.empty() || batch->goes_with(*row_.front().batch));
    const InHand mine(engine_);
    if (!joins) {
        bystanders_.push_back(&run->held());
        finish();
        bystanders_.pop_back();
    }
    if (batch != nullptr) {
        if (row_.empty()) waiting_since_ = began;
        row_.push_back({.id = id, .run = std::move(run), .batch = batch});
        return run_the_row_if_due();
    }
    mine.resume(engine_);
    run->run().deliver_rest();
    (void)run->finish();
    done_();
}

// It has its length, or what is slow is to open and to route messages: then the first one has waited long enough.
void InOrder::run_the_row_if_due() {
    if (row_.empty()) return;
    const bool late = engine_.clock.steady() - waiting_since_ >= kQuickDelivery;
    if (late || row_.size() >= length_) run_the_row();
    if (late) length_ = 1;
}

void InOrder::finish() {
    while (!row_.empty()) run_the_row();
}

void InOrder::pass_over(std::size_t count) {
    if (!row_.empty()) {
        row_.back().passed_over += count;
        return;
    }
    for (; count > 0; --count) done_();
}

void InOrder::run_the_row() {
    std::vector<Waiting> row = std::exchange(row_, {});
    std::vector<PreparedBatch*> batches;
    for (const Waiting& waiting : row) batches.push_back(waiting.batch);
    quick_ = true;
    since_ = engine_.clock.steady();
    const auto unlock_from = [&](std::size_t first) {
        for (std::size_t i = first; i < row.size(); ++i) row[i].run.reset();
    };
    const std::size_t settled = run_row(
        engine_, batches, bystanders_, [&](std::size_t i) { return settle(row[i]); },
        [&](std::size_t last) { unlock_from(last + 1); });
    // What is left was not begun. It may have to wait now, and has no reason to be locked meanwhile.
    unlock_from(settled);
    row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(settled));
    length_ = row.empty() && quick_ ? std::min(2 * length_, longest_row_) : 1;
    for (const Waiting& waiting : row) {
        deliver(waiting.id);
        pass_over(waiting.passed_over);
    }
}

// Whether the row goes on.
bool InOrder::settle(Waiting& waiting) {
    quick_ = quick_ && engine_.clock.steady() - since_ < kQuickDelivery;
    waiting.run->run().settle_sole_delivery();
    (void)waiting.run->finish();
    waiting.batch = nullptr;
    waiting.run.reset();
    done_();
    for (; waiting.passed_over > 0; --waiting.passed_over) done_();
    since_ = engine_.clock.steady();
    return quick_;
}

}  // namespace postern
