// SPDX-License-Identifier: Apache-2.0
#include "log/selector.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace postern {
namespace {

struct Name {
    std::string_view text;
    bool on_by_default;
};

// Sorted by name and in the order of the enumeration, so that the index of a name is its selector.
constexpr std::array kNames = {
    Name{"8bitmime", false},
    Name{"acl_warn_skipped", true},
    Name{"address_rewrite", false},
    Name{"all_parents", false},
    Name{"arguments", false},
    Name{"connection_reject", true},
    Name{"delay_delivery", true},
    Name{"deliver_time", false},
    Name{"delivery_size", false},
    Name{"dkim", true},
    Name{"dkim_verbose", false},
    Name{"dnslist_defer", true},
    Name{"dnssec", false},
    Name{"etrn", true},
    Name{"host_lookup_failed", true},
    Name{"ident_timeout", false},
    Name{"incoming_interface", false},
    Name{"incoming_port", false},
    Name{"lost_incoming_connection", true},
    Name{"millisec", false},
    Name{"msg_id", true},
    Name{"msg_id_created", false},
    Name{"outgoing_interface", true},
    Name{"outgoing_port", false},
    Name{"pid", false},
    Name{"pipelining", false},
    Name{"protocol_detail", false},
    Name{"proxy", false},
    Name{"queue_run", true},
    Name{"queue_time", false},
    Name{"queue_time_exclusive", true},
    Name{"queue_time_overall", false},
    Name{"receive_time", false},
    Name{"received_recipients", false},
    Name{"received_sender", false},
    Name{"rejected_header", true},
    Name{"retry_defer", true},
    Name{"return_path_on_delivery", false},
    Name{"sender_on_delivery", false},
    Name{"sender_verify_fail", true},
    Name{"size_reject", true},
    Name{"skip_delivery", true},
    Name{"smtp_confirmation", true},
    Name{"smtp_connection", false},
    Name{"smtp_incomplete_transaction", false},
    Name{"smtp_mailauth", false},
    Name{"smtp_no_mail", false},
    Name{"smtp_protocol_error", false},
    Name{"smtp_syntax_error", false},
    Name{"subject", false},
    Name{"tls_certificate_verified", true},
    Name{"tls_cipher", true},
    Name{"tls_peerdn", false},
    Name{"tls_resumption", false},
    Name{"tls_sni", false},
    Name{"unknown_in_list", false},
};
static_assert(kNames.size() == static_cast<std::size_t>(Selector::unknown_in_list) + 1);
static_assert(std::ranges::is_sorted(kNames, {}, &Name::text));

constexpr std::uint64_t kAll = (std::uint64_t{1} << kNames.size()) - 1;

constexpr std::uint64_t default_bits() {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i].on_by_default) bits |= std::uint64_t{1} << i;
    return bits;
}

// The bits that one name stands for; 0 if there is no such name.
std::uint64_t bits_of(std::string_view name) {
    if (name == "all") return kAll;
    const auto* found = std::ranges::lower_bound(kNames, name, {}, &Name::text);
    if (found == kNames.end() || found->text != name) return 0;
    return std::uint64_t{1} << (found - kNames.begin());
}

bool ends_name(char c) { return is_space(c) || c == '+' || c == '-'; }

}  // namespace

SelectorSet::SelectorSet() : bits_(default_bits()) {}

Status SelectorSet::apply(std::string_view setting) {
    for (std::string_view rest = trim_left(setting); !rest.empty(); rest = trim_left(rest)) {
        const char sign = rest.front();
        if (sign != '+' && sign != '-') {
            return failure("malformed log_selector setting: + or - expected but found \"" + std::string(rest) + "\"");
        }
        std::size_t end = 1;
        while (end < rest.size() && !ends_name(rest[end])) ++end;
        const std::string_view name = rest.substr(1, end - 1);
        const std::uint64_t bits = bits_of(name);
        if (bits == 0) return failure(std::string("unknown log_selector setting: ") + sign + std::string(name));
        bits_ = sign == '+' ? bits_ | bits : bits_ & ~bits;
        rest.remove_prefix(end);
    }
    return {};
}

}  // namespace postern
