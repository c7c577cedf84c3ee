// SPDX-License-Identifier: Apache-2.0
// Any bytes as a -H file. What is accepted must survive being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "spool/header_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = postern::parse_header_file({reinterpret_cast<const char*>(data), size});
    if (!message) return 0;
    const std::string text = postern::format_header_file(*message);
    const auto again = postern::parse_header_file(text);
    if (!again || again->recipients.size() != message->recipients.size() || again->headers != message->headers)
        std::abort();
    if (postern::format_header_file(*again) != text) std::abort();
    return 0;
}
