// SPDX-License-Identifier: Apache-2.0
// A cache file belongs to the recipient: any bytes must do. The first byte says whether the checksum is made right, so
// that what is behind it is reached.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/checksum.h"
#include "mailbox/usage_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] == 'c') bytes = "postern-usage 1\n" + std::to_string(postern::checksum(bytes)) + "\n" + bytes;
    const auto known = postern::decode_usage(bytes);
    if (known && !postern::decode_usage(postern::encode_usage(*known))) std::abort();
    return 0;
}
