// SPDX-License-Identifier: Apache-2.0
#include "wording/tls.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {

std::string protocol_invalid(std::string_view value, std::string_view transport) {
    return fmt::format("protocol \"{}\" is not supported by the {} transport: lmtp or lmtps", value, transport);
}
std::string tls_needs_hosts(std::string_view option, std::string_view transport) {
    return fmt::format("{} is set without hosts for the {} transport", option, transport);
}
std::string tls_key_without_certificate(std::string_view transport) {
    return fmt::format("tls_privatekey is set without tls_certificate for the {} transport", transport);
}
std::string tls_library_missing_advice(std::string_view why) {
    return fmt::format("{}: deliveries to servers that want TLS will be deferred", why);
}

std::string tls_option_failed(std::string_view option, std::string_view why) {
    return fmt::format("{}: {}", option, why);
}
std::string tls_tainted_path(std::string_view option, std::string_view path) {
    return fmt::format("Tainted name '{}' for {} not permitted", path, option);
}
std::string tls_relative_path(std::string_view option, std::string_view path) {
    return fmt::format("{}: not an absolute path: \"{}\"", option, path);
}
std::string tls_unreadable(std::string_view option, std::string_view path, int code) {
    return fmt::format("{}: {}: {}", option, path, errno_text(code));
}
std::string tls_unsafe(std::string_view option, std::string_view path, std::string_view where) {
    return fmt::format("{}: {}: others than its owner can change \"{}\"", option, path, where);
}
std::string tls_unsayable(std::string_view option) { return fmt::format("{} has control characters", option); }
std::string tls_list_undecided(std::string_view option, std::string_view why) {
    return why.empty() ? fmt::format("{} cannot be decided now", option)
                       : fmt::format("{} cannot be decided now: {}", option, why);
}

std::string tls_failed(std::string_view why) { return fmt::format("TLS session: {}", why); }
std::string tls_certificate_refused(std::string_view why) {
    return fmt::format("TLS session: (certificate verification failed): {}", why);
}
std::string tls_handshake_failed(std::string_view why) { return fmt::format("TLS session: (handshake): {}", why); }
std::string tls_required_not_offered() { return "a TLS session is required, but the server did not offer TLS support"; }
std::string tls_required_not_started() { return "a TLS session is required, but an attempt to start TLS failed"; }
std::string tls_broke(std::string_view why) { return fmt::format(" (TLS: {})", why); }

std::string delivering_unencrypted(std::string_view failure, std::string_view host) {
    return fmt::format("{}: delivering unencrypted to H={} (not in hosts_require_tls)", failure, host);
}

}  // namespace postern::wording
