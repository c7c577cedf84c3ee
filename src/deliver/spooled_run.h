// SPDX-License-Identifier: Apache-2.0
// deliver/spooled_run.h – a delivery run of a message that lies in the spool: locked when this is made, unlocked when
// it is finished or given up.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "deliver/delivery_run.h"

namespace postern {

class SpooledRun {
public:
    // nullptr: the message is not to be tried (locked, frozen, unreadable …), which is logged. `request` outlives it.
    [[nodiscard]] static std::unique_ptr<SpooledRun> open(const Engine& engine, const std::string& id,
                                                          const RunRequest& request);

    [[nodiscard]] DeliveryRun& run() { return *run_; }
    [[nodiscard]] const HeldMessage& held() const { return *held_; }
    // Settles the message, unlocks it, and delivers what it has given rise to.
    [[nodiscard]] RunResult finish();

private:
    SpooledRun(const Engine& engine, std::unique_ptr<HeldMessage> held, Spool::Loaded loaded, const RunRequest& request,
               std::vector<IntentRecord> intents);

    std::unique_ptr<HeldMessage> held_;
    Spool::Loaded loaded_;
    OutTray out_tray_;
    std::optional<DeliveryRun> run_;
};

}  // namespace postern
