// SPDX-License-Identifier: Apache-2.0
// routers/redirect_file.h – reading a redirect file or an :include:d one, with the checks that keep one user from
// redirecting another's mail (spec routing.md §4.3 point 4, §5). Runs as whoever the process is; everything is checked
// on the open descriptor, so that nothing can be exchanged between the look and the reading.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "routers/redirect_data.h"
#include "sys/os.h"

namespace postern {

inline constexpr std::size_t kLargestRedirectFile = 1024 * 1024;

struct FileChecks {
    unsigned forbidden_bits = 022;      // modemask
    bool owner = false, group = false;  // check them at all
    std::vector<uid_t> owners;          // all that are good, the local user's included
    std::vector<gid_t> groups;
    bool ignore_eacces = false, ignore_enotdir = false;
};

struct RedirectFile {
    enum class Kind : std::uint8_t { text, missing, error } kind = Kind::missing;
    std::string text;  // contents, or what is wrong
};
[[nodiscard]] RedirectFile read_redirect_file(Os& os, const std::string& path, const FileChecks& checks);

// Whether the file can be seen not to exist, its directory being there: then nobody needs to become the user to read
// it.
[[nodiscard]] bool is_plainly_missing(Os& os, const std::string& path);

// `below`: include_directory, or empty. No component of the name under it may be a symbolic link or lead out of it.
[[nodiscard]] Included read_included_file(Os& os, const std::string& name, const std::string& below);

}  // namespace postern
