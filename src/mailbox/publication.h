// SPDX-License-Identifier: Apache-2.0
// mailbox/publication.h – the intent records of formats with a file a message, and how such a message is found again.
//
// The record is made when the file is whole and synced, right before it gets its final name, and says both names and
// the inode. The same inode under the final name is our message; under the temporary name it is a leftover.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/intent_log.h"
#include "sys/os.h"

namespace postern {

struct Publication {
    std::string path;                   // of the mailbox, as configured
    std::string temporary, final_name;  // below it
    std::uint64_t inode = 0;            // not the device: its number may be another after a reboot
    std::int64_t size = 0;              // as the log shows it
    bool operator==(const Publication&) const = default;
};

[[nodiscard]] std::string publication_text(std::string_view format, const Publication& publication);
// Records that may be of messages of ours in this mailbox, latest first. Left out are those whose final name was
// recorded once more: the name was free then.
[[nodiscard]] std::vector<Publication> earlier_publications(const std::vector<EarlierIntent>& earlier,
                                                            std::string_view format, std::string_view path);

// The file under the temporary name, if it is still that one.
void remove_leftover(Os& os, const AtPath& temporary, const Publication& publication);

}  // namespace postern
