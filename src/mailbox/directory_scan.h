// SPDX-License-Identifier: Apache-2.0
// mailbox/directory_scan.h – how much lies in a directory and below it, in Exim's numbers (spec appendfile.md §8.3):
// every entry counts one, directories and hidden files included; files add size / links, or what their name says.
//
// Runs as the recipient over a tree that the recipient owns. Symbolic links to directories are not entered, depth and
// number of directories are bounded, a directory is entered once (W6). Never fails: what cannot be read adds nothing.
//
// The result can be kept and brought up to date later: only directories whose identity or time has changed are listed
// again. A size that changes within a file that stays is not seen then: a kept result is good for saying "fits", never
// for refusing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailbox/quota_limits.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

// What the options say about names. Implemented by the transport, which has the patterns.
class NameRules {
public:
    virtual ~NameRules() = default;
    // quota_size_regex: the size that the file's name gives.
    [[nodiscard]] virtual std::optional<std::int64_t> size_in(std::string_view file_name) const = 0;
    // maildir_quota_directory_regex: does this folder count? Only a maildirsize walk asks.
    [[nodiscard]] virtual bool counts_folder(std::string_view name) const = 0;
};

struct DirectoryUse {
    std::string name;  // in its parent
    std::uint64_t device = 0, inode = 0;
    timespec changed{};    // its mtime when it was listed
    bool settled = false;  // a later change is sure to show in `changed`
    MailboxUse own;        // of its entries, without what is below its directories
    std::vector<DirectoryUse> below;
};
[[nodiscard]] MailboxUse total_use(const DirectoryUse& tree);

class DirectoryScan {
public:
    static constexpr int kDeepest = 60;
    static constexpr std::size_t kMostDirectories = 100'000;

    DirectoryScan(Os& os, Clock& clock, const NameRules& names) : os_(os), clock_(clock), names_(names) {}

    // Lists what has changed since `tree` was made, all of it if `tree` is new. `directory`: open for reading.
    void refresh(int directory, DirectoryUse& tree);
    // Something could not be looked at for a reason that may be gone next time: the result must not be kept.
    [[nodiscard]] bool doubtful() const { return doubtful_; }
    // Everything was looked at: nothing is missing from the result.
    [[nodiscard]] bool complete() const { return complete_; }
    // Errors that belong to the tree (gone, closed to us, too deep) and not to the moment.
    [[nodiscard]] static bool lasting(int code);

private:
    void visit(int directory, DirectoryUse& node, int depth);
    void list(int directory, DirectoryUse& node, const FileStat& found);
    void add_entry(int directory, DirectoryUse& node, const DirEntry& entry, std::vector<DirectoryUse>& before);
    [[nodiscard]] bool unfinished(int directory, const DirectoryUse& node, const std::string& name);

    Os& os_;
    Clock& clock_;
    const NameRules& names_;
    void note_gap(const Error& error) {
        doubtful_ = doubtful_ || !lasting(error.code);
        complete_ = false;
    }
    bool doubtful_ = false, complete_ = true;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen_;
};

}  // namespace postern
