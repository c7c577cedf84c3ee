// SPDX-License-Identifier: Apache-2.0
// expand/scope.h – what $variables see while something is expanded: pointers to the message and the address in hand.
// Owned by the caller, valid for one expansion or many; expand/ never changes it. Absent pointers make their variables
// empty. Untrusted members are tainted by the variable table (variables.cc), not by whoever fills this.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "mail/message.h"
#include "sys/os.h"

namespace postern {

// Results of routing that later expansions of the same address see.
struct RoutingData {
    Text address_data, domain_data, local_part_data, sender_data;
    std::map<std::string, Text, std::less<>> variables;  // r_name
    bool operator==(const RoutingData&) const = default;
};

// The address in hand. Texts are tainted here by their owner where Exim says so (affixes only if wildcarded …).
struct AddressScope {
    Text local_part, domain;  // as routed: affixes stripped, lower-cased unless caseful
    Text local_part_prefix, local_part_prefix_v, local_part_suffix, local_part_suffix_v;
    Text original_local_part, original_domain, parent_local_part, parent_domain;
    Text home, host, self_hostname;
    Text address_file, address_pipe;
    const RoutingData* routing = nullptr;
    std::optional<uid_t> local_user_uid;
    std::optional<gid_t> local_user_gid;
    std::string router_name, transport_name;
};

// Reads body bytes for $message_body (first message_body_visible bytes) and _end. Implemented over the open -D file.
class BodyView {
public:
    virtual ~BodyView() = default;
    virtual Result<std::string> read(std::int64_t offset_in_body, std::size_t count) const = 0;
};

struct Scope {
    const Message* message = nullptr;
    const BodyView* body = nullptr;
    const AddressScope* address = nullptr;
    Text return_path;
    // Delivery-time extras:
    std::optional<std::int64_t> message_size_override, message_linecount_override;  // exact written values (appendfile)
    std::uint64_t inode = 0;
    std::string mailstore_basename, event_name, event_data;
    bool first_delivery = false, queue_running = false;
    // The one-off contexts: values that a caller of expand() defines by name ("received_for", "1" …), tried first.
    std::map<std::string, Text, std::less<>> extra;
};

}  // namespace postern
