// SPDX-License-Identifier: Apache-2.0
// A Berkeley DB file of anybody's: whatever comes out was in it, and `postern once import` takes it or says why not.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hints/berkeley_db.h"
#include "hints/once_transfer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    const auto records = postern::parse_berkeley_db(file);
    std::size_t all = 0;
    if (records)
        for (const postern::DbRecord& record : *records) all += record.key.size() + record.data.size();
    if (all > size) std::abort();
    if (!records && records.error().text.empty()) std::abort();
    const auto once = postern::parse_once_input(file);
    if (!once && once.error().text.empty()) std::abort();
    return 0;
}
