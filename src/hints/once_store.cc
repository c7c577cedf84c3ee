// SPDX-License-Identifier: Apache-2.0
#include "hints/once_store.h"

namespace postern {

bool is_open(const OnceRecord& record, const OnceQuestion& question) {
    if (!record.claim.empty()) {
        if (record.claim == question.token) return true;
        if (question.now - record.claimed < kClaimLasts) return false;
    }
    // A clock that was set back makes the age negative: better too few replies than too many.
    return record.sent == 0 || (question.repeat > 0 && question.now - record.sent >= question.repeat);
}

}  // namespace postern
