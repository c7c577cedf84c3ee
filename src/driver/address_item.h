// SPDX-License-Identifier: Apache-2.0
// driver/address_item.h – one address on its way through routers and transports (spec transport-framework.md §3).
//
// Items live in an AddressPool for the whole delivery run and point at their parents; nobody deletes one. The text of
// an address comes from outside unless text_tainted says otherwise: paths and commands are never made from it but
// through the expander's taint rules.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "driver/outcome.h"
#include "driver/reply_data.h"
#include "expand/scope.h"

namespace postern {

enum class AddressKind : std::uint8_t { mailbox, pipe, file, reply };  // all but mailbox: "pfr" children of redirect

// Facts that travel from an address to its children.
struct Propagated {
    RoutingData routing;                        // address_data, domain_data, …, r_ variables
    std::optional<std::string> errors_address;  // unset: the sender; "" means <>: bounces are dropped
    bool ignore_error = false;
    std::vector<std::string> added_headers;  // complete lines in output order
    std::string removed_headers;             // ':' list, already expanded
};

struct AddressItem {
    std::string address;  // full text as it came or was generated: "Joe@x", "|cmd", "/file", ">a@b"
    std::string unique;   // for duplicates, journal and retry (queue-retry-bounce.md §6, step 9)
    AddressKind kind = AddressKind::mailbox;
    bool text_tainted = true;  // false: a redirect made it of clean text (its file, a lookup, the configuration)
    AddressItem* parent = nullptr;
    AddressItem* duplicate_of = nullptr;
    int child_count = 0;
    bool counted_done = false;  // its parent's child_count says so: once, however often duplicates come by

    // split form (mailbox kind; others carry their text in local_part and the parent's domain)
    std::string local_part_cc, local_part_lc;  // case-preserved and lower-cased, affixes included, unquoted
    std::string local_part;                    // as used by the router that took it: affixes stripped
    std::string domain;                        // lower case
    std::string prefix, prefix_v, suffix, suffix_v;
    bool prefix_tainted = false, suffix_tainted = false;

    const RouterInstance* router = nullptr;  // the one that decided (log: R=)
    const RouterInstance* start_router = nullptr;
    const TransportInstance* transport = nullptr;
    Propagated props;

    // identity facts from the router (spec routing.md §3.6)
    std::optional<uid_t> uid;
    std::optional<gid_t> gid;
    bool initgroups = false;
    std::string home;  // router's; to be expanded unless home_expanded
    bool home_expanded = false;
    std::string current_directory;              // router's transport_current_directory, unexpanded
    std::string uid_from, gid_from, home_from;  // for `postern explain`
    std::optional<uid_t> local_user_uid;
    std::optional<gid_t> local_user_gid;
    std::string local_user_home;
    std::string host_text;  // manualroute to a local transport: $host
    std::string self_hostname;

    // redirect children
    bool allow_file = false, allow_pipe = false, allow_reply = false, hide_child = false;
    std::optional<Outcome> preset;           // a verdict that routing already fixed (bad transport, bad reply)
    int file_mode = -1;                      // filter "save path mode"
    std::shared_ptr<const ReplyData> reply;  // filter "mail", "vacation"

    // retry keys
    std::string domain_retry_key, address_retry_key;

    // from the envelope
    unsigned dsn_flags = 0;
    std::string dsn_original;
    std::string onetime_parent;

    // result
    Outcome outcome;
    std::int64_t bytes_written = 0;
    std::optional<std::string> logged_local_part;
    bool logged_with_affixes = false;
    std::optional<std::string> output_line;  // AddressReport's
    std::string returned_output;
    std::optional<ReplyOrder> reply_order;
    std::string shadow_text;   // " ST=…"
    std::string confirmation;  // C=
    std::optional<TlsFacts> tls;
    TimePoint started, finished;

    [[nodiscard]] const AddressItem& top() const {
        const AddressItem* item = this;
        while (item->parent) item = item->parent;
        return *item;
    }
    [[nodiscard]] bool is_pfr() const { return kind != AddressKind::mailbox; }
};

class AddressPool {
public:
    AddressItem& make() { return items_.emplace_back(); }
    [[nodiscard]] std::deque<AddressItem>& items() { return items_; }

private:
    std::deque<AddressItem> items_;  // addresses are stable
};

// "$local_part" and friends for one address (or the common ones of a batch, §3 "Expansion variables").
[[nodiscard]] AddressScope address_scope(const AddressItem& item);
[[nodiscard]] AddressScope batch_scope(const std::vector<AddressItem*>& batch);

// Splits item.address at the last '@' (dequoted local part, lower-cased domain); the percent hack is the caller's.
void split_item(AddressItem& item);

// A new address that `parent` turns into: split, with the propagated facts and DSN wishes of the parent, which counts
// it.
AddressItem& make_child(AddressPool& pool, AddressItem& parent, Text text, AddressKind kind);

}  // namespace postern
