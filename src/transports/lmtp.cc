// SPDX-License-Identifier: Apache-2.0
// The record of the lmtp driver: its options, and what is checked when the configuration is read (spec lmtp.md §1). The
// delivery itself is in lmtp_run.cc.
#include "wording/lmtp.h"
#include "transports/lmtp_run.h"
#include "wording/appendfile.h"
#include "wording/tls.h"

namespace postern {
namespace {

using O = LmtpOptions;
using Error = DriverDescription::InitError;
using Frame = Error::Frame;

constexpr OptionRow kRows[] = {
    opt<&O::batch_id>("batch_id"),
    opt<&O::batch_max>("batch_max"),
    opt<&O::command>("command"),
    opt<&O::connect_timeout>("connect_timeout"),
    opt<&O::hosts>("hosts"),
    own_opt<&O::hosts_avoid_tls>("hosts_avoid_tls"),
    own_opt<&O::hosts_require_tls>("hosts_require_tls"),
    opt<&O::ignore_quota>("ignore_quota"),
    opt<&O::port>("port"),
    own_opt<&O::protocol>("protocol"),
    opt<&O::session_timeout>("session_timeout"),
    opt<&O::socket>("socket"),
    opt<&O::timeout>("timeout"),
    own_opt<&O::tls_certificate>("tls_certificate"),
    own_opt<&O::tls_crl>("tls_crl"),
    own_opt<&O::tls_privatekey>("tls_privatekey"),
    own_opt<&O::tls_require_ciphers>("tls_require_ciphers"),
    own_opt<&O::tls_sni>("tls_sni"),
    own_opt<&O::tls_tempfail_tryclear>("tls_tempfail_tryclear"),
    own_opt<&O::tls_try_verify_hosts>("tls_try_verify_hosts"),
    own_opt<&O::tls_verify_cert_hostnames>("tls_verify_cert_hostnames"),
    own_opt<&O::tls_verify_certificates>("tls_verify_certificates"),
    own_opt<&O::tls_verify_hosts>("tls_verify_hosts"),
};
static_assert(sorted_and_unique(kRows));

// What would not be as safe as the administrator thinks.
std::string tls_problem(const std::string& transport, const O& options) {
    if (options.protocol.value != "lmtp" && options.protocol.value != "lmtps")
        return wording::protocol_invalid(options.protocol.value, transport);
    if (options.tls_privatekey && !options.tls_certificate) return wording::tls_key_without_certificate(transport);
    if (options.hosts) return {};
    if (options.protocol.value == "lmtps") return wording::tls_needs_hosts("protocol = lmtps", transport);
    if (options.hosts_require_tls) return wording::tls_needs_hosts("hosts_require_tls", transport);
    if (options.tls_certificate) return wording::tls_needs_hosts("tls_certificate", transport);
    return {};
}

Error init(const TransportInstance& instance) {
    const O& options = *static_cast<const O*>(instance.private_options.get());
    const int servers = (options.command ? 1 : 0) + (options.socket ? 1 : 0) + (options.hosts ? 1 : 0);
    if (servers != 1) return {Frame::general, wording::one_of_command_or_socket(instance.name)};
    if (std::string problem = tls_problem(instance.name, options); !problem.empty())
        return {Frame::general, std::move(problem)};
    if (instance.options.user.uid && !instance.options.group.set())
        return {Frame::general, wording::user_set_without_group(instance.name)};
    return {};
}

std::string advise(const TransportInstance& instance) {
    const O& options = *static_cast<const O*>(instance.private_options.get());
    if (options.hosts) {
        if (const Status there = tls_is_available(); !there)
            return wording::tls_library_missing_advice(there.error().text);
    }
    return options.batch_max.value > 1 ? std::string() : wording::lmtp_batch_advice();
}

constexpr TransportDriver make_driver() {
    TransportDriver driver = transport_driver_of<Lmtp>("lmtp", kRows, init);
    driver.description.advise_transport = advise;
    return driver;
}

}  // namespace

extern const TransportDriver lmtp_driver;
constexpr TransportDriver lmtp_driver = make_driver();

}  // namespace postern
