// SPDX-License-Identifier: Apache-2.0
// mail/message.h – one message on its way: envelope, header list, and everything that Exim's -H file keeps about it.
// A value without behaviour; the body is never here (spool/ and write/ know where it lies). Everything that a sender
// chose (addresses, ident, HELO, headers) is untrusted: expand/ taints it when it becomes a variable.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time_text.h"
#include "mail/header_list.h"

namespace postern {

// DSN flags as -H stores them.
inline constexpr unsigned kDsnLastHop = 1, kDsnNever = 2, kDsnSuccess = 4, kDsnFailure = 8, kDsnDelay = 16;

struct Recipient {
    std::string address;
    std::string errors_to;  // empty: the sender
    int parent = -1;        // one_time: index of the original recipient, -1 none
    std::string original;   // ORCPT, as received (xtext)
    unsigned dsn_flags = 0;
    bool operator==(const Recipient&) const = default;
};

struct StoredVariable {  // -aclc / -aclm
    std::string name, value;
    bool tainted = false;
    std::string quoted_for;  // tainted, but quoted for this lookup type
    bool operator==(const StoredVariable&) const = default;
};

struct Message {
    std::string id;
    // caller
    std::string login;
    std::int64_t uid = 0, gid = 0;
    // envelope
    std::string sender;  // "" for <>
    std::vector<Recipient> recipients;
    std::set<std::string> non_recipients;          // done addresses; spool/ rebuilds Exim's tree from insertion order
    std::vector<std::string> non_recipient_order;  // the same in the order in which they were done
    TimePoint received;                            // start of reception (-received_time_usec)
    TimePoint received_complete;
    int warning_count = 0;
    // how it came
    std::string received_protocol, ident, helo_name, host_address, host_name, host_auth, interface_address,
        active_hostname;
    int host_port = 0, interface_port = 0;
    std::string auth_id, auth_sender;
    std::vector<StoredVariable> acl_variables;  // names with their c/m letter: "c0", "m_foo"
    // Which of the texts above came from outside, as -H marks them: name of the line ("helo_name") → "--",
    // "--(lookup)".
    std::map<std::string, std::string, std::less<>> tainted_lines;
    // flags
    bool first_delivery = false;         // -deliver_firsttime
    std::optional<std::int64_t> frozen;  // since
    bool dont_deliver = false;           // -N
    bool local = false, local_error = false, manual_thaw = false, sender_set_untrusted = false;
    bool allow_unqualified_recipient = false, allow_unqualified_sender = false;
    bool spool_wireformat = false, smtputf8 = false;
    std::string dsn_envid;
    int dsn_ret = 0;  // 0 none, 1 full, 2 headers
    // body facts
    std::int64_t body_linecount = 0, body_zerocount = 0, max_received_linelength = 0;
    std::int64_t body_size = 0;  // bytes after the data offset
    HeaderList headers;
    std::vector<std::string>
        unknown_lines;  // whole "-x …" lines of -H that have no member here: kept when it is rewritten

    // 1 + body + transmitted headers, as Exim counts ($message_size, S= of <=).
    [[nodiscard]] std::int64_t size() const {
        return 1 + body_size + static_cast<std::int64_t>(transmitted_size(headers));
    }
    void mark_done(const std::string& address) {
        if (non_recipients.insert(address).second) non_recipient_order.push_back(address);
    }
};

}  // namespace postern
