// SPDX-License-Identifier: Apache-2.0
// What a server says, cut into pieces of any size (the first byte says which): the result is the same as in one piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/offer.h"

namespace {

std::vector<std::string> heard(std::string_view bytes, std::size_t piece) {
    postern::ReplyParser parser;
    std::vector<std::string> out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        parser.feed(bytes.substr(at, piece));
        while (const auto reply = parser.next()) {
            if (reply->code < 0 || reply->code > 999 || reply->enhanced_code().size() > reply->text.size())
                std::abort();
            (void)postern::offer_of(*reply);
            out.push_back(reply->text);
        }
    }
    if (parser.malformed()) out.push_back("malformed: " + parser.malformed_text());
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (heard(bytes, std::max<std::size_t>(data[0], 1)) != heard(bytes, std::max<std::size_t>(bytes.size(), 1)))
        std::abort();
    return 0;
}
