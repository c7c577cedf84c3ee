// SPDX-License-Identifier: Apache-2.0
// Who sends, who receives: from the command line.
#include <algorithm>

#include "base/strings.h"
#include "intake/reception.h"
#include "mail/address.h"
#include "wording/command.h"

namespace postern {
namespace {

// A newline in a quoted local part would start a line of its own in Received:, in the logs and in -H.
std::string one_line(std::string address) {
    std::ranges::replace(address, '\n', ' ');
    return address;
}

bool has_eight_bit(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// A number with K, M or G.
std::optional<std::int64_t> parse_size(std::string_view text) {
    std::int64_t unit = 1;
    if (!text.empty()) {
        switch (to_upper(text.back())) {
            case 'K':
                unit = 1024;
                break;
            case 'M':
                unit = 1024 * 1024;
                break;
            case 'G':
                unit = 1024 * 1024 * 1024;
                break;
            default:
                break;
        }
    }
    const auto number = parse_int(unit == 1 ? text : text.substr(0, text.size() - 1));
    if (!number || *number > INT64_MAX / unit || *number < 0) return std::nullopt;
    return *number * unit;
}

}  // namespace

HostAndPort split_host_and_port(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        const std::string_view rest = close == std::string_view::npos ? std::string_view{} : text.substr(close + 1);
        const auto port = rest.starts_with(':') ? parse_uint(rest.substr(1)) : std::nullopt;
        return {std::string(text.substr(1, close == std::string_view::npos ? close : close - 1)),
                static_cast<int>(port.value_or(0) & 0xffff)};
    }
    std::size_t dots = 0;
    for (const char c : text) dots += c == '.' ? 1 : 0;
    const bool v6 = contains(text, ":");
    const std::size_t last = text.rfind('.');
    const auto port =
        last != std::string_view::npos && dots == (v6 ? 1U : 4U) ? parse_uint(text.substr(last + 1)) : std::nullopt;
    if (!port || *port > 65535) return {std::string(text), 0};
    return {std::string(text.substr(0, last)), static_cast<int>(*port)};
}

std::string full_name_of(Expander& expander, const MainOptions& main, std::string_view gecos, std::string_view login) {
    std::string name;
    for (const char c : gecos) {
        if (c != '&') {
            name += c;
        } else if (!login.empty()) {
            name += to_upper(login.front());
            name += login.substr(1);
        }
    }
    if (!main.gecos_pattern || !main.gecos_name) return name;
    Scope scope;
    scope.extra["value"] = Text(name);
    const auto result = expander.expand(
        "${if match{$value}{\\N" + main.gecos_pattern.value + "\\N}{" + main.gecos_name.source + "}{$value}}", scope);
    return result ? result->bytes : name;
}

Reception::Refused Reception::size_limit() {
    const auto text = p_.expander.expand(main_.message_size_limit, Scope{});
    if (!text) {
        p_.log.main_and_panic(wording::size_limit_not_expanded(text.error().message));
        return refuse(Refusal::Why::configuration, "");
    }
    const auto size = parse_size(trim(text->bytes));
    if (!size) {
        p_.log.main_and_panic(wording::size_limit_invalid("integer expected but \"" + text->bytes + "\" found"));
        return refuse(Refusal::Why::configuration, "");
    }
    size_limit_ = *size;
    return std::nullopt;
}

// What -H says about the caller, and what a trusted one wants to be said instead.
void Reception::caller() {
    message_.login = request_.login;
    message_.uid = request_.uid;
    message_.gid = request_.gid;
    message_.ident = request_.login;
    message_.received_protocol = "local";
    message_.allow_unqualified_recipient = message_.allow_unqualified_sender = request_.allow_unqualified;
    message_.first_delivery = true;
    message_.dont_deliver = request_.dont_deliver;
    message_.local_error = request_.local_error;
    message_.unknown_lines = {"-tls_resumption A"};  // as exim4 writes for every message
    login_address_ = request_.login + "@" + main_.qualify_domain.value;
    full_name_ =
        request_.full_name ? *request_.full_name : full_name_of(p_.expander, main_, request_.gecos, request_.login);
    if (!request_.trusted) return;

    const auto override_with = [this](const std::optional<std::string>& given, std::string& member, const char* line) {
        if (!given) return;
        member = *given;
        message_.tainted_lines[line] = "--";
    };
    override_with(request_.protocol, message_.received_protocol, "received_protocol");
    override_with(request_.ident, message_.ident, "ident");
    override_with(request_.host_address, message_.host_address, "host_address");
    override_with(request_.interface_address, message_.interface_address, "interface_address");
    override_with(request_.helo_name, message_.helo_name, "helo_name");
    message_.host_port = request_.host_port;
    message_.interface_port = request_.interface_port;
    request_host_ = request_.host_address.has_value();
    if (request_host_) override_with(request_.host_name, message_.host_name, "host_name");
}

Reception::Refused Reception::sender() {
    message_.sender = login_address_;
    message_.local = true;
    if (request_.sender) {
        if (auto refused = set_sender(*request_.sender)) return refused;
    }
    if (!sender_forced_) {
        message_.auth_id = request_.login;
        message_.auth_sender = login_address_;
    }
    if (request_.trusted && request_.auth_id) {
        message_.auth_id = *request_.auth_id;
        message_.tainted_lines["auth_id"] = "--";
    }
    if (request_.trusted && request_.auth_sender) {
        message_.auth_sender = *request_.auth_sender;
        message_.tainted_lines["auth_sender"] = "--";
    }
    return std::nullopt;
}

Reception::Refused Reception::set_sender(const std::string& text) {
    std::string address;
    if (!trim(text).empty()) {
        AddressRules rules = p_.rewriter.address_rules();
        rules.allow_null = true;
        const AddressParse parse = parse_address(text, rules);
        if (!parse.value) return refuse(Refusal::Why::bad_sender, wording::bad_sender(text, parse.error.text) + "\n");
        address = parse.value->address;
        if (!parse.value->at) address = qualified_sender(address, main_.qualify_domain.value);
        address = one_line(address);
    }
    if (!request_.trusted && !address.empty()) {
        if (!main_.untrusted_set_sender) return std::nullopt;
        const auto match = p_.expander.match_address(address, main_.untrusted_set_sender.source, Scope{}, {});
        if (match.verdict != MatchVerdict::yes) return std::nullopt;
    }
    message_.sender = address;
    message_.smtputf8 = has_eight_bit(address);
    sender_forced_ = request_.trusted;
    message_.sender_set_untrusted = !request_.trusted;
    message_.local = !sender_forced_;
    if (sender_forced_ && !request_.full_name) full_name_.clear();
    return std::nullopt;
}

Reception::Refused Reception::recipients() {
    for (const std::string& argument : request_.recipients) {
        if (auto refused = add_recipients(argument)) return refused;
    }
    const bool none = message_.recipients.empty() && !request_.extract_recipients;
    return none ? refuse(Refusal::Why::no_recipients, wording::say_no_recipients()) : std::nullopt;
}

// Without -oep Exim mails this to the sender: from <> it tells the log alone.
Reception::Refused Reception::refuse_recipient(std::string_view argument, std::string_view why) {
    if (!message_.sender.empty() || request_.errors_on_stderr)
        return refuse(Refusal::Why::bad_recipient, wording::say_bad_recipient(argument, why));
    p_.log.main(wording::bad_recipient_without_sender(argument, why));
    return refuse(Refusal::Why::bad_recipient, "");
}

Reception::Refused Reception::add_recipients(std::string_view argument) {
    for (std::string_view rest = argument; !rest.empty();) {
        while (!rest.empty() && (is_space(rest.front()) || rest.front() == ',')) rest.remove_prefix(1);
        if (rest.empty()) break;
        const std::size_t end = address_item_end(rest, false);
        const AddressParse parse = parse_address(rest.substr(0, end), p_.rewriter.address_rules());
        if (!parse.value) return refuse_recipient(argument, parse.error.text);
        if (!parse.value->at && !request_.allow_unqualified)
            return refuse_recipient(argument, "unqualified recipient address not allowed");
        if (auto refused = add_recipient(*parse.value)) return refused;
        rest.remove_prefix(end);
    }
    return std::nullopt;
}

Reception::Refused Reception::add_recipient(const ParsedAddress& address) {
    const auto limit = main_.recipients_max.value;
    const std::size_t most =
        limit > 0 ? std::min(static_cast<std::size_t>(limit), kSpoolRecipientsMax) : kSpoolRecipientsMax;
    if (message_.recipients.size() >= most)
        return refuse(Refusal::Why::too_many_recipients, wording::say_too_many_recipients());
    Recipient recipient;
    recipient.address = one_line(address.address);
    message_.smtputf8 = message_.smtputf8 || has_eight_bit(recipient.address);
    raw_recipients_.push_back(recipient.address);
    // Exim qualifies when it takes the address and again when it rewrites: a backslash at the end hides the first '@'.
    for (int times = 0; times < 2 && !shows_domain(recipient.address); ++times)
        recipient.address += "@" + main_.qualify_recipient.value;
    message_.recipients.push_back(std::move(recipient));
    return std::nullopt;
}

void Reception::rewrite_recipients() {
    for (Recipient& recipient : message_.recipients) {
        std::string rewritten = p_.rewriter
                                    .rewrite_address(tainted_text(recipient.address), Rewriter::Where::env_to,
                                                     p_.configuration.rewrite, scope())
                                    .bytes;
        if (rewritten == recipient.address) continue;
        append(HeaderType::removed, "X-rewrote-original-recipient: " + recipient.address + "\n");
        recipient.address = std::move(rewritten);
    }
}

void Reception::rewrite_sender() {
    if (message_.sender.empty()) return;
    std::string rewritten = p_.rewriter
                                .rewrite_address(tainted_text(message_.sender), Rewriter::Where::env_from,
                                                 p_.configuration.rewrite, scope())
                                .bytes;
    if (rewritten == message_.sender) return;
    append(HeaderType::removed, "X-rewrote-sender: " + message_.sender + "\n");
    message_.sender = std::move(rewritten);
}

}  // namespace postern
