// SPDX-License-Identifier: Apache-2.0
#include "transports/lmtp_target.h"

#include <cerrno>

#include "base/strings.h"
#include "driver/command_words.h"
#include "lookup/ip_address.h"
#include "wording/lmtp.h"
#include "wording/pipe.h"

namespace postern {
namespace {

constexpr int kHighestPort = 65535;

tl::unexpected<Outcome> deferred(std::string message) { return tl::unexpected(Outcome{.message = std::move(message)}); }

tl::expected<Text, Outcome> expanded(DeliveryContext& context, const Expandable& option, std::string_view name) {
    Expansion value = context.expander.expand(option, context.scope);
    if (value) return *std::move(value);
    return deferred(
        wording::lmtp_option_not_expanded(option.source, name, context.instance.name, value.error().message));
}

std::optional<std::uint16_t> port_number(std::string_view text) {
    const auto number = parse_uint(text);
    if (!number || *number == 0 || *number > kHighestPort) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

struct HostItem {
    std::string_view name;
    std::optional<std::string_view> port;
};

// "host", "host:port", "[ip]", "[ip]:port" or an address. Numbers that are no address are not taken for a name: they
// are what a list with the wrong separator leaves of one.
std::optional<HostItem> host_item(std::string_view item) {
    if (parse_ip(item)) return HostItem{item, {}};
    const bool bracketed = item.starts_with('[');
    const std::size_t end = item.find(bracketed ? ']' : ':');
    const std::string_view name = bracketed ? item.substr(1, end - 1) : item.substr(0, end);
    const bool is_name = name.find_first_not_of("0123456789.") != std::string_view::npos;
    if (!parse_ip(name) && (bracketed || !is_name)) return std::nullopt;
    if (end == std::string_view::npos) return bracketed ? std::nullopt : std::optional(HostItem{name, {}});
    const std::string_view rest = item.substr(bracketed ? end + 1 : end);
    if (rest.empty()) return HostItem{name, {}};
    if (rest[0] != ':' || rest.find(':', 1) != std::string_view::npos) return std::nullopt;
    return HostItem{name, rest.substr(1)};
}

tl::expected<LmtpTarget::Host, Outcome> host_of(DeliveryContext& context, std::string_view item, bool tainted,
                                                std::uint16_t port) {
    const auto parts = host_item(item);
    if (!parts) return deferred(wording::host_invalid(item, context.instance.name));
    const auto own = parts->port ? port_number(*parts->port) : port;
    if (!own) return deferred(wording::port_invalid(*parts->port, context.instance.name));
    return LmtpTarget::Host{Text(std::string(parts->name), tainted), *own};
}

tl::expected<LmtpTarget, Outcome> hosts_target(DeliveryContext& context, const LmtpOptions& options) {
    const auto hosts = expanded(context, options.hosts, "hosts");
    if (!hosts) return tl::unexpected(hosts.error());
    const auto port = expanded(context, options.port, "port");
    if (!port) return tl::unexpected(port.error());
    const auto number = port_number(trim(port->bytes));
    if (!number) return deferred(wording::port_invalid(port->bytes, context.instance.name));
    LmtpTarget target;
    for (const std::string& item : split_list(hosts->bytes)) {
        if (item.empty()) continue;
        auto host = host_of(context, item, hosts->tainted, *number);
        if (!host) return tl::unexpected(std::move(host.error()));
        target.hosts.push_back(std::move(*host));
    }
    if (target.hosts.empty()) return deferred(wording::no_hosts(context.instance.name));
    return target;
}

}  // namespace

std::string LmtpTarget::text() const {
    if (!socket.path.empty()) return socket.path;
    if (!argv.empty()) return join(argv, " ");
    std::vector<std::string> names;
    for (const Host& host : hosts) names.push_back(host.name.bytes + " port " + std::to_string(host.port));
    return join(names, ", ");
}

tl::expected<LmtpTarget, Outcome> lmtp_target(DeliveryContext& context, const LmtpOptions& options) {
    if (options.hosts) return hosts_target(context, options);
    LmtpTarget target;
    if (options.socket) {
        auto path = expanded(context, options.socket, "socket");
        if (!path) return tl::unexpected(path.error());
        if (path->bytes.empty())
            return deferred(wording::socket_not_connected("", context.instance.name, ECONNREFUSED));
        target.socket.path = std::move(path->bytes);
        return target;
    }
    auto words = command_words(context, {.text = options.command.source,
                                         .when_not_expanded = Verdict::panic,
                                         .label = wording::command_label(context.instance.name)});
    if (!words) {
        words.error().code = code::kUnknown;  // where pipe has 0
        return tl::unexpected(words.error());
    }
    if (words->empty()) return deferred(wording::lmtp_closed("initial connection"));
    target.argv = std::move(*words);
    return target;
}

std::string LmtpTarget::place(const DeliveryContext& context) const {
    const std::string& path = socket.path;
    if (path.empty() || path.starts_with('/')) return text();
    return context.identity.directory + "/" + path;
}

}  // namespace postern
