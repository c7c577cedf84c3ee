// SPDX-License-Identifier: Apache-2.0
#include "deliver/target_identity.h"

#include <algorithm>

#include "base/strings.h"
#include "wording/delivery.h"

namespace postern {
namespace {

using Refusal = tl::unexpected<IdentityRefusal>;

constexpr uid_t kBuiltInNeverUser = 0;  // as Debian's exim4 is built: root never receives a delivery

std::string option_of(std::string_view option, const TransportInstance& transport) {
    return "option " + std::string(option) + " of transport " + transport.name;
}

// Numbers ("0", "-2") are ids themselves; everything else is a name, and so is a number that no id can be: cut to 32
// bits, 4294967296 would be root.
std::optional<std::int64_t> as_number(std::string_view text) {
    if (text.starts_with('+')) return std::nullopt;
    const std::optional<std::int64_t> number = parse_int(text);
    if (number && (*number < INT32_MIN || *number > UINT32_MAX)) return std::nullopt;
    return number;
}

class Resolver {
public:
    Resolver(const Engine& engine, const TransportInstance& transport, const AddressItem& first, const Scope& scope)
        : engine_(engine), transport_(transport), first_(first), scope_(scope) {
        const TransportDriver* driver = engine.drivers.transport(transport.driver->name);
        as_creator_ = driver != nullptr && driver->batching != nullptr && driver->batching(transport).as_creator;
    }

    tl::expected<Identity, IdentityRefusal> resolve() {
        Step refusal = choose_group();
        if (!refusal) refusal = choose_user();
        if (!refusal) refusal = fill_group();
        if (!refusal) refusal = check_never();
        if (!refusal) refusal = choose_home();
        if (!refusal) refusal = choose_directory();
        if (refusal) return Refusal(std::move(*refusal));
        return identity_;
    }

private:
    using Step = std::optional<IdentityRefusal>;

    // Transport's group, fixed or expanded; else the address's.
    Step choose_group() {
        const GroupOption& group = transport_.options.group;
        if (group.gid) {
            set_gid(*group.gid, group.from_user ? "group of the user in " + option_of("user", transport_)
                                                : option_of("group", transport_));
        } else if (group.expandable) {
            std::string name;
            if (auto refusal = expand_account("group", group.source, code::kGidFail, name)) return refusal;
            if (const auto number = as_number(name)) {
                set_gid(static_cast<gid_t>(*number), option_of("group", transport_));
            } else {
                const Result<std::optional<Group>> found = engine_.os.group(name);
                if (!found || !*found) return not_found("group", name, group.source, code::kGidFail);
                set_gid((*found)->gid, option_of("group", transport_));
            }
        } else if (first_.gid) {
            set_gid(*first_.gid, first_.gid_from);
        }
        return std::nullopt;
    }

    Step choose_user() {
        const UserOption& user = transport_.options.user;
        identity_.initgroups = transport_.options.initgroups;
        if (user.uid) {
            set_uid(*user.uid, option_of("user", transport_));
        } else if (user.expandable) {
            return choose_expanded_user(user);
        } else if (as_creator_) {
            set_uid(static_cast<uid_t>(scope_.message->uid), "option pipe_as_creator of transport " + transport_.name);
            if (!have_gid_) set_gid(static_cast<gid_t>(scope_.message->gid), "the group of who submitted the message");
        } else if (first_.uid) {
            set_uid(*first_.uid, first_.uid_from);
            identity_.initgroups = first_.initgroups;
        } else {
            set_uid(engine_.exim_uid, "main option exim_user");
            if (!have_gid_) set_gid(engine_.exim_gid, "main option exim_group");
        }
        return std::nullopt;
    }

    Step choose_expanded_user(const UserOption& user) {
        std::string name;
        if (auto refusal = expand_account("user", user.source, code::kUidFail, name)) return refusal;
        if (const auto number = as_number(name)) {
            set_uid(static_cast<uid_t>(*number), option_of("user", transport_));
            return std::nullopt;
        }
        const Result<std::optional<User>> found = engine_.os.user(name);
        if (!found || !*found) return not_found("user", name, user.source, code::kUidFail);
        set_uid((*found)->uid, option_of("user", transport_));
        passwd_gid_ = (*found)->gid;
        return std::nullopt;
    }

    Step fill_group() {
        if (!have_gid_ && passwd_gid_) set_gid(*passwd_gid_, "group of the user in " + option_of("user", transport_));
        if (!have_gid_)
            return IdentityRefusal{{.code = code::kGidFail, .message = wording::user_without_group(transport_.name)}};
        return std::nullopt;
    }

    Step check_never() const {
        const auto& never = engine_.configuration.main.never_users.uids;
        const bool built_in = identity_.uid == kBuiltInNeverUser;
        if (built_in || std::ranges::find(never, identity_.uid) != never.end()) {
            return IdentityRefusal{
                {.code = code::kUidFail, .message = wording::never_user(identity_.uid, transport_.name, built_in)}};
        }
        return std::nullopt;
    }

    Step choose_home() {
        const Expandable& option = transport_.options.home_directory;
        if (!option && first_.home.empty()) return std::nullopt;
        identity_.home_from = option ? option_of("home_directory", transport_) : first_.home_from;
        if (!option && first_.home_expanded) {
            identity_.home = first_.home;
            return std::nullopt;
        }
        return expand_directory("home", option ? option.source : first_.home, identity_.home);
    }

    Step choose_directory() {
        const Expandable& option = transport_.options.current_directory;
        if (!option && first_.current_directory.empty()) {
            identity_.directory = identity_.home.empty() ? "/" : identity_.home;
            identity_.directory_from = identity_.home.empty() ? "nothing set it" : "home directory";
            return std::nullopt;
        }
        identity_.directory_from =
            option ? option_of("current_directory", transport_) : "transport_current_directory of the router";
        return expand_directory("current", option ? option.source : first_.current_directory, identity_.directory);
    }

    Step expand_account(std::string_view kind, const std::string& source, int code, std::string& into) {
        Expansion value = engine_.expander.expand(source, scope_);
        if (!value) {
            return IdentityRefusal{
                {.code = code,
                 .message = wording::account_not_expanded(kind, source, transport_.name, value.error().message)}};
        }
        into = std::move(value->bytes);
        return std::nullopt;
    }

    Step not_found(std::string_view kind, const std::string& name, const std::string& source, int code) {
        return IdentityRefusal{
            {.code = code, .message = wording::account_not_found(kind, name, source, transport_.name)}};
    }

    // $home is what is known of it: nothing yet while it is worked out itself.
    Step expand_directory(std::string_view kind, const std::string& source, std::string& into) {
        Scope scope = scope_;
        AddressScope address = scope.address ? *scope.address : AddressScope{};
        address.home = Text(identity_.home);
        scope.address = &address;
        Expansion value = engine_.expander.expand(source, scope);
        if (!value) {
            return IdentityRefusal{
                {.code = code::kExpansionFail,
                 .message = wording::directory_not_expanded(kind, source, transport_.name, value.error().message)}};
        }
        into = std::move(value->bytes);
        if (!into.starts_with('/')) {
            return IdentityRefusal{
                {.code = code::kNotAbsolute, .message = wording::directory_not_absolute(kind, into, transport_.name)}};
        }
        return std::nullopt;
    }

    void set_uid(uid_t uid, std::string from) {
        identity_.uid = uid;
        identity_.uid_from = std::move(from);
    }
    void set_gid(gid_t gid, std::string from) {
        identity_.gid = gid;
        identity_.gid_from = std::move(from);
        have_gid_ = true;
    }

    const Engine& engine_;
    const TransportInstance& transport_;
    const AddressItem& first_;
    const Scope& scope_;
    Identity identity_;
    bool have_gid_ = false, as_creator_ = false;
    std::optional<gid_t> passwd_gid_;
};

}  // namespace

tl::expected<Identity, IdentityRefusal> target_identity(const Engine& engine, const TransportInstance& transport,
                                                        const AddressItem& first, const Scope& scope) {
    return Resolver(engine, transport, first, scope).resolve();
}

}  // namespace postern
