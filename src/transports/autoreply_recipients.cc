// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_recipients.h"

#include <algorithm>

#include "base/strings.h"
#include "mail/address.h"
#include "mail/header_list.h"
#include "mail/header_text.h"

namespace postern {
namespace {

using Field = std::optional<std::string>;
using Edit = std::function<void(Field& value, std::size_t name_length)>;
constexpr std::string_view kRecipientFields[] = {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"};

bool is_recipient_field(std::string_view field) {
    return std::ranges::any_of(kRecipientFields, [&](std::string_view name) { return header_is(field, name); });
}

// Takes one field with its continuation lines off the front of lines that header_lines_of() made.
std::string_view take_field(std::string_view& lines) {
    std::size_t end = lines.find('\n') + 1;
    while (end < lines.size() && (lines[end] == ' ' || lines[end] == '\t')) end = lines.find('\n', end) + 1;
    const std::string_view field = lines.substr(0, end);
    lines.remove_prefix(end);
    return field;
}

void edit_in_headers(Field& headers, const Edit& edit) {
    if (!headers) return;
    const std::string lines = header_lines_of(*headers);
    std::string edited;
    for (std::string_view rest = lines; !rest.empty();) {
        const std::string_view field = take_field(rest);
        const std::string_view value = header_value(field);
        const std::string_view name = field.substr(0, field.size() - value.size());
        const std::string before(trim(value));
        Field after = before;
        if (is_recipient_field(field)) edit(after, name.size() + 1);
        if (after == before) {
            edited += field;
        } else if (after) {
            edited.append(name) += ' ' + *after + '\n';
        }
    }
    if (edited != lines) headers = std::move(edited);
}

void edit_recipients(ReplyData& data, const Edit& edit) {
    edit(data.to, std::string_view("To: ").size());
    edit(data.cc, std::string_view("Cc: ").size());
    edit(data.bcc, std::string_view("Bcc: ").size());
    edit_in_headers(data.headers, edit);
}

// Unset if nobody is left. A group that nobody is in has nothing to be left out of.
void keep_readable(Field& field, std::size_t name_length) {
    if (!field) return;
    std::string good;
    bool all_good = !trim(*field).empty();
    for (const HeaderAddress& item : header_addresses(*field)) {
        if (!item.parse.value || item.parse.value->address.empty()) {
            all_good = false;
            continue;
        }
        if (!good.empty()) good += ", ";
        good += trim(item.item);
    }
    if (all_good) return;
    field = address_header_value(good, name_length);
    if (field->empty()) field.reset();
}

void keep_senders(Field& field, std::size_t name_length) {
    keep_readable(field, name_length);
    if (field && header_addresses(*field).empty()) field.reset();  // "Nobody:;" sends nothing
}

void leave_out_of(Field& field, const std::function<bool(std::string_view)>& is_named) {
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

}  // namespace

void leave_out_unreadable(ReplyData& data) {
    keep_senders(data.from, std::string_view("From: ").size());
    keep_senders(data.reply_to, std::string_view("Reply-To: ").size());
    const bool has_to = data.to.has_value();
    edit_recipients(data, keep_readable);
    if (has_to && !data.to) data.to.emplace();
}

void leave_out(ReplyData& data, const std::function<bool(std::string_view)>& is_named) {
    edit_recipients(data, [&](Field& field, std::size_t) { leave_out_of(field, is_named); });
}

std::vector<std::string> reply_recipients(const ReplyData& data) {
    std::vector<std::string> out;
    const auto add = [&out](std::string_view value) {
        for (const HeaderAddress& item : header_addresses(value))
            if (item.parse.value && !item.parse.value->address.empty()) out.push_back(item.parse.value->address);
    };
    for (const Field* field : {&data.to, &data.cc, &data.bcc})
        if (*field) add(**field);
    const std::string lines = header_lines_of(data.headers.value_or(""));
    for (std::string_view rest = lines; !rest.empty();) {
        const std::string_view field = take_field(rest);
        if (is_recipient_field(field)) add(header_value(field));
    }
    return out;
}

}  // namespace postern
