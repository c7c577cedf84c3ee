// SPDX-License-Identifier: Apache-2.0
#include "config/inert_options.h"

#include <algorithm>

#include "base/strings.h"
#include "config/main_options.h"
#include "config/options.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::string_view kAcl = "locally submitted messages would be accepted without running its ACL";
constexpr std::string_view kLocalScan = "messages would be accepted without running the local_scan() function";
constexpr std::string_view kMuaWrapper = "messages that cannot be delivered at once would be queued instead of refused";
constexpr std::string_view kPercentHack = "its addresses would be routed as they are, not as user@domain";
constexpr std::string_view kSystemFilter = "messages would be delivered without running the filter";

// Name, type, the line that -bP shows when the option is unset, and why it may not be ignored.
constexpr InertOption kInertOptions[] = {
    {"accept_8bitmime", InertType::boolean, "accept_8bitmime"},
    {"acl_not_smtp", InertType::text, "acl_not_smtp = ", kAcl, Danger::unless_accept},
    {"acl_not_smtp_mime", InertType::text, "acl_not_smtp_mime = ", kAcl, Danger::unless_accept},
    {"acl_not_smtp_start", InertType::text, "acl_not_smtp_start = ", kAcl, Danger::unless_accept},
    {"acl_smtp_auth", InertType::text, "acl_smtp_auth = "},
    {"acl_smtp_connect", InertType::text, "acl_smtp_connect = "},
    {"acl_smtp_data", InertType::text, "acl_smtp_data = "},
    {"acl_smtp_data_prdr", InertType::text, "acl_smtp_data_prdr = accept"},
    {"acl_smtp_dkim", InertType::text, "acl_smtp_dkim = "},
    {"acl_smtp_etrn", InertType::text, "acl_smtp_etrn = "},
    {"acl_smtp_expn", InertType::text, "acl_smtp_expn = "},
    {"acl_smtp_helo", InertType::text, "acl_smtp_helo = "},
    {"acl_smtp_mail", InertType::text, "acl_smtp_mail = "},
    {"acl_smtp_mailauth", InertType::text, "acl_smtp_mailauth = "},
    {"acl_smtp_mime", InertType::text, "acl_smtp_mime = "},
    {"acl_smtp_notquit", InertType::text, "acl_smtp_notquit = "},
    {"acl_smtp_predata", InertType::text, "acl_smtp_predata = "},
    {"acl_smtp_quit", InertType::text, "acl_smtp_quit = "},
    {"acl_smtp_rcpt", InertType::text, "acl_smtp_rcpt = "},
    {"acl_smtp_starttls", InertType::text, "acl_smtp_starttls = "},
    {"acl_smtp_vrfy", InertType::text, "acl_smtp_vrfy = "},
    {"allow_mx_to_ip", InertType::boolean, "no_allow_mx_to_ip"},
    {"auth_advertise_hosts", InertType::text, "auth_advertise_hosts = *"},
    {"av_scanner", InertType::text, "av_scanner = sophie:/var/run/sophie"},
    {"bi_command", InertType::text, "bi_command = "},
    {"callout_domain_negative_expire", InertType::time, "callout_domain_negative_expire = 3h"},
    {"callout_domain_positive_expire", InertType::time, "callout_domain_positive_expire = 1w"},
    {"callout_negative_expire", InertType::time, "callout_negative_expire = 2h"},
    {"callout_positive_expire", InertType::time, "callout_positive_expire = 1d"},
    {"callout_random_local_part", InertType::text, "callout_random_local_part = $primary_hostname-$tod_epoch-testing"},
    {"chunking_advertise_hosts", InertType::text, "chunking_advertise_hosts = *"},
    {"daemon_smtp_port", InertType::text, ""},
    {"daemon_smtp_ports", InertType::text, "daemon_smtp_ports = smtp"},
    {"daemon_startup_retries", InertType::integer, "daemon_startup_retries = 9"},
    {"daemon_startup_sleep", InertType::time, "daemon_startup_sleep = 30s"},
    {"debug_store", InertType::boolean, "no_debug_store"},
    {"disable_ipv6", InertType::boolean, "no_disable_ipv6"},
    {"dkim_verify_hashes", InertType::text, "dkim_verify_hashes = sha256:sha512"},
    {"dkim_verify_keytypes", InertType::text, "dkim_verify_keytypes = ed25519:rsa"},
    {"dkim_verify_min_keysizes", InertType::text, "dkim_verify_min_keysizes = rsa=1024 ed25519=250"},
    {"dkim_verify_minimal", InertType::boolean, "no_dkim_verify_minimal"},
    {"dkim_verify_signers", InertType::text, "dkim_verify_signers = $dkim_signers"},
    {"dns_again_means_nonexist", InertType::text, "dns_again_means_nonexist = "},
    {"dns_check_names_pattern", InertType::text,
     "dns_check_names_pattern = (?i)^(?>(?(1)\\.|())[^\\W](?>[a-z0-9/_-]*[^\\W])?)+(\\.?)$"},
    {"dns_cname_loops", InertType::integer, "dns_cname_loops = 1"},
    {"dns_csa_search_limit", InertType::integer, "dns_csa_search_limit = 5"},
    {"dns_csa_use_reverse", InertType::boolean, "dns_csa_use_reverse"},
    {"dns_dnssec_ok", InertType::integer, "dns_dnssec_ok = -1"},
    {"dns_ipv4_lookup", InertType::text, "dns_ipv4_lookup = "},
    {"dns_retrans", InertType::time, "dns_retrans = 0s"},
    {"dns_retry", InertType::integer, "dns_retry = 0"},
    {"dns_trust_aa", InertType::text, "dns_trust_aa = "},
    {"dns_use_edns0", InertType::integer, "dns_use_edns0 = -1"},
    {"dsn_advertise_hosts", InertType::text, "dsn_advertise_hosts = "},
    {"exim_version", InertType::text, "exim_version = 4.96"},
    {"extra_local_interfaces", InertType::text, "extra_local_interfaces = "},
    {"gnutls_allow_auto_pkcs11", InertType::boolean, "no_gnutls_allow_auto_pkcs11"},
    {"gnutls_compat_mode", InertType::boolean, "no_gnutls_compat_mode"},
    {"helo_accept_junk_hosts", InertType::text, "helo_accept_junk_hosts = "},
    {"helo_allow_chars", InertType::text, "helo_allow_chars = "},
    {"helo_lookup_domains", InertType::text, "helo_lookup_domains = @ : @[]"},
    {"helo_try_verify_hosts", InertType::text, "helo_try_verify_hosts = "},
    {"helo_verify_hosts", InertType::text, "helo_verify_hosts = "},
    {"host_lookup", InertType::text, "host_lookup = "},
    {"host_lookup_order", InertType::text, "host_lookup_order = bydns:byaddr"},
    {"host_reject_connection", InertType::text, "host_reject_connection = "},
    {"hosts_connection_nolog", InertType::text, "hosts_connection_nolog = "},
    {"hosts_proxy", InertType::text, "hosts_proxy = "},
    {"hosts_require_alpn", InertType::text, "hosts_require_alpn = "},
    {"hosts_require_helo", InertType::text, "hosts_require_helo = *"},
    {"hosts_treat_as_local", InertType::text, "hosts_treat_as_local = "},
    {"ignore_fromline_hosts", InertType::text, "ignore_fromline_hosts = "},
    {"ldap_ca_cert_dir", InertType::text, "ldap_ca_cert_dir = "},
    {"ldap_ca_cert_file", InertType::text, "ldap_ca_cert_file = "},
    {"ldap_cert_file", InertType::text, "ldap_cert_file = "},
    {"ldap_cert_key", InertType::text, "ldap_cert_key = "},
    {"ldap_cipher_suite", InertType::text, "ldap_cipher_suite = "},
    {"ldap_default_servers", InertType::text, "ldap_default_servers = "},
    {"ldap_require_cert", InertType::text, "ldap_require_cert = "},
    {"ldap_start_tls", InertType::boolean, "no_ldap_start_tls"},
    {"ldap_version", InertType::integer, "ldap_version = -1"},
    {"local_interfaces", InertType::text, "local_interfaces = <; ::0 ; 0.0.0.0"},
    {"local_scan_path", InertType::text, "local_scan_path = ", kLocalScan},
    {"local_scan_timeout", InertType::time, "local_scan_timeout = 5m"},
    {"move_frozen_messages", InertType::boolean, "no_move_frozen_messages"},
    {"mua_wrapper", InertType::boolean, "no_mua_wrapper", kMuaWrapper},
    {"mysql_servers", InertType::text, "mysql_servers = "},
    {"notifier_socket", InertType::text, "notifier_socket = $spool_directory/exim_daemon_notify"},
    {"openssl_options", InertType::text, "openssl_options = "},
    {"percent_hack_domains", InertType::text, "percent_hack_domains = ", kPercentHack},
    {"perl_at_start", InertType::boolean, "no_perl_at_start"},
    {"perl_startup", InertType::text, "perl_startup = "},
    {"perl_taintmode", InertType::boolean, "no_perl_taintmode"},
    {"pgsql_servers", InertType::text, "pgsql_servers = "},
    {"pipelining_advertise_hosts", InertType::text, "pipelining_advertise_hosts = *"},
    {"pipelining_connect_advertise_hosts", InertType::text, "pipelining_connect_advertise_hosts = *"},
    {"prdr_enable", InertType::boolean, "no_prdr_enable"},
    {"proxy_protocol_timeout", InertType::time, "proxy_protocol_timeout = 3s"},
    {"recipient_unqualified_hosts", InertType::text, "recipient_unqualified_hosts = "},
    {"rfc1413_hosts", InertType::text, "rfc1413_hosts = @[]"},
    {"rfc1413_query_timeout", InertType::time, "rfc1413_query_timeout = 0s"},
    {"sender_unqualified_hosts", InertType::text, "sender_unqualified_hosts = "},
    {"slow_lookup_log", InertType::integer, "slow_lookup_log = 0"},
    {"smtp_accept_keepalive", InertType::boolean, "smtp_accept_keepalive"},
    {"smtp_accept_max", InertType::integer, "smtp_accept_max = 20"},
    {"smtp_accept_max_nonmail", InertType::integer, "smtp_accept_max_nonmail = 10"},
    {"smtp_accept_max_nonmail_hosts", InertType::text, "smtp_accept_max_nonmail_hosts = *"},
    {"smtp_accept_max_per_connection", InertType::integer, "smtp_accept_max_per_connection = 1000"},
    {"smtp_accept_max_per_host", InertType::text, "smtp_accept_max_per_host = "},
    {"smtp_accept_queue", InertType::integer, "smtp_accept_queue = 0"},
    {"smtp_accept_queue_per_connection", InertType::integer, "smtp_accept_queue_per_connection = 10"},
    {"smtp_accept_reserve", InertType::integer, "smtp_accept_reserve = 0"},
    {"smtp_active_hostname", InertType::text, "smtp_active_hostname = "},
    {"smtp_backlog_monitor", InertType::integer, "smtp_backlog_monitor = 0"},
    {"smtp_banner", InertType::text, "smtp_banner = $smtp_active_hostname ESMTP Exim $version_number $tod_full"},
    {"smtp_check_spool_space", InertType::boolean, "smtp_check_spool_space"},
    {"smtp_connect_backlog", InertType::integer, "smtp_connect_backlog = 20"},
    {"smtp_enforce_sync", InertType::boolean, "smtp_enforce_sync"},
    {"smtp_etrn_command", InertType::text, "smtp_etrn_command = "},
    {"smtp_etrn_serialize", InertType::boolean, "smtp_etrn_serialize"},
    {"smtp_load_reserve", InertType::fixed_point, "smtp_load_reserve ="},
    {"smtp_max_synprot_errors", InertType::integer, "smtp_max_synprot_errors = 3"},
    {"smtp_max_unknown_commands", InertType::integer, "smtp_max_unknown_commands = 3"},
    {"smtp_ratelimit_hosts", InertType::text, "smtp_ratelimit_hosts = "},
    {"smtp_ratelimit_mail", InertType::text, "smtp_ratelimit_mail = "},
    {"smtp_ratelimit_rcpt", InertType::text, "smtp_ratelimit_rcpt = "},
    {"smtp_receive_timeout", InertType::expandable_time, "smtp_receive_timeout = 5m"},
    {"smtp_reserve_hosts", InertType::text, "smtp_reserve_hosts = "},
    {"smtp_return_error_details", InertType::boolean, "no_smtp_return_error_details"},
    {"smtputf8_advertise_hosts", InertType::text, "smtputf8_advertise_hosts = *"},
    {"spamd_address", InertType::text, "spamd_address = 127.0.0.1 783"},
    {"spf_guess", InertType::text, "spf_guess = v=spf1 a/24 mx/24 ptr ?all"},
    {"spf_smtp_comment_template", InertType::text,
     "spf_smtp_comment_template = Please%_see%_http://www.open-spf.org/Why"},
    {"system_filter", InertType::text, "system_filter = ", kSystemFilter},
    {"system_filter_directory_transport", InertType::text, "system_filter_directory_transport = "},
    {"system_filter_file_transport", InertType::text, "system_filter_file_transport = "},
    {"system_filter_group", InertType::group, "system_filter_group = "},
    {"system_filter_pipe_transport", InertType::text, "system_filter_pipe_transport = "},
    {"system_filter_reply_transport", InertType::text, "system_filter_reply_transport = "},
    {"system_filter_user", InertType::user, "system_filter_user = "},
    {"tcp_nodelay", InertType::boolean, "tcp_nodelay"},
    {"tls_advertise_hosts", InertType::text, "tls_advertise_hosts = *"},
    {"tls_alpn", InertType::text, "tls_alpn = smtp:esmtp"},
    {"tls_certificate", InertType::text, "tls_certificate = "},
    {"tls_crl", InertType::text, "tls_crl = "},
    {"tls_dh_max_bits", InertType::integer, "tls_dh_max_bits = 2236"},
    {"tls_dhparam", InertType::text, "tls_dhparam = "},
    {"tls_eccurve", InertType::text, "tls_eccurve = auto"},
    {"tls_ocsp_file", InertType::text, "tls_ocsp_file = "},
    {"tls_on_connect_ports", InertType::text, "tls_on_connect_ports = "},
    {"tls_privatekey", InertType::text, "tls_privatekey = "},
    {"tls_remember_esmtp", InertType::boolean, "no_tls_remember_esmtp"},
    {"tls_require_ciphers", InertType::text, "tls_require_ciphers = "},
    {"tls_resumption_hosts", InertType::text, "tls_resumption_hosts = "},
    {"tls_try_verify_hosts", InertType::text, "tls_try_verify_hosts = "},
    {"tls_verify_certificates", InertType::text, "tls_verify_certificates = system"},
    {"tls_verify_hosts", InertType::text, "tls_verify_hosts = "},
};

consteval bool sorted_inert() {
    for (std::size_t i = 1; i < std::size(kInertOptions); ++i)
        if (!(kInertOptions[i - 1].name < kInertOptions[i].name)) return false;
    return true;
}
static_assert(sorted_inert());

// Parses by type, throws the value away and keeps its printed form. `text` is set for texts.
template <class Value>
bool parse_as(ValueReader& reader, std::string_view name, std::string& printed, Value value = {}) {
    if (!parse_into(reader, value)) return false;
    printed = print_value(name, value);
    return true;
}

bool parse_by_type(ValueReader& reader, const InertOption& option, std::string& printed) {
    switch (option.type) {
        case InertType::boolean:
            return parse_as<bool>(reader, option.name, printed);
        case InertType::text:
            return parse_as<PlainString>(reader, option.name, printed);
        case InertType::integer:
            return parse_as<Integer>(reader, option.name, printed);
        case InertType::fixed_point:
            return parse_as<FixedPoint>(reader, option.name, printed);
        case InertType::time:
            return parse_as<Interval>(reader, option.name, printed);
        case InertType::expandable_time:
            return parse_as<ExpandableInterval>(reader, option.name, printed);
        case InertType::user:
            return parse_as<UserOption>(reader, option.name, printed);
        case InertType::group:
            return parse_as<GroupOption>(reader, option.name, printed);
    }
    return false;
}

bool is_harmless(const InertOption& option, std::string_view printed) {
    if (option.type == InertType::boolean) return printed != option.name;
    const std::string_view value = trim(printed.substr(option.name.size() + 2));
    return value.empty() || (option.danger == Danger::unless_accept && value == "accept");
}

}  // namespace

std::span<const InertOption> inert_options() { return kInertOptions; }

const InertOption* find_inert_option(std::string_view name) {
    const auto* found = std::lower_bound(std::begin(kInertOptions), std::end(kInertOptions), name,
                                         [](const InertOption& row, std::string_view n) { return row.name < n; });
    return found != std::end(kInertOptions) && found->name == name ? found : nullptr;
}

bool parse_inert(ValueReader& reader, const InertOption& option, std::string& printed) {
    if (!parse_by_type(reader, option, printed)) return false;
    if (option.why_not.empty() || is_harmless(option, printed)) return true;
    return reader.fail(wording::option_not_supported(option.name, option.why_not));
}

}  // namespace postern
