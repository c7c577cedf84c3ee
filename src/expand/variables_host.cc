// SPDX-License-Identifier: Apache-2.0
// $sender_fullhost and $sender_rcvhost: the sending host as log lines and Received: headers name it.
#include "expand/variable_view.h"

namespace postern {
namespace {

// A HELO that only repeats the address in brackets says nothing.
bool helo_is_address(const Message& message) { return message.helo_name == "[" + message.host_address + "]"; }

}  // namespace

Text sender_fullhost(const VariableView& view) {
    const Message* message = view.message;
    if (!message || message->host_address.empty()) return {};
    const std::string address = "[" + message->host_address + "]";
    const bool helo = !message->helo_name.empty() && !helo_is_address(*message);
    if (message->host_name.empty()) return helo ? "(" + message->helo_name + ") " + address : address;
    if (helo && !iequals(message->helo_name, message->host_name))
        return message->host_name + " (" + message->helo_name + ") " + address;
    return message->host_name + " " + address;
}

Text sender_rcvhost(const VariableView& view) {
    const Message* message = view.message;
    if (!message || message->host_address.empty()) return {};
    const std::string address = "[" + message->host_address + "]";
    std::string details;
    const auto add = [&](std::string_view name, std::string_view value) {
        details += details.empty() ? "" : " ";
        details += std::string(name) + "=" + std::string(value);
    };
    if (message->host_name.empty()) {
        if (!message->helo_name.empty() && !helo_is_address(*message)) add("helo", message->helo_name);
        if (!message->ident.empty()) add("ident", message->ident);
        return details.empty() ? address : address + " (" + details + ")";
    }
    details = address;
    if (!message->helo_name.empty() && !iequals(message->helo_name, message->host_name))
        add("helo", message->helo_name);
    if (!message->ident.empty()) add("ident", message->ident);
    return message->host_name + " (" + details + ")";
}

}  // namespace postern
