// SPDX-License-Identifier: Apache-2.0
// wording/appendfile.h – what appendfile says: configuration errors (spec appendfile.md §2.3) and the texts of
// deliveries that failed (§4–§13). PATH is always the configured path, never one that Postern made relative.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wording {

// --- reading the configuration ---
[[nodiscard]] std::string only_file_or_directory();
[[nodiscard]] std::string needs_directory(std::string_view option);  // quota_filecount …
[[nodiscard]] std::string needs_quota(std::string_view option);
[[nodiscard]] std::string no_locking();
[[nodiscard]] std::string maildir_or_mailstore();
[[nodiscard]] std::string user_set_without_group(std::string_view transport);
[[nodiscard]] std::string create_file_invalid(std::string_view transport, std::string_view value);
[[nodiscard]] std::string mbx_in_directory(std::string_view transport);  // a warning

// --- choosing the target ---
[[nodiscard]] std::string no_file_or_directory(std::string_view transport);
[[nodiscard]] std::string format_needs_directory(std::string_view format, std::string_view transport);
// `what`: "file or directory name", "maildir_tag", "directory_file"
[[nodiscard]] std::string not_expanded(std::string_view source, std::string_view what, std::string_view transport,
                                       std::string_view why);
[[nodiscard]] std::string affix_not_expanded(std::string_view source, std::string_view affix,
                                             std::string_view transport);  // prefix, suffix
[[nodiscard]] std::string not_absolute(std::string_view path);
[[nodiscard]] std::string tainted_name(std::string_view path, std::string_view what, std::string_view transport);
[[nodiscard]] std::string file_creation_refused(std::string_view path);
[[nodiscard]] std::string directory_creation_refused(std::string_view path);
[[nodiscard]] std::string runs_as_wrong_user(std::uint64_t uid, std::uint64_t wanted);

// --- one file ---
[[nodiscard]] std::string directories_not_made(std::string_view path, int code);
[[nodiscard]] std::string hitching_post_failed(std::string_view hitch, std::uint64_t euid, std::uint64_t egid);
[[nodiscard]] std::string lock_file_busy(std::string_view path);
[[nodiscard]] std::string file_lock_busy(std::string_view path);
[[nodiscard]] std::string existence_unclear(std::string_view path);
[[nodiscard]] std::string mailbox_must_exist(std::string_view path);
[[nodiscard]] std::string wrong_owner(std::string_view path, std::string_view id, bool symlink, std::uint64_t found,
                                      std::uint64_t wanted);  // id: uid, gid
[[nodiscard]] std::string too_many_links(std::string_view path, bool symlink, std::uint64_t links);
[[nodiscard]] std::string not_regular(std::string_view path, bool fifo_allowed);
[[nodiscard]] std::string wrong_mode(std::string_view path, mode_t found, mode_t wanted);
[[nodiscard]] std::string fifo_not_opened(std::string_view path);
[[nodiscard]] std::string inode_changed(std::string_view path, std::uint64_t from, std::uint64_t to);
[[nodiscard]] std::string kind_changed(std::string_view path, bool fifo);
[[nodiscard]] std::string owner_changed(std::string_view path);
[[nodiscard]] std::string mode_changed(std::string_view path, mode_t found, mode_t wanted);
[[nodiscard]] std::string format_unknown();
[[nodiscard]] std::string format_without_transport(std::string_view transport, std::string_view start);
[[nodiscard]] std::string format_of_other_driver(std::string_view transport, std::string_view start);  // Postern's own
[[nodiscard]] std::string format_circle(std::string_view transport);                                   // Postern's own
[[nodiscard]] std::string format_step(std::string_view from, std::string_view to);                     // for explain
[[nodiscard]] std::string format_changed();
[[nodiscard]] std::string mbx_lock_is_link(std::string_view name, bool symbolic);
[[nodiscard]] std::string mbx_lock_not_opened(std::string_view name, int code);
[[nodiscard]] std::string mbx_lock_not_looked_at(std::string_view name, int code);
[[nodiscard]] std::string mbx_lock_fd_not_looked_at(std::string_view name, int code);
[[nodiscard]] std::string mbx_lock_race(std::string_view name);
[[nodiscard]] std::string mbx_length_mismatch(std::string_view path);
[[nodiscard]] std::string mbx_temporary();  // what a message is written to before its size is known
// "attempting to stat mailbox", "while opening mailbox" … followed by the path
enum class MailboxStep : std::uint8_t { stat, create, set_permissions, chmod, open, stat_open, snapshot, close };
[[nodiscard]] std::string mailbox_step_failed(MailboxStep step, std::string_view path);

// --- one file a message ---
[[nodiscard]] std::string cannot_enter(std::string_view path);
[[nodiscard]] std::string is_no_directory(std::string_view path);
[[nodiscard]] std::string cannot_create(std::string_view path);
[[nodiscard]] std::string stat_error(std::string_view path, int code);
[[nodiscard]] std::string maildir_regex_error(std::string_view why, std::size_t offset, std::string_view expression);
[[nodiscard]] std::string maildirfolder_not_made(std::string_view path, int code);
[[nodiscard]] std::string temporary_not_opened(std::string_view file, std::int64_t tries);
[[nodiscard]] std::string creating_file(std::string_view file);
[[nodiscard]] std::string setting_permissions(std::string_view file);
[[nodiscard]] std::string stat_of_message_file(std::string_view file);
[[nodiscard]] std::string chown_failed(std::string_view file, std::uint64_t uid, std::uint64_t gid, int code);
[[nodiscard]] std::string closing_file(std::string_view file);
[[nodiscard]] std::string closing_message_file(std::string_view file);
[[nodiscard]] std::string renaming(std::string_view from, std::string_view to);
// Postern's own: the intent record, and the look for what it says.
[[nodiscard]] std::string intent_not_recorded(std::string_view mailbox);
[[nodiscard]] std::string looking_for_message(std::string_view mailbox);
[[nodiscard]] std::string syncing_directory(std::string_view path);  // Postern's own: Exim does not sync them

// --- quota (§3, §8, §13) ---
[[nodiscard]] std::string quota_not_expanded(std::string_view source, std::string_view transport, std::string_view why);
[[nodiscard]] std::string quota_malformed(std::string_view value, std::string_view source, std::string_view transport);
[[nodiscard]] std::string quota_percentage_invalid(std::int32_t percentage, std::string_view transport);
[[nodiscard]] std::string filecount_too_large(std::string_view option, double value, std::string_view transport);
[[nodiscard]] std::string size_file_condition_failed(std::string_view source, std::string_view transport,
                                                     std::string_view why);
[[nodiscard]] std::string quota_directory_not_absolute(std::string_view path);
[[nodiscard]] std::string maildirsize_failed(std::string_view measured_path);
[[nodiscard]] std::string over_quota(std::string_view file, bool by_count);
// quota_warn_message, if only a threshold is set
[[nodiscard]] std::string default_quota_warning();

// --- writing ---
[[nodiscard]] std::string mailbox_full();
[[nodiscard]] std::string header_options_not_expanded(std::string_view file, std::string_view why);
[[nodiscard]] std::string write_incomplete(std::string_view file);
[[nodiscard]] std::string write_failed(std::string_view file);

}  // namespace postern::wording
