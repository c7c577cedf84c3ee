// SPDX-License-Identifier: Apache-2.0
// wording/delivery.h – main log and message log lines of deliveries, and the texts of failures that the engine itself
// finds (spec transport-framework.md §5–§8, §10, §12). Arguments are plain values; nothing is escaped here but what the
// line's own syntax needs. eximstats, exigrep and people's scripts parse every one of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wording {

// What all three kinds of line share. Optional parts are present only when their log selector is on.
struct AddressLine {
    std::string address;                      // address text with parents (deliver/address_text.h)
    std::optional<std::string> sender;        // F=<…>, selector sender_on_delivery
    std::optional<std::string> return_path;   // P=<…>, selector return_path_on_delivery, if a delivery ran
    std::string router, transport;            // R=, T=; empty: absent
    std::string host;                         // H=
    std::optional<std::string> deliver_time;  // DT=
};

// What is known of a host that was talked to behind TLS. Optional parts as above.
struct SecureHost {
    std::optional<std::string> cipher;   // X=, selector tls_cipher
    std::optional<bool> verified;        // CV=, selector tls_certificate_verified
    std::optional<std::string> subject;  // DN="…", selector tls_peerdn
};

struct Delivered : AddressLine {
    std::string_view marker = "=>";           // => -> *>
    std::optional<std::int64_t> size;         // S=
    std::optional<SecureHost> secure;         // behind H=
    std::string shadow;                       // " ST=…", ready made by shadow()
    std::optional<std::string> confirmation;  // C="…"
    std::optional<std::string> queue_time;    // QT=
};
[[nodiscard]] std::string delivered(const Delivered& line);

struct NotDelivered : AddressLine {
    std::optional<SecureHost> secure{};  // behind H= in ** lines
    int code = 0;                        // basic_errno
    std::string message;                 // printable already
    bool at_transport = false;           // deferred lines: which stage gave up
    bool at_router = false;
};
[[nodiscard]] std::string failed(const NotDelivered& line);    // ** …
[[nodiscard]] std::string deferred(const NotDelivered& line);  // == …
// Message log: without "** "; "routing failed for …" / "transporting failed for …" where no driver is known.
[[nodiscard]] std::string failed_in_message_log(const NotDelivered& line);

[[nodiscard]] std::string shadow(std::string_view transport, bool ok, int code, std::string_view message);
[[nodiscard]] std::string address_with_parent(std::string_view address, std::string_view parent);  // addr[ <parent>]

// Message log lines (without the stamp).
[[nodiscard]] std::string transport_succeeded(std::string_view address, std::string_view parent,
                                              std::string_view transport);
[[nodiscard]] std::string children_complete(std::string_view address);

// Main log: a failure of which nobody is told, because of an empty errors_to or of what the sender asked for.
[[nodiscard]] std::string error_ignored(std::string_view address, std::string_view parent, bool as_requested);
// Main log: the first line of what a transport's command said.
[[nodiscard]] std::string transport_output(std::string_view address, std::string_view transport, std::string_view line);

// Main log lines about the whole message.
[[nodiscard]] std::string completed(const std::optional<std::string>& queue_time);
[[nodiscard]] std::string frozen(std::string_view reason);
[[nodiscard]] std::string spool_locked(std::string_view id);
[[nodiscard]] std::string spool_data_missing(std::string_view id);
[[nodiscard]] std::string spool_error(std::string_view path, int code);
[[nodiscard]] std::string spool_format_error(std::string_view id, std::int64_t size);
[[nodiscard]] std::string spool_read_error(std::string_view id, int code);
[[nodiscard]] std::string spool_update_failed(std::string_view why);
[[nodiscard]] std::string message_is_frozen();
[[nodiscard]] std::string unfrozen(std::string_view how);  // "errmsg timer", "forced delivery", "auto-thaw"
[[nodiscard]] std::string domain_is_held();
[[nodiscard]] std::string domain_is_queued();
[[nodiscard]] std::string pipe_failed(int code);
[[nodiscard]] std::string fork_failed(std::string_view address);
[[nodiscard]] std::string runner_crashed(long process, int signal, std::string_view id);

// Reasons of deferrals and failures that the engine gives (messages of == and ** lines).
[[nodiscard]] std::string no_transport_set(std::string_view router);
[[nodiscard]] std::string size_limit_not_expanded(std::string_view transport, std::string_view why);
[[nodiscard]] std::string size_limit_invalid(std::string_view transport, std::string_view why);
[[nodiscard]] std::string message_too_big(std::int64_t limit);
[[nodiscard]] std::string max_parallel_not_expanded(std::string_view transport, std::string_view address,
                                                    std::string_view why);
[[nodiscard]] std::string concurrency_limit();
[[nodiscard]] std::string return_path_not_expanded(std::string_view source, std::string_view transport,
                                                   std::string_view why);
[[nodiscard]] std::string batch_id_not_expanded(std::string_view transport, std::string_view address,
                                                std::string_view why);
// kind is "user" or "group".
[[nodiscard]] std::string account_not_expanded(std::string_view kind, std::string_view source,
                                               std::string_view transport, std::string_view why);
[[nodiscard]] std::string account_not_found(std::string_view kind, std::string_view name, std::string_view source,
                                            std::string_view transport);
[[nodiscard]] std::string user_without_group(std::string_view transport);
[[nodiscard]] std::string never_user(std::uint64_t uid, std::string_view transport, bool built_in);
// kind is "home" or "current".
[[nodiscard]] std::string directory_not_expanded(std::string_view kind, std::string_view source,
                                                 std::string_view transport, std::string_view why);
[[nodiscard]] std::string directory_not_absolute(std::string_view kind, std::string_view path,
                                                 std::string_view transport);
[[nodiscard]] std::string cannot_change_directory(std::string_view path);
[[nodiscard]] std::string initgroups_no_entry(std::uint64_t uid);
[[nodiscard]] std::string initgroups_failed(std::uint64_t uid, int code);
[[nodiscard]] std::string cannot_set_ids(std::uint64_t gid, std::uint64_t uid, std::uint64_t euid,
                                         std::string_view local_part, std::string_view address,
                                         std::string_view transport);
[[nodiscard]] std::string shadow_not_found(std::string_view shadow);
[[nodiscard]] std::string child_vanished(std::string_view driver);
[[nodiscard]] std::string child_failed(std::string_view driver, int wait_status, int exit_code, int signal);
[[nodiscard]] std::string report_unreadable(std::string_view address);
[[nodiscard]] std::string journal_failed(std::string_view what, int code);
[[nodiscard]] std::string spool_files_incomplete(std::string_view message_id);        // Postern's own
[[nodiscard]] std::string intents_not_opened(std::string_view message_id, int code);  // Postern's own
[[nodiscard]] std::string too_many_received();
// Messages that the mail system writes itself.
[[nodiscard]] std::string warning_not_expanded(std::string_view source, std::string_view transport,
                                               std::string_view why);
[[nodiscard]] std::string dsn_from_not_expanded(std::string_view why);

}  // namespace postern::wording
