// SPDX-License-Identifier: Apache-2.0
// hints/flat_once.h – the records of Exim's once_file_size file (spec autoreply.md §6.2): back to back, eight bytes of
// time in native order, the recipient's text, a NUL. A claim is a record whose text Exim can never look for:
// 0x01 token 0x01 key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

struct FlatOnceRecord {
    std::int64_t when = 0;
    std::string text;
    bool operator==(const FlatOnceRecord&) const = default;
};

// Whole records only: what a torn write or Exim left at the end without a NUL is no record.
[[nodiscard]] std::vector<FlatOnceRecord> parse_flat_once(std::string_view file);
[[nodiscard]] std::string format_flat_once(const std::vector<FlatOnceRecord>& records);

// Drops the oldest, claims last, until the file has room; the one at `keep` stays. A claim counts as the record that it
// will be.
void fit_flat_once(std::vector<FlatOnceRecord>& records, std::int64_t most_bytes, std::string_view keep);

}  // namespace postern
