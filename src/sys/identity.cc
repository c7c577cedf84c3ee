// SPDX-License-Identifier: Apache-2.0
#include "sys/identity.h"

#include <algorithm>
#include <cerrno>

namespace postern {

namespace {

constexpr uid_t kRoot = 0;

tl::unexpected<BecomeFailure> failed_at(BecomeStep step, Error error) {
    return tl::unexpected(BecomeFailure{step, std::move(error)});
}

bool is_exactly(const Os::Ids& ids, const Identity& identity) {
    return ids.real_uid == identity.uid && ids.effective_uid == identity.uid && ids.saved_uid == identity.uid &&
           ids.real_gid == identity.gid && ids.effective_gid == identity.gid && ids.saved_gid == identity.gid;
}

Result<std::vector<gid_t>> supplementary_groups(Os& os, const Identity& identity) {
    if (!identity.initgroups) return std::vector<gid_t>{};
    POSTERN_TRY_ASSIGN(std::optional<User> user, os.user(identity.uid));
    if (!user) {
        const std::string uid = std::to_string(identity.uid);
        return Unexpected(Error{0, "getpwuid", uid, "no passwd entry for uid=" + uid});
    }
    user->gid = identity.gid;  // as initgroups(name, gid): the delivery's group, not the login group
    return os.groups_of(*user);
}

bool same_set(std::vector<gid_t> a, std::vector<gid_t> b) {
    for (auto* groups : {&a, &b}) {
        std::sort(groups->begin(), groups->end());
        groups->erase(std::unique(groups->begin(), groups->end()), groups->end());
    }
    return a == b;
}

// The irreversible part. Groups first: it takes root; uid last for the same reason.
tl::expected<void, BecomeFailure> drop(Os& os, const Identity& identity) {
    const auto groups = supplementary_groups(os, identity);
    if (!groups) return failed_at(BecomeStep::groups, groups.error());
    if (auto set = os.set_groups(*groups); !set) return failed_at(BecomeStep::groups, set.error());
    if (auto set = os.set_gids(identity.gid); !set) return failed_at(BecomeStep::gid, set.error());
    if (auto set = os.set_uids(identity.uid); !set) return failed_at(BecomeStep::uid, set.error());

    // Believe nobody: a kernel, a container or a library that lies here would deliver as root.
    if (!is_exactly(os.ids(), identity)) {
        return failed_at(BecomeStep::verify, {EPERM, "getresuid", {}, "not all ids are the wanted ones"});
    }
    if (!same_set(os.groups(), *groups)) {
        return failed_at(BecomeStep::verify,
                         {EPERM, "getgroups", {}, "the supplementary groups are not the wanted ones"});
    }
    if (identity.uid != kRoot && os.set_uids(kRoot)) {
        return failed_at(BecomeStep::verify, {EPERM, "setresuid", {}, "root could be regained"});
    }
    return {};
}

}  // namespace

tl::expected<void, BecomeFailure> become(Os& os, const Identity& identity) {
    if (auto limited = os.limit_core_size(identity.core_limit); !limited)
        return failed_at(BecomeStep::limits, limited.error());

    // Without root nobody can become anybody else, and need not to become himself.
    const Os::Ids now = os.ids();
    const bool nothing_to_drop = now.effective_uid != kRoot && is_exactly(now, identity);
    if (!nothing_to_drop) {
        if (auto dropped = drop(os, identity); !dropped) return dropped;
    }
    if (auto entered = os.chdir(identity.directory); !entered) {
        return failed_at(BecomeStep::directory, entered.error());
    }
    return {};
}

}  // namespace postern
