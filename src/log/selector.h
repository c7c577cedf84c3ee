// SPDX-License-Identifier: Apache-2.0
// log/selector.h – main option log_selector: which optional parts log lines have (spec transport-framework.md §12.5).
// All names of Exim 4.96 are known; most belong to parts of a mail system that Postern has not (yet) and change
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postern {

// In the order of Exim's names; the table in selector.cc depends on it.
enum class Selector : std::uint8_t {
    eight_bit_mime,
    acl_warn_skipped,
    address_rewrite,
    all_parents,
    arguments,
    connection_reject,
    delay_delivery,
    deliver_time,
    delivery_size,
    dkim,
    dkim_verbose,
    dnslist_defer,
    dnssec,
    etrn,
    host_lookup_failed,
    ident_timeout,
    incoming_interface,
    incoming_port,
    lost_incoming_connection,
    millisec,
    msg_id,
    msg_id_created,
    outgoing_interface,
    outgoing_port,
    pid,
    pipelining,
    protocol_detail,
    proxy,
    queue_run,
    queue_time,
    queue_time_exclusive,
    queue_time_overall,
    receive_time,
    received_recipients,
    received_sender,
    rejected_header,
    retry_defer,
    return_path_on_delivery,
    sender_on_delivery,
    sender_verify_fail,
    size_reject,
    skip_delivery,
    smtp_confirmation,
    smtp_connection,
    smtp_incomplete_transaction,
    smtp_mailauth,
    smtp_no_mail,
    smtp_protocol_error,
    smtp_syntax_error,
    subject,
    tls_certificate_verified,
    tls_cipher,
    tls_peerdn,
    tls_resumption,
    tls_sni,
    unknown_in_list,
};

class SelectorSet {
public:
    SelectorSet();  // Exim's defaults
    [[nodiscard]] bool has(Selector selector) const { return (bits_ >> static_cast<unsigned>(selector)) & 1U; }
    // "+name -name …", "+all", "-all". The Error's text is Exim's:
    // "unknown log_selector setting: +foo", "malformed log_selector setting: + or - expected but found "foo"".
    [[nodiscard]] Status apply(std::string_view setting);

private:
    std::uint64_t bits_;
};

}  // namespace postern
