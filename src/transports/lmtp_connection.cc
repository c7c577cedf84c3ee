// SPDX-License-Identifier: Apache-2.0
#include "transports/lmtp_connection.h"

#include <unistd.h>

#include <cerrno>

#include "base/strings.h"
#include "wording/lmtp.h"
#include "wording/tls.h"

namespace postern {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLastWords{5000};  // for a command to end by itself when its input has
constexpr Seconds kFarewell{1};

tl::unexpected<Outcome> deferred(std::string message, int code = code::kUnknown) {
    return tl::unexpected(Outcome{.verdict = Verdict::defer, .code = code, .message = std::move(message)});
}

std::vector<std::string> own_environment() {
    std::vector<std::string> out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) out.emplace_back(*entry);
    return out;
}

}  // namespace

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

std::unique_ptr<LmtpConnection> LmtpConnection::taken_up(DeliveryContext& context, const LmtpTarget& target) {
    if (context.idle == nullptr) return nullptr;
    const std::vector<std::string> label = split_list_fixed(context.idle->label, '\n');
    const auto bits = label.size() == 4 ? parse_uint(label[0]) : std::nullopt;
    if (!bits || label[3] != target.place(context)) return nullptr;
    const Offer offer = offer_from(static_cast<unsigned>(*bits));
    LmtpHost host{.name = tainted_text(label[1]), .ip = label[2]};
    return std::unique_ptr<LmtpConnection>(new LmtpConnection(context, context.idle->fd.get(), std::move(host), offer));
}

void LmtpConnection::keep(DeliveryContext& context, const LmtpTarget& target, const Offer& offer) {
    if (fd_ < 0 || !context.keep_connection) return;
    context.keep_connection(std::move(socket_), std::to_string(bits_of(offer)) + "\n" + host_.name.bytes + "\n" +
                                                    host_.ip + "\n" + target.place(context));
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
