// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_tls.h – TLS on the way to one of lmtp's servers: what the hosts_…_tls and tls_… options mean for it
// (docs/options/lmtp.md), and its start.
//
// Our own certificate and key are read while still privileged, in setup(); everything else – lists, authorities – as
// the recipient, once the server is known. Whatever goes wrong is a deferral: mail goes out in the clear only where the
// options say that it may.
#pragma once

#include "driver/transport.h"
#include "protocol/dialogue.h"
#include "protocol/tls_stream.h"
#include "transports/lmtp_options.h"

namespace postern {

struct LmtpHost {
    Text name;  // as in `hosts`
    std::string ip;
    std::uint16_t port = 0;
    [[nodiscard]] std::string text() const;  // for H=; empty: not over TCP
};

class LmtpTls {
public:
    explicit LmtpTls(const LmtpOptions& options) : options_(options) {}

    std::optional<SetupFailure> read_own_certificate(DeliveryContext& context);
    // Asked first for each server.
    [[nodiscard]] tl::expected<Dialogue::Tls, Outcome> wanted_with(DeliveryContext& context, const LmtpHost& host);
    [[nodiscard]] std::optional<Dialogue::Trouble> start(DeliveryContext& context, const LmtpHost& host,
                                                         TlsStream& stream, Instant deadline);
    // It was tried and failed, but not because of the server's certificate or of our options.
    [[nodiscard]] bool handshake_failed() const { return handshake_failed_; }
    [[nodiscard]] std::optional<TlsFacts> facts() const;  // of the session that start() has begun
    // A session that was opened without TLS may not be gone on with where the next message's may have to have it.
    [[nodiscard]] bool forbids_reuse() const;
    [[nodiscard]] std::string plan() const;

private:
    const LmtpOptions& options_;
    std::string certificate_, key_;  // PEM
    std::optional<TlsPeer> peer_;
    bool handshake_failed_ = false;
};

}  // namespace postern
