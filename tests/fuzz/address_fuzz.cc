// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the rules, the rest is an address or an address header.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "mail/address.h"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    postern::AddressRules rules;
    rules.allow_null = data[0] & 1U;
    rules.allow_domain_literals = data[0] & 2U;
    rules.strip_trailing_dot = data[0] & 4U;
    rules.strip_excess_angle_brackets = data[0] & 8U;
    rules.allow_utf8_domains = data[0] & 16U;

    const postern::AddressParse parse = postern::parse_address(text, rules);
    require(parse.value.has_value() == parse.error.text.empty());
    if (parse.value) {
        const postern::ParsedAddress& found = *parse.value;
        require(found.start <= found.end && found.end <= text.size());
        require(!found.at || *found.at < found.address.size());
        require(!found.address.empty() || rules.allow_null);
        require(postern::parse_address(found.address.empty() ? "<>" : found.address, rules).value.has_value());
    }
    for (const bool newline_ends : {false, true}) require(postern::address_item_end(text, newline_ends) <= text.size());
    for (const postern::HeaderAddress& item : postern::header_addresses(text, rules)) {
        require(item.offset + item.item.size() <= text.size());
        require(item.item.data() == text.data() + item.offset);
        if (item.parse.value) require(item.parse.value->end <= item.item.size());
    }
    return 0;
}
