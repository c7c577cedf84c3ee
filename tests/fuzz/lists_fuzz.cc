// SPDX-License-Identifier: Apache-2.0
// List splitting, intervals and numbers on any bytes; what is built from the parts must read back as the parts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/strings.h"
#include "base/time_text.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// Only lists that Exim's syntax can express come back: items without outer blanks, and not empty at the end.
void check_round_trip(const std::vector<std::string>& items, char separator) {
    if (postern::is_cntrl(separator) || postern::is_space(separator)) return;
    std::string list;
    for (const std::string& item : items) {
        if (item.empty() || item.front() == separator) return;  // needs the blank that ${map} writes
        postern::append_to_list(list, item, separator);
    }
    require(postern::split_list_fixed(list, separator) == items);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    char separator = ':';
    const auto items = postern::split_list(text, ':', &separator);
    std::size_t bytes = 0;
    for (const std::string& item : items) {
        require(postern::trim_right(item) == item);
        bytes += item.size();
    }
    require(bytes <= size && items.size() <= size);
    check_round_trip(items, separator);

    if (const auto seconds = postern::parse_interval(text)) {
        require(*seconds >= 0);
        require(postern::parse_interval(postern::interval_text(*seconds)) == seconds);
    }
    if (const auto number = postern::parse_base62(text)) {
        require(postern::parse_base62(postern::base62(*number, 6)) == number);
    }
    for (const char c : postern::printable(text)) require(postern::is_print(c) || c == '\t');
    return 0;
}
