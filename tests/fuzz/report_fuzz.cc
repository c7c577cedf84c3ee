// SPDX-License-Identifier: Apache-2.0
// What a delivery child writes is read by a more privileged parent: any bytes must do.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "driver/outcome.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto decoded = postern::DeliveryReport::decode(bytes);
    // There is one encoding of a report: whatever is accepted whole must be what encode() makes of it.
    if (decoded.complete && decoded.report.encode() != bytes) std::abort();
    return 0;
}
