// SPDX-License-Identifier: Apache-2.0
// deliver/in_hand.h – what the engine's parts know of the message in hand: whom log lines are about, and what its
// expansions have left behind. Kept for a message that waits while others go on.
#pragma once

#include "deliver/engine.h"

namespace postern {

class InHand {
public:
    explicit InHand(const Engine& engine) : about_(engine.log.about()), memory_(engine.expander.memory()) {}
    void resume(const Engine& engine) const {
        engine.log.go_on_about(about_);
        engine.expander.remember(memory_);
    }

private:
    Log::About about_;
    Expander::Memory memory_;
};

}  // namespace postern
