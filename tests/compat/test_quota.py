# SPDX-License-Identifier: Apache-2.0
"""Quotas of appendfile (appendfile.md 3, 8, 10, 13, 16): limits, thresholds, maildirsize, what is measured, warnings."""
import pytest

from compatlib import Call, Case, Dir, File, HardLink, Send, Symlink, Touch, compat, conf, message, one_transport

SIZE = 241                                      # of the message below on the queue
SEND = (Send("box@test.example", sender="<>"),)
SEND_SENDER = (Send("box@test.example"),)
TWICE = SEND * 2


def old(size: int) -> str:
    """A mailbox of that many bytes."""
    return "x" * (size - 1) + "\n" if size else ""


def mbox(name: str, options: str, size: int | None = 1000, *setup, calls=SEND, **marks) -> Case:
    there = () if size is None else (File("mail/box", old(size), 0o600, "ptuser1"),)
    return Case("mbox-" + name, one_transport(options), there + setup, calls, **marks)


WHOLE = (Dir("mail/md", 0o700, "ptuser1"), Dir("mail/md/tmp", 0o700, "ptuser1"), Dir("mail/md/new", 0o700, "ptuser1"), Dir("mail/md/cur", 0o700, "ptuser1"))


def mail(path: str, size: int = 100) -> File:
    return File("mail/" + path, old(size), 0o600, "ptuser1")


def folder(path: str) -> tuple:
    return tuple(Dir(f"mail/{path}{sub}", 0o700, "ptuser1") for sub in ("", "/tmp", "/new", "/cur"))


def size_file(text: str) -> File:
    return File("mail/md/maildirsize", text, 0o600, "ptuser1")


def maildir(name: str, options: str, *setup, calls=SEND, main="", **marks) -> Case:
    return Case("maildir-" + name, one_transport("directory = @MAIL@/md\nmaildir_format\n" + options, main), WHOLE + setup, calls, **marks)


def plain(name: str, options: str, *setup, calls=SEND, **marks) -> Case:
    return Case("plain-" + name, one_transport("directory = @MAIL@/dir\n" + options), (Dir("mail/dir", 0o700, "ptuser1"),) + setup, calls, **marks)


# ---- one file ------------------------------------------------------------------------------------------------------

MBOX = [
    # What setup() as root leaves behind is there when the user delivers.
    mbox("leaves-runrc", "quota = ${run{/bin/false}{5M}{10M}}\nheaders_add = X-Run: $runrc"),
    mbox("leaves-lookup-open", "quota = ${lookup{box}lsearch{@MAIL@/table}{10M}{10M}}\nheaders_add = X-Table: ${lookup{other}lsearch{@MAIL@/table}}",
         1000, File("mail/table", "box: yes\nother: no\n", 0o600, "root")),
    mbox("exact", f"quota = {1000 + SIZE}"),
    mbox("one-byte-too-much", f"quota = {1000 + SIZE - 1}"),
    mbox("exclusive-exact", "quota = 1000\nno_quota_is_inclusive"),
    mbox("exclusive-over", "quota = 999\nno_quota_is_inclusive"),
    mbox("exclusive-far-over-in-the-end", "quota = 1001\nnot_quota_is_inclusive"),
    mbox("no-check", "quota = 10/no_check"),
    mbox("no-check-with-unit", "quota = 1K/no_check"),
    mbox("zero-is-none", "quota = 0"),
    mbox("negative-is-none", "quota = -1"),
    mbox("empty-is-none", "quota = ${if eq{a}{b}{x}}"),
    mbox("unit-k", "quota = 1K"),
    mbox("unit-K-fits", "quota = 2k"),
    mbox("unit-M", "quota = 1M"),
    mbox("unit-G", "quota = 1g"),
    mbox("fraction", "quota = 1.2119K"),
    mbox("fraction-fits", "quota = 1.212K"),
    mbox("exponent", "quota = 1e3"),
    mbox("hexadecimal", "quota = 0x4d9"),
    mbox("leading-blanks", 'quota = "  1240"'),
    mbox("trailing-blanks", 'quota = "1240  "'),
    mbox("expanded", "quota = ${if eq{$local_part}{box}{1240}{0}}"),
    mbox("looked-up", "quota = ${lookup{$local_part}lsearch{@ETC@/quotas}{$value}{0}}", 1000, File("etc/quotas", "box: 1240\n", 0o600)),
    mbox("malformed", "quota = abc"),
    mbox("malformed-behind", "quota = 10x"),
    mbox("malformed-blank-before-unit", "quota = 10 K"),
    mbox("malformed-no-check-apart", "quota = 10K /no_check"),
    mbox("malformed-percent", "quota = 10%"),
    mbox("malformed-no-check-misspelt", "quota = 10/no_chk"),
    mbox("expansion-failure", "quota = ${nosuch:x}"),
    mbox("forced-failure", "quota = ${if eq{a}{b}{x}fail}"),
    mbox("lookup-failure", "quota = ${lookup{x}lsearch{@ETC@/nosuch}{$value}}"),
    mbox("infinite", "quota = inf"),
    mbox("no-number", "quota = nan"),
    mbox("new-mailbox-over", "quota = 10", None),
    mbox("new-mailbox-fits", f"quota = {SIZE}", None),
    mbox("empty-mailbox-over", "quota = 10", 0),
    mbox("several", "quota = 1400", calls=(Send("box@test.example", "box2@test.example", sender="<>"),)),
    mbox("sizes-without-additions-count", f"quota = {1000 + SIZE}\nreturn_path_add\nenvelope_to_add\ndelivery_date_add"),
    mbox("crlf-does-not-count", f"quota = {1000 + SIZE}\nuse_crlf"),
    mbox("known-size-small", "quota = 500\nmailbox_size = 10"),
    mbox("known-size-large", "quota = 5000\nmailbox_size = 5000"),
    mbox("known-size-exact", f"quota = 1000\nmailbox_size = {1000 - SIZE}"),
    # W19, kept: an empty mailbox_size means "the mailbox is empty"
    mbox("known-size-empty", "quota = 500\nmailbox_size = ${if eq{a}{b}{x}}"),
    mbox("known-size-negative", "quota = 500\nmailbox_size = -1"),
    mbox("known-size-more-negative", "quota = 500\nmailbox_size = -5"),
    mbox("known-size-malformed", "quota = 500\nmailbox_size = 5x"),
    mbox("known-size-no-check-malformed", "quota = 500\nmailbox_size = 5/no_check"),
    mbox("known-size-failure", "mailbox_size = ${nosuch:x}"),
    mbox("known-count", "quota = 5000\nmailbox_filecount = 7"),
    mbox("known-count-malformed", "mailbox_filecount = ten"),
    mbox("known-count-overflow", "mailbox_filecount = 2147483648"),
    mbox("known-count-largest", "mailbox_filecount = 2147483647"),
    mbox("known-count-infinite", "mailbox_filecount = inf"),
    mbox("tainted-value", "quota = ${sg{$h_x-quota:}{x}{x}}", calls=(Send("box@test.example", message=message("b\n", "X-Quota: 1100"), sender="<>"),)),
    mbox("regex-and-directory-options-unused", "quota = 1K\nquota_size_regex = (\nmaildir_quota_directory_regex = ("),
    mbox("size-file-option-unused", "quota = 2K\nmaildir_use_size_file"),
    mbox("user-is-told", "quota = 1K", calls=SEND_SENDER),
    mbox("mode-0640", "quota = 1K\nmode = 0640", 1000),
]
test_mbox = compat(MBOX)

REDIRECT = """r1:
  driver = redirect
  data = {target}
  file_transport = t1
  directory_transport = t1
  user = ptuser1
"""


def address_file(name: str, target: str, options: str, *setup, calls=SEND) -> Case:
    body = "".join(f"  {line}\n" for line in options.strip().splitlines())
    return Case("address-" + name, conf("", REDIRECT.format(target=target), "t1:\n  driver = appendfile\n" + body), setup, calls)


test_address_file = compat([
    address_file("file-over", "@MAIL@/box", "quota = 1K", File("mail/box", old(1000), 0o600, "ptuser1")),
    address_file("file-fits", "@MAIL@/box", "quota = 2K", File("mail/box", old(1000), 0o600, "ptuser1")),
    address_file("file-filecount", "@MAIL@/box", "quota = 2K\nquota_filecount = 1", File("mail/box", old(1000), 0o600, "ptuser1")),
    address_file("file-filecount-known", "@MAIL@/box", "quota = 2K\nquota_filecount = 1\nmailbox_filecount = 1", File("mail/box", old(1000), 0o600, "ptuser1")),
    address_file("directory-over", "@MAIL@/dir/", "quota = 1K", Dir("mail/dir", 0o700, "ptuser1"), mail("dir/a", 900)),
    address_file("directory-count", "@MAIL@/dir/", "quota = 10K\nquota_filecount = 1", Dir("mail/dir", 0o700, "ptuser1"), mail("dir/a", 900)),
    address_file("maildir-over", "@MAIL@/md/", "quota = 1K\nmaildir_format", *WHOLE, mail("md/cur/a", 900)),
])

# ---- directories ---------------------------------------------------------------------------------------------------

OVER = "quota = 1000\n"
LINKED = (mail("md/cur/a", 900), HardLink("mail/md/cur/b", "mail/md/cur/a"), HardLink("mail/md/cur/c", "mail/md/cur/a"))

DIRECTORIES = [
    plain("new-fits", f"quota = {SIZE}"),
    plain("new-over", f"quota = {SIZE - 1}"),
    plain("exact", f"quota = {500 + SIZE}", mail("dir/a", 200), mail("dir/b", 300)),
    plain("one-byte-too-much", f"quota = {500 + SIZE - 1}", mail("dir/a", 200), mail("dir/b", 300)),
    plain("exclusive-exact", "quota = 500\nno_quota_is_inclusive", mail("dir/a", 500)),
    plain("exclusive-over", "quota = 499\nno_quota_is_inclusive", mail("dir/a", 500)),
    plain("no-check", "quota = 10/no_check", mail("dir/a", 500)),
    plain("twice", f"quota = {SIZE * 2 + 10}", calls=TWICE),
    plain("three-times", f"quota = {SIZE * 2 + 10}", calls=SEND * 3),
    plain("count-exact", "quota = 1M\nquota_filecount = 3", mail("dir/a"), mail("dir/b")),
    plain("count-over", "quota = 1M\nquota_filecount = 2", mail("dir/a"), mail("dir/b")),
    plain("count-exclusive", "quota = 1M\nquota_filecount = 2\nno_quota_is_inclusive", mail("dir/a"), mail("dir/b")),
    plain("count-exclusive-over", "quota = 1M\nquota_filecount = 1\nno_quota_is_inclusive", mail("dir/a"), mail("dir/b")),
    plain("count-no-check", "quota = 1M\nquota_filecount = 1/no_check", mail("dir/a"), mail("dir/b")),
    plain("both-exceeded", "quota = 100\nquota_filecount = 1", mail("dir/a"), mail("dir/b")),
    plain("both-exceeded-size-unchecked", "quota = 100/no_check\nquota_filecount = 1", mail("dir/a"), mail("dir/b")),
    plain("both-exceeded-count-unchecked", "quota = 100\nquota_filecount = 1/no_check", mail("dir/a"), mail("dir/b")),
    plain("both-unchecked", "quota = 100/no_check\nquota_filecount = 1/no_check", mail("dir/a"), mail("dir/b")),
    plain("count-without-size", "quota = 0\nquota_filecount = 1", mail("dir/a"), mail("dir/b")),
    plain("count-unit", "quota = 1M\nquota_filecount = 1K", mail("dir/a")),
    plain("count-overflow", "quota = 1M\nquota_filecount = 4G", mail("dir/a")),
    plain("count-fraction", "quota = 1M\nquota_filecount = 1.9", mail("dir/a")),
    plain("count-malformed", "quota = 1M\nquota_filecount = 1%", mail("dir/a")),
    plain("count-failure", "quota = 1M\nquota_filecount = ${nosuch:x}", mail("dir/a")),
    plain("subdirectories-count", "quota = 1M\nquota_filecount = 4", Dir("mail/dir/sub", 0o700, "ptuser1"), mail("dir/sub/a"), mail("dir/sub/b")),
    plain("subdirectories-size", f"quota = {200 + SIZE - 1}", Dir("mail/dir/sub", 0o700, "ptuser1"), mail("dir/sub/a"), mail("dir/sub/b")),
    plain("hidden-files-count", "quota = 1M\nquota_filecount = 1", mail("dir/.a")),
    plain("leftover-temporary-counts", f"quota = {100 + SIZE - 1}", mail("dir/temp.1.other")),
    plain("symlink-to-file-counts", f"quota = {100 + SIZE - 1}", mail("a"), Symlink("mail/dir/l", "../a", "ptuser1")),
    plain("symlink-to-nothing-counts", "quota = 1M\nquota_filecount = 1", Symlink("mail/dir/l", "nosuch", "ptuser1")),
    plain("unreadable-below", f"quota = {SIZE}", Dir("mail/dir/sub", 0o000, "root"), mail("dir/sub/a")),
    plain("known-size", "quota = 1000\nmailbox_size = 900", mail("dir/a", 10)),
    plain("known-size-fits", "quota = 1000\nmailbox_size = 10", mail("dir/a", 5000)),
    plain("known-size-negative", "quota = 1000\nmailbox_size = -7", mail("dir/a", 900)),
    plain("known-count", "quota = 1M\nquota_filecount = 5\nmailbox_filecount = 5", mail("dir/a")),
    plain("known-both", "quota = 1M\nquota_filecount = 5\nmailbox_filecount = 4\nmailbox_size = 100", mail("dir/a")),
    plain("known-size-count-scanned", "quota = 1000\nquota_filecount = 1\nmailbox_size = 1", mail("dir/a", 5000)),
    # W10, kept: hard links are divided and rounded, and a size in the name ignores them
    plain("hard-links", f"quota = {900 + SIZE}", mail("dir/a", 900), HardLink("mail/dir/b", "mail/dir/a"), HardLink("mail/dir/c", "mail/dir/a")),
    plain("hard-links-rounded", f"quota = {999 + SIZE}", mail("dir/a", 1000), HardLink("mail/dir/b", "mail/dir/a"), HardLink("mail/dir/c", "mail/dir/a")),
    plain("hard-links-rounded-over", f"quota = {999 + SIZE - 1}", mail("dir/a", 1000), HardLink("mail/dir/b", "mail/dir/a"), HardLink("mail/dir/c", "mail/dir/a")),
    plain("hard-links-count", "quota = 1M\nquota_filecount = 3", mail("dir/a", 900), HardLink("mail/dir/b", "mail/dir/a"), HardLink("mail/dir/c", "mail/dir/a")),
    plain("hard-link-from-outside", f"quota = {450 + SIZE}", mail("dir/a", 900), HardLink("mail/b", "mail/dir/a")),
    plain("regex", "quota = 1000\nquota_size_regex = S=(\\\\d+)$", mail("dir/a,S=10", 5000)),
    plain("regex-over", "quota = 1000\nquota_size_regex = S=(\\\\d+)$", mail("dir/a,S=5000", 10)),
    plain("regex-no-match", "quota = 1000\nquota_size_regex = S=(\\\\d+)$", mail("dir/a", 900)),
    plain("regex-not-a-number", "quota = 1000\nquota_size_regex = S=(.*)$", mail("dir/a,S=10x", 900)),
    plain("regex-hexadecimal", "quota = 1000\nquota_size_regex = S=(.*)$", mail("dir/a,S=0x10", 900)),
    plain("regex-two-groups", "quota = 1000\nquota_size_regex = S=(\\\\d+),(\\\\d+)$", mail("dir/a,S=10,900", 5000)),
    plain("regex-on-directory", "quota = 1000\nquota_size_regex = S=(\\\\d+)$", Dir("mail/dir/d,S=7", 0o700, "ptuser1"), mail("dir/d,S=7/a", 5000)),
    plain("regex-links-ignored", "quota = 1000\nquota_size_regex = S=(\\\\d+)$", mail("dir/a,S=400", 400), HardLink("mail/dir/b,S=400", "mail/dir/a,S=400")),
    plain("regex-malformed", "quota = 1000\nquota_size_regex = S=(", mail("dir/a")),
    plain("regex-empty-capture", "quota = 1000\nquota_size_regex = S=(\\\\d*)$", mail("dir/a,S=", 900)),
    plain("regex-without-quota", "quota_size_regex = S=(", mail("dir/a")),
    plain("directory-not-there", f"quota = {SIZE - 1}\ndirectory = @MAIL@/newdir".replace("directory =", "directory_mode = 0755\n#directory =")),
    plain("quota-directory", f"quota = 1000\nquota_directory = @MAIL@/all", Dir("mail/all", 0o755, "ptuser1"), mail("all/a", 900)),
    plain("quota-directory-fits", f"quota = 1000\nquota_directory = @MAIL@/all", Dir("mail/all", 0o755, "ptuser1"), mail("dir/a", 5000)),
    plain("quota-directory-missing", f"quota = 1000\nquota_directory = @MAIL@/all", mail("dir/a", 5000)),
    plain("quota-directory-is-file", f"quota = 1000\nquota_directory = @MAIL@/all", mail("all", 5000)),
    plain("quota-directory-relative", f"quota = 1000\nquota_directory = all"),
    plain("quota-directory-failure", f"quota = 1000\nquota_directory = ${{nosuch:x}}"),
    plain("quota-directory-forced-failure", f"quota = 1000\nquota_directory = ${{if eq{{a}}{{b}}{{x}}fail}}"),
    plain("quota-directory-empty", f"quota = 1000\nquota_directory ="),
    plain("quota-directory-unused", f"quota = 0\nquota_directory = all"),
    plain("quota-directory-unused-no-check", f"quota = 10/no_check\nquota_directory = all"),
    Case("plain-created", one_transport(f"directory = @MAIL@/new/dir\nquota = {SIZE}"), calls=TWICE),
    Case("plain-created-over", one_transport(f"directory = @MAIL@/new/dir\nquota = {SIZE - 1}"), calls=SEND),
]
test_directories = compat(DIRECTORIES)

MAILDIR = [
    maildir("fits", f"quota = {SIZE}"),
    maildir("over", f"quota = {SIZE - 1}"),
    maildir("over-user-told", f"quota = {SIZE - 1}", calls=SEND_SENDER),
    maildir("exact", f"quota = {500 + SIZE}", mail("md/new/a", 200), mail("md/cur/b", 300)),
    maildir("one-byte-too-much", f"quota = {500 + SIZE - 1}", mail("md/new/a", 200), mail("md/cur/b", 300)),
    maildir("tmp-counts", f"quota = {500 + SIZE - 1}", mail("md/tmp/a", 500)),
    # W10, kept: the directories themselves count
    maildir("count-four", "quota = 1M\nquota_filecount = 4"),
    maildir("count-four-twice", "quota = 1M\nquota_filecount = 4", calls=TWICE),
    maildir("count-three", "quota = 1M\nquota_filecount = 3"),
    maildir("other-files-count", "quota = 1M\nquota_filecount = 5", mail("md/dovecot.index"), mail("md/subscriptions")),
    maildir("folder-measures-parent", f"quota = {900 + SIZE - 1}", mail("md/cur/a", 900), *folder("md/.Work")),
    Case("maildir-in-folder", one_transport(f"directory = @MAIL@/md/.Work\nmaildir_format\nquota = {900 + SIZE - 1}"), WHOLE + folder("md/.Work") + (mail("md/cur/a", 900), File("mail/md/.Work/maildirfolder", "", 0o600, "ptuser1")), SEND),
    Case("maildir-in-folder-slash", one_transport(f"directory = @MAIL@/md/.Work/\nmaildir_format\nquota = {900 + SIZE - 1}"), WHOLE + folder("md/.Work") + (mail("md/cur/a", 900), File("mail/md/.Work/maildirfolder", "", 0o600, "ptuser1")), SEND),
    Case("maildir-in-folder-not-marked", one_transport(f"directory = @MAIL@/md/.Work\nmaildir_format\nquota = {900 + SIZE - 1}"), WHOLE + folder("md/.Work") + (mail("md/cur/a", 900),), SEND),
    Case("maildir-in-folder-marked-now", one_transport(f"directory = @MAIL@/md/.Work\nmaildir_format\nquota = {900 + SIZE - 1}\nmaildirfolder_create_regex = Work$"), WHOLE + (mail("md/cur/a", 900),), SEND),
    Case("maildir-marked-at-top", one_transport(f"directory = @MAIL@/md\nmaildir_format\nquota = {900 + SIZE - 1}"), WHOLE + (mail("other", 900), File("mail/md/maildirfolder", "", 0o600, "ptuser1")), SEND),
    Case("maildir-created-over", one_transport(f"directory = @MAIL@/new/md\nmaildir_format\nquota = {SIZE - 1}"), (), SEND),
    Case("maildir-created", one_transport(f"directory = @MAIL@/new/md\nmaildir_format\nquota = {SIZE * 2}"), (), SEND * 3),
    maildir("regex-in-tags", f"quota = 1000\nmaildir_tag = ,S=$message_size\nquota_size_regex = ,S=(\\\\d+)", mail("md/cur/1.M1P1.h,S=700:2,S", 10)),
    maildir("regex-in-tags-over", f"quota = 1000\nmaildir_tag = ,S=$message_size\nquota_size_regex = ,S=(\\\\d+)", mail("md/cur/1.M1P1.h,S=800:2,S", 10)),
    maildir("quota-directory-above", f"quota = 1000\nquota_directory = @MAIL@/md/cur", mail("md/new/a", 5000)),
    maildir("quota-directory-failure", "quota = 1000\nquota_directory = ${nosuch:x}"),
    Case("maildir-quota-directory-failure-created", one_transport("directory = @MAIL@/new/md\nmaildir_format\nquota = 1000\nquota_directory = ${nosuch:x}"), (), SEND),
    maildir("known-size", "quota = 1000\nmailbox_size = 900"),
    maildir("tag-failure-over", "quota = 10\nmaildir_tag = ${nosuch:x}"),
    maildir("suffix-failure-over", "quota = 10\nmessage_suffix = ${nosuch:x}"),
    maildir("batch", f"quota = {SIZE * 2}\nbatch_max = 10", calls=(Send("a@t.ex", "b@t.ex", "c@t.ex", sender="<>"),)),
    maildir("hard-links", f"quota = {900 + SIZE}", *LINKED),
]
test_maildir = compat(MAILDIR)

# ---- maildirsize ---------------------------------------------------------------------------------------------------

USE = "maildir_use_size_file\n"
FRESH = Touch("mail/md/maildirsize", 10)


def counted(name: str, options: str, *setup, calls=SEND, **marks) -> Case:
    return maildir("size-" + name, USE + options, *setup, calls=calls, **marks)


MAILDIRSIZE = [
    counted("new", "quota = 10K"),
    counted("new-count", "quota = 10K\nquota_filecount = 10"),
    counted("new-twice", "quota = 10K", calls=TWICE),
    counted("new-over", "quota = 10"),
    counted("new-over-twice", "quota = 10", calls=TWICE),
    counted("new-without-quota", ""),
    counted("new-without-quota-twice", "", calls=TWICE),
    counted("counts-files", "quota = 10K", mail("md/new/a", 100), mail("md/cur/b", 200), mail("md/tmp/c", 400), mail("md/d", 800)),
    counted("counts-folders", "quota = 10K", *folder("md/.Work"), mail("md/.Work/cur/a", 100), mail("md/.Work/x", 800)),
    counted("counts-nested-folders", "quota = 10K", *folder("md/.Work"), *folder("md/.Work/.Deep"), mail("md/.Work/.Deep/new/a", 100)),
    counted("counts-below-cur", "quota = 10K", Dir("mail/md/cur/sub", 0o700, "ptuser1"), mail("md/cur/sub/a", 100)),
    counted("folder-not-in-regex", "quota = 10K\nmaildir_quota_directory_regex = ^(?:cur|new|\\\\.(?!Trash).*)$", *folder("md/.Trash"), mail("md/.Trash/cur/a", 100)),
    counted("regex-empty", "quota = 10K\nmaildir_quota_directory_regex =", mail("md/new/a", 100), mail("md/tmp/b", 200), Dir("mail/md/other", 0o700, "ptuser1"), mail("md/other/c", 400)),
    counted("regex-malformed", "quota = 10K\nmaildir_quota_directory_regex = ("),
    counted("exists", "quota = 10K", size_file("10240S,0C\n500 5\n"), FRESH),
    counted("exists-old", "quota = 10K", size_file("10240S,0C\n500 5\n")),
    counted("exists-many-lines", "quota = 10K", size_file("10240S,0C\n500 5\n-100 -1\n300 1\n"), FRESH),
    counted("exists-with-count", "quota = 10K\nquota_filecount = 100", size_file("10240S,100C\n500 5\n"), FRESH),
    counted("exists-count-first", "quota = 10K\nquota_filecount = 100", size_file("100C,10240S\n500 5\n"), FRESH),
    counted("exists-other-limit-letter", "quota = 10K", size_file("10240S,7X,0C\n500 5\n"), FRESH),
    counted("exists-only-size", "quota = 10K", size_file("10240S\n500 5\n"), FRESH),
    counted("exists-only-limits", "quota = 10K", size_file("10240S,0C\n"), FRESH),
    counted("exists-padded", "quota = 10K", size_file("10240S,0C\n         500            5\n".replace("            5", " 5")), FRESH),
    counted("exists-padded-count", "quota = 10K", size_file("10240S,0C\n500     5\n"), FRESH),
    counted("exists-blank-lines", "quota = 10K", size_file("10240S,0C\n\n500 5\n"), FRESH),
    counted("other-size-limit", "quota = 10K", size_file("9999S,0C\n500 5\n"), FRESH),
    counted("other-count-limit", "quota = 10K\nquota_filecount = 3", size_file("10240S,0C\n500 5\n"), FRESH),
    counted("missing-letter", "quota = 10K", size_file("10240\n500 5\n"), FRESH),
    counted("bad-separator", "quota = 10K", size_file("10240S;0C\n500 5\n"), FRESH),
    counted("tab", "quota = 10K", size_file("10240S,0C\n500\t5\n"), FRESH),
    counted("trailing-blank", "quota = 10K", size_file("10240S,0C\n500 5 \n"), FRESH),
    counted("carriage-return", "quota = 10K", size_file("10240S,0C\r\n500 5\r\n"), FRESH),
    counted("one-number", "quota = 10K", size_file("10240S,0C\n500\n"), FRESH),
    counted("text", "quota = 10K", size_file("hello\nworld\n"), FRESH),
    counted("empty", "quota = 10K", size_file(""), FRESH),
    counted("negative-size", "quota = 10K", size_file("10240S,0C\n-500 5\n"), FRESH),
    counted("negative-count", "quota = 10K", size_file("10240S,0C\n500 -5\n"), FRESH),
    counted("fraction", "quota = 10K", size_file("10240S,0C\n500.5 5\n"), FRESH),
    counted("too-long", "quota = 10K", size_file("10240S,0C\n" + "1 1\n" * 1280), FRESH),
    counted("long", "quota = 10K", size_file("10240S,0C\n" + "1 1\n" * 1200), FRESH),
    counted("over-one-line-fresh", "quota = 1000", size_file("1000S,0C\n900 5\n"), FRESH),
    counted("over-one-line-old", "quota = 1000", size_file("1000S,0C\n900 5\n")),
    counted("over-two-lines-fresh", "quota = 1000", size_file("1000S,0C\n800 4\n100 1\n"), FRESH),
    counted("over-really", "quota = 1000", size_file("1000S,0C\n800 4\n100 1\n"), FRESH, mail("md/cur/a", 900)),
    counted("over-count-fresh", "quota = 1M\nquota_filecount = 5", size_file("1048576S,5C\n900 5\n"), FRESH),
    counted("over-count-old", "quota = 1M\nquota_filecount = 5", size_file("1048576S,5C\n900 5\n")),
    counted("count-exact", "quota = 1M\nquota_filecount = 2", mail("md/cur/a")),
    counted("count-over", "quota = 1M\nquota_filecount = 1", mail("md/cur/a")),
    counted("no-check", "quota = 10/no_check", mail("md/cur/a")),
    counted("exclusive", "quota = 100\nno_quota_is_inclusive", mail("md/cur/a", 100)),
    counted("exclusive-over", "quota = 99\nno_quota_is_inclusive", mail("md/cur/a", 100)),
    counted("mode", "quota = 10K\nmode = 0640"),
    counted("is-directory", "quota = 10K", Dir("mail/md/maildirsize", 0o700, "ptuser1")),
    counted("not-ours", "quota = 10K", File("mail/md/maildirsize", "10240S,0C\n500 5\n", 0o600)),
    counted("not-writable", "quota = 10K", File("mail/md/maildirsize", "10240S,0C\n500 5\n", 0o400, "ptuser1")),
    counted("tag-and-regex", "quota = 10K\nmaildir_tag = ,S=$message_size\nquota_size_regex = ,S=(\\\\d+)", mail("md/cur/a,S=777", 10)),
    counted("additions-are-written", "quota = 10K\nreturn_path_add\nenvelope_to_add"),
    counted("known-size", "quota = 1000\nmailbox_size = 900"),
    counted("known-size-small", "quota = 1000\nmailbox_size = 1", mail("md/cur/a", 900)),
    counted("known-count", "quota = 1M\nquota_filecount = 5\nmailbox_filecount = 5"),
    maildir("size-expanded-true", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{a}{yes}}"),
    maildir("size-expanded-no", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{a}{no}}"),
    maildir("size-expanded-FALSE", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{a}{FALSE}}"),
    maildir("size-expanded-zero", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{a}{0}}"),
    maildir("size-expanded-empty", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{b}{yes}}"),
    maildir("size-expanded-other", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{a}{maybe}}"),
    maildir("size-expanded-failure", "quota = 10K\nmaildir_use_size_file = ${nosuch:x}"),
    maildir("size-expanded-forced-failure", "quota = 10K\nmaildir_use_size_file = ${if eq{a}{b}{yes}fail}"),
    Case("maildir-size-in-folder", one_transport("directory = @MAIL@/md/.Work\nmaildir_format\nquota = 10K\n" + USE), WHOLE + folder("md/.Work") + (mail("md/cur/a", 900), File("mail/md/.Work/maildirfolder", "", 0o600, "ptuser1")), TWICE),
    Case("maildir-size-in-excluded-folder", one_transport("directory = @MAIL@/md/.Trash\nmaildir_format\nquota = 10\nmaildir_quota_directory_regex = ^(?:cur|new|\\\\.(?!Trash).*)$\n" + USE), WHOLE + folder("md/.Trash") + (File("mail/md/.Trash/maildirfolder", "", 0o600, "ptuser1"),), TWICE),
    # W19, kept: the folder test is about names, and can switch the quota off
    Case("maildir-size-quota-directory-two-up", one_transport("directory = @MAIL@/md/u/box\nmaildir_format\nquota = 10\nquota_directory = @MAIL@/md\n" + USE), WHOLE, SEND),
    Case("maildir-size-quota-directory", one_transport("directory = @MAIL@/box\nmaildir_format\nquota = 10K\nquota_directory = @MAIL@/md\n" + USE), WHOLE + (mail("md/cur/a", 900),), TWICE),
    Case("maildir-size-quota-directory-missing", one_transport("directory = @MAIL@/box\nmaildir_format\nquota = 10K\nquota_directory = @MAIL@/nosuch\n" + USE), WHOLE, SEND),
    Case("maildir-size-created", one_transport("directory = @MAIL@/new/md\nmaildir_format\nquota = 10K\n" + USE), (), TWICE),
    Case("maildir-size-plain-directory", one_transport("directory = @MAIL@/dir\nquota = 10K\n" + USE), (), SEND),
    Case("maildir-size-plain-directory-over", one_transport("directory = @MAIL@/dir\nquota = 10\n" + USE), (), SEND),
    Case("maildir-size-plain-directory-no-quota", one_transport("directory = @MAIL@/dir\n" + USE), (), SEND),
]
test_maildirsize = compat(MAILDIRSIZE)

# ---- the warning ---------------------------------------------------------------------------------------------------

TEXT = 'quota_warn_message = "To: $local_part@$domain\\nSubject: nearly full\\n\\n$local_part, tidy up\\n"\n'


def warned(name: str, options: str, size: int | None = 1000, *setup, calls=SEND, main="", **marks) -> Case:
    there = () if size is None else (File("mail/box", old(size), 0o600, "ptuser1"),)
    return Case("warn-" + name, one_transport(options, main), there + setup, calls, **marks)


WARNINGS = [
    warned("default", "quota_warn_threshold = 1100"),
    warned("own-text", TEXT + "quota_warn_threshold = 1100"),
    warned("utf8-text", TEXT.replace("tidy", "räume") + "quota_warn_threshold = 1100", difference="D-autoreply-mime", differs_in=("log", "mail")),
    warned("utf8-declared", TEXT.replace("tidy", "räume").replace("Subject", "Content-Type: text/plain; charset=utf-8\\nSubject") + "quota_warn_threshold = 1100"),
    warned("no-blank-line", TEXT.replace("full\\n\\n", "full\\n ") + "quota_warn_threshold = 1100"),
    warned("text-at-once", TEXT.replace("full\\n\\n", "full\\n") + "quota_warn_threshold = 1100"),
    warned("from-sender", TEXT + "quota_warn_threshold = 1100", calls=SEND_SENDER),
    warned("threshold-exact", TEXT + "quota_warn_threshold = 1000"),
    warned("threshold-not-reached", TEXT + "quota_warn_threshold = 5000"),
    warned("already-past", TEXT + "quota_warn_threshold = 999"),
    warned("written-bytes-count", TEXT + f"quota_warn_threshold = {1000 + SIZE}"),
    warned("written-bytes-count-exactly", TEXT + f"quota_warn_threshold = {1000 + SIZE - 1 + 41}"),
    warned("twice-only-once", TEXT + "quota_warn_threshold = 1100", calls=TWICE),
    warned("percent", TEXT + "quota = 2000\nquota_warn_threshold = 55%"),
    warned("percent-not-reached", TEXT + "quota = 2000\nquota_warn_threshold = 95%"),
    warned("percent-fraction", TEXT + "quota = 2000\nquota_warn_threshold = 55.5%"),
    warned("percent-zero", TEXT + "quota = 2000\nquota_warn_threshold = 0%"),
    warned("percent-hundred", TEXT + "quota = 1200\nno_quota_is_inclusive\nquota_warn_threshold = 100%"),
    warned("percent-above-hundred", TEXT + "quota = 2000\nquota_warn_threshold = 101%"),
    warned("percent-hundred-and-a-half", TEXT + "quota = 1100\nno_quota_is_inclusive\nquota_warn_threshold = 100.5%"),
    warned("percent-negative", TEXT + "quota = 2000\nquota_warn_threshold = -1%"),
    warned("percent-large", TEXT + "quota = 2000\nquota_warn_threshold = 1234567890123%"),
    warned("percent-without-quota", TEXT + "quota_warn_threshold = 55%"),
    warned("percent-without-quota-invalid", TEXT + "quota_warn_threshold = 555%"),
    warned("percent-blank", TEXT + "quota = 2000\nquota_warn_threshold = 55 %"),
    warned("percent-unit", TEXT + "quota = 2000\nquota_warn_threshold = 1K%"),
    warned("percent-then-text", TEXT + "quota = 2000\nquota_warn_threshold = 55%x"),
    warned("no-check-malformed", TEXT + "quota = 2000\nquota_warn_threshold = 55%/no_check"),
    warned("unit", TEXT + "quota_warn_threshold = 1K"),
    warned("zero", TEXT + "quota_warn_threshold = 0"),
    warned("negative", TEXT + "quota_warn_threshold = -5"),
    warned("failure", TEXT + "quota_warn_threshold = ${nosuch:x}"),
    warned("text-without-threshold", TEXT + "quota = 5000"),
    warned("text-failure", "quota_warn_message = ${nosuch:x}\nquota_warn_threshold = 1100"),
    warned("text-forced-failure", "quota_warn_message = ${if eq{a}{b}{x}fail}\nquota_warn_threshold = 1100"),
    warned("text-variables", 'quota_warn_message = "To: <$local_part@$domain>\\nSubject: $transport_name $router_name $home $return_path $sender_address $message_exim_id $message_size $h_subject:\\n\\nx\\n"\nquota_warn_threshold = 1100', calls=SEND_SENDER),
    warned("text-from", 'quota_warn_message = "From: Me <me@test.example>\\nTo: box@test.example\\n\\nx\\n"\nquota_warn_threshold = 1100'),
    warned("text-from-in-body", 'quota_warn_message = "To: box@test.example\\n\\nfrom \\t: x\\n"\nquota_warn_threshold = 1100'),
    warned("text-auto-submitted", 'quota_warn_message = "To: box@test.example\\nAuto-Submitted: no\\n\\nx\\n"\nquota_warn_threshold = 1100'),
    warned("text-cc-bcc", 'quota_warn_message = "To: box@test.example\\nCc: c@test.example\\nBcc: d@test.example\\n\\nx\\n"\nquota_warn_threshold = 1100'),
    warned("text-no-newline", 'quota_warn_message = "To: box@test.example\\n\\nno newline"\nquota_warn_threshold = 1100'),
    warned("text-no-body", 'quota_warn_message = "To: box@test.example\\n"\nquota_warn_threshold = 1100'),
    warned("text-dot-line", 'quota_warn_message = "To: box@test.example\\n\\na\\n.\\nb\\n"\nquota_warn_threshold = 1100'),
    warned("text-from-line", 'quota_warn_message = "To: box@test.example\\n\\nFrom me\\n"\nquota_warn_threshold = 1100'),
    warned("text-unqualified", 'quota_warn_message = "To: box\\n\\nx\\n"\nquota_warn_threshold = 1100'),
    warned("text-message-id", 'quota_warn_message = "To: box@test.example\\nMessage-Id: <w@x>\\nDate: Sun, 22 Nov 2020 04:11:02 +0000\\n\\nx\\n"\nquota_warn_threshold = 1100'),
    warned("errors-reply-to", TEXT + "quota_warn_threshold = 1100", main="errors_reply_to = help@test.example"),
    warned("errors-reply-to-given", 'quota_warn_message = "Reply-To: me@test.example\\nTo: box@test.example\\n\\nx\\n"\nquota_warn_threshold = 1100', main="errors_reply_to = help@test.example"),
    warned("dsn-from", TEXT + "quota_warn_threshold = 1100", main="dsn_from = The System <system@$qualify_domain>"),
    warned("authentication", TEXT + "quota_warn_threshold = 1100", main="bounce_sender_authentication = auth@test.example\nlog_selector = +smtp_mailauth"),
    warned("selectors", TEXT + "quota_warn_threshold = 1100", main="log_selector = +all -pid -arguments -millisec"),
    warned("no-message-logs", TEXT + "quota_warn_threshold = 1100", main="no_message_logs"),
    warned("over-quota-none", TEXT + "quota = 1100\nquota_warn_threshold = 1050"),
    warned("unchecked-quota", TEXT + "quota = 1100/no_check\nquota_warn_threshold = 1050"),
    warned("new-mailbox", TEXT + "quota_warn_threshold = 100", None),
    warned("several", TEXT + "quota_warn_threshold = 1100", calls=(Send("box@test.example", "box2@test.example", sender="<>"),)),
    # (for the warning itself the mailbox is large already: exim4 would otherwise warn about warnings for ever)
    warned("known-size", TEXT + "mailbox_size = ${if eq{$sender_address}{}{1000}{5}}\nquota_warn_threshold = 100", calls=SEND_SENDER),
    warned("disable-logging", TEXT + "quota_warn_threshold = 1100\ndisable_logging"),
    warned("shadow", TEXT + "quota_warn_threshold = 1100\nshadow_transport = t1"),
    warned("queue-only", TEXT + "quota_warn_threshold = 1100", main="queue_only"),
    warned("queue-only-no-override", TEXT + "quota_warn_threshold = 1100", main="queue_only\nno_queue_only_override", calls=(Send("box@test.example", sender="<>"), Call("-qf"))),
    warned("queue-only-in-queue-run", TEXT + "quota_warn_threshold = 1100", main="queue_only", calls=(Send("box@test.example", sender="<>", how="-odq -oi"), Call("-q"))),
    plain("warn", TEXT + "quota_warn_threshold = 600", mail("dir/a", 500)),
    plain("warn-twice", TEXT + "quota_warn_threshold = 800", mail("dir/a", 500), calls=TWICE),
    plain("warn-percent-no-quota-directory", TEXT + "quota = 1000\nquota_directory = @MAIL@/all\nquota_warn_threshold = ${if eq{$sender_address}{}{0}{55%}}", Dir("mail/all", 0o755, "ptuser1"), mail("all/a", 500), calls=SEND_SENDER),
    maildir("warn", TEXT + "quota_warn_threshold = 600", mail("md/cur/a", 500)),
    maildir("warn-size-file", TEXT + USE + "quota_warn_threshold = 600", mail("md/cur/a", 500)),
    maildir("warn-size-file-percent", TEXT + USE + "quota_warn_threshold = 60%", mail("md/cur/a", 500)),
    maildir("warn-size-file-percent-invalid", TEXT + USE + "quota_warn_threshold = 160%", mail("md/cur/a", 500)),
    maildir("warn-size-file-quota", TEXT + USE + "quota = 1000\nquota_warn_threshold = 60%", mail("md/cur/a", 500)),
    maildir("warn-batch", TEXT + "quota_warn_threshold = 600\nbatch_max = 10", mail("md/cur/a", 500), calls=(Send("a@test.example", "b@test.example", sender="<>"),)),
    maildir("warn-batch-of-one-user", 'quota_warn_message = "To: box@test.example\\n\\nx $local_part\\n"\nquota_warn_threshold = 600\nbatch_max = 10\nbatch_id = x'.replace("$local_part", "y"), mail("md/cur/a", 500), calls=(Send("a@test.example", "b@test.example", sender="<>"),)),
]
test_warnings = compat(WARNINGS)

# ---- where exim4 is wrong ------------------------------------------------------------------------------------------

EVERYTHING = ("log", "msglog", "spool", "mail")


def chmod(mode: str, directory: str) -> tuple:
    return (Call(f"{mode} @MAIL@/{directory}", by="/bin/chmod", config=False),)


NEW_CLOSED = WHOLE[:2] + (Dir("mail/md/new", 0o500, "ptuser1"),) + WHOLE[3:]
SPARING = "quota_warn_threshold = ${if eq{$sender_address}{}{0}{600}}\n"     # no warning about the warning

DIFFERENT = [
    # W6: exim4 enters linked directories (two links to "." and it never comes back)
    plain("link-to-directory", "quota = 1000", Dir("mail/other", 0o755, "ptuser1"), mail("other/a", 900), Symlink("mail/dir/l", "../other", "ptuser1"),
          difference="D-quota-links", differs_in=EVERYTHING),
    plain("link-to-itself-once", f"quota = {300 + SIZE}", mail("dir/a", 100), Symlink("mail/dir/l", ".", "ptuser1"),
          difference="D-quota-links", differs_in=EVERYTHING),
    # W7: exim4 takes what some other pattern captured (here nothing: the file has no size), or crashes
    plain("regex-without-group", "quota = 300\nquota_size_regex = ,S=", mail("dir/a,S=5", 100),
          difference="D-quota-regex-group", differs_in=EVERYTHING),
    plain("regex-group-without-part", "quota = 300\nquota_size_regex = ,S=(?:x|(\\\\d+))", mail("dir/a,S=x", 100),
          difference="D-quota-regex-group", differs_in=EVERYTHING),
    # W8: a line for a message that never got its name; half a line taken for a whole one
    Case("maildir-size-rename-fails", one_transport("directory = @MAIL@/md\nmaildir_format\nquota = 10K\n" + USE), NEW_CLOSED, TWICE,
         difference="D-maildirsize-order", differs_in=("mail",)),
    counted("unterminated", "quota = 10K", size_file("10240S,0C\n500 5"), FRESH, difference="D-maildirsize-torn", differs_in=("mail",)),
    counted("unterminated-limits", "quota = 10K", size_file("10240S,0C"), FRESH, difference="D-maildirsize-torn", differs_in=("mail",)),
    # What cannot be read is nothing: "0 0" is written, and believed until it says that a message does not fit
    counted("unreadable-cur", "quota = 1000", mail("md/cur/a", 900), calls=chmod("0", "md/cur") + TWICE,
            difference="D-maildirsize-unreadable", differs_in=("mail",)),
    counted("unreadable-folder", "quota = 1000", *folder("md/.Work"), mail("md/.Work/new/a", 900), calls=chmod("0300", "md/.Work/new") + SEND,
            difference="D-maildirsize-unreadable", differs_in=("mail",)),
    counted("unreadable-for-a-while", "quota = 1000", mail("md/cur/a", 900), calls=chmod("0", "md/cur") + SEND + chmod("0700", "md/cur") + SEND,
            difference="D-maildirsize-unreadable", differs_in=EVERYTHING),
    # W9: a warning about a mailbox that got nothing
    Case("maildir-warn-rename-fails",
         conf("", "r0:\n  driver = accept\n  local_parts = x\n  transport = t2\nr1:\n  driver = accept\n  transport = t1\n",
              "t1:\n  driver = appendfile\n  directory = @MAIL@/md\n  maildir_format\n  user = ptuser1\n  "
              + TEXT.replace("$local_part@$domain", "x@test.example") + "  " + SPARING
              + "t2:\n  driver = appendfile\n  file = @MAIL@/warned\n  user = ptuser1\n"),
         NEW_CLOSED + (mail("md/cur/a", 500),), SEND_SENDER, difference="D-quota-warning-failed", differs_in=("log", "msglog", "mail")),
]
test_different = compat(DIFFERENT)
