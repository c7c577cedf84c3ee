// SPDX-License-Identifier: Apache-2.0
// Who a router says that its address belongs to: check_local_user, user, group and the home directories (spec
// routing.md §3.6).
#include "base/strings.h"
#include "driver/router.h"
#include "wording/routing.h"

namespace postern {
namespace {

std::string option_of(std::string_view option, const RouterInstance& router) {
    return "option " + std::string(option) + " of router " + router.name;
}

RouteResult not_an_account(std::string text, RouteContext& context) {
    if (context.main_and_panic_log) context.main_and_panic_log(text);
    return route_deferred(std::move(text));
}

std::optional<RouteResult> expand_user(const RouterInstance& router, RouteContext& context, RouterIdentity& identity) {
    const std::string& source = router.options.user.source;
    const Expansion value = context.expander.expand(source, context.scope);
    if (!value)
        return not_an_account(wording::router_account_not_expanded("user", source, router.name, value.error().message),
                              context);
    if (const auto number = parse_uint(value->bytes); number && *number <= 0xffff'ffffU) {
        identity.uid = static_cast<uid_t>(*number);
        return std::nullopt;
    }
    const auto account = context.os.user(value->bytes);
    if (!account || !*account)
        return not_an_account(wording::router_account_not_found("user", value->bytes, source, router.name), context);
    identity.uid = (*account)->uid;
    identity.gid = (*account)->gid;
    identity.gid_from = option_of("user", router);
    return std::nullopt;
}

std::optional<RouteResult> expand_group(const RouterInstance& router, RouteContext& context, RouterIdentity& identity) {
    const std::string& source = router.options.group.source;
    const Expansion value = context.expander.expand(source, context.scope);
    if (!value)
        return not_an_account(wording::router_account_not_expanded("group", source, router.name, value.error().message),
                              context);
    if (const auto number = parse_uint(value->bytes); number && *number <= 0xffff'ffffU) {
        identity.gid = static_cast<gid_t>(*number);
        return std::nullopt;
    }
    const auto group = context.os.group(value->bytes);
    if (!group || !*group)
        return not_an_account(wording::router_account_not_found("group", value->bytes, source, router.name), context);
    identity.gid = (*group)->gid;
    return std::nullopt;
}

}  // namespace

std::optional<RouteResult> router_identity(const RouterInstance& router, const AddressItem& item, RouteContext& context,
                                           RouterIdentity& identity) {
    const RouterOptions& options = router.options;
    identity = {};
    if (options.check_local_user && item.local_user_uid && item.local_user_gid) {
        identity.uid = item.local_user_uid;
        identity.gid = item.local_user_gid;
        identity.uid_from = identity.gid_from = "check_local_user of router " + router.name;
    }
    if (options.user.set()) {
        if (options.user.expandable) {
            if (auto problem = expand_user(router, context, identity)) return problem;
        } else {
            identity.uid = options.user.uid;
        }
        identity.uid_from = option_of("user", router);
    }
    if (options.group.set()) {
        if (options.group.expandable) {
            if (auto problem = expand_group(router, context, identity)) return problem;
        } else {
            identity.gid = options.group.gid;
        }
        identity.gid_from = option_of(options.group.from_user ? "user" : "group", router);
    }
    if (identity.uid && !identity.gid) return route_deferred(wording::router_user_without_group(router.name));
    return std::nullopt;
}

std::optional<RouteResult> apply_user_and_home(const RouterInstance& router, AddressItem& item, RouteContext& context) {
    RouterIdentity identity;
    if (auto problem = router_identity(router, item, context, identity)) return problem;
    item.uid = identity.uid;
    item.gid = identity.gid;
    item.uid_from = identity.uid_from;
    item.gid_from = identity.gid_from;
    item.initgroups = router.options.initgroups;

    const RouterOptions& options = router.options;
    if (options.transport_home_directory) {
        item.home = options.transport_home_directory.source;
        item.home_expanded = false;
        item.home_from = option_of("transport_home_directory", router);
    } else if (options.check_local_user) {
        item.home = item.local_user_home;
        item.home_expanded = true;
        item.home_from = "check_local_user of router " + router.name;
    } else if (options.router_home_directory) {
        item.home = context.address_scope.home.bytes;
        item.home_expanded = true;
        item.home_from = option_of("router_home_directory", router);
    }
    item.current_directory = options.transport_current_directory.source;
    return std::nullopt;
}

}  // namespace postern
