// SPDX-License-Identifier: Apache-2.0
#include "hints/once_store.h"

namespace postern {

OnceState state_of(const OnceRecord& record, const OnceQuestion& question) {
    if (!record.claim.empty()) {
        if (record.claim == question.token) return OnceState::open;
        if (question.now - record.claimed < kClaimLasts) return OnceState::being_answered;
    }
    // A clock that was set back makes the age negative: better too few replies than too many.
    const bool open = record.sent == 0 || (question.repeat > 0 && question.now - record.sent >= question.repeat);
    return open ? OnceState::open : OnceState::answered;
}

}  // namespace postern
