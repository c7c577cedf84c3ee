// SPDX-License-Identifier: Apache-2.0
// What reception does to the headers: types, removals, what is missing, rewriting, Received:. If there is any Resent-
// header, the Resent- forms of Date:, Message-Id:, From: and Sender: are the ones that matter.
#include "base/strings.h"
#include "intake/reception.h"

namespace postern {
namespace {

// "*-" and "-*" in local_from_prefix and _suffix stand for anything before and behind.
std::string_view without_prefix(std::string_view local, const PlainString& prefixes) {
    for (const std::string& prefix : split_list(prefixes.value)) {
        if (prefix.starts_with('*')) {
            const std::size_t at = local.rfind(std::string_view(prefix).substr(1));
            if (at != std::string_view::npos) return local.substr(at + prefix.size() - 1);
        } else if (istarts_with(local, prefix)) {
            return local.substr(prefix.size());
        }
    }
    return local;
}
std::string_view without_suffix(std::string_view local, const PlainString& suffixes) {
    for (const std::string& suffix : split_list(suffixes.value)) {
        if (suffix.ends_with('*')) {
            const std::size_t at = local.find(std::string_view(suffix).substr(0, suffix.size() - 1));
            if (at != std::string_view::npos) return local.substr(0, at);
        } else if (local.size() >= suffix.size() && iequals(local.substr(local.size() - suffix.size()), suffix)) {
            return local.substr(0, local.size() - suffix.size());
        }
    }
    return local;
}

std::string named_address(const std::string& name, const std::string& charset, const std::string& address) {
    const std::string phrase = fix_phrase(name, charset);
    return phrase.empty() ? address : phrase + " <" + address + ">";
}

// Text of message_id_header_text and _domain, fit for a Message-Id.
std::string id_safe(std::string_view text, bool domain) {
    std::string out(text);
    for (char& c : out) {
        const bool good = domain ? is_alnum(c) || c == '-' || c == '.'
                                 : is_graph(c) && std::string_view("()<>@,;:\\\".[]").find(c) == std::string_view::npos;
        if (!good) c = '-';
    }
    return out;
}

}  // namespace

void Reception::classify_headers() {
    for (HeaderLine& line : message_.headers) resent_ = resent_ || istarts_with(line.text, "Resent-");
    for (HeaderLine& line : message_.headers) {
        const HeaderClass kind = classify_header(line.text);
        line.type = kind.type;
        if (kind.type == HeaderType::message_id) {
            if (had_id_ || kind.resent != resent_)
                line.type = HeaderType::other;
            else
                had_id_ = true;
        }
        const bool ours = is_local() && !request_.trusted && !main_.local_sender_retain && kind.resent == resent_;
        if (kind.type == HeaderType::sender && ours) line.type = HeaderType::removed;
        if (main_.return_path_remove && header_is(line.text, "Return-path")) line.type = HeaderType::removed;
        if (main_.envelope_to_remove && header_is(line.text, "Envelope-to")) line.type = HeaderType::removed;
        if (main_.delivery_date_remove && header_is(line.text, "Delivery-date")) line.type = HeaderType::removed;
    }
}

// The last one counts.
const HeaderLine* Reception::find(HeaderType type, bool resent) const {
    const HeaderLine* last = nullptr;
    for (const HeaderLine& line : message_.headers)
        if (line.type == type && classify_header(line.text).resent == resent) last = &line;
    return last;
}

void Reception::add_message_id() {
    std::string why;
    std::string domain = expanded(main_.message_id_header_domain, "message_id_header_domain", why).bytes;
    std::string text = expanded(main_.message_id_header_text, "message_id_header_text", why).bytes;
    if (!text.empty()) text = "." + id_safe(text, false);
    domain = domain.empty() ? main_.primary_hostname.value : id_safe(domain, true);
    const std::string id = "E" + message_.id + text + "@" + domain;
    if (resent_) {
        message_.headers.insert(message_.headers.begin(),
                                {HeaderType::message_id, "Resent-Message-Id: <" + id + ">\n"});
    } else {
        append(HeaderType::message_id, "Message-Id: <" + id + ">\n");
        created_id_ = id;
    }
}

// The From: address is the caller's own, but for the affixes that he may use.
bool Reception::from_is_caller(const HeaderLine& from) const {
    const auto items = header_addresses(header_value(from.text), p_.rewriter.address_rules());
    if (items.size() != 1 || !items.front().parse.value) return false;
    const ParsedAddress& found = *items.front().parse.value;
    const LocalAndDomain parts = split_address(found.address);
    if (found.at && !iequals(parts.domain, main_.qualify_domain.value)) return false;
    const std::string_view local =
        without_suffix(without_prefix(parts.local_part, main_.local_from_prefix), main_.local_from_suffix);
    return iequals(parts.local_part, request_.login) || iequals(local, request_.login);
}

void Reception::add_from_and_sender() {
    const std::string& charset = main_.headers_charset.value;
    const std::string prefix = resent_ ? "Resent-" : "";
    const HeaderLine* from = find(HeaderType::from, resent_);
    // A message from <> has no author, unless it was made about another one (-E).
    const bool named = !message_.sender.empty() || !request_.trusted || request_.local_error;
    if (from == nullptr && named) {
        const std::string& address = message_.sender.empty() ? login_address_ : message_.sender;
        append(HeaderType::from, prefix + "From: " + named_address(full_name_, charset, address) + "\n");
        from = &message_.headers.back();
    }
    if (from != nullptr && !request_.trusted && main_.local_from_check && !from_is_caller(*from))
        append(HeaderType::sender, prefix + "Sender: " + std::string(trim(fix_phrase(full_name_, charset))) + " <" +
                                       login_address_ + ">\n");
}

void Reception::add_missing_headers() {
    if (is_local() && find(HeaderType::message_id, resent_) == nullptr) add_message_id();
    rewrite_recipients();
    if (is_local()) add_from_and_sender();
    rewrite_sender();
    if (!is_local()) return;
    const std::string name = resent_ ? "Resent-Date" : "Date";
    for (const HeaderLine& line : message_.headers)
        if (line.type != HeaderType::removed && header_is(line.text, name)) return;
    std::string date = name + ": " + full_date(p_.clock.now()) + "\n";
    if (resent_)
        message_.headers.insert(message_.headers.begin(), {HeaderType::other, std::move(date)});
    else
        append(HeaderType::other, std::move(date));
}

// The old line stays in -H as a removed one in front of the new one.
void Reception::rewrite_headers() {
    const Rewriter::Qualify qualify{message_.allow_unqualified_sender, message_.allow_unqualified_recipient};
    HeaderList done;
    done.reserve(message_.headers.size());
    for (HeaderLine& line : message_.headers) {
        auto text = p_.rewriter.rewrite_header(line, p_.configuration.rewrite, qualify, scope());
        const HeaderType type = line.type;
        if (text) line.type = HeaderType::removed;
        done.push_back(std::move(line));
        if (text) done.push_back({type, std::move(*text)});
    }
    message_.headers = std::move(done);
}

Reception::Refused Reception::add_received() {
    std::string why;
    const Text text = expanded(main_.received_header_text, "received_header_text", why);
    if (!why.empty()) return refuse(Refusal::Why::configuration, "");
    const std::string date = full_date(p_.clock.now());
    HeaderLine line = text.empty() ? HeaderLine{HeaderType::removed, "Received: ; " + date + "\n"}
                                   : HeaderLine{HeaderType::received, text.bytes + ";\n\t" + date + "\n"};
    message_.headers.insert(message_.headers.begin(), std::move(line));
    return std::nullopt;
}

}  // namespace postern
