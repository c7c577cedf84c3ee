// SPDX-License-Identifier: Apache-2.0
// transports/appendfile_target.h – where an appendfile delivery goes: path, format, creation rule, taint (spec
// appendfile.md §4, §5). Looks at the file system, changes nothing; plan() and deliver() both start here.
#pragma once

#include <optional>
#include <string>

#include "driver/transport.h"
#include "mailbox/place.h"
#include "transports/appendfile_options.h"

namespace postern {

struct AppendfileTarget {
    enum class Format : std::uint8_t { file, maildir, mailstore, plain };
    Format format = Format::file;
    std::string path;
    std::string leaf;                              // one file: its name in the place
    Place place;                                   // directory of the file, or the mailbox directory itself
    std::optional<std::string> logged_local_part;  // file addresses: the path
    std::optional<Outcome> verdict;                // settled already: refused, or nothing to do (/dev/null, -N)
};

[[nodiscard]] AppendfileTarget appendfile_target(DeliveryContext& context, const AppendfileOptions& options);

}  // namespace postern
