// SPDX-License-Identifier: Apache-2.0
#include "wording/doctor.h"

#include <fmt/format.h>

namespace postern::wording {
namespace {

struct Words {
    std::string_view name, sentence;
};

Words words_of(MailboxFault fault) {
    switch (fault) {
        case MailboxFault::duplicate_message:
            return {"duplicate-message", "the same message once more (Message-ID and body)"};
        case MailboxFault::duplicate_name:
            return {"duplicate-name", "another message has the same unique name"};
        case MailboxFault::empty_message:
            return {"empty-message", "a message file with nothing in it"};
        case MailboxFault::foreign_file:
            return {"foreign-file", "does not belong into the mailbox"};
        case MailboxFault::foreign_text:
            return {"foreign-text", "text in front of the first message"};
        case MailboxFault::glued_from_line:
            return {"glued-from-line", "a message begins in the middle of a line: the one before it is torn"};
        case MailboxFault::in_use:
            return {"in-use", "somebody has changed the mailbox while it was looked at"};
        case MailboxFault::loose_from_line:
            return {"loose-from-line", "a line begins with \"From \" and has no date: readers differ about it"};
        case MailboxFault::maildirsize_malformed:
            return {"maildirsize-malformed", "not in the form of a maildirsize file"};
        case MailboxFault::maildirsize_wrong:
            return {"maildirsize-wrong", "does not agree with what is there"};
        case MailboxFault::mbx_header:
            return {"mbx-header", "the MBX header block is damaged"};
        case MailboxFault::mbx_line:
            return {"mbx-line", "there is no message line where one has to be"};
        case MailboxFault::mbx_uid:
            return {"mbx-uid", "the UID does not fit those before it or the last one given"};
        case MailboxFault::missing_directory:
            return {"missing-directory", "the directory is missing"};
        case MailboxFault::missing_envelope:
            return {"missing-envelope", "a message without its envelope (.env)"};
        case MailboxFault::missing_message:
            return {"missing-message", "an envelope without its message (.msg)"};
        case MailboxFault::missing_newline:
            return {"missing-newline", "the last line does not end: the next message would be glued to it"};
        case MailboxFault::not_looked_at:
            return {"not-looked-at", "could not be looked at"};
        case MailboxFault::size_in_name:
            return {"size-in-name", "the file is not as long as its name says"};
        case MailboxFault::stale_temporary:
            return {"stale-temporary", "a temporary file that nobody has touched for 36 hours"};
        case MailboxFault::torn_end:
            return {"torn-end", "the last message breaks off"};
        case MailboxFault::torn_envelope:
            return {"torn-envelope", "the envelope is empty or breaks off"};
        case MailboxFault::torn_message:
            return {"torn-message", "the message before this one does not end with an empty line"};
        case MailboxFault::zeros:
            return {"zeros", "a run of zero bytes, as a crash of the machine leaves it"};
    }
    return {"unknown", "unknown"};
}

}  // namespace

std::string_view name_of(MailboxFault fault) { return words_of(fault).name; }
std::string_view sentence(MailboxFault fault) { return words_of(fault).sentence; }

std::string duplicate_of(std::string_view first) { return fmt::format("first: {}", first); }

std::string maildirsize_truth(std::int64_t says_size, std::int64_t says_count, std::int64_t size, std::int64_t count) {
    return fmt::format("it says {} bytes in {} files, there are {} bytes in {} files", says_size, says_count, size,
                       count);
}

std::string bytes_missing(std::int64_t count) { return fmt::format("{} bytes are missing", count); }
std::string bytes_unreadable(std::int64_t count) {
    return fmt::format("{} bytes from here on can't be read as messages", count);
}

std::string mailbox_is_link() { return "is a symbolic link; give the path that it leads to"; }
std::string mailbox_format_unknown() { return "not recognised as a mailbox; --format says what it is"; }
std::string mailbox_is_mmdf() { return "an MMDF mailbox; only mbox, maildir, mbx and mailstore are known here"; }
std::string mailbox_of_other_kind(std::string_view format, bool is_directory) {
    return fmt::format("is a {}, no {} mailbox", is_directory ? "directory" : "file", format);
}
std::string mailbox_below_user() { return "belongs to a user; not entered as root"; }

std::string end_completed(std::int64_t bytes) {
    return fmt::format("{} {} appended, so that the next message begins where it should", bytes,
                       bytes == 1 ? "byte" : "bytes");
}
std::string end_not_completed() { return "the end is not one that can be completed"; }
std::string directory_made() { return "made"; }
std::string maildirsize_counted(std::int64_t size, std::int64_t count) {
    return fmt::format("counted again: {} bytes in {} files", size, count);
}
std::string maildirsize_limits_unknown() {
    return "its limits can't be read; the next delivery with a quota makes it anew";
}
std::string maildirsize_unsure() {
    return "the mailbox changes; removed, the next delivery with a quota makes it anew";
}
std::string stale_set_aside() { return "moved to tmp.old"; }
std::string stale_left() { return "moved to tmp.old only with --set-stale-aside"; }
std::string left_for_a_person() { return "nothing can be done without a decision about mail"; }

}  // namespace postern::wording
