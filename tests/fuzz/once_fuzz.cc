// SPDX-License-Identifier: Apache-2.0
// autoreply's fixed-size file, as Exim, a crash or a user may have left it: whole records come out, and go in
// unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hints/flat_once.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string file(reinterpret_cast<const char*>(data), size);
    auto records = postern::parse_flat_once(file);
    const std::string again = postern::format_flat_once(records);
    if (!file.starts_with(again) || postern::parse_flat_once(again) != records) std::abort();
    std::erase_if(records, [](const postern::FlatOnceRecord& record) { return record.text.empty(); });
    postern::fit_flat_once(records, 100, "keep");
    for (const auto& record : records) {
        const bool special = record.text == "keep" || record.text.front() == '\1';
        if (!special && postern::format_flat_once({record}).size() > 100) std::abort();
    }
    return 0;
}
