// SPDX-License-Identifier: Apache-2.0
#include "wording/appendfile.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {
namespace {

std::string_view symlink_note(bool symlink) { return symlink ? " (symlink)" : ""; }

}  // namespace

std::string only_file_or_directory() { return "only one of \"file\" or \"directory\" can be specified"; }
std::string needs_directory(std::string_view option) {
    return fmt::format("{} must not be set without \"directory\"", option);
}
std::string needs_quota(std::string_view option) { return fmt::format("quota must be set if {} is set", option); }
std::string no_locking() { return "no locking configured"; }
std::string maildir_or_mailstore() { return "only one of maildir and mailstore may be specified"; }
std::string user_set_without_group(std::string_view transport) {
    return fmt::format("user set without group for the {} transport", transport);
}
std::string create_file_invalid(std::string_view transport, std::string_view value) {
    return fmt::format("invalid value given for \"create_file\" for the {} transport: '{}'", transport, value);
}
std::string mbx_in_directory(std::string_view transport) {
    return fmt::format(
        "transport {}: mbx_format with \"directory\" writes files that no MBX program can read; use \"file\"",
        transport);
}

std::string no_file_or_directory(std::string_view transport) {
    return fmt::format("Mandatory file or directory option missing from {} transport", transport);
}
std::string format_needs_directory(std::string_view format, std::string_view transport) {
    return fmt::format("{} requires \"directory\" to be specified for the {} transport", format, transport);
}
std::string not_expanded(std::string_view source, std::string_view what, std::string_view transport,
                         std::string_view why) {
    return fmt::format("Expansion of \"{}\" ({} for {} transport) failed: {}", source, what, transport, why);
}
std::string affix_not_expanded(std::string_view source, std::string_view affix, std::string_view transport) {
    return fmt::format("Expansion of \"{}\" ({} for {} transport) failed", source, affix, transport);
}
std::string not_absolute(std::string_view path) {
    return fmt::format("appendfile: file or directory name \"{}\" is not absolute", path);
}
std::string tainted_name(std::string_view path, std::string_view what, std::string_view transport) {
    return fmt::format("Tainted '{}' ({} for {} transport) not permitted", path, what, transport);
}
std::string file_creation_refused(std::string_view path) {
    return fmt::format("mailbox {} does not exist, but creation outside the home directory is not permitted", path);
}
std::string directory_creation_refused(std::string_view path) {
    return fmt::format("tried to create file in {}, but file creation outside the home directory is not permitted",
                       path);
}
std::string runs_as_wrong_user(std::uint64_t uid, std::uint64_t wanted) {
    return fmt::format("appendfile: the delivery process has uid {}, not {}", uid, wanted);
}

std::string directories_not_made(std::string_view path, int code) {
    return fmt::format("failed to create directories for {}: {}", path, errno_text(code));
}
std::string hitching_post_failed(std::string_view hitch, std::uint64_t euid, std::uint64_t egid) {
    return fmt::format("creating lock file hitching post {} (euid={} egid={})", hitch, euid, egid);
}
std::string lock_file_busy(std::string_view path) { return fmt::format("failed to lock mailbox {} (lock file)", path); }
std::string file_lock_busy(std::string_view path) {
    return fmt::format("failed to lock mailbox {} (fcntl/flock)", path);
}
std::string existence_unclear(std::string_view path) { return fmt::format("mailbox {}: existence unclear", path); }
std::string mailbox_must_exist(std::string_view path) {
    return fmt::format("mailbox {} does not exist, but file_must_exist is set", path);
}
std::string wrong_owner(std::string_view path, std::string_view id, bool symlink, std::uint64_t found,
                        std::uint64_t wanted) {
    return fmt::format("mailbox {}{} has wrong {} ({} != {})", path, symlink_note(symlink), id, found, wanted);
}
std::string too_many_links(std::string_view path, bool symlink, std::uint64_t links) {
    return fmt::format("mailbox {}{} has too many links ({})", path, symlink_note(symlink), links);
}
std::string not_regular(std::string_view path, bool fifo_allowed) {
    return fmt::format("mailbox {} is not a regular file{}", path, fifo_allowed ? " or named pipe" : "");
}
std::string wrong_mode(std::string_view path, mode_t found, mode_t wanted) {
    return fmt::format("mailbox {} has the wrong mode {:o} ({:o} expected)", path, found, wanted);
}
std::string fifo_not_opened(std::string_view path) {
    return fmt::format("while opening named pipe {} (could mean no process is reading it)", path);
}
std::string inode_changed(std::string_view path, std::uint64_t from, std::uint64_t to) {
    return fmt::format("opened mailbox {} inode number changed from {} to {}", path, from, to);
}
std::string kind_changed(std::string_view path, bool fifo) {
    return fmt::format("opened mailbox {} is no longer a {}", path, fifo ? "named pipe" : "regular file");
}
std::string owner_changed(std::string_view path) { return fmt::format("opened mailbox {} has wrong uid or gid", path); }
std::string mode_changed(std::string_view path, mode_t found, mode_t wanted) {
    return fmt::format("opened mailbox {} has wrong mode {:o} ({:o} expected)", path, found, wanted);
}

std::string format_unknown() { return "mailbox file format unrecognized"; }
std::string format_without_transport(std::string_view transport, std::string_view start) {
    return fmt::format("{} transport (for {} format) not found", transport, start);
}
std::string format_of_other_driver(std::string_view transport, std::string_view start) {
    return fmt::format("{} transport (for {} format) is not an appendfile transport", transport, start);
}
std::string format_circle(std::string_view transport) {
    return fmt::format("mailbox file format: file_format leads back to the {} transport", transport);
}
std::string format_step(std::string_view from, std::string_view to) {
    return fmt::format("file_format of {}: the file is in the format of the {} transport", from, to);
}
std::string format_changed() { return "open mailbox has changed format"; }
std::string mbx_lock_is_link(std::string_view name, bool symbolic) {
    return fmt::format("{} link {} MBX lock file {}", symbolic ? "symbolic" : "hard", symbolic ? "on" : "to", name);
}
std::string mbx_lock_not_opened(std::string_view name, int code) {
    return fmt::format("failed to open MBX lock file {} :{}", name, errno_text(code));
}
std::string mbx_lock_not_looked_at(std::string_view name, int code) {
    return fmt::format("attempting to lstat open MBX lock file {}: {}", name, errno_text(code));
}
std::string mbx_lock_fd_not_looked_at(std::string_view name, int code) {
    return fmt::format("attempting to stat fd of open MBX lock file {}: {}", name, errno_text(code));
}
std::string mbx_lock_race(std::string_view name) {
    return fmt::format(
        "RACE CONDITION detected: mismatch post-initial-checks between \"{}\" and opened fd lead us to abort!", name);
}
std::string mbx_length_mismatch(std::string_view path) {
    return fmt::format("length mismatch while copying MBX temporary file to {}", path);
}
std::string mbx_temporary() { return "temporary file"; }
std::string mailbox_step_failed(MailboxStep step, std::string_view path) {
    std::string_view words;
    switch (step) {
        case MailboxStep::stat:
            words = "attempting to stat mailbox";
            break;
        case MailboxStep::create:
            words = "while creating mailbox";
            break;
        case MailboxStep::set_permissions:
            words = "while setting perms on mailbox";
            break;
        case MailboxStep::chmod:
            words = "attempting to chmod mailbox";
            break;
        case MailboxStep::open:
            words = "while opening mailbox";
            break;
        case MailboxStep::stat_open:
            words = "attempting to stat open mailbox";
            break;
        case MailboxStep::snapshot:
            words = "while fstatting opened mailbox";
            break;
        case MailboxStep::close:
            words = "while closing";
            break;
    }
    return fmt::format("{} {}", words, path);
}

std::string cannot_enter(std::string_view path) { return fmt::format("cannot chdir to {}", path); }
std::string is_no_directory(std::string_view path) { return fmt::format("{} is not a directory", path); }
std::string cannot_create(std::string_view path) { return fmt::format("cannot create {}", path); }
std::string stat_error(std::string_view path, int code) {
    return fmt::format("stat() error for {}: {}", path, errno_text(code));
}
std::string maildir_regex_error(std::string_view why, std::size_t offset, std::string_view expression) {
    return fmt::format("appendfile: regular expression error: {} at offset {} while compiling {}", why, offset,
                       expression);
}
std::string maildirfolder_not_made(std::string_view path, int code) {
    return fmt::format("appendfile: failed to create maildirfolder file in {} directory: {}", path, errno_text(code));
}
std::string temporary_not_opened(std::string_view file, std::int64_t tries) {
    return fmt::format("failed to open {} ({} tr{})", file, tries, tries == 1 ? "y" : "ies");
}
std::string creating_file(std::string_view file) { return fmt::format("while creating file {}", file); }
std::string setting_permissions(std::string_view file) { return fmt::format("while setting perms on {}", file); }
std::string stat_of_message_file(std::string_view file) {
    return fmt::format("while fstatting opened message file {}", file);
}
std::string chown_failed(std::string_view file, std::uint64_t uid, std::uint64_t gid, int code) {
    return fmt::format("chown({}, {}:{}) failed ({})", file, uid, gid, errno_text(code));
}
std::string closing_file(std::string_view file) { return fmt::format("while closing {}", file); }
std::string closing_message_file(std::string_view file) { return fmt::format("close() error for {}", file); }
std::string renaming(std::string_view from, std::string_view to) {
    return fmt::format("while renaming {} as {}", from, to);
}
std::string intent_not_recorded(std::string_view mailbox) {
    return fmt::format("while recording the delivery to {}", mailbox);
}
std::string looking_for_message(std::string_view mailbox) {
    return fmt::format("while looking for the message in {}", mailbox);
}
std::string syncing_directory(std::string_view path) { return fmt::format("while syncing directory {}", path); }

std::string quota_not_expanded(std::string_view source, std::string_view transport, std::string_view why) {
    return fmt::format("Expansion of \"{}\" in {} transport failed: {}", source, transport, why);
}
std::string quota_malformed(std::string_view value, std::string_view source, std::string_view transport) {
    return fmt::format("Malformed value \"{}\" (expansion of \"{}\") in {} transport", value, source, transport);
}
std::string quota_percentage_invalid(std::int32_t percentage, std::string_view transport) {
    return fmt::format("Invalid quota_warn_threshold percentage ({}) for {} transport", percentage, transport);
}
std::string filecount_too_large(std::string_view option, double value, std::string_view transport) {
    return fmt::format("{} value {:.10g} is too large (overflow) in {} transport", option, value, transport);
}
std::string size_file_condition_failed(std::string_view source, std::string_view transport, std::string_view why) {
    return fmt::format("failed to expand condition \"{}\" for `maildir_use_size_file` in transport {}: {}", source,
                       transport, why);
}
std::string quota_directory_not_absolute(std::string_view path) {
    return fmt::format("appendfile: quota_directory name \"{}\" is not absolute", path);
}
std::string maildirsize_failed(std::string_view measured_path) {
    return fmt::format("while opening or reading {}/maildirsize", measured_path);
}
std::string over_quota(std::string_view file, bool by_count) {
    return fmt::format("mailbox is full (MTA-imposed{} quota exceeded while writing to {})",
                       by_count ? " filecount" : "", file);
}
std::string default_quota_warning() {
    return "To: $local_part@$domain\n"
           "Subject: Your mailbox\n"
           "\n"
           "This message is automatically created by mail delivery software (Exim).\n"
           "\n"
           "The size of your mailbox has exceeded a warning threshold that is\n"
           "set by the system administrator.\n";
}

std::string mailbox_full() { return "mailbox is full"; }
std::string header_options_not_expanded(std::string_view file, std::string_view why) {
    return fmt::format("failed to expand headers_add or headers_remove while writing to {}: {}", file, why);
}
std::string write_incomplete(std::string_view file) {
    return fmt::format("failed to write data block while writing to {}", file);
}
std::string write_failed(std::string_view file) { return fmt::format("error while writing to {}", file); }

}  // namespace postern::wording
