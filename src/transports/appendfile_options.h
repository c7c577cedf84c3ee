// SPDX-License-Identifier: Apache-2.0
// transports/appendfile_options.h – the private options of appendfile, one member an option (spec appendfile.md §2.1).
// docs/options/appendfile.md says what they mean; init() in appendfile.cc fills in the defaults that depend on others.
#pragma once

#include "config/values.h"

namespace postern {

struct AppendfileOptions {
    bool allow_fifo = false, allow_symlink = false;
    Expandable batch_id;
    Integer batch_max{1};
    bool check_group = false, check_owner = true;
    PlainString check_string;
    bool create_directory = true;
    PlainString create_file{"anywhere", true};
    Expandable directory;
    Expandable directory_file{"q${base62:$tod_epoch}-$inode", true, {}};
    Octal directory_mode{0700};
    PlainString escape_string;
    Expandable file;
    PlainString file_format;
    bool file_must_exist = false;
    Interval lock_fcntl_timeout, lock_flock_timeout;
    Interval lock_interval{3};
    Integer lock_retries{10};
    Octal lockfile_mode{0600};
    Interval lockfile_timeout{1800};
    Expandable mailbox_filecount, mailbox_size;
    bool maildir_format = false;
    PlainString maildir_quota_directory_regex{"^(?:cur|new|\\..*)$", true};
    Integer maildir_retries{10};
    Expandable maildir_tag;
    ExpandableBool maildir_use_size_file;
    PlainString maildirfolder_create_regex;
    bool mailstore_format = false;
    Expandable mailstore_prefix, mailstore_suffix;
    bool mbx_format = false;
    Expandable message_prefix, message_suffix;
    Octal mode{0600};
    bool mode_fail_narrower = true;
    bool notify_comsat = false;
    Expandable quota, quota_directory, quota_filecount;
    bool quota_is_inclusive = true;
    PlainString quota_size_regex;
    Expandable quota_warn_message, quota_warn_threshold;
    bool use_bsmtp = false, use_crlf = false;
    OptionalBool use_fcntl_lock{true, false}, use_flock_lock, use_lockfile{true, false}, use_mbx_lock;
};

}  // namespace postern
