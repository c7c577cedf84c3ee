// SPDX-License-Identifier: Apache-2.0
#include "spool/intents.h"

#include <fmt/format.h>

#include <optional>

#include "base/checksum.h"
#include "base/words.h"

namespace postern {
namespace {

constexpr std::size_t kSumDigits = 16;

std::string sum_of(std::string_view rest) { return fmt::format("{:016x}", checksum(rest)); }

std::optional<IntentRecord> parse_line(std::string_view line) {
    if (line.size() <= kSumDigits || line[kSumDigits] != ' ') return std::nullopt;
    std::string_view rest = line.substr(kSumDigits + 1);
    if (line.substr(0, kSumDigits) != sum_of(rest)) return std::nullopt;
    IntentRecord record;
    std::uint64_t count = 0;
    if (!take_word(rest, record.transport) || !take_number(rest, count)) return std::nullopt;
    for (; count > 0; --count) {
        std::string address;
        if (!take_word(rest, address)) return std::nullopt;
        record.addresses.push_back(std::move(address));
    }
    record.text = rest;
    return record;
}

}  // namespace

std::string format_intent(const IntentRecord& record) {
    std::string rest;
    append_word(rest, record.transport);
    append_number(rest, record.addresses.size());
    for (const std::string& address : record.addresses) append_word(rest, address);
    rest += ' ';
    rest += record.text;
    return "\n" + sum_of(rest) + " " + rest + "\n";
}

std::vector<IntentRecord> parse_intents(std::string_view file) {
    std::vector<IntentRecord> out;
    while (!file.empty()) {
        const std::size_t end = file.find('\n');
        if (end == std::string_view::npos) break;
        if (auto record = parse_line(file.substr(0, end))) out.push_back(*std::move(record));
        file.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace postern
