// SPDX-License-Identifier: Apache-2.0
#include "transports/mailstore_envelope.h"

#include "wording/appendfile.h"

namespace postern {
namespace {

// Always ends in a newline; a forced failure means that there is none.
MailboxResult<std::string> affix(DeliveryContext& context, const Expandable& option, std::string_view name) {
    if (!option) return std::string{};
    Expansion text = context.expander.expand(option, context.scope);
    if (!text && text.error().forced) return std::string{};
    if (!text)
        return tl::unexpected(MailboxFailure{
            .kind = MailboxFailure::Kind::panic,
            .message = wording::not_expanded(option.source, name, context.instance.name, text.error().message)});
    if (!text->bytes.ends_with('\n')) text->bytes += '\n';
    return std::move(text->bytes);
}

}  // namespace

MailboxResult<std::string> mailstore_envelope(DeliveryContext& context, const AppendfileOptions& options,
                                              const std::string& path) {
    auto prefix = affix(context, options.mailstore_prefix, "mailstore prefix");
    if (!prefix) return prefix;
    auto suffix = affix(context, options.mailstore_suffix, "mailstore suffix");
    if (!suffix) return suffix;
    std::string text = std::move(*prefix) + context.message.sender + "\n";
    for (const AddressItem* item : context.batch)
        text += (item->kind == AddressKind::file ? path : item->local_part) + "@" + item->domain + "\n";
    return text + *suffix;
}

}  // namespace postern
