// SPDX-License-Identifier: Apache-2.0
// mailbox/maildirsize_file.h – the file "maildirsize" of one Maildir tree: read, made anew, added to (spec
// appendfile.md §8.5). Runs as the recipient.
//
// Between Posterns the caller's lock keeps a recalculation and an addition apart; for other programs the rules of the
// format hold: a line is one write() at the end, and a recalculation that was overtaken by a change removes the file.
// An addition that fails removes it, too: a missing file is made anew, a wrong one would be believed. For the same
// reason what is added and removed is synced, so that no earlier sum is there after a power cut. A file that was made
// anew may come back torn: that is seen.
#pragma once

#include <optional>
#include <string>

#include "mailbox/directory_scan.h"
#include "mailbox/maildirsize.h"

namespace postern {

struct MaildirsizeSettings {
    QuotaLimits limits;
    std::int64_t message_size = 0;  // of the message in hand: decides whether an old sum is good enough
    mode_t mode = 0600;
    std::string hostname;
    bool sync = true;
};

class MaildirsizeFile {
public:
    MaildirsizeFile(Os& os, Clock& clock, const NameRules& names, MaildirsizeSettings settings)
        : os_(os), clock_(clock), names_(names), settings_(std::move(settings)) {}

    // `directory`: open for reading. nullopt: to be recalculated. An Error is one that no recalculation helps.
    [[nodiscard]] Result<std::optional<MailboxUse>> read(int directory);
    // What read() or recalculate() found is still there, byte for byte.
    [[nodiscard]] bool unchanged(int directory) const;
    // What cannot be read adds nothing; then the sum is the answer, but no file is written for others to believe.
    [[nodiscard]] Result<MailboxUse> recalculate(int directory);
    // The last recalculate() has written the file.
    [[nodiscard]] bool written() const { return file_.operator bool(); }
    // What recalculate() would write.
    [[nodiscard]] MailboxUse count(int directory);
    void add(int directory, const MailboxUse& added);

private:
    struct Walk {
        MailboxUse use;
        timespec latest{};      // of the times of the directories that count
        bool doubtful = false;  // something could not be looked at
    };
    [[nodiscard]] bool good_enough(const MaildirsizeText& text, const FileStat& file);
    void walk(int directory, Walk& into, bool with_files, int depth);
    [[nodiscard]] Result<UniqueFd> write_new(int directory, const MailboxUse& use);
    void take(UniqueFd fd);
    void remove(int directory);

    Os& os_;
    Clock& clock_;
    const NameRules& names_;
    MaildirsizeSettings settings_;
    UniqueFd file_;  // none: nothing is to be added
    std::optional<FileStat> seen_;
};

}  // namespace postern
