// SPDX-License-Identifier: Apache-2.0
#include "deliver/address_text.h"

#include "base/strings.h"
#include "mail/address.h"

namespace postern {
namespace {

bool only_local_part(const AddressItem& item, const AddressTextStyle& style) {
    if (item.is_pfr()) return true;
    return style.success && item.router && item.router->options.log_as_local.value && item.transport &&
           item.transport->driver && item.transport->driver->local;
}

std::string mailbox_text(const AddressItem& item) {
    return item.logged_with_affixes ? item.prefix + item.local_part + item.suffix : item.local_part;
}

// local_part@domain as routed, or the text as it came if routing never split it.
std::string plain_text(const AddressItem& item) {
    if (item.local_part.empty() || item.domain.empty()) return item.address;
    return mailbox_text(item) + "@" + item.domain;
}

std::string local_text(const AddressItem& item) {
    if (item.is_pfr()) {
        std::string text = item.logged_local_part.value_or(item.address);
        if (item.kind == AddressKind::file && !text.starts_with('/')) text.insert(0, "save ");
        return text;
    }
    return mailbox_text(item);
}

bool same_address(std::string_view a, std::string_view b) {
    const LocalAndDomain left = split_address(a);
    const LocalAndDomain right = split_address(b);
    return left.local_part == right.local_part && iequals(left.domain, right.domain);
}

}  // namespace

std::string address_text(const AddressItem& item, const AddressTextStyle& style) {
    const AddressItem& top = item.top();
    const bool local_only = only_local_part(item, style);
    std::string out = local_only ? local_text(item) : plain_text(item);
    const bool names_top = !local_only && same_address(out, top.address);

    const bool intermediate = item.parent && item.parent != &top;
    if (intermediate && (style.all_parents || item.is_pfr())) {
        out += " (" + item.parent->address;
        if (style.all_parents) {
            for (const AddressItem* up = item.parent->parent; up && up != &top; up = up->parent)
                out += ", " + up->address;
        }
        out += ')';
    }
    if (!names_top || !item.onetime_parent.empty() || (style.all_parents && intermediate)) {
        out += " <" + (item.onetime_parent.empty() ? top.address : item.onetime_parent) + ">";
    }
    return out;
}

}  // namespace postern
