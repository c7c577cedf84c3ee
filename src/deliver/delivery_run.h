// SPDX-License-Identifier: Apache-2.0
// deliver/delivery_run.h – one delivery run of one message that is locked: routed, delivered batch by batch, settled.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "deliver/batch.h"
#include "deliver/engine.h"
#include "deliver/executor.h"
#include "deliver/intents.h"
#include "deliver/new_message.h"
#include "deliver/settlement.h"

namespace postern {

// $message_body over the open -D file.
class SpoolBody final : public BodyView {
public:
    SpoolBody(Os& os, const HeldMessage& held) : os_(os), held_(held) {}
    Result<std::string> read(std::int64_t offset, std::size_t count) const override;

private:
    Os& os_;
    const HeldMessage& held_;
};

class DeliveryRun {
public:
    // `acknowledged`: see deliver_held(). Everything given outlives the run.
    DeliveryRun(const Engine& engine, HeldMessage& held, Message& message, const RunRequest& request, bool acknowledged,
                OutTray& out_tray, std::vector<IntentRecord> earlier_intents);

    // --- in this order ---
    void route();
    // All that there is to do, if that is one delivery which may share its child with those of other messages:
    // run_row() has to run it, then settle_sole_delivery() takes its outcome. Until then nothing has been done, and the
    // run may be given up. nullptr: there is none.
    [[nodiscard]] PreparedBatch* sole_delivery();
    void settle_sole_delivery();
    void deliver_rest();
    [[nodiscard]] RunResult finish();  // settled as a whole: the message is gone, or kept on the queue

private:
    [[nodiscard]] bool suspected_loop() const;
    void fail_all_as_loop();
    [[nodiscard]] std::optional<std::vector<AddressItem*>> next_batch();
    [[nodiscard]] bool may_share_a_child(const std::vector<AddressItem*>& batch) const;
    [[nodiscard]] Scope message_scope() const;
    void refuse(const std::vector<AddressItem*>& batch, const Outcome& outcome);
    [[nodiscard]] std::optional<Outcome> too_large(const std::vector<AddressItem*>& batch) const;
    void deliver_batch(const std::vector<AddressItem*>& batch, bool last);
    [[nodiscard]] BatchRun batch_run(const std::vector<AddressItem*>& batch, bool last);
    void run_and_settle(const std::vector<AddressItem*>& batch, bool last);
    void settle_batch(const BatchRun& run, bool last);
    [[nodiscard]] bool open_intents(BatchRun& run, std::unique_ptr<IntentLog>& log);
    [[nodiscard]] bool settles_message(const std::vector<AddressItem*>& batch) const;
    void send_warning(const BatchRun& run);
    bool remove_message();
    void run_shadow(const BatchRun& main_run);
    [[nodiscard]] bool shadow_wanted(const TransportInstance& transport, const std::vector<AddressItem*>& batch);
    [[nodiscard]] bool keep_on_queue();

    const Engine& engine_;
    OutTray& out_tray_;
    HeldMessage& held_;
    Message& message_;
    const RunRequest& request_;
    bool acknowledged_;
    SpoolBody body_;
    Intents intents_;
    AddressPool pool_;
    Settlement settlement_;
    AddressChain chain_;                               // to be delivered
    std::optional<std::vector<AddressItem*>> peeked_;  // next_batch() that sole_delivery() did not want
    struct Sole {
        BatchRun run;
        std::unique_ptr<PreparedBatch> prepared;
    };
    std::optional<Sole> sole_;
    bool removed_ = false;
    std::optional<Log::Together> last_lines_;  // of the last delivery and of what comes of it all
    IdleConnections own_idle_{engine_.os};     // for a message that is delivered alone
};

}  // namespace postern
