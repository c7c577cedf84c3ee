// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_protection.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "transports/autoreply_recipients.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

// The address that the message was for, what it was redirected from, and `personal_addresses`, which is expanded once
// and asked once for each address. After a failure it is not asked again.
class OwnAddresses {
public:
    OwnAddresses(DeliveryContext& context, const Expandable& others) : context_(context), others_(others) {}

    [[nodiscard]] bool has(std::string_view address) {
        for (const AddressItem* item = context_.batch.front(); item != nullptr; item = item->parent)
            if (!item->is_pfr() && iequals(address, item->address)) return true;
        if (!others_ || failure_) return false;
        const auto [known, is_new] = known_.try_emplace(std::string(address), false);
        if (is_new) known->second = is_listed(address);
        return known->second;
    }
    [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }

private:
    bool is_listed(std::string_view address) {
        if (!list_) {
            Expansion value = context_.expander.expand(others_, context_.scope);
            if (!value && !value.error().forced) {
                failure_ = value.error().message;
                return false;
            }
            list_ = value ? std::move(value->bytes) : std::string();
        }
        const MatchResult match =
            context_.expander.match_address(address, *list_, context_.scope, {.expand_first = false});
        if (match.verdict == MatchVerdict::defer) failure_ = match.message;
        return match.verdict == MatchVerdict::yes;
    }

    DeliveryContext& context_;
    const Expandable& others_;
    std::optional<std::string> list_, failure_;
    std::map<std::string, bool> known_;
};

std::optional<NoAnswer> of_loops(const Message& message, const ReplyData& data, const OwnAddress& own) {
    if (const auto why = automatic_mail(message.sender, message.headers)) return why;
    if (own(message.sender)) return NoAnswer::own_address;
    const std::vector<std::string> recipients = reply_recipients(data);
    if (std::ranges::any_of(recipients, is_system_address)) return NoAnswer::system_sender;
    // A copy for oneself is marked like every reply and not answered in turn.
    if (!recipients.empty() && std::ranges::all_of(recipients, own)) return NoAnswer::own_address;
    return std::nullopt;
}

std::optional<NoAnswer> of_persons(const Message& message, const OwnAddress& own) {
    if (is_from(own, message.headers)) return NoAnswer::own_address;
    if (!is_addressed_to(own, message.headers)) return NoAnswer::not_addressed;
    return std::nullopt;
}

}  // namespace

// RFC 3834: what must not be answered, unless the configuration takes that on itself.
tl::expected<std::optional<NoAnswer>, Outcome> reason_not_to_answer(DeliveryContext& context,
                                                                    const AutoreplyOptions& options,
                                                                    const ReplyData& data) {
    OwnAddresses addresses(context, options.personal_addresses);
    const OwnAddress own = [&](std::string_view address) { return addresses.has(address); };
    std::optional<NoAnswer> why;
    if (options.loop_protection) why = of_loops(context.message, data, own);
    if (!why && options.personal) why = of_persons(context.message, own);
    if (const auto& failure = addresses.failure())
        return tl::unexpected(list_not_read(context, "personal_addresses", *failure));
    return why;
}

Outcome list_not_read(const DeliveryContext& context, std::string_view option, std::string_view why) {
    return {.verdict = Verdict::defer,
            .code = 0,
            .message = wording::reply_list_not_read(option, context.instance.name, why)};
}

}  // namespace postern
