// SPDX-License-Identifier: Apache-2.0
// sys/identity.h – who a delivery runs as, and the one place where a process becomes somebody.
//
// The privileged parent computes a complete Identity, each part with its origin for `postern explain`; the child calls
// become() once. After success the process cannot get the old identity back. Os::set_groups, set_gids and set_uids are
// called in identity.cc only.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sys/os.h"

namespace postern {

struct Identity {
    uid_t uid = 0;
    gid_t gid = 0;
    bool initgroups = false;       // supplementary groups of the passwd entry of uid; else none
    std::string home;              // $home; may be empty
    std::string directory = "/";   // working directory, entered as the user
    std::uint64_t core_limit = 0;  // bytes of a core dump
    std::string uid_from, gid_from, home_from,
        directory_from;  // "option user of transport t1", "check_local_user of router r2", …
};

enum class BecomeStep { limits, groups, gid, uid, verify, directory };
struct BecomeFailure {
    BecomeStep step;
    Error error;
};

// Order: core limit → setgroups → setresgid → setresuid → verify (ids agree; when uid != 0, regaining root fails; no
// foreign supplementary group) → chdir as the user. Already being exactly that identity without root is fine
// (container); then the supplementary groups stay as they are. On failure the process must not deliver: its identity is
// undefined between the steps.
[[nodiscard]] tl::expected<void, BecomeFailure> become(Os& os, const Identity& identity);

}  // namespace postern
