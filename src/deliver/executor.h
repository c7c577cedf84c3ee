// SPDX-License-Identifier: Apache-2.0
// deliver/executor.h – runs batches in a child: setup privileged, become the recipient, deliver, one report for each
// batch back through a pipe (spec transport-framework.md §7).
//
// A child has one batch, or a row of them: of different messages, by one transport, under one identity. A child that
// dies without a complete report leaves DEFER for every address of the batch in hand that it had not reported; nothing
// that it says can make the parent do more than settle the addresses that it was given. The child never logs what the
// parent can log.
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>

#include "deliver/prepared_batch.h"

namespace postern {

// Fills outcome, bytes_written … of each address. Problems before and around the child are logged
// here (main and panic log), verdicts are not: settlement does that.
void run_batch(const Engine& engine, BatchRun& run);

// One that takes longer keeps others waiting.
constexpr std::chrono::milliseconds kQuickDelivery{1000};

// The same for batches of different messages that go with each other, in one child. `settle` is called for each as soon
// as its outcome is known, in order, with the message in hand that it had when the batch was prepared. A batch is not
// committed (DeliveryContext::before_commit) before settle() has returned from the one before, so that a crash finds at
// most one message between its delivery and its journal. The row ends early when settle() returns false, or when the
// child dies. Returns how many were settled, at least one; nothing has been done about the others. When one takes long,
// they need not wait for its end: give_up() is called, and none of those behind `last` will be touched any more.
// `bystanders` are messages that are open, too, but none of the child's business.
[[nodiscard]] std::size_t run_row(const Engine& engine, std::span<PreparedBatch* const> row,
                                  std::span<const HeldMessage* const> bystanders,
                                  const std::function<bool(std::size_t index)>& settle,
                                  const std::function<void(std::size_t last)>& give_up);

// The follow-up of a ReplyOrder: Transport::message_sent() in a child that is the batch's recipient. 0, or an errno.
[[nodiscard]] int tell_transport(const Engine& engine, const BatchRun& run, const std::string& memo);

}  // namespace postern
