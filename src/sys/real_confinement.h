// SPDX-License-Identifier: Apache-2.0
// sys/real_confinement.h – a Confinement made ready for a child that may only make system calls; for real_spawn.cc.
#pragma once

#include <linux/filter.h>
#include <sys/resource.h>

#include <array>
#include <vector>

#include "base/result.h"
#include "sys/confinement.h"
#include "sys/unique_fd.h"

namespace postern {

class Os;

class ReadyConfinement {
public:
    // Error: the kernel lacks something, or a path cannot be opened; `call` says which.
    [[nodiscard]] static Result<ReadyConfinement> make(Os& os, const Confinement& wanted);
    // In the child, before other descriptors are closed. 0, or an errno.
    [[nodiscard]] int enter_limits_and_paths() const;
    // The last step before the program starts.
    [[nodiscard]] int enter_filter() const;

private:
    UniqueFd ruleset_;
    std::vector<sock_filter> filter_;
    struct Limit {
        int what;
        rlim_t most;
    };
    std::array<Limit, 5> limits_{};
};

[[nodiscard]] ConfinementSupport confinement_support();

}  // namespace postern
