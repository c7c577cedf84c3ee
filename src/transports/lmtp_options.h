// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_options.h – the private options of lmtp, one member an option (spec lmtp.md §1). docs/options/lmtp.md
// says what they mean.
#pragma once

#include "config/values.h"

namespace postern {

struct LmtpOptions {
    Expandable batch_id;
    Integer batch_max{1};
    Expandable command;
    Interval connect_timeout{300};
    Expandable hosts;
    Expandable hosts_avoid_tls{"<; 127.0.0.0/8 ; ::1", true, {}};
    Expandable hosts_require_tls;
    bool ignore_quota = false;
    Expandable port{"24", true, {}};
    PlainString protocol{"lmtp", false};
    Interval session_timeout{3600};
    Expandable socket;
    Interval timeout{300};
    Expandable tls_certificate, tls_crl, tls_privatekey, tls_require_ciphers, tls_sni;
    bool tls_tempfail_tryclear = false;
    Expandable tls_try_verify_hosts;
    Expandable tls_verify_cert_hostnames{"*", true, {}};
    Expandable tls_verify_certificates{"system", true, {}};
    Expandable tls_verify_hosts{"*", false, {}};  // not set: see LmtpTls
};

}  // namespace postern
