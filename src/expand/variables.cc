// SPDX-License-Identifier: Apache-2.0
#include "expand/variables.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "base/time_text.h"
#include "expand/header_values.h"
#include "expand/variable_view.h"
#include "mail/address.h"

namespace postern {
namespace {

constexpr std::int64_t kAclVariable = -1, kRouterVariable = -2;

using Getter = Text (*)(const VariableView&);

struct VariableRow {
    std::string_view name;
    Getter get;
    bool from_outside = false;
};

// --- getters ---

Text number(std::int64_t value) { return std::to_string(value); }
Text empty(const VariableView&) { return {}; }
Text zero(const VariableView&) { return "0"; }
Text minus_one(const VariableView&) { return "-1"; }
Text no(const VariableView&) { return "no"; }

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
Text local_user_uid(const VariableView& view) { return number(view.address ? view.address->local_user_uid.value_or(~0U) : ~0U); }
Text local_user_gid(const VariableView& view) { return number(view.address ? view.address->local_user_gid.value_or(~0U) : ~0U); }

Text localhost_number(const VariableView& view) {
    return number(view.state.main().localhost().value_or(0));
}
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
    const std::string digits = std::string(first.substr(0, dot)) + (std::string(first.substr(std::min(dot + 1, first.size()))) + "000").substr(0, 3);
    return number(parse_int(digits).value_or(0));
}

Os::Space space_at(const VariableView& view, std::string path) {
    if (const std::size_t percent = path.find('%'); percent != std::string::npos) path.resize(percent);
    if (path.size() > 1 && path != view.state.main().spool_directory.value) path.resize(std::max<std::size_t>(path.rfind('/'), 1));
    return view.state.environment.os->free_space(path).value_or(Os::Space{});
}
Text spool_space(const VariableView& view) { return number(space_at(view, view.state.main().spool_directory.value).kilobytes); }
Text spool_inodes(const VariableView& view) { return number(space_at(view, view.state.main().spool_directory.value).inodes); }
Text log_space(const VariableView& view) { return number(space_at(view, view.state.main().log_file_path.value).kilobytes); }
Text log_inodes(const VariableView& view) { return number(space_at(view, view.state.main().log_file_path.value).inodes); }

Text current_item(const VariableView& view) { return view.state.registers.item; }
Text current_value(const VariableView& view) { return view.state.registers.value; }
Text run_status(const VariableView& view) { return number(view.state.registers.run_status); }

Text return_path(const VariableView& view) { return view.scope.return_path; }
Text inode(const VariableView& view) { return std::to_string(view.scope.inode); }
Text mailstore_basename(const VariableView& view) { return view.scope.mailstore_basename; }
Text event_name(const VariableView& view) { return view.scope.event_name; }
Text event_data(const VariableView& view) { return view.scope.event_data; }

Text interface_port(const VariableView& view) { return number(view.message && view.message->interface_port ? view.message->interface_port : -1); }
Text smtputf8(const VariableView& view) { return view.message && view.message->smtputf8 ? "yes" : "no"; }
Text received_time(const VariableView& view) { return number(view.message ? view.message->received.seconds : 0); }
Text message_age(const VariableView& view) {
    return number(view.message && view.message->received.seconds ? view.now().seconds - view.message->received.seconds : 0);
}
Text received_count(const VariableView& view) {
    if (!view.message) return "0";
    return number(std::ranges::count(view.message->headers, HeaderType::received, &HeaderLine::type));
}
Text recipients_count(const VariableView& view) { return std::to_string(view.message ? view.message->recipients.size() : 0); }
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

Text message_headers(const VariableView& view) { return view.message ? all_headers(view.message->headers, false, view.state.main()) : ""; }
Text message_headers_raw(const VariableView& view) { return view.message ? all_headers(view.message->headers, true, view.state.main()) : ""; }
Text reply_address_variable(const VariableView& view) { return view.message ? reply_address(view.message->headers) : ""; }

Text sender_domain(const VariableView& view) { return view.message ? Text(split_address(view.message->sender).domain) : Text(); }
Text sender_local_part(const VariableView& view) { return view.message ? Text(split_address(view.message->sender).local_part) : Text(); }

Text tod_bsdinbox(const VariableView& view) { return bsd_inbox_date(view.now(), view.utc()); }
Text tod_epoch(const VariableView& view) { return number(view.now().seconds); }
Text tod_epoch_l(const VariableView& view) {
    const TimePoint now = view.now();
    return number(now.seconds * 1'000'000 + now.microseconds);
}
Text tod_full(const VariableView& view) { return full_date(view.now(), view.utc()); }
Text tod_log(const VariableView& view) { return log_stamp(view.now(), {.utc = view.utc(), .zone = view.state.main().log_timezone}); }
Text tod_logfile(const VariableView& view) { return compact_date(view.now(), view.utc()); }
Text tod_zone(const VariableView& view) { return zone_offset(view.now(), view.utc()); }
Text tod_zulu(const VariableView& view) { return zulu_date(view.now()); }

// --- the names ---

constexpr auto kRows = std::to_array<VariableRow>({
    {"acl_arg1", empty},
    {"acl_arg2", empty},
    {"acl_arg3", empty},
    {"acl_arg4", empty},
    {"acl_arg5", empty},
    {"acl_arg6", empty},
    {"acl_arg7", empty},
    {"acl_arg8", empty},
    {"acl_arg9", empty},
    {"acl_narg", zero},
    {"acl_verify_message", empty},
    {"address_data", of_routing<&RoutingData::address_data>},
    {"address_file", of_address<&AddressScope::address_file>},
    {"address_pipe", of_address<&AddressScope::address_pipe>},
    {"auth1", empty},
    {"auth2", empty},
    {"auth3", empty},
    {"auth4", empty},
    {"authenticated_fail_id", empty},
    {"authenticated_id", of_message<&Message::auth_id>},
    {"authenticated_sender", of_message<&Message::auth_sender>},
    {"authentication_failed", zero},
    {"av_failed", zero},
    {"body_linecount", number_of_message<&Message::body_linecount>},
    {"body_zerocount", number_of_message<&Message::body_zerocount>},
    {"bounce_recipient", empty},
    {"bounce_return_size_limit", return_size_limit},
    {"caller_gid", caller_gid},
    {"caller_uid", caller_uid},
    {"callout_address", empty},
    {"compile_date", compile_date},
    {"compile_number", compile_number},
    {"config_dir", config_dir},
    {"config_file", config_file},
    {"csa_status", empty},
    {"dkim_algo", empty},
    {"dkim_bodylength", zero},
    {"dkim_canon_body", empty},
    {"dkim_canon_headers", empty},
    {"dkim_copiedheaders", empty},
    {"dkim_created", zero},
    {"dkim_cur_signer", empty},
    {"dkim_domain", empty},
    {"dkim_expires", zero},
    {"dkim_headernames", empty},
    {"dkim_identity", empty},
    {"dkim_key_granularity", empty},
    {"dkim_key_length", zero},
    {"dkim_key_nosubdomains", zero},
    {"dkim_key_notes", empty},
    {"dkim_key_srvtype", empty},
    {"dkim_key_testing", zero},
    {"dkim_selector", empty},
    {"dkim_signers", empty},
    {"dkim_verify_reason", empty},
    {"dkim_verify_status", empty},
    {"dnslist_domain", empty},
    {"dnslist_matched", empty},
    {"dnslist_text", empty},
    {"dnslist_value", empty},
    {"domain", domain},
    {"domain_data", of_routing<&RoutingData::domain_data>},
    {"event_data", event_data, true},
    {"event_defer_errno", zero},
    {"event_name", event_name},
    {"exim_gid", exim_gid},
    {"exim_path", of_main<&MainOptions::exim_path>},
    {"exim_uid", exim_uid},
    {"exim_version", version},
    {"headers_added", empty},
    {"home", of_address<&AddressScope::home>},
    {"host", of_address<&AddressScope::host>},
    {"host_address", empty},
    {"host_data", empty},
    {"host_lookup_deferred", zero},
    {"host_lookup_failed", zero},
    {"host_port", zero},
    {"initial_cwd", initial_cwd},
    {"inode", inode},
    {"interface_address", of_message<&Message::interface_address>},
    {"interface_port", interface_port},
    {"item", current_item},
    {"ldap_dn", empty},
    {"load_average", load_average},
    {"local_part", of_address<&AddressScope::local_part>},
    {"local_part_data", of_routing<&RoutingData::local_part_data>},
    {"local_part_prefix", of_address<&AddressScope::local_part_prefix>},
    {"local_part_prefix_v", of_address<&AddressScope::local_part_prefix_v>},
    {"local_part_suffix", of_address<&AddressScope::local_part_suffix>},
    {"local_part_suffix_v", of_address<&AddressScope::local_part_suffix_v>},
    {"local_scan_data", empty},
    {"local_user_gid", local_user_gid},
    {"local_user_uid", local_user_uid},
    {"localhost_number", localhost_number},
    {"log_inodes", log_inodes},
    {"log_space", log_space},
    {"lookup_dnssec_authenticated", empty},
    {"mailstore_basename", mailstore_basename},
    {"malware_name", empty},
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
    {"mime_anomaly_level", zero},
    {"mime_anomaly_text", empty},
    {"mime_boundary", empty},
    {"mime_charset", empty},
    {"mime_content_description", empty},
    {"mime_content_disposition", empty},
    {"mime_content_id", empty},
    {"mime_content_size", zero},
    {"mime_content_transfer_encoding", empty},
    {"mime_content_type", empty},
    {"mime_decoded_filename", empty},
    {"mime_filename", empty},
    {"mime_is_coverletter", zero},
    {"mime_is_multipart", zero},
    {"mime_is_rfc822", zero},
    {"mime_part_count", minus_one},
    {"original_domain", of_address<&AddressScope::original_domain>},
    {"original_local_part", of_address<&AddressScope::original_local_part>},
    {"originator_gid", number_of_message<&Message::gid>},
    {"originator_uid", number_of_message<&Message::uid>},
    {"parent_domain", of_address<&AddressScope::parent_domain>},
    {"parent_local_part", of_address<&AddressScope::parent_local_part>},
    {"pid", process_id},
    {"prdr_requested", no},
    {"primary_hostname", of_main<&MainOptions::primary_hostname>},
    {"proxy_external_address", empty},
    {"proxy_external_port", zero},
    {"proxy_local_address", empty},
    {"proxy_local_port", zero},
    {"proxy_session", no},
    {"prvscheck_address", empty},
    {"prvscheck_keynum", empty},
    {"prvscheck_result", empty},
    {"qualify_domain", of_main<&MainOptions::qualify_domain>},
    {"qualify_recipient", of_main<&MainOptions::qualify_recipient>},
    {"queue_name", empty},
    {"queue_size", empty},
    {"rcpt_count", zero},
    {"rcpt_defer_count", zero},
    {"rcpt_fail_count", zero},
    {"received_count", received_count},
    {"received_for", empty},
    {"received_ip_address", of_message<&Message::interface_address>},
    {"received_port", interface_port},
    {"received_protocol", of_message<&Message::received_protocol>},
    {"received_time", received_time},
    {"recipient_data", empty},
    {"recipient_verify_failure", empty},
    {"recipients", empty},
    {"recipients_count", recipients_count},
    {"regex1", empty},
    {"regex2", empty},
    {"regex3", empty},
    {"regex4", empty},
    {"regex5", empty},
    {"regex6", empty},
    {"regex7", empty},
    {"regex8", empty},
    {"regex9", empty},
    {"regex_match_string", empty},
    {"reply_address", reply_address_variable, true},
    {"return_path", return_path, true},
    {"return_size_limit", return_size_limit},
    {"router_name", name_of_address<&AddressScope::router_name>},
    {"runrc", run_status},
    {"self_hostname", of_address<&AddressScope::self_hostname>},
    {"sender_address", of_message<&Message::sender>, true},
    {"sender_address_data", empty},
    {"sender_address_domain", sender_domain, true},
    {"sender_address_local_part", sender_local_part, true},
    {"sender_data", of_routing<&RoutingData::sender_data>},
    {"sender_fullhost", sender_fullhost, true},
    {"sender_helo_dnssec", no},
    {"sender_helo_name", of_message<&Message::helo_name>, true},
    {"sender_host_address", of_message<&Message::host_address>},
    {"sender_host_authenticated", of_message<&Message::host_auth>},
    {"sender_host_dnssec", no},
    {"sender_host_name", of_message<&Message::host_name>},
    {"sender_host_port", number_of_message<&Message::host_port>},
    {"sender_ident", of_message<&Message::ident>, true},
    {"sender_rate", empty},
    {"sender_rate_limit", empty},
    {"sender_rate_period", empty},
    {"sender_rcvhost", sender_rcvhost, true},
    {"sender_verify_failure", empty},
    {"sending_ip_address", empty},
    {"sending_port", minus_one},
    {"smtp_active_hostname", active_hostname},
    {"smtp_command", empty},
    {"smtp_command_argument", empty},
    {"smtp_command_history", empty},
    {"smtp_count_at_connection_start", zero},
    {"smtp_notquit_reason", empty},
    {"spam_action", empty},
    {"spam_bar", empty},
    {"spam_report", empty},
    {"spam_score", empty},
    {"spam_score_int", empty},
    {"spf_guess", empty},
    {"spf_header_comment", empty},
    {"spf_received", empty},
    {"spf_result", empty},
    {"spf_result_guessed", no},
    {"spf_smtp_comment", empty},
    {"spool_directory", of_main<&MainOptions::spool_directory>},
    {"spool_inodes", spool_inodes},
    {"spool_space", spool_space},
    {"srs_recipient", empty},
    {"thisaddress", empty},
    {"tls_bits", zero},
    {"tls_certificate_verified", zero},
    {"tls_cipher", empty},
    {"tls_in_bits", zero},
    {"tls_in_certificate_verified", zero},
    {"tls_in_cipher", empty},
    {"tls_in_cipher_std", empty},
    {"tls_in_ocsp", zero},
    {"tls_in_ourcert", empty},
    {"tls_in_peercert", empty},
    {"tls_in_peerdn", empty},
    {"tls_in_resumption", zero},
    {"tls_in_sni", empty},
    {"tls_in_ver", empty},
    {"tls_out_bits", zero},
    {"tls_out_certificate_verified", zero},
    {"tls_out_cipher", empty},
    {"tls_out_cipher_std", empty},
    {"tls_out_dane", no},
    {"tls_out_ocsp", zero},
    {"tls_out_ourcert", empty},
    {"tls_out_peercert", empty},
    {"tls_out_peerdn", empty},
    {"tls_out_resumption", zero},
    {"tls_out_sni", empty},
    {"tls_out_tlsa_usage", zero},
    {"tls_out_ver", empty},
    {"tls_peerdn", empty},
    {"tls_sni", empty},
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
    {"verify_mode", empty},
    {"version_number", version},
    {"warn_message_delay", empty},
    {"warn_message_recipient", empty},
    {"warn_message_recipients", empty},
    {"warnmsg_delay", empty},
    {"warnmsg_recipient", empty},
    {"warnmsg_recipients", empty},
});
static_assert(std::ranges::is_sorted(kRows, {}, &VariableRow::name));

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

}  // namespace

std::optional<std::int64_t> find_variable(std::string_view name) {
    const auto row = std::ranges::lower_bound(kRows, name, {}, &VariableRow::name);
    if (row != kRows.end() && row->name == name) return row - kRows.begin();
    if (is_acl_variable(name)) return kAclVariable;
    if (name.starts_with("r_")) return kRouterVariable;
    return std::nullopt;
}

bool is_unset_acl_variable(std::int64_t row, std::string_view name, const Scope& scope) {
    return row == kAclVariable && !stored_acl_variable(name, scope);
}

Text variable_value(std::int64_t row, std::string_view name, Expander::State& state, const Scope& scope) {
    if (!scope.extra.empty()) {
        if (const auto extra = scope.extra.find(name); extra != scope.extra.end()) return extra->second;
    }
    if (row == kAclVariable) {
        const StoredVariable* stored = stored_acl_variable(name, scope);
        return stored ? Text(stored->value, stored->tainted) : Text();
    }
    if (row == kRouterVariable) {
        if (!scope.address || !scope.address->routing) return {};
        const auto& variables = scope.address->routing->variables;
        const auto found = variables.find(name);
        return found == variables.end() ? Text() : found->second;
    }
    const VariableRow& known = kRows[static_cast<std::size_t>(row)];
    Text value = known.get({state, scope, scope.message, scope.address});
    if (known.from_outside && !value.empty()) value.tainted = true;
    return value;
}

}  // namespace postern
