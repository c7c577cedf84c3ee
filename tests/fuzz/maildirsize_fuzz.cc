// SPDX-License-Identifier: Apache-2.0
// maildirsize is written by anybody who may write to the Maildir: any bytes must do.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mailbox/maildirsize.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto parsed = postern::parse_maildirsize(bytes);
    if (!parsed) return 0;
    if (parsed->use.size < 0 || parsed->use.count < 0 || !bytes.ends_with('\n')) std::abort();
    const auto again =
        postern::parse_maildirsize(postern::maildirsize_text(parsed->size_limit, parsed->count_limit, parsed->use));
    // Limits and sums that a double can hold come back as they are.
    if (again && again->use.count != parsed->use.count) std::abort();
    return 0;
}
