// SPDX-License-Identifier: Apache-2.0
// MBX mailboxes come from wherever their owner got them. Message lines: what is read must be what they say. Torn ends:
// what completes them must leave a whole line, and change nothing that is there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mailbox/mbx_file.h"
#include "mailbox/mbx_repair.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const postern::TimePoint now{1795319702, 0};
    if (const auto line = postern::parse_mbx_message_line(text)) {
        require(line->length <= size && line->message_size >= 0);
        require(text.substr(line->length - 2, 2) == "\r\n");
        require(postern::parse_mbx_message_line(text.substr(0, line->length)) == line);
        require(!postern::parse_mbx_message_line(text.substr(0, line->length - 1)));
    }
    if (const std::string rest = postern::rest_of_mbx_line(text, now); !rest.empty()) {
        const auto whole = postern::parse_mbx_message_line(std::string(text) + rest);
        require(whole && whole->length == size + rest.size());
    }
    const std::string rest = postern::rest_of_mbx_header(text, now);
    require(rest.empty() || size + rest.size() == postern::kMbxHeaderSize);
    return 0;
}
