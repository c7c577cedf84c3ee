// SPDX-License-Identifier: Apache-2.0
// Texts as exim4 4.96 was seen to write them (spec appendfile.md).
#include "wording/appendfile.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern::wording {
namespace {

TEST(AppendfileWording, Configuration) {
    EXPECT_EQ(only_file_or_directory(), "only one of \"file\" or \"directory\" can be specified");
    EXPECT_EQ(needs_directory("quota_filecount"), "quota_filecount must not be set without \"directory\"");
    EXPECT_EQ(needs_quota("quota_directory"), "quota must be set if quota_directory is set");
    EXPECT_EQ(no_locking(), "no locking configured");
    EXPECT_EQ(maildir_or_mailstore(), "only one of maildir and mailstore may be specified");
    EXPECT_EQ(user_set_without_group("t1"), "user set without group for the t1 transport");
    EXPECT_EQ(create_file_invalid("t1", "x"), "invalid value given for \"create_file\" for the t1 transport: 'x'");
}

TEST(AppendfileWording, Target) {
    EXPECT_EQ(no_file_or_directory("t1"), "Mandatory file or directory option missing from t1 transport");
    EXPECT_EQ(format_needs_directory("maildir_format", "t1"),
              "maildir_format requires \"directory\" to be specified for the t1 transport");
    EXPECT_EQ(not_expanded("${x", "file or directory name", "t1", "why"),
              "Expansion of \"${x\" (file or directory name for t1 transport) failed: why");
    EXPECT_EQ(affix_not_expanded("${x", "prefix", "t1"), "Expansion of \"${x\" (prefix for t1 transport) failed");
    EXPECT_EQ(not_absolute("rel/x"), "appendfile: file or directory name \"rel/x\" is not absolute");
    EXPECT_EQ(tainted_name("/m/x", "file or directory name", "t1"),
              "Tainted '/m/x' (file or directory name for t1 transport) not permitted");
    EXPECT_EQ(file_creation_refused("/m/x"),
              "mailbox /m/x does not exist, but creation outside the home directory is not permitted");
    EXPECT_EQ(directory_creation_refused("/m/x"),
              "tried to create file in /m/x, but file creation outside the home directory is not permitted");
}

TEST(AppendfileWording, OneFile) {
    EXPECT_EQ(directories_not_made("/a/b", EACCES), "failed to create directories for /a/b: Permission denied");
    EXPECT_EQ(hitching_post_failed("/m/x.lock.h.1.2", 1000, 8),
              "creating lock file hitching post /m/x.lock.h.1.2 (euid=1000 egid=8)");
    EXPECT_EQ(lock_file_busy("/m/x"), "failed to lock mailbox /m/x (lock file)");
    EXPECT_EQ(file_lock_busy("/m/x"), "failed to lock mailbox /m/x (fcntl/flock)");
    EXPECT_EQ(existence_unclear("/m/x"), "mailbox /m/x: existence unclear");
    EXPECT_EQ(wrong_owner("/m/x", "uid", false, 1, 2), "mailbox /m/x has wrong uid (1 != 2)");
    EXPECT_EQ(wrong_owner("/m/x", "gid", true, 1, 2), "mailbox /m/x (symlink) has wrong gid (1 != 2)");
    EXPECT_EQ(too_many_links("/m/x", true, 2), "mailbox /m/x (symlink) has too many links (2)");
    EXPECT_EQ(not_regular("/m/x", true), "mailbox /m/x is not a regular file or named pipe");
    EXPECT_EQ(wrong_mode("/m/x", 0400, 0600), "mailbox /m/x has the wrong mode 400 (600 expected)");
    EXPECT_EQ(inode_changed("/m/x", 12, 13), "opened mailbox /m/x inode number changed from 12 to 13");
    EXPECT_EQ(kind_changed("/m/x", true), "opened mailbox /m/x is no longer a named pipe");
    EXPECT_EQ(owner_changed("/m/x"), "opened mailbox /m/x has wrong uid or gid");
    EXPECT_EQ(mode_changed("/m/x", 04755, 0600), "opened mailbox /m/x has wrong mode 4755 (600 expected)");
    EXPECT_EQ(mailbox_step_failed(MailboxStep::set_permissions, "/m/x"), "while setting perms on mailbox /m/x");
    EXPECT_EQ(mailbox_step_failed(MailboxStep::close, "/m/x"), "while closing /m/x");
}

TEST(AppendfileWording, OneFileAMessage) {
    EXPECT_EQ(is_no_directory("/m/tmp"), "/m/tmp is not a directory");
    EXPECT_EQ(cannot_enter("/m"), "cannot chdir to /m");
    EXPECT_EQ(stat_error("/m/new", EACCES), "stat() error for /m/new: Permission denied");
    EXPECT_EQ(maildir_regex_error("missing closing parenthesis", 1, "("),
              "appendfile: regular expression error: missing closing parenthesis at offset 1 while compiling (");
    EXPECT_EQ(maildirfolder_not_made("/m", EROFS),
              "appendfile: failed to create maildirfolder file in /m directory: Read-only file system");
    EXPECT_EQ(temporary_not_opened("tmp/x", 1), "failed to open tmp/x (1 try)");
    EXPECT_EQ(temporary_not_opened("tmp/x", 10), "failed to open tmp/x (10 tries)");
    EXPECT_EQ(creating_file("/m/temp.1.h"), "while creating file /m/temp.1.h");
    EXPECT_EQ(renaming("tmp/x", "new/x"), "while renaming tmp/x as new/x");
}

TEST(AppendfileWording, Writing) {
    EXPECT_EQ(mailbox_full(), "mailbox is full");
    EXPECT_EQ(header_options_not_expanded("tmp/x", "why"),
              "failed to expand headers_add or headers_remove while writing to tmp/x: why");
    EXPECT_EQ(write_incomplete("/m/x"), "failed to write data block while writing to /m/x");
    EXPECT_EQ(write_failed("/m/x"), "error while writing to /m/x");
}

}  // namespace
}  // namespace postern::wording
