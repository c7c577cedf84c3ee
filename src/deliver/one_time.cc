// SPDX-License-Identifier: Apache-2.0
#include "deliver/one_time.h"

#include <algorithm>
#include <set>

#include "spool/header_file.h"

namespace postern {
namespace {

// The child of a one_time router that `item` comes from, or is. The mark is inherited: the child is where it begins.
const AddressItem* one_time_child(const AddressItem& item) {
    const AddressItem* child = nullptr;
    for (const AddressItem* at = &item; at->parent; at = at->parent) {
        if (!at->onetime_parent.empty() && at->parent->onetime_parent.empty()) child = at;
    }
    return child;
}

// Files and pipes (forbidden ones: one_time allows no others) are no recipients. An address that came out of itself
// shares its name with its ancestor, which is not done.
bool can_be_kept(const AddressItem& child) { return !child.is_pfr() && !child.parent->unique.starts_with('\\'); }

void add_recipient(Message& message, const AddressItem& child) {
    const auto named = [&](const std::string& address) {
        return std::ranges::find(message.recipients, address, &Recipient::address);
    };
    if (named(child.address) != message.recipients.end()) return;
    const auto origin = named(child.onetime_parent);
    const int parent = origin == message.recipients.end() ? -1 : static_cast<int>(origin - message.recipients.begin());
    message.recipients.push_back({.address = child.address,
                                  .errors_to = child.props.errors_address.value_or(""),
                                  .parent = parent,
                                  .original = child.dsn_original,
                                  .dsn_flags = child.dsn_flags});
}

}  // namespace

void keep_one_time_children(Message& message, const std::vector<const AddressItem*>& open) {
    std::vector<const AddressItem*> children;
    std::set<const AddressItem*> looked_up_again;
    for (const AddressItem* item : open) {
        const AddressItem* child = one_time_child(*item);
        if (!child) continue;
        if (can_be_kept(*child))
            children.push_back(child);
        else
            looked_up_again.insert(child->parent);
    }
    if (message.recipients.size() + children.size() > kSpoolRecipientsMax) return;
    for (const AddressItem* child : children) {
        if (looked_up_again.contains(child->parent)) continue;
        add_recipient(message, *child);
        message.mark_done(child->parent->address);
        message.mark_done(child->parent->unique);
    }
}

}  // namespace postern
