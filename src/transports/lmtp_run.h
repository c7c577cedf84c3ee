// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_run.h – the lmtp transport: connect, talk, and say what became of each recipient. The conversation is
// protocol/'s; this chooses the server, makes the envelope, and turns the result into verdicts.
#pragma once

#include "driver/transport.h"
#include "protocol/session.h"
#include "transports/lmtp_connection.h"
#include "transports/lmtp_options.h"

namespace postern {

class Lmtp final : public Transport {
public:
    using Options = LmtpOptions;
    static constexpr bool kKeepsConnections = true;
    Lmtp(const TransportInstance& instance, const Options& options)
        : instance_(instance), options_(options), tls_(options) {}

    std::optional<SetupFailure> setup(DeliveryContext& context) override { return tls_.read_own_certificate(context); }

    [[nodiscard]] DeliveryPlan plan(DeliveryContext& context) override;
    [[nodiscard]] DeliveryReport deliver(DeliveryContext& context) override;

private:
    [[nodiscard]] std::unique_ptr<LmtpConnection> kept_session(DeliveryContext& context, const LmtpTarget& target);
    [[nodiscard]] bool goes_on_without_tls(DeliveryContext& context, const LmtpConnection& kept);
    // With one server.
    struct Attempt {
        enum class End : std::uint8_t {
            settled,
            unwilling,  // another server may be better: this one would not talk
            stale       // no report: a connection that was taken up is of no use any more
        } end = End::settled;
        DeliveryReport report;
    };
    [[nodiscard]] Attempt attempt(DeliveryContext& context, const LmtpTarget& target,
                                  std::unique_ptr<LmtpConnection> connection, const SessionMessage& message);
    [[nodiscard]] Attempt attempt_in_the_clear(DeliveryContext& context, const LmtpTarget& target, const LmtpHost& host,
                                               const SessionMessage& message, Attempt failed);
    [[nodiscard]] Attempt converse(DeliveryContext& context, const LmtpTarget& target, LmtpConnection& connection,
                                   Dialogue::Tls tls, const SessionMessage& message);
    [[nodiscard]] MailEnvelope envelope(const DeliveryContext& context, const SessionMessage& to_send) const;

    const TransportInstance& instance_;
    const Options& options_;
    LmtpTls tls_;
};

}  // namespace postern
