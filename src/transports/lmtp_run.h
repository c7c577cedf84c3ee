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
    Lmtp(const TransportInstance& instance, const Options& options) : instance_(instance), options_(options) {}

    [[nodiscard]] DeliveryPlan plan(DeliveryContext& context) override;
    [[nodiscard]] DeliveryReport deliver(DeliveryContext& context) override;

private:
    [[nodiscard]] std::optional<DeliveryReport> converse(DeliveryContext& context, const LmtpTarget& target,
                                                         LmtpConnection& connection,
                                                         const SessionMessage& message) const;
    [[nodiscard]] MailEnvelope envelope(const DeliveryContext& context) const;

    const TransportInstance& instance_;
    const Options& options_;
};

}  // namespace postern
