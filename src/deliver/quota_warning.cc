// SPDX-License-Identifier: Apache-2.0
#include "deliver/quota_warning.h"

#include "mail/header_text.h"
#include "mail/plain_text.h"
#include "wording/delivery.h"

namespace postern {

void send_quota_warning(const Engine& engine, const TransportInstance& transport, const Message& delivered,
                        const Scope& scope, OutTray& tray) {
    const TransportDriver* driver = engine.drivers.transport(transport.driver->name);
    const Expandable* option = driver && driver->warning_text ? driver->warning_text(transport) : nullptr;
    if (!option || !option->set) return;
    const Expansion text = engine.expander.expand(*option, scope);
    if (!text) {
        engine.log.main_and_panic(wording::warning_not_expanded(option->source, transport.name, text.error().message));
        return;
    }
    const MainOptions& main = engine.configuration.main;
    std::string head;
    if (main.errors_reply_to.set && !has_line_named(text->bytes, "Reply-To"))
        head += "Reply-To: " + main.errors_reply_to.value + "\n";
    head += "Auto-Submitted: auto-replied\n";
    if (!has_line_named(text->bytes, "From")) head += "From: " + system_author(engine) + "\n";
    const std::size_t own = header_lines_size(text->bytes);
    head += header_lines_of(std::string_view(text->bytes).substr(0, own));
    std::string body = text->bytes.substr(own);
    if (body.starts_with('\n')) body.erase(0, 1);
    std::string whole =
        declared_message(std::move(head), std::move(body), main.headers_charset.value, DeliveryReport::kMaxReply);
    // A warning that cannot be sent is logged; the delivery that caused it stands.
    (void)tray.send({.about = delivered,
                     .text = std::move(whole),
                     .authenticated_sender = main.bounce_sender_authentication.set
                                                 ? std::optional(main.bounce_sender_authentication.value)
                                                 : std::nullopt});
}

}  // namespace postern
