// SPDX-License-Identifier: Apache-2.0
// transports/lmtp_target.h – where lmtp goes, worked out of `socket`, `command` or `hosts` without going there (spec
// lmtp.md §3).
#pragma once

#include <string>
#include <vector>

#include "driver/transport.h"
#include "sys/os.h"
#include "transports/lmtp_options.h"

namespace postern {

struct LmtpTarget {
    SocketAddress socket;           // if it has a path; else
    std::vector<std::string> argv;  // if there are any; else
    struct Host {
        Text name;
        std::uint16_t port = 0;
    };
    std::vector<Host> hosts;
    [[nodiscard]] std::string text() const;
    // The same, but for one place only: a relative path is another socket in another working directory.
    [[nodiscard]] std::string place(const DeliveryContext& context) const;
};
[[nodiscard]] tl::expected<LmtpTarget, Outcome> lmtp_target(DeliveryContext& context, const LmtpOptions& options);

}  // namespace postern
