// SPDX-License-Identifier: Apache-2.0
#include "driver/router.h"

#include "base/strings.h"
#include "driver/transport.h"
#include "wording/routing.h"

namespace postern {

const RouterDriver* DriverSet::router(std::string_view name) const {
    for (const RouterDriver* driver : routers)
        if (driver->description.name == name) return driver;
    return nullptr;
}

const TransportDriver* DriverSet::transport(std::string_view name) const {
    for (const TransportDriver* driver : transports)
        if (driver->description.name == name) return driver;
    return nullptr;
}

RouteResult route_deferred(std::string message, int code) {
    RouteResult result;
    result.verdict = RouteVerdict::defer;
    result.outcome = {Verdict::defer, code, 0, std::move(message), {}, Special::none};
    return result;
}

RouteResult route_failed(std::string message, int code) {
    RouteResult result;
    result.verdict = RouteVerdict::fail;
    result.outcome = {Verdict::fail, code, 0, std::move(message), {}, Special::none};
    return result;
}

void RouteContext::say(const std::string& text) const {
    if (note) note(text);
}

bool retries_by_local_part(const RouterInstance& router) {
    const RouterOptions& o = router.options;
    if (o.retry_use_local_part.set) return o.retry_use_local_part.value;
    return o.check_local_user || o.local_parts || o.condition.set || o.local_part_prefix || o.local_part_suffix ||
           o.senders || o.require_files;
}

bool logs_as_local(const RouterInstance& router) {
    const OptionalBool& option = router.options.log_as_local;
    return option.set ? option.value : router.driver && router.driver->log_as_local;
}

std::optional<RouteResult> apply_errors_to(const RouterInstance& router, AddressItem& item, RouteContext& context) {
    const Expandable& option = router.options.errors_to;
    if (!option) return std::nullopt;
    const Expansion value = context.expander.expand(option, context.scope);
    if (!value) {
        if (value.error().forced) return std::nullopt;
        return route_deferred(wording::router_failed_to_expand(router.name, option.source, value.error().message));
    }
    const std::string& address = value->bytes;
    if (address.empty()) {
        item.props.ignore_error = true;
        item.props.errors_address = "";
        context.say("errors_to is empty: the return path becomes <>, bounces are dropped");
        return std::nullopt;
    }
    const bool verifying = context.mode == RouteMode::verify_recipient || context.mode == RouteMode::verify_sender;
    if (verifying || !context.verify_address || context.verify_address(*value)) {
        item.props.errors_address = address;
        context.say("errors_to: bounces go to " + address);
    } else {
        context.say("errors_to: " + address + " does not verify, the return path stays as it was");
    }
    return std::nullopt;
}

namespace {

// One item of headers_add or headers_remove; nullopt: to be left out.
tl::expected<std::optional<std::string>, RouteResult> header_item(const RouterInstance& router, std::string_view option,
                                                                  const std::string& source, RouteContext& context) {
    Expansion value = context.expander.expand(source, context.scope);
    if (!value) {
        if (value.error().forced) return std::optional<std::string>();
        return tl::unexpected(
            route_deferred(wording::header_item_not_expanded(router.name, option, source, value.error().message)));
    }
    if (value->empty()) return std::optional<std::string>();
    return std::optional<std::string>(std::move(value->bytes));
}

}  // namespace

std::optional<RouteResult> apply_header_options(const RouterInstance& router, AddressItem& item,
                                                RouteContext& context) {
    if (router.options.headers_add.set) {
        for (const std::string& source : split_list(router.options.headers_add.source, '\n')) {
            auto line = header_item(router, "add_headers", source, context);
            if (!line) return std::move(line).error();
            if (!*line) continue;
            if (!(*line)->ends_with('\n')) **line += '\n';
            item.props.added_headers.push_back(**line);
        }
    }
    if (router.options.headers_remove.set) {
        for (const std::string& source : split_list(router.options.headers_remove.source, ':')) {
            auto name = header_item(router, "remove_headers", source, context);
            if (!name) return std::move(name).error();
            if (*name) append_to_list(item.props.removed_headers, **name, ':');
        }
    }
    return std::nullopt;
}

std::optional<RouteResult> choose_transport(const RouterInstance& router, const Expandable& option,
                                            std::string_view option_name, AddressItem& item, RouteContext& context) {
    if (!option) return route_deferred(wording::transport_unset(option_name, router.name), code::kBadTransport);
    std::string name = option.source;
    if (contains(name, "$")) {
        Expansion value = context.expander.expand(option, context.scope);
        if (!value) {
            return route_deferred(wording::transport_not_expanded(option.source, router.name, value.error().message),
                                  code::kBadTransport);
        }
        if (value->tainted) {
            if (context.main_and_panic_log)
                context.main_and_panic_log(wording::transport_tainted(value->bytes, option.source));
            return route_deferred(wording::internal_configuration_error(), code::kBadTransport);
        }
        name = std::move(value->bytes);
    }
    item.transport = context.configuration.transport(name);
    if (!item.transport) return route_deferred(wording::transport_not_found(name, router.name), code::kBadTransport);
    return std::nullopt;
}

}  // namespace postern
