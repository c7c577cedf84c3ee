// SPDX-License-Identifier: Apache-2.0
// intake/submission.h – what a caller asks for when it hands in a message, and what becomes of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "mail/message.h"
#include "spool/spool.h"

namespace postern {

struct SubmissionRequest {
    // --- who calls ---
    std::string login;  // of the real uid
    std::string gecos;  // of its passwd entry
    std::int64_t uid = 0, gid = 0;
    bool trusted = false;  // spec configuration.md §1.1; else what only trusted callers may say is ignored

    // --- envelope, as written on the command line ---
    std::optional<std::string> sender;     // -f, -r
    std::vector<std::string> recipients;   // each may be a comma-separated list
    bool extract_recipients = false;       // -t: from To:, Cc:, Bcc:; `recipients` are taken away from them (or added)
    bool allow_unqualified = true;         // false: -bnq
    std::optional<std::string> full_name;  // -F

    // --- how to read ---
    bool dot_terminates = true;  // false: -i, -oi

    // --- -oM…, -p: only from trusted callers ---
    std::optional<std::string> protocol, ident, host_name, auth_id, auth_sender, helo_name;
    std::optional<std::string> host_address, interface_address;  // IP addresses; see split_host_and_port()
    int host_port = 0, interface_port = 0;

    // --- other ---
    bool errors_on_stderr = false;  // -oep
    std::string references;         // -E: the message that this one is about; R= in the log
    bool local_error = false;       // with -E: it is a bounce
    bool dont_deliver = false;      // -N
    // For a message that a delivery of `references` brings about: called when it is whole and safe, but not yet visible
    // (Spool::prepare()); writes the id down, whereupon the message comes to exist, now or, if that fails, in the next
    // run of the other. An Error refuses the message.
    std::function<Status(const std::string& id)> record = {};
};

// "1.2.3.4.25", "[1.2.3.4]:25" or an address alone.
struct HostAndPort {
    std::string address;
    int port = 0;
};
[[nodiscard]] HostAndPort split_host_and_port(std::string_view text);

// The message exists and is still locked; deliver it or let `held` go.
struct Submission {
    std::unique_ptr<HeldMessage> held;
    Message message;
};

// Nothing was kept of the message. The main log has been written; `text` is for standard error (whole lines).
struct Refusal {
    enum class Why : std::uint8_t {
        bad_sender,
        bad_recipient,
        too_many_recipients,
        no_recipients,
        headers_too_long,
        too_big,
        no_space,
        configuration,
        input,
        spool,
    } why = Why::spool;
    std::string text;
    int exit_code = 1;
};
using SubmissionResult = tl::expected<Submission, Refusal>;

}  // namespace postern
