// SPDX-License-Identifier: Apache-2.0
// mailbox/usage_cache.h – what a large mailbox tree held when it was last looked at, kept between deliveries, so that
// only directories that have changed are listed again: one file for each measured directory, named by its identity, in
// a directory below the spool that belongs to the recipient but can be reached only by a delivery.
//
// A cache that is torn, foreign, too old or made by other rules is no cache. It is replaced whole and never synced:
// whatever a power cut leaves is told by the checksum or by the directories' times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailbox/directory_scan.h"

namespace postern {

struct KnownUse {
    DirectoryUse tree;
    std::uint64_t rules = 0;      // whoever counts by other rules gets other numbers
    std::int64_t scanned_at = 0;  // when all of it was last listed
};
[[nodiscard]] std::string encode_usage(const KnownUse& known);
[[nodiscard]] std::optional<KnownUse> decode_usage(std::string_view bytes);

class UsageCache {
public:
    // `directory`: open; -1: nothing is kept.
    UsageCache(Os& os, int directory, std::uint64_t rules) : os_(os), directory_(directory), rules_(rules) {}
    void give_up() { directory_ = -1; }

    [[nodiscard]] std::optional<KnownUse> load(const FileStat& measured, std::int64_t now);
    void store(const FileStat& measured, KnownUse known);
    [[nodiscard]] bool usable() const { return directory_ >= 0; }

private:
    Os& os_;
    int directory_;
    std::uint64_t rules_;
};

}  // namespace postern
