// SPDX-License-Identifier: Apache-2.0
#include "wording/tls.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern::wording {
namespace {

// The deferrals are exim4's, but for what its TLS library says.
TEST(TlsWording, Texts) {
    EXPECT_EQ(tls_certificate_refused("certificate has expired"),
              "TLS session: (certificate verification failed): certificate has expired");
    EXPECT_EQ(tls_handshake_failed("wrong version number"), "TLS session: (handshake): wrong version number");
    EXPECT_EQ(tls_required_not_offered(), "a TLS session is required, but the server did not offer TLS support");
    EXPECT_EQ(tls_required_not_started(), "a TLS session is required, but an attempt to start TLS failed");
    EXPECT_EQ(delivering_unencrypted("TLS session: (handshake): x", "mx [10.0.0.1]"),
              "TLS session: (handshake): x: delivering unencrypted to H=mx [10.0.0.1] (not in hosts_require_tls)");
    EXPECT_EQ(tls_failed(tls_unreadable("tls_crl", "/x", ENOENT)),
              "TLS session: tls_crl: /x: No such file or directory");
    EXPECT_EQ(tls_unsafe("tls_privatekey", "/home/joe/key", "joe"),
              "tls_privatekey: /home/joe/key: others than its owner can change \"joe\"");
    EXPECT_EQ(tls_list_undecided("hosts_avoid_tls", ""), "hosts_avoid_tls cannot be decided now");
    EXPECT_EQ(tls_list_undecided("hosts_avoid_tls", "x"), "hosts_avoid_tls cannot be decided now: x");
    EXPECT_EQ(protocol_invalid("smtp", "t1"), "protocol \"smtp\" is not supported by the t1 transport: lmtp or lmtps");
    EXPECT_EQ(tls_broke("bad record mac"), " (TLS: bad record mac)");
}

}  // namespace
}  // namespace postern::wording
