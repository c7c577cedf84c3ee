// SPDX-License-Identifier: Apache-2.0
// deliver/settlement.h – from verdicts to facts: what is journalled, what stays on the queue, which lines are logged
// (spec transport-framework.md §10, §12). One object for one delivery run of one message.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deliver/engine.h"
#include "wording/delivery.h"

namespace postern {

enum class Stage : std::uint8_t { none, routing, transport };

class Settlement {
public:
    Settlement(const Engine& engine, Message& message, HeldMessage& held);

    // --- one verdict ---
    // Logs and files the address under delivered, deferred or failed. `marker` is "=>", "->" or "*>" for successes.
    void settle(AddressItem& item, Stage stage, std::string_view marker = "=>");
    // An address that needs no delivery any more (dropped duplicate, discarded, done in an earlier run).
    void address_done(AddressItem& item);
    void child_done(AddressItem& item);
    // A duplicate of an address that is still under way: done when that one is.
    void add_duplicate(AddressItem& item) { duplicates_.insert(duplicates_.begin(), &item); }

    // Writes the journal lines of the batch (only successes) before anything else happens.
    void journal(const std::vector<AddressItem*>& batch);
    [[nodiscard]] bool delivered_before(const AddressItem& item) const;

    // What P= shows from now on: the return path of the last delivery that ran, also for addresses that never got so
    // far (as Exim 4.96 has it).
    void set_return_path(std::string path) { return_path_ = std::move(path); }

    // When everything has been tried: failures that nobody is to be told of are done, and leave failed().
    void ignore_failures();

    void freeze(std::string reason);
    [[nodiscard]] bool frozen_now() const { return frozen_now_; }
    [[nodiscard]] const std::string& freeze_reason() const { return freeze_reason_; }

    [[nodiscard]] const std::vector<const AddressItem*>& duplicates() const { return duplicates_; }  // latest first
    [[nodiscard]] const std::vector<AddressItem*>& delivered() const { return delivered_; }
    [[nodiscard]] const std::vector<AddressItem*>& deferred() const { return deferred_; }
    [[nodiscard]] const std::vector<AddressItem*>& failed() const { return failed_; }
    [[nodiscard]] const std::vector<AddressItem*>& ignored() const { return ignored_; }
    // No address has come to its end in this run.
    [[nodiscard]] bool nothing_yet() const {
        return !any_done_ && delivered_.empty() && deferred_.empty() && failed_.empty() && ignored_.empty();
    }

private:
    void delivered_line(const AddressItem& item, std::string_view marker);
    void deferred_line(const AddressItem& item, Stage stage);
    void failed_line(const AddressItem& item, Stage stage);
    [[nodiscard]] bool is_expired_bounce() const;
    [[nodiscard]] bool freezes_when_failed(const AddressItem& item) const;
    void ignore_failure(AddressItem& item);
    [[nodiscard]] std::string printable_message(const AddressItem& item) const;
    [[nodiscard]] std::string queue_time() const;
    void fill_common(wording::AddressLine& line, const AddressItem& item, bool success) const;
    [[nodiscard]] std::optional<wording::SecureHost> secure_host(const AddressItem& item) const;

    const Engine& engine_;
    Message& message_;
    HeldMessage& held_;
    std::vector<const AddressItem*> duplicates_;
    std::vector<AddressItem*> delivered_, deferred_, failed_, ignored_;
    std::optional<std::string> return_path_;
    bool any_done_ = false;  // without a delivery
    bool frozen_now_ = false;
    std::string freeze_reason_;
};

}  // namespace postern
