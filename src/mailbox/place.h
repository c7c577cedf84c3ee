// SPDX-License-Identifier: Apache-2.0
// mailbox/place.h – the directory that a mailbox lies in (or is), found once and then held open, and the rule that
// create_file makes about it (spec appendfile.md §5, §6).
//
// Below a creation root every step is taken from the descriptor of the one before, without following symbolic links;
// links that Exim would follow because they end below the root are resolved first and compared by components (W3).
// Elsewhere the path is the administrator's and is opened as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/os.h"

namespace postern {

struct CreationRule {
    enum class Kind : std::uint8_t { anywhere, in_home, below_home };
    Kind kind = Kind::anywhere;
    std::string root;  // absolute create_file, else the home directory; empty: not known, nothing is checked
    [[nodiscard]] bool restricts() const { return kind != Kind::anywhere && !root.empty(); }
};

// Is `path` below the root, going by its text alone (§5, 1–3)?
[[nodiscard]] bool creation_allowed_by_name(const CreationRule& rule, std::string_view path);

struct Place {
    std::string path;       // of the directory, as configured
    UniqueFd dir;           // the deepest part of it that exists; none: it could not be opened
    std::string rest;       // what of the path lies between dir and the directory: missing, or not accessible
    CreationRule rule;      // that it was found under
    bool confined = false;  // dir is below the root and was reached without links
    bool allowed = true;    // create_file permits files in it

    [[nodiscard]] bool complete() const { return dir && rest.empty(); }
    // A name in the directory; for a place that is not complete a name that makes the call fail with the right errno.
    [[nodiscard]] AtPath at(std::string_view leaf) const;
};

// Looks, changes nothing. `allowed` also takes the name of the file into account that is to be created there.
[[nodiscard]] Place find_place(Os& os, std::string directory, std::string_view leaf, CreationRule rule);

// Makes what is missing, each level with `mode` (bits above 0777 by chmod), and syncs the directories that got a new
// entry if `sync`. EEXIST is success. A confined place stays confined: a link that turns up meanwhile is Error{ELOOP}.
[[nodiscard]] Status make_place(Os& os, Place& place, mode_t mode, bool sync);

// fsync of a directory; a directory that we may write but not read, or a file system that cannot, is success.
[[nodiscard]] Status sync_entries(Os& os, const AtPath& directory);

}  // namespace postern
