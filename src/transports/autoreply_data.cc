// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_data.h"

#include <cerrno>

#include "base/strings.h"
#include "mail/address.h"
#include "mail/header_text.h"
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
        const bool all =
            header(options_.from, data_.from, "From") && header(options_.reply_to, data_.reply_to, "Reply-To") &&
            header(options_.to, data_.to, "To") && header(options_.cc, data_.cc, "Cc") &&
            header(options_.bcc, data_.bcc, "Bcc") && subject() && text(options_.headers, data_.headers) &&
            text(options_.text, data_.text) && name(options_.file, data_.file) && name(options_.log, data_.log) &&
            name(options_.once, data_.once) && name(options_.once_repeat, once_repeat) && interval(once_repeat);
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

    // Whatever was expanded becomes one header field; Exim bounces the message where it would not
    // (D-autoreply-headers).
    bool header(const Expandable& option, Field& into, std::string_view name) {
        if (!text(option, into)) return false;
        if (into) into = address_header_value(*into, name.size() + 2);
        return true;
    }
    bool subject() {
        if (!text(options_.subject, data_.subject)) return false;
        if (data_.subject && !data_.subject->empty())
            data_.subject = unstructured_header_value(*data_.subject, std::string_view("Subject: ").size())
                                .value_or(wording::subject_of_last_resort());
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

// Takes the mailboxes that never_mail names out of a list; what stays, stays as it is written. Unset if nothing stays.
class NeverMail {
public:
    NeverMail(DeliveryContext& context, std::string list) : context_(context), list_(std::move(list)) {}

    void clean(Field& field) {
        if (!field) return;
        std::string& text = *field;
        bool removed = false;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length = address_item_end(std::string_view(text).substr(at), false);
            const AddressParse parse = parse_address(std::string_view(text).substr(at, length));
            if (!parse.value) break;
            if (!is_named(parse.value->address)) {
                at += length + 1;
                continue;
            }
            text.erase(at, length + 1);
            removed = true;
        }
        if (!removed) return;
        while (!text.empty() && (is_space(text.back()) || text.back() == ',')) text.pop_back();
        if (trim(text).empty()) field.reset();
    }

private:
    bool is_named(std::string_view address) {
        return context_.expander.match_address(address, list_, context_.scope, {.expand_first = false}).verdict ==
               MatchVerdict::yes;
    }

    DeliveryContext& context_;
    std::string list_;
};

// The engine's parser is the receiver's: what it cannot read is left out here, where nobody is bounced for it.
void leave_out_unreadable(Field& field) {
    if (!field) return;
    std::string good;
    bool all_good = true;
    for (const HeaderAddress& item : header_addresses(*field)) {
        if (!item.parse.value) {
            all_good = false;
            continue;
        }
        if (!good.empty()) good += ", ";
        good += trim(item.item);
    }
    if (!all_good) field = std::move(good);
}

}  // namespace

tl::expected<ReplyData, Outcome> reply_data(DeliveryContext& context, const AutoreplyOptions& options) {
    const AddressItem& first = *context.batch.front();
    auto data = first.reply ? tl::expected<ReplyData, Outcome>(*first.reply) : Expanding(context, options).run();
    if (!data) return data;
    if (options.never_mail) {
        Expansion list = context.expander.expand(options.never_mail, context.scope);
        if (!list)
            return tl::unexpected(
                failed(wording::never_mail_not_expanded(options.never_mail.source, context.instance.name)));
        NeverMail never(context, std::move(list->bytes));
        for (Field* field : {&data->to, &data->cc, &data->bcc}) never.clean(*field);
    }
    for (Field* field : {&data->to, &data->cc, &data->bcc}) leave_out_unreadable(*field);
    return data;
}

std::vector<std::string> reply_recipients(const ReplyData& data) {
    std::vector<std::string> out;
    const auto add = [&out](std::string_view value) {
        for (const HeaderAddress& item : header_addresses(value))
            if (item.parse.value && !item.parse.value->address.empty()) out.push_back(item.parse.value->address);
    };
    for (const Field* field : {&data.to, &data.cc, &data.bcc})
        if (*field) add(**field);
    std::string_view rest = data.headers ? std::string_view(*data.headers) : std::string_view();
    while (!rest.empty()) {
        std::size_t end = rest.find('\n');
        while (end != std::string_view::npos && end + 1 < rest.size() &&
               (rest[end + 1] == ' ' || rest[end + 1] == '\t'))
            end = rest.find('\n', end + 1);
        const std::string_view line = rest.substr(0, end);
        for (const std::string_view name : {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"})
            if (header_is(line, name)) add(header_value(line));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return out;
}

}  // namespace postern
