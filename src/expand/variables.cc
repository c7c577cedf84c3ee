// SPDX-License-Identifier: Apache-2.0
#include "expand/variables.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/strings.h"
#include "base/time_text.h"
#include "expand/header_values.h"
#include "expand/variable_view.h"
#include "mail/address.h"

namespace postern {
namespace {

constexpr std::int64_t kAclVariable = -1, kRouterVariable = -2, kUnsetText = -3, kUnsetNumber = -4, kUnsetFlag = -5,
                       kUnsetPort = -6;

using Getter = Text (*)(const VariableView&);

struct VariableRow {
    std::string_view name;
    Getter get;
    bool from_outside = false;
};

// --- getters ---

Text number(std::int64_t value) { return std::to_string(value); }

template <auto member>
Text of_message(const VariableView& view) {
    return view.message ? Text(view.message->*member) : Text();
}
template <auto member>
Text number_of_message(const VariableView& view) {
    return number(view.message ? static_cast<std::int64_t>(view.message->*member) : 0);
}
template <auto member>
Text of_address(const VariableView& view) {
    return view.address ? view.address->*member : Text();
}
template <auto member>
Text name_of_address(const VariableView& view) {
    return view.address ? Text(view.address->*member) : Text();
}
template <auto member>
Text of_routing(const VariableView& view) {
    return view.address && view.address->routing ? view.address->routing->*member : Text();
}
template <auto member>
Text of_main(const VariableView& view) {
    return (view.state.main().*member).value;
}

Text domain(const VariableView& view) {
    if (view.address && !view.address->domain.empty()) return view.address->domain;
    return view.state.domain_in_hand.value_or(Text());
}
Text local_user_uid(const VariableView& view) {
    return number(view.address ? view.address->local_user_uid.value_or(~0U) : ~0U);
}
Text local_user_gid(const VariableView& view) {
    return number(view.address ? view.address->local_user_gid.value_or(~0U) : ~0U);
}

Text localhost_number(const VariableView& view) { return number(view.state.main().localhost().value_or(0)); }
Text active_hostname(const VariableView& view) {
    if (view.message && !view.message->active_hostname.empty()) return view.message->active_hostname;
    return view.state.main().primary_hostname.value;
}
Text return_size_limit(const VariableView& view) { return number(view.state.main().bounce_return_size_limit.value); }
Text exim_uid(const VariableView& view) { return number(view.state.main().exim_user.uid.value_or(0)); }
Text exim_gid(const VariableView& view) { return number(view.state.main().exim_group.gid.value_or(0)); }
Text config_file(const VariableView& view) { return view.state.environment.configuration->file; }
Text config_dir(const VariableView& view) { return view.state.environment.configuration->directory; }

Text caller_uid(const VariableView& view) { return number(view.state.environment.caller_uid); }
Text caller_gid(const VariableView& view) { return number(view.state.environment.caller_gid); }
Text initial_cwd(const VariableView& view) { return view.state.environment.initial_cwd; }
Text process_id(const VariableView& view) { return number(view.state.environment.os->pid()); }
Text version(const VariableView& view) { return view.state.environment.version; }
Text compile_date(const VariableView& view) { return view.state.environment.compile_date; }
Text compile_number(const VariableView&) { return "1"; }

// "0.42 …" of /proc/loadavg, times 1000.
Text load_average(const VariableView& view) {
    const auto text = read_file(*view.state.environment.os, AtPath("/proc/loadavg"), 4096);
    if (!text) return "0";
    const std::string_view first = std::string_view(*text).substr(0, text->find(' '));
    const std::size_t dot = std::min(first.find('.'), first.size());
    const std::string digits = std::string(first.substr(0, dot)) +
                               (std::string(first.substr(std::min(dot + 1, first.size()))) + "000").substr(0, 3);
    return number(parse_int(digits).value_or(0));
}

Os::Space space_at(const VariableView& view, std::string path) {
    if (const std::size_t percent = path.find('%'); percent != std::string::npos) path.resize(percent);
    if (path.size() > 1 && path != view.state.main().spool_directory.value)
        path.resize(std::max<std::size_t>(path.rfind('/'), 1));
    return view.state.environment.os->free_space(path).value_or(Os::Space{});
}
Text spool_space(const VariableView& view) {
    return number(space_at(view, view.state.main().spool_directory.value).kilobytes);
}
Text spool_inodes(const VariableView& view) {
    return number(space_at(view, view.state.main().spool_directory.value).inodes);
}
Text log_space(const VariableView& view) {
    return number(space_at(view, view.state.main().log_file_path.value).kilobytes);
}
Text log_inodes(const VariableView& view) {
    return number(space_at(view, view.state.main().log_file_path.value).inodes);
}

Text current_item(const VariableView& view) { return view.state.registers.item; }
Text current_value(const VariableView& view) { return view.state.registers.value; }
Text run_status(const VariableView& view) { return number(view.state.registers.run_status); }

Text return_path(const VariableView& view) { return view.scope.return_path; }
Text inode(const VariableView& view) { return std::to_string(view.scope.inode); }
Text mailstore_basename(const VariableView& view) { return view.scope.mailstore_basename; }
Text event_name(const VariableView& view) { return view.scope.event_name; }
Text event_data(const VariableView& view) { return view.scope.event_data; }

Text interface_port(const VariableView& view) {
    return number(view.message && view.message->interface_port ? view.message->interface_port : -1);
}
Text smtputf8(const VariableView& view) { return view.message && view.message->smtputf8 ? "yes" : "no"; }
Text received_time(const VariableView& view) { return number(view.message ? view.message->received.seconds : 0); }
Text message_age(const VariableView& view) {
    return number(view.message && view.message->received.seconds ? view.now().seconds - view.message->received.seconds
                                                                 : 0);
}
Text received_count(const VariableView& view) {
    if (!view.message) return "0";
    return number(std::ranges::count(view.message->headers, HeaderType::received, &HeaderLine::type));
}
Text recipients_count(const VariableView& view) {
    return std::to_string(view.message ? view.message->recipients.size() : 0);
}
Text message_size(const VariableView& view) {
    if (view.scope.message_size_override) return number(*view.scope.message_size_override);
    return number(view.message && !view.message->headers.empty() ? view.message->size() : 0);
}
Text message_linecount(const VariableView& view) {
    if (view.scope.message_linecount_override) return number(*view.scope.message_linecount_override);
    if (!view.message) return "0";
    std::int64_t lines = view.message->body_linecount;
    for (const HeaderLine& line : view.message->headers) {
        if (line.type != HeaderType::removed) lines += std::ranges::count(line.text, '\n');
    }
    return number(lines);
}

Text body_part(const VariableView& view, bool at_end) {
    if (!view.message || !view.scope.body) return {};
    const MainOptions& main = view.state.main();
    const std::int64_t size = view.message->body_size;
    const std::int64_t count = std::clamp<std::int64_t>(main.message_body_visible.value, 0, size);
    auto bytes = view.scope.body->read(at_end ? size - count : 0, static_cast<std::size_t>(count));
    if (!bytes) return {};
    std::ranges::replace(*bytes, '\0', ' ');
    if (!main.message_body_newlines) std::ranges::replace(*bytes, '\n', ' ');
    return *std::move(bytes);
}
Text message_body(const VariableView& view) { return body_part(view, false); }
Text message_body_end(const VariableView& view) { return body_part(view, true); }

Text message_headers(const VariableView& view) {
    return view.message ? all_headers(view.message->headers, false, view.state.main()) : "";
}
Text message_headers_raw(const VariableView& view) {
    return view.message ? all_headers(view.message->headers, true, view.state.main()) : "";
}
Text reply_address_variable(const VariableView& view) {
    return view.message ? reply_address(view.message->headers) : "";
}

Text sender_domain(const VariableView& view) {
    return view.message ? Text(split_address(view.message->sender).domain) : Text();
}
Text sender_local_part(const VariableView& view) {
    return view.message ? Text(split_address(view.message->sender).local_part) : Text();
}

Text tod_bsdinbox(const VariableView& view) { return bsd_inbox_date(view.now(), view.utc()); }
Text tod_epoch(const VariableView& view) { return number(view.now().seconds); }
Text tod_epoch_l(const VariableView& view) {
    const TimePoint now = view.now();
    return number(now.seconds * 1'000'000 + now.microseconds);
}
Text tod_full(const VariableView& view) { return full_date(view.now(), view.utc()); }
Text tod_log(const VariableView& view) {
    return log_stamp(view.now(), {.utc = view.utc(), .zone = view.state.main().log_timezone});
}
Text tod_logfile(const VariableView& view) { return compact_date(view.now(), view.utc()); }
Text tod_zone(const VariableView& view) { return zone_offset(view.now(), view.utc()); }
Text tod_zulu(const VariableView& view) { return zulu_date(view.now()); }

// --- the names ---

constexpr auto kRows = std::to_array<VariableRow>({
    {"address_data", of_routing<&RoutingData::address_data>},
    {"address_file", of_address<&AddressScope::address_file>},
    {"address_pipe", of_address<&AddressScope::address_pipe>},
    {"authenticated_id", of_message<&Message::auth_id>},
    {"authenticated_sender", of_message<&Message::auth_sender>},
    {"body_linecount", number_of_message<&Message::body_linecount>},
    {"body_zerocount", number_of_message<&Message::body_zerocount>},
    {"bounce_return_size_limit", return_size_limit},
    {"caller_gid", caller_gid},
    {"caller_uid", caller_uid},
    {"compile_date", compile_date},
    {"compile_number", compile_number},
    {"config_dir", config_dir},
    {"config_file", config_file},
    {"domain", domain},
    {"domain_data", of_routing<&RoutingData::domain_data>},
    {"event_data", event_data, true},
    {"event_name", event_name},
    {"exim_gid", exim_gid},
    {"exim_path", of_main<&MainOptions::exim_path>},
    {"exim_uid", exim_uid},
    {"exim_version", version},
    {"home", of_address<&AddressScope::home>},
    {"host", of_address<&AddressScope::host>},
    {"initial_cwd", initial_cwd},
    {"inode", inode},
    {"interface_address", of_message<&Message::interface_address>},
    {"interface_port", interface_port},
    {"item", current_item},
    {"load_average", load_average},
    {"local_part", of_address<&AddressScope::local_part>},
    {"local_part_data", of_routing<&RoutingData::local_part_data>},
    {"local_part_prefix", of_address<&AddressScope::local_part_prefix>},
    {"local_part_prefix_v", of_address<&AddressScope::local_part_prefix_v>},
    {"local_part_suffix", of_address<&AddressScope::local_part_suffix>},
    {"local_part_suffix_v", of_address<&AddressScope::local_part_suffix_v>},
    {"local_user_gid", local_user_gid},
    {"local_user_uid", local_user_uid},
    {"localhost_number", localhost_number},
    {"log_inodes", log_inodes},
    {"log_space", log_space},
    {"mailstore_basename", mailstore_basename},
    {"max_received_linelength", number_of_message<&Message::max_received_linelength>},
    {"message_age", message_age},
    {"message_body", message_body, true},
    {"message_body_end", message_body_end, true},
    {"message_body_size", number_of_message<&Message::body_size>},
    {"message_exim_id", of_message<&Message::id>},
    {"message_headers", message_headers, true},
    {"message_headers_raw", message_headers_raw, true},
    {"message_id", of_message<&Message::id>},
    {"message_linecount", message_linecount},
    {"message_size", message_size},
    {"message_smtputf8", smtputf8},
    {"original_domain", of_address<&AddressScope::original_domain>},
    {"original_local_part", of_address<&AddressScope::original_local_part>},
    {"originator_gid", number_of_message<&Message::gid>},
    {"originator_uid", number_of_message<&Message::uid>},
    {"parent_domain", of_address<&AddressScope::parent_domain>},
    {"parent_local_part", of_address<&AddressScope::parent_local_part>},
    {"pid", process_id},
    {"primary_hostname", of_main<&MainOptions::primary_hostname>},
    {"qualify_domain", of_main<&MainOptions::qualify_domain>},
    {"qualify_recipient", of_main<&MainOptions::qualify_recipient>},
    {"received_count", received_count},
    {"received_ip_address", of_message<&Message::interface_address>},
    {"received_port", interface_port},
    {"received_protocol", of_message<&Message::received_protocol>},
    {"received_time", received_time},
    {"recipients_count", recipients_count},
    {"reply_address", reply_address_variable, true},
    {"return_path", return_path, true},
    {"return_size_limit", return_size_limit},
    {"router_name", name_of_address<&AddressScope::router_name>},
    {"runrc", run_status},
    {"self_hostname", of_address<&AddressScope::self_hostname>},
    {"sender_address", of_message<&Message::sender>, true},
    {"sender_address_domain", sender_domain, true},
    {"sender_address_local_part", sender_local_part, true},
    {"sender_data", of_routing<&RoutingData::sender_data>},
    {"sender_fullhost", sender_fullhost, true},
    {"sender_helo_name", of_message<&Message::helo_name>, true},
    {"sender_host_address", of_message<&Message::host_address>},
    {"sender_host_authenticated", of_message<&Message::host_auth>},
    {"sender_host_name", of_message<&Message::host_name>},
    {"sender_host_port", number_of_message<&Message::host_port>},
    {"sender_ident", of_message<&Message::ident>, true},
    {"sender_rcvhost", sender_rcvhost, true},
    {"smtp_active_hostname", active_hostname},
    {"spool_directory", of_main<&MainOptions::spool_directory>},
    {"spool_inodes", spool_inodes},
    {"spool_space", spool_space},
    {"tod_bsdinbox", tod_bsdinbox},
    {"tod_epoch", tod_epoch},
    {"tod_epoch_l", tod_epoch_l},
    {"tod_full", tod_full},
    {"tod_log", tod_log},
    {"tod_logfile", tod_logfile},
    {"tod_zone", tod_zone},
    {"tod_zulu", tod_zulu},
    {"transport_name", name_of_address<&AddressScope::transport_name>},
    {"value", current_value},
    {"version_number", version},
});
static_assert(std::ranges::is_sorted(kRows, {}, &VariableRow::name));

// Names of what Postern has no use for: SMTP sessions, TLS, scanners. They are known, and unset.
constexpr std::string_view kUnsetTexts[] = {
    "acl_arg1",
    "acl_arg2",
    "acl_arg3",
    "acl_arg4",
    "acl_arg5",
    "acl_arg6",
    "acl_arg7",
    "acl_arg8",
    "acl_arg9",
    "acl_verify_message",
    "auth1",
    "auth2",
    "auth3",
    "auth4",
    "authenticated_fail_id",
    "bounce_recipient",
    "callout_address",
    "csa_status",
    "dkim_algo",
    "dkim_canon_body",
    "dkim_canon_headers",
    "dkim_copiedheaders",
    "dkim_cur_signer",
    "dkim_domain",
    "dkim_headernames",
    "dkim_identity",
    "dkim_key_granularity",
    "dkim_key_notes",
    "dkim_key_srvtype",
    "dkim_selector",
    "dkim_signers",
    "dkim_verify_reason",
    "dkim_verify_status",
    "dnslist_domain",
    "dnslist_matched",
    "dnslist_text",
    "dnslist_value",
    "headers_added",
    "host_address",
    "host_data",
    "ldap_dn",
    "local_scan_data",
    "lookup_dnssec_authenticated",
    "malware_name",
    "mime_anomaly_text",
    "mime_boundary",
    "mime_charset",
    "mime_content_description",
    "mime_content_disposition",
    "mime_content_id",
    "mime_content_transfer_encoding",
    "mime_content_type",
    "mime_decoded_filename",
    "mime_filename",
    "proxy_external_address",
    "proxy_local_address",
    "prvscheck_address",
    "prvscheck_keynum",
    "prvscheck_result",
    "queue_name",
    "queue_size",
    "received_for",
    "recipient_data",
    "recipient_verify_failure",
    "recipients",
    "regex1",
    "regex2",
    "regex3",
    "regex4",
    "regex5",
    "regex6",
    "regex7",
    "regex8",
    "regex9",
    "regex_match_string",
    "sender_address_data",
    "sender_rate",
    "sender_rate_limit",
    "sender_rate_period",
    "sender_verify_failure",
    "sending_ip_address",
    "smtp_command",
    "smtp_command_argument",
    "smtp_command_history",
    "smtp_notquit_reason",
    "spam_action",
    "spam_bar",
    "spam_report",
    "spam_score",
    "spam_score_int",
    "spf_guess",
    "spf_header_comment",
    "spf_received",
    "spf_result",
    "spf_smtp_comment",
    "srs_recipient",
    "thisaddress",
    "tls_cipher",
    "tls_in_cipher",
    "tls_in_cipher_std",
    "tls_in_ourcert",
    "tls_in_peercert",
    "tls_in_peerdn",
    "tls_in_sni",
    "tls_in_ver",
    "tls_out_cipher",
    "tls_out_cipher_std",
    "tls_out_ourcert",
    "tls_out_peercert",
    "tls_out_peerdn",
    "tls_out_sni",
    "tls_out_ver",
    "tls_peerdn",
    "tls_sni",
    "verify_mode",
    "warn_message_delay",
    "warn_message_recipient",
    "warn_message_recipients",
    "warnmsg_delay",
    "warnmsg_recipient",
    "warnmsg_recipients",
};
constexpr std::string_view kUnsetNumbers[] = {
    "acl_narg",
    "authentication_failed",
    "av_failed",
    "dkim_bodylength",
    "dkim_created",
    "dkim_expires",
    "dkim_key_length",
    "dkim_key_nosubdomains",
    "dkim_key_testing",
    "event_defer_errno",
    "host_lookup_deferred",
    "host_lookup_failed",
    "host_port",
    "mime_anomaly_level",
    "mime_content_size",
    "mime_is_coverletter",
    "mime_is_multipart",
    "mime_is_rfc822",
    "proxy_external_port",
    "proxy_local_port",
    "rcpt_count",
    "rcpt_defer_count",
    "rcpt_fail_count",
    "smtp_count_at_connection_start",
    "tls_bits",
    "tls_certificate_verified",
    "tls_in_bits",
    "tls_in_certificate_verified",
    "tls_in_ocsp",
    "tls_in_resumption",
    "tls_out_bits",
    "tls_out_certificate_verified",
    "tls_out_ocsp",
    "tls_out_resumption",
    "tls_out_tlsa_usage",
};
constexpr std::string_view kUnsetFlags[] = {
    "prdr_requested", "proxy_session", "sender_helo_dnssec", "sender_host_dnssec", "spf_result_guessed", "tls_out_dane",
};
constexpr std::string_view kUnsetPorts[] = {
    "mime_part_count",
    "sending_port",
};
static_assert(std::ranges::is_sorted(kUnsetTexts) && std::ranges::is_sorted(kUnsetNumbers) &&
              std::ranges::is_sorted(kUnsetFlags) && std::ranges::is_sorted(kUnsetPorts));

bool is_in(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::binary_search(names, name);
}

// acl_c or acl_m, then a digit, or an underscore and more.
bool is_acl_variable(std::string_view name) {
    if (name.size() < 6 || !(name.starts_with("acl_c") || name.starts_with("acl_m"))) return false;
    return is_digit(name[5]) || name[5] == '_';
}

const StoredVariable* stored_acl_variable(std::string_view name, const Scope& scope) {
    if (!scope.message) return nullptr;
    const auto found = std::ranges::find(scope.message->acl_variables, name.substr(4), &StoredVariable::name);
    return found == scope.message->acl_variables.end() ? nullptr : &*found;
}

Text router_variable(std::string_view name, const Scope& scope) {
    if (!scope.address || !scope.address->routing) return {};
    const auto& variables = scope.address->routing->variables;
    const auto found = variables.find(name);
    return found == variables.end() ? Text() : found->second;
}

}  // namespace

std::optional<std::int64_t> find_variable(std::string_view name) {
    const auto row = std::ranges::lower_bound(kRows, name, {}, &VariableRow::name);
    if (row != kRows.end() && row->name == name) return row - kRows.begin();
    if (is_acl_variable(name)) return kAclVariable;
    if (name.starts_with("r_")) return kRouterVariable;
    if (is_in(kUnsetTexts, name)) return kUnsetText;
    if (is_in(kUnsetNumbers, name)) return kUnsetNumber;
    if (is_in(kUnsetFlags, name)) return kUnsetFlag;
    if (is_in(kUnsetPorts, name)) return kUnsetPort;
    return std::nullopt;
}

bool is_unset_acl_variable(std::int64_t row, std::string_view name, const Scope& scope) {
    return row == kAclVariable && !stored_acl_variable(name, scope);
}

Text variable_value(std::int64_t row, std::string_view name, Expander::State& state, const Scope& scope) {
    if (!scope.extra.empty()) {
        if (const auto extra = scope.extra.find(name); extra != scope.extra.end()) return extra->second;
    }
    switch (row) {
        case kAclVariable: {
            const StoredVariable* stored = stored_acl_variable(name, scope);
            return stored ? Text(stored->value, stored->tainted) : Text();
        }
        case kRouterVariable:
            return router_variable(name, scope);
        case kUnsetText:
            return {};
        case kUnsetNumber:
            return "0";
        case kUnsetFlag:
            return "no";
        case kUnsetPort:
            return "-1";
        default:
            break;
    }
    const VariableRow& known = kRows[static_cast<std::size_t>(row)];
    Text value = known.get({state, scope, scope.message, scope.address});
    if (known.from_outside && !value.empty()) value.tainted = true;
    return value;
}

}  // namespace postern
