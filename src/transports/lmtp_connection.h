// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_connection.h – how lmtp gets to its server: a Unix socket, a command, or hosts over TCP (spec lmtp.md
// §3, §12). The connection is made as the delivery user.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "driver/transport.h"
#include "protocol/offer.h"
#include "protocol/tls_stream.h"
#include "transports/lmtp_target.h"
#include "transports/lmtp_tls.h"

namespace postern {

class LmtpConnection {
public:
    using Opened = tl::expected<std::unique_ptr<LmtpConnection>, Outcome>;
    // A socket or a command; one that cannot be run is a connection that is closed at once.
    [[nodiscard]] static Opened open(DeliveryContext& context, const LmtpOptions& options, const LmtpTarget& target);
    [[nodiscard]] static Opened open(DeliveryContext& context, const LmtpOptions& options, const LmtpHost& host);
    // The one that an earlier delivery has left, if it is to the same server; null: there is none.
    [[nodiscard]] static std::unique_ptr<LmtpConnection> taken_up(DeliveryContext& context, const LmtpTarget& target);
    // For the next delivery. This object can still be used up to its end.
    void keep(DeliveryContext& context, const LmtpTarget& target, const Offer& offer);
    // For good, even if others have a copy: a server that serves one client at a time waits for this one to go.
    void leave(Os& os) const { (void)os.hang_up(fd_).has_value(); }
    LmtpConnection(const LmtpConnection&) = delete;
    LmtpConnection& operator=(const LmtpConnection&) = delete;
    ~LmtpConnection();  // no process of a command's group is left behind

    [[nodiscard]] TlsStream& stream() { return secured_; }
    [[nodiscard]] ReplyReader& replies() { return replies_; }
    [[nodiscard]] const std::optional<Offer>& known_offer() const { return known_offer_; }  // only if taken up
    [[nodiscard]] const LmtpHost& host() const { return host_; }
    // What else there is to say about a conversation that failed: why the command did not run, what it complained of.
    [[nodiscard]] std::string remark() const;

private:
    LmtpConnection(DeliveryContext& context, UniqueFd socket, LmtpHost host);
    LmtpConnection(DeliveryContext& context, int fd, LmtpHost host, const Offer& offer);
    LmtpConnection(DeliveryContext& context, Running command, std::string program);

    UniqueFd socket_;
    Running command_;
    std::optional<Offer> known_offer_;
    int fd_ = -1;  // of a socket
    LmtpHost host_;
    std::string program_;
    Clock& clock_;
    FdStream stream_;
    TlsStream secured_{clock_, stream_};  // over TCP; else everything goes through as it is
    ReplyReader replies_;
};

// The servers of a target in the order to try them: every address of every host, or the only one that there is.
class LmtpServers {
public:
    LmtpServers(DeliveryContext& context, const LmtpOptions& options, const LmtpTarget& target)
        : context_(context), options_(options), target_(target) {}
    // The next one that can be reached, or why the last one cannot.
    [[nodiscard]] LmtpConnection::Opened next();
    [[nodiscard]] bool has_more() const { return !addresses_.empty() || hosts_ < target_.hosts.size(); }

private:
    [[nodiscard]] std::optional<Outcome> look_up(const LmtpTarget::Host& host);

    DeliveryContext& context_;
    const LmtpOptions& options_;
    const LmtpTarget& target_;
    std::size_t hosts_ = 0;           // looked up
    std::deque<LmtpHost> addresses_;  // of the last one, not tried
};

}  // namespace postern
