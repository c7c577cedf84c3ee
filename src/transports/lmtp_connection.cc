// SPDX-License-Identifier: Apache-2.0
#include "transports/lmtp_connection.h"

#include <unistd.h>

#include <cerrno>

#include "base/strings.h"
#include "driver/command_words.h"
#include "lookup/ip_address.h"
#include "wording/lmtp.h"
#include "wording/pipe.h"
#include "wording/tls.h"

namespace postern {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLastWords{5000};  // for a command to end by itself when its input has
constexpr Seconds kFarewell{1};
constexpr int kHighestPort = 65535;

tl::unexpected<Outcome> deferred(std::string message, int code = code::kUnknown) {
    return tl::unexpected(Outcome{.verdict = Verdict::defer, .code = code, .message = std::move(message)});
}

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

std::vector<std::string> own_environment() {
    std::vector<std::string> out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) out.emplace_back(*entry);
    return out;
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

// --- the connection ---

LmtpConnection::LmtpConnection(DeliveryContext& context, UniqueFd socket, LmtpHost host)
    : socket_(std::move(socket)),
      fd_(socket_.get()),
      host_(std::move(host)),
      clock_(context.clock),
      stream_(context.os, context.clock, socket_.get(), socket_.get()),
      replies_(secured_) {}

LmtpConnection::LmtpConnection(DeliveryContext& context, Running command, std::string program)
    : command_(std::move(command)),
      program_(std::move(program)),
      clock_(context.clock),
      stream_(context.os, context.clock, command_.output.get(), command_.input.get(), command_.errors.get()),
      replies_(secured_) {}

LmtpConnection::LmtpConnection(DeliveryContext& context, int fd, LmtpHost host, const Offer& offer)
    : known_offer_(offer),
      fd_(fd),
      host_(std::move(host)),
      clock_(context.clock),
      stream_(context.os, context.clock, fd, fd),
      replies_(secured_) {}

namespace {

// What a session that is kept leads to. A relative path is another socket in another working directory.
std::string destination(const DeliveryContext& context, const LmtpTarget& target) {
    const std::string& path = target.socket.path;
    if (path.empty() || path.starts_with('/')) return target.text();
    return context.identity.directory + "/" + path;
}

}  // namespace

std::unique_ptr<LmtpConnection> LmtpConnection::taken_up(DeliveryContext& context, const LmtpTarget& target) {
    if (context.idle == nullptr) return nullptr;
    const std::vector<std::string> label = split_list_fixed(context.idle->label, '\n');
    const auto bits = label.size() == 4 ? parse_uint(label[0]) : std::nullopt;
    if (!bits || label[3] != destination(context, target)) return nullptr;
    const Offer offer = offer_from(static_cast<unsigned>(*bits));
    LmtpHost host{.name = tainted_text(label[1]), .ip = label[2]};
    return std::unique_ptr<LmtpConnection>(new LmtpConnection(context, context.idle->fd.get(), std::move(host), offer));
}

void LmtpConnection::keep(DeliveryContext& context, const LmtpTarget& target, const Offer& offer) const {
    if (fd_ < 0 || !context.keep_connection) return;
    context.keep_connection(fd_, std::to_string(bits_of(offer)) + "\n" + host_.name.bytes + "\n" + host_.ip + "\n" +
                                     destination(context, target));
}

LmtpConnection::~LmtpConnection() {
    secured_.say_farewell(clock_.steady() + kFarewell);
    if (command_.pid() <= 0) return;
    command_.input.reset();
    command_.output.reset();
    (void)command_.ended(kLastWords).has_value();
    command_.kill();
}

std::string LmtpConnection::remark() const {
    if (command_.start_error != 0) return wording::lmtp_not_started(program_, command_.start_error);
    if (!secured_.complaint().empty()) return wording::tls_broke(secured_.complaint());
    const std::string& complaints = stream_.complaints();
    return complaints.empty() ? std::string() : wording::lmtp_complaint(printable(trim(complaints)));
}

LmtpConnection::Opened LmtpConnection::open(DeliveryContext& context, const LmtpOptions& options,
                                            const LmtpTarget& target) {
    using Made = std::unique_ptr<LmtpConnection>;
    const std::string& name = context.instance.name;
    if (!target.socket.path.empty()) {
        auto socket = context.os.connect(target.socket, Seconds{options.timeout.seconds});
        if (!socket) return deferred(wording::socket_not_connected(target.socket.path, name, socket.error().code));
        return Made(new LmtpConnection(context, std::move(*socket), {}));
    }
    auto command = context.processes.spawn(
        context.os,
        {.argv = target.argv, .environment = own_environment(), .directory = {}, .errors = Spawn::Errors::apart});
    if (!command) return deferred(wording::lmtp_child_not_made(name, command.error().code));
    return Made(new LmtpConnection(context, std::move(*command), target.argv.front()));
}

LmtpConnection::Opened LmtpConnection::open(DeliveryContext& context, const LmtpOptions& options,
                                            const LmtpHost& host) {
    auto socket =
        context.os.connect({.path = {}, .ip = host.ip, .port = host.port}, Seconds{options.connect_timeout.seconds});
    if (!socket) return deferred(host.text(), socket.error().code);
    return std::unique_ptr<LmtpConnection>(new LmtpConnection(context, std::move(*socket), host));
}

// --- the servers ---

LmtpConnection::Opened LmtpServers::next() {
    if (target_.hosts.empty()) return LmtpConnection::open(context_, options_, target_);
    Outcome why;
    while (has_more()) {
        if (addresses_.empty()) {
            if (auto failed = look_up(target_.hosts[hosts_++])) why = *std::move(failed);
            continue;
        }
        const LmtpHost host = std::move(addresses_.front());
        addresses_.pop_front();
        LmtpConnection::Opened opened = LmtpConnection::open(context_, options_, host);
        if (opened) return opened;
        why = std::move(opened.error());
    }
    return tl::unexpected(why);
}

std::optional<Outcome> LmtpServers::look_up(const LmtpTarget::Host& host) {
    const std::string& name = host.name.bytes;
    const Result<std::vector<std::string>> found = context_.os.addresses_of(name);
    if (!found)
        return deferred(wording::host_lookup_failed(name, found.error().to_string()), found.error().code).value();
    if (found->empty()) return deferred(wording::host_not_found(name), EHOSTUNREACH).value();
    for (const std::string& ip : *found) addresses_.push_back({.name = host.name, .ip = ip, .port = host.port});
    return std::nullopt;
}

}  // namespace postern
