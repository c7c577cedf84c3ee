# SPDX-License-Identifier: Apache-2.0
"""appendfile into directories (appendfile.md 8, 9): Maildir and plain directories, without quota."""
from compatlib import Case, Dir, File, Send, Symlink, compat, one_transport

SEND = (Send("box@test.example", sender="<>"),)
TWICE = SEND * 2


def maildir(name: str, options: str = "", *setup, calls=SEND) -> Case:
    return Case("maildir-" + name, one_transport("directory = @MAIL@/md\nmaildir_format\n" + options), setup, calls)


def plain(name: str, options: str = "", *setup, calls=SEND) -> Case:
    extra = "" if "directory =" in options else "directory = @MAIL@/dir\n"
    return Case("plain-" + name, one_transport(extra + options), setup, calls)


WHOLE = (Dir("mail/md", 0o700, "ptuser1"), Dir("mail/md/tmp", 0o700, "ptuser1"), Dir("mail/md/new", 0o700, "ptuser1"), Dir("mail/md/cur", 0o700, "ptuser1"))

MAILDIR = [
    maildir("new"),
    maildir("twice", calls=TWICE),
    maildir("exists", "", *WHOLE),
    maildir("parts-missing", "", Dir("mail/md", 0o700, "ptuser1"), Dir("mail/md/new", 0o700, "ptuser1")),
    maildir("other-files-left-alone", "", *WHOLE, File("mail/md/cur/1.M1P1.host:2,S", "x", 0o600, "ptuser1"), File("mail/md/tmp/old", "x", 0o600, "ptuser1")),
    maildir("mode", "mode = 0640\ndirectory_mode = 0750"),
    maildir("group", "group = mail\nmode = 0660\ndirectory_mode = 2770"),
    maildir("no-create", "no_create_directory"),
    maildir("no-create-but-exists", "no_create_directory", *WHOLE),
    maildir("not-ours", "", Dir("mail/md", 0o755)),
    maildir("new-not-writable", "maildir_retries = 1", WHOLE[0], WHOLE[1], WHOLE[3], Dir("mail/md/new", 0o755)),
    maildir("tmp-not-writable", "maildir_retries = 1", WHOLE[0], WHOLE[2], WHOLE[3], Dir("mail/md/tmp", 0o755)),
    maildir("cur-is-file", "", WHOLE[0], WHOLE[1], WHOLE[2], File("mail/md/cur", "x", 0o600, "ptuser1")),
    maildir("is-file", "", File("mail/md", "x", 0o600, "ptuser1")),
    maildir("is-symlink", "", Dir("mail/real", 0o700, "ptuser1"), Symlink("mail/md", "real", "ptuser1")),
    maildir("tag", "maildir_tag = ,S=$message_size"),
    maildir("tag-colon-added", "maildir_tag = 2,S"),
    maildir("tag-odd-characters", "maildir_tag = :2,a/b c\\td"),
    maildir("tag-empty", "maildir_tag = ${if eq{a}{b}{x}}"),
    maildir("tag-failure", "maildir_tag = ${nosuch:x}"),
    maildir("tag-forced-failure", "maildir_tag = ${if eq{a}{b}{x}fail}"),
    maildir("tag-linecount", "maildir_tag = :$message_linecount"),
    maildir("tag-too-long", "maildir_tag = :" + "x" * 250),
    maildir("folder-regex", "maildirfolder_create_regex = /md$"),
    maildir("folder-regex-not", "maildirfolder_create_regex = /other$"),
    maildir("folder-exists", "maildirfolder_create_regex = /md$", *WHOLE, File("mail/md/maildirfolder", "", 0o600, "ptuser1")),
    maildir("prefix-suffix", 'message_prefix = "p\\n"\nmessage_suffix = "s\\n"'),
    maildir("check-string", 'check_string = "From "\nescape_string = ">From "'),
    maildir("adds", "return_path_add\nenvelope_to_add\ndelivery_date_add"),
    maildir("crlf", "use_crlf"),
    maildir("batch", "batch_max = 10\nenvelope_to_add", calls=(Send("a@t.ex", "b@t.ex", "c@t.ex", sender="<>"),)),
    maildir("several", "", calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
    maildir("headers-failure", "headers_add = ${nosuch:x}"),
    maildir("suffix-failure", "message_suffix = ${nosuch:x}"),
    Case("maildir-nested-created", one_transport("directory = @MAIL@/a/b/md\nmaildir_format"), calls=SEND),
    Case("maildir-relative", one_transport("directory = relative/md\nmaildir_format"), calls=SEND),
    Case("maildir-tainted", one_transport("directory = @MAIL@/$local_part\nmaildir_format"), calls=SEND),
    Case("maildir-trailing-slash", one_transport("directory = @MAIL@/md/\nmaildir_format"), calls=SEND),
    Case("maildir-inhome", one_transport("directory = @MAIL@/home/md\nmaildir_format\ncreate_file = inhome\nhome_directory = @MAIL@/home"), (Dir("mail/home", 0o700, "ptuser1"),), SEND),
    Case("maildir-belowhome", one_transport("directory = ${lc:@MAIL@/home/a/md}\nmaildir_format\ncreate_file = belowhome\nhome_directory = @MAIL@/home"), (Dir("mail/home", 0o700, "ptuser1"),), SEND),
    Case("maildir-belowhome-outside", one_transport("directory = ${lc:@MAIL@/md}\nmaildir_format\ncreate_file = belowhome\nhome_directory = @MAIL@/home"), (Dir("mail/home", 0o700, "ptuser1"), *WHOLE), SEND),
    Case("maildir-home-variable", one_transport("directory = $home/md\nmaildir_format\nhome_directory = @MAIL@"), calls=SEND),
]

PLAIN = [
    plain("new"),
    plain("twice", "", calls=TWICE),
    plain("exists", "", Dir("mail/dir", 0o700, "ptuser1"), File("mail/dir/other", "x", 0o600, "ptuser1")),
    plain("mode", "mode = 0644\ndirectory_mode = 0755"),
    plain("no-create", "no_create_directory"),
    plain("file-name", "directory_file = msg.$message_size"),
    plain("file-name-inode", "directory_file = ${if match{$inode}{\\N^\\d+$\\N}{number}{none}}"),
    plain("file-name-failure", "directory_file = ${nosuch:x}"),
    plain("not-writable", "", Dir("mail/dir", 0o755)),
    plain("is-file", "", File("mail/dir", "x", 0o600, "ptuser1")),
    plain("symlink", "", Dir("mail/real", 0o700, "ptuser1"), Symlink("mail/dir", "real")),
    plain("adds", "return_path_add\nenvelope_to_add"),
    plain("suffix-failure", "message_suffix = ${nosuch:x}"),
    plain("prefix", 'message_prefix = "p\\n"'),
    plain("batch", "batch_max = 4", calls=(Send("a@t.ex", "b@t.ex", sender="<>"),)),
    plain("relative", "directory = relative"),
    plain("tainted", "directory = @MAIL@/$local_part"),
]

test_maildir = compat(MAILDIR)
test_plain = compat(PLAIN)
