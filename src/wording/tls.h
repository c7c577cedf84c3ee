// SPDX-License-Identifier: Apache-2.0
// wording/tls.h – what is said about TLS on the way to a server: why there is none, in the words of Exim's smtp
// transport where it has some, and what is wrong with the options. Texts from outside are printable already.
#pragma once

#include <string>
#include <string_view>

namespace postern::wording {

// --- reading the configuration ---
[[nodiscard]] std::string protocol_invalid(std::string_view value, std::string_view transport);
[[nodiscard]] std::string tls_needs_hosts(std::string_view option, std::string_view transport);
[[nodiscard]] std::string tls_key_without_certificate(std::string_view transport);
[[nodiscard]] std::string tls_library_missing_advice(std::string_view why);  // `postern check`

// --- options that cannot be used; what tls_failed() gets ---
[[nodiscard]] std::string tls_option_failed(std::string_view option, std::string_view why);
[[nodiscard]] std::string tls_tainted_path(std::string_view option, std::string_view path);
[[nodiscard]] std::string tls_relative_path(std::string_view option, std::string_view path);
[[nodiscard]] std::string tls_unreadable(std::string_view option, std::string_view path, int code);
[[nodiscard]] std::string tls_unsafe(std::string_view option, std::string_view path, std::string_view where);
[[nodiscard]] std::string tls_unsayable(std::string_view option);
[[nodiscard]] std::string tls_list_undecided(std::string_view option, std::string_view why);

// --- deferrals ---
[[nodiscard]] std::string tls_failed(std::string_view why);
[[nodiscard]] std::string tls_certificate_refused(std::string_view why);
[[nodiscard]] std::string tls_handshake_failed(std::string_view why);
[[nodiscard]] std::string tls_required_not_offered();
[[nodiscard]] std::string tls_required_not_started();
[[nodiscard]] std::string tls_broke(std::string_view why);  // behind the text about a session that ended

// Main log: it goes on without.
[[nodiscard]] std::string delivering_unencrypted(std::string_view failure, std::string_view host);

}  // namespace postern::wording
