// SPDX-License-Identifier: Apache-2.0
#include "driver/address_item.h"

#include <algorithm>

#include "base/strings.h"
#include "mail/address.h"

namespace postern {
namespace {

bool all_equal(const std::vector<AddressItem*>& batch, std::string AddressItem::*member) {
    for (const AddressItem* item : batch)
        if (item->*member != batch.front()->*member) return false;
    return true;
}

// The domain of a file or pipe is its parent's.
bool any_tainted(const std::vector<AddressItem*>& batch) {
    return std::any_of(batch.begin(), batch.end(), [](const AddressItem* item) {
        return (item->is_pfr() && item->parent ? *item->parent : *item).text_tainted;
    });
}

// The whole local part as the router that took the address saw it.
const std::string& whole_local_part(const AddressItem& item) {
    return item.router && item.router->options.caseful_local_part ? item.local_part_cc : item.local_part_lc;
}

void set_local_part(AddressScope& scope, const AddressItem& item) {
    scope.local_part = Text(item.local_part, item.text_tainted);
    scope.local_part_prefix = Text(item.prefix, item.prefix_tainted);
    scope.local_part_prefix_v = Text(item.prefix_v, item.prefix_tainted);
    scope.local_part_suffix = Text(item.suffix, item.suffix_tainted);
    scope.local_part_suffix_v = Text(item.suffix_v, item.suffix_tainted);
}

// What one address and a batch have alike: everything that comes from the first address.
AddressScope common_scope(const AddressItem& first) {
    AddressScope scope;
    if (first.home_expanded) scope.home = Text(first.home);
    scope.host = Text(first.host_text, !first.host_text.empty());
    scope.routing = &first.props.routing;
    scope.local_user_uid = first.local_user_uid;
    scope.local_user_gid = first.local_user_gid;
    if (first.router) scope.router_name = first.router->name;
    if (first.transport) scope.transport_name = first.transport->name;
    if (first.is_pfr()) {
        const Text text(first.address, first.text_tainted);
        (first.kind == AddressKind::pipe ? scope.address_pipe : scope.address_file) = text;
    }
    return scope;
}

}  // namespace

AddressScope address_scope(const AddressItem& item) {
    AddressScope scope = common_scope(item);
    const AddressItem& mailbox = item.is_pfr() && item.parent ? *item.parent : item;
    scope.domain = Text(item.domain, mailbox.text_tainted);
    scope.self_hostname = Text(item.self_hostname);
    set_local_part(scope, mailbox);
    const AddressItem& top = item.top();
    scope.original_local_part = Text(whole_local_part(top), top.text_tainted);
    scope.original_domain = Text(top.domain, top.text_tainted);
    if (item.parent) {
        scope.parent_local_part = Text(whole_local_part(*item.parent), item.parent->text_tainted);
        scope.parent_domain = Text(item.parent->domain, item.parent->text_tainted);
    }
    return scope;
}

AddressScope batch_scope(const std::vector<AddressItem*>& batch) {
    if (batch.size() == 1) return address_scope(*batch.front());
    const AddressItem& first = *batch.front();
    AddressScope scope = common_scope(first);
    if (all_equal(batch, &AddressItem::domain)) scope.domain = Text(first.domain, any_tainted(batch));
    if (all_equal(batch, &AddressItem::self_hostname)) scope.self_hostname = Text(first.self_hostname);
    return scope;
}

void split_item(AddressItem& item) {
    const LocalAndDomain parts = split_address(item.address);
    item.local_part_cc = unquote_local_part(parts.local_part);
    item.local_part_lc = to_lower(item.local_part_cc);
    item.local_part = item.local_part_lc;
    item.domain = to_lower(parts.domain);
}

AddressItem& make_child(AddressPool& pool, AddressItem& parent, Text text, AddressKind kind) {
    AddressItem& child = pool.make();
    child.address = std::move(text.bytes);
    child.text_tainted = text.tainted;
    child.unique = child.address;
    child.kind = kind;
    child.parent = &parent;
    child.props = parent.props;
    child.dsn_flags = parent.dsn_flags;
    child.dsn_original = parent.dsn_original;
    child.onetime_parent = parent.onetime_parent;
    if (kind == AddressKind::mailbox) {
        split_item(child);
    } else {
        child.local_part = child.local_part_cc = child.local_part_lc = child.address;
        child.domain = parent.domain;
    }
    ++parent.child_count;
    return child;
}

}  // namespace postern
