// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_data.h"

#include <cerrno>

#include "base/strings.h"
#include "mail/header_text.h"
#include "transports/autoreply_protection.h"
#include "transports/autoreply_recipients.h"
#include "wording/appendfile.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

using Field = std::optional<std::string>;

Outcome failed(std::string message) { return {.verdict = Verdict::fail, .code = 0, .message = std::move(message)}; }

class Expanding {
public:
    Expanding(DeliveryContext& context, const AutoreplyOptions& options) : context_(context), options_(options) {}

    tl::expected<ReplyData, Outcome> run() {
        std::optional<Text> once_repeat;
        const bool all = text(options_.from, data_.from) && text(options_.reply_to, data_.reply_to) &&
                         text(options_.to, data_.to) && text(options_.cc, data_.cc) && text(options_.bcc, data_.bcc) &&
                         text(options_.subject, data_.subject) && text(options_.headers, data_.headers) &&
                         text(options_.text, data_.text) && name(options_.file, data_.file) &&
                         name(options_.log, data_.log) && name(options_.once, data_.once) &&
                         name(options_.once_repeat, once_repeat) && interval(once_repeat);
        if (!all) return tl::unexpected(std::move(failure_));
        data_.file_expand = options_.file_expand;
        data_.return_message = options_.return_message;
        return std::move(data_);
    }

private:
    bool fail(std::string message) {
        failure_ = failed(std::move(message));
        return false;
    }

    bool expand(const Expandable& option, std::optional<Text>& into) {
        if (!option) return true;
        Expansion value = context_.expander.expand(option, context_.scope);
        if (!value)
            return fail(wording::reply_not_expanded(option.source, context_.instance.name, value.error().message));
        into = *std::move(value);
        return true;
    }

    bool text(const Expandable& option, Field& into) {
        std::optional<Text> value;
        if (!expand(option, value)) return false;
        if (value) into = std::move(value->bytes);
        return true;
    }

    bool name(const Expandable& option, std::optional<Text>& into) {
        if (!expand(option, into)) return false;
        if (!into) return true;
        for (const char c : into->bytes) {
            const auto byte = static_cast<unsigned char>(c);
            const bool eight_bit_ok = byte > 127 && context_.configuration.main.print_topbitchars;
            if (!is_print(c) && c != '\t' && !eight_bit_ok)
                return fail(wording::non_printing_in_reply(option.source, context_.instance.name, byte));
        }
        return true;
    }

    bool interval(const std::optional<Text>& value) {
        if (!value) return true;
        const auto seconds = parse_interval(value->bytes);
        if (!seconds) return fail(wording::once_repeat_invalid(value->bytes, context_.instance.name));
        data_.once_repeat = *seconds;
        return true;
    }

    DeliveryContext& context_;
    const AutoreplyOptions& options_;
    ReplyData data_;
    Outcome failure_;
};

// Whatever was expanded, or came along, becomes one header field; Exim bounces the message where it would not
// (D-autoreply-encoding).
void make_header_values(ReplyData& data) {
    const auto address = [](Field& field, std::string_view name) {
        if (field) field = address_header_value(*field, name.size());
    };
    address(data.from, "From: ");
    address(data.reply_to, "Reply-To: ");
    address(data.to, "To: ");
    address(data.cc, "Cc: ");
    address(data.bcc, "Bcc: ");
    if (data.subject && !data.subject->empty())
        data.subject = unstructured_header_value(*data.subject, std::string_view("Subject: ").size())
                           .value_or(wording::subject_of_last_resort());
}

}  // namespace

tl::expected<ReplyData, Outcome> reply_data(DeliveryContext& context, const AutoreplyOptions& options) {
    const AddressItem& first = *context.batch.front();
    auto data = first.reply ? tl::expected<ReplyData, Outcome>(*first.reply) : Expanding(context, options).run();
    if (!data) return data;
    make_header_values(*data);
    leave_out_unreadable(*data);
    if (options.never_mail) {
        const Expansion list = context.expander.expand(options.never_mail, context.scope);
        if (!list)
            return tl::unexpected(
                failed(wording::never_mail_not_expanded(options.never_mail.source, context.instance.name)));
        std::optional<std::string> failure;
        leave_out(*data, [&](std::string_view address) {
            if (failure) return false;
            const MatchResult match =
                context.expander.match_address(address, list->bytes, context.scope, {.expand_first = false});
            if (match.verdict == MatchVerdict::defer) failure = match.message;
            return match.verdict == MatchVerdict::yes;
        });
        if (failure) return tl::unexpected(list_not_read(context, "never_mail", *failure));
    }
    return data;
}

}  // namespace postern
