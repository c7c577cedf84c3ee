// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbx_repair.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "mailbox/mbx_file.h"

namespace postern {
namespace {

constexpr std::int64_t kMostMissing = 64 << 20;
constexpr std::size_t kLongestLine = 80, kDateAndComma = 27;

// Empty lines: whoever opens the message sees that it just ends.
std::string filler(std::int64_t size) {
    std::string out;
    out.reserve(static_cast<std::size_t>(size));
    if (size % 2 != 0) out += ' ';
    while (static_cast<std::int64_t>(out.size()) < size) out += "\r\n";
    return out;
}

}  // namespace

std::string rest_of_mbx_header(std::string_view torn, TimePoint now) {
    const std::string whole = mbx_file_header(now);
    constexpr std::size_t kMagicSize = 7;
    if (torn.size() >= whole.size()) return {};
    const std::size_t compared = std::min(torn.size(), kMagicSize);
    if (torn.substr(0, compared) != std::string_view(whole).substr(0, compared)) return {};
    return whole.substr(torn.size());
}

std::string rest_of_mbx_line(std::string_view torn, TimePoint now) {
    const std::string whole = mbx_message_line(now, 0, true);
    if (torn.size() <= kDateAndComma) {
        std::string line = std::string(torn) + whole.substr(torn.size());
        return parse_mbx_message_line(line) ? line.substr(torn.size()) : std::string{};
    }
    // Behind the size everything has its place; in front of it the size may break off anywhere.
    const std::size_t digits_end = std::min(torn.find_first_not_of("0123456789", kDateAndComma), torn.size());
    const std::string tail = whole.substr(whole.find(';'));
    const std::size_t in_tail = torn.size() - digits_end;
    if (in_tail > tail.size()) return {};
    std::string line = std::string(torn) + tail.substr(in_tail);
    return parse_mbx_message_line(line) ? line.substr(torn.size()) : std::string{};
}

std::string mbx_missing_end(Os& os, int mailbox, std::int64_t size, TimePoint now) {
    std::array<char, kMbxHeaderSize> buffer{};
    const auto block = [&](std::int64_t offset, std::size_t most) -> std::string_view {
        const auto got = os.pread(mailbox, {buffer.data(), most}, offset);
        return got ? std::string_view(buffer.data(), *got) : std::string_view{};
    };
    const auto header_size = static_cast<std::int64_t>(kMbxHeaderSize);
    if (size < header_size) return rest_of_mbx_header(block(0, kMbxHeaderSize), now);
    if (!is_mbx_header(block(0, kLongestLine))) return {};
    std::int64_t at = header_size;
    while (at < size) {
        const std::string_view text = block(at, kLongestLine);
        const auto line = parse_mbx_message_line(text);
        if (line) {
            at += static_cast<std::int64_t>(line->length);
            if (line->message_size > size - at) {
                const std::int64_t missing = line->message_size - (size - at);
                return missing <= kMostMissing ? filler(missing) : std::string{};
            }
            at += line->message_size;
            continue;
        }
        const bool at_end = at + static_cast<std::int64_t>(text.size()) == size;
        const std::string rest = at_end ? rest_of_mbx_line(text, now) : std::string{};
        const auto completed = parse_mbx_message_line(std::string(text) + rest);
        if (!completed || completed->message_size > kMostMissing) return {};
        return rest + filler(completed->message_size);
    }
    return {};
}

}  // namespace postern
