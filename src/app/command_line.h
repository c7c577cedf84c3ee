// SPDX-License-Identifier: Apache-2.0
// app/command_line.h – the sendmail/exim command line as a value. Parsing has no effects: what a flag means for the run
// is decided by program.cc. Errors are Exim's texts for stderr.
//
// Postern also answers to the names sendmail, exim, exim4, mailq, newaliases, rsmtp, rmail and runq.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace postern {

enum class Action : std::uint8_t {
    submit,            // a message on stdin
    version,           // -bV
    print_options,     // -bP
    expand,            // -be
    expand_message,    // -bem FILE
    test_addresses,    // -bt
    verify_addresses,  // -bv
    rewrite_test,      // -brw
    list_queue,        // -bp…
    count_queue,       // -bpc
    queue_run,         // -q, once through
    message,           // -M…
    new_aliases,       // -bi
};

enum class MessageAction : std::uint8_t {
    deliver,
    deliver_unforced,
    freeze,
    thaw,
    remove,
    give_up,
    show_header,
    show_body,
    show_log,
    show_copy,
    add_recipients,
    mark_delivered,
    mark_all_delivered,
    edit_sender,
};

enum class DeliveryMode : std::uint8_t { background, foreground, queue };

struct CommandLine {
    Action action = Action::submit;
    MessageAction message_action = MessageAction::deliver;
    std::vector<std::string> configuration_files;             // -C a:b
    std::vector<std::pair<std::string, std::string>> macros;  // -D
    std::optional<DeliveryMode> delivery_mode;                // -od…
    bool delivery_chosen_immediate = false;                   // -odi, -odb, -odf (for queue_only_override)
    bool ignore_dot = false;                                  // -i, -oi
    bool extract_recipients = false;                          // -t
    bool dont_deliver = false;                                // -N
    bool verbose = false;                                     // -v
    bool debug = false;                                       // -d
    bool no_labels = false;                                   // -n (with -bP)
    bool no_unqualified = false;                              // -bnq
    std::optional<std::string> sender;                        // -f, -r; "" for <>
    bool sender_ended_in_dot = false;      // which `sender` does not; the configuration says whether that is allowed
    std::optional<std::string> full_name;  // -F
    std::optional<std::string> received_protocol, host_address, host_name, ident, interface, auth_sender,
        auth_id;                                                                  // -oM…
    std::string error_mode = "m";                                                 // -oe…
    std::optional<std::string> error_reference;                                   // -E
    bool list_unsorted = false, list_undelivered_only = false, list_all = false;  // -bpr, -bpu, -bpa
    bool first_only = false, force = false, force_thaw = false;                   // -qi, -qf, -qff
    std::string message_file;                                                     // -bem
    std::vector<std::string> arguments;  // recipients, addresses, message ids, option names …
};

// Error: text for stderr; the exit code is 1. An empty text asks for the short usage ("Exim is a Mail Transfer Agent
// …").
[[nodiscard]] Result<CommandLine> parse_command_line(std::string_view program_name,
                                                     const std::vector<std::string>& arguments);

}  // namespace postern
