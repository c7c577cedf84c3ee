// SPDX-License-Identifier: Apache-2.0
// transports/autoreply_run.h – the autoreply transport: answers a message instead of delivering it. The child composes
// the reply as the user; the parent sends it and settles the address when it is safe (spec autoreply.md §3).
#pragma once

#include "driver/transport.h"
#include "hints/once_store.h"
#include "transports/autoreply_data.h"
#include "transports/autoreply_options.h"

namespace postern {

class Autoreply final : public Transport {
public:
    using Options = AutoreplyOptions;
    static constexpr bool kSendsReplies = true;
    static constexpr bool kRecordsIntents = true;  // the engine records for us which reply it sends
    Autoreply(const TransportInstance& instance, const Options& options) : instance_(instance), options_(options) {}

    [[nodiscard]] DeliveryPlan plan(DeliveryContext& context) override;
    [[nodiscard]] DeliveryReport deliver(DeliveryContext& context) override;
    [[nodiscard]] Status message_sent(DeliveryContext& context, const std::string& memo) override;

private:
    struct Done {
        Outcome outcome{.verdict = Verdict::ok, .code = 0};
        std::optional<ReplyOrder> reply = {};
        std::string confirmation = {};
    };
    [[nodiscard]] Done answer(DeliveryContext& context) const;
    [[nodiscard]] std::optional<Done> taint_of(const ReplyData& data) const;
    [[nodiscard]] Done no_second_reply(DeliveryContext& context, const ReplyData& data, OnceState state) const;
    [[nodiscard]] Done once_failed(const std::string& file, const Error& error) const;
    [[nodiscard]] Result<std::unique_ptr<OnceStore>> open_once(Os& os, const std::string& file) const;
    void append_to_log(DeliveryContext& context, const std::string& file, const std::string& entry) const;

    const TransportInstance& instance_;
    const Options& options_;
};

}  // namespace postern
