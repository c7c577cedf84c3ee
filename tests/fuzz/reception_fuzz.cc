// SPDX-License-Identifier: Apache-2.0
// Any bytes as the text of a message from a program: the header section, then the body into a file that counts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "intake/byte_source.h"
#include "intake/header_section.h"
#include "mail/header_list.h"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using Item = postern::HeaderSectionReader::Item;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t limit = data[0] & 2U ? 64 : 0;
    postern::ByteSource source(text);
    postern::HeaderSectionReader reader(source, {limit, 0}, data[0] & 1U);
    for (Item item = reader.next();; item = reader.next()) {
        const std::string& line = reader.text();
        require(line.find('\r') == std::string::npos);
        if (item != Item::header) break;
        require(line.find('\0') == std::string::npos);  // the body keeps its own
        require(line.ends_with('\n') && postern::is_header_line(line));
        // Every further line of it is a continuation.
        for (std::size_t i = line.find('\n'); i + 1 < line.size(); i = line.find('\n', i + 1))
            require(line[i + 1] == ' ' || line[i + 1] == '\t');
        require(limit == 0 || line.size() < limit + 2);
    }
    require(reader.bytes_read() <= static_cast<std::int64_t>(text.size()));
    return 0;
}
