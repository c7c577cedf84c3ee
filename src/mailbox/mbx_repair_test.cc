// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbx_repair.h"

#include <gtest/gtest.h>

#include "mailbox/mbx_file.h"
#include "support/mailbox_delivery.h"

namespace postern {
namespace {

const TimePoint kThen{1795319702, 0};

std::string message_of(const std::string& text) {
    return mbx_message_line(kThen, static_cast<std::int64_t>(text.size()), true) + text;
}

// The messages of a whole mailbox; nothing if it is not whole.
std::optional<std::vector<std::string>> messages_in(std::string_view text) {
    if (text.size() < kMbxHeaderSize) return std::nullopt;
    text.remove_prefix(kMbxHeaderSize);
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto line = parse_mbx_message_line(text);
        if (!line || static_cast<std::size_t>(line->message_size) > text.size() - line->length) return std::nullopt;
        out.emplace_back(text.substr(line->length, static_cast<std::size_t>(line->message_size)));
        text.remove_prefix(line->length + static_cast<std::size_t>(line->message_size));
    }
    return out;
}

std::string missing(const std::string& content) {
    World w;
    w.fake.put_file("/box", content);
    const auto fd = w.os.open("/box", O_RDWR);
    return mbx_missing_end(w.os, fd->get(), static_cast<std::int64_t>(content.size()), kThen);
}

TEST(MbxRepair, WhereverItBreaksOffTheNextMessageIsWhole) {
    const std::string first = "first\r\n", second = std::string(321, 's') + "\r\n", next = "next\r\n";
    const std::string whole = mbx_file_header(kThen) + message_of(first) + message_of(second);
    for (std::size_t length = 1; length <= whole.size(); ++length) {
        const std::string torn = whole.substr(0, length);
        const auto found = messages_in(torn + missing(torn) + message_of(next));
        ASSERT_TRUE(found) << length;
        ASSERT_EQ(found->back(), next) << length;
        if (length >= kMbxHeaderSize + message_of(first).size()) {
            ASSERT_EQ(found->front(), first) << length;
        }
        ASSERT_LE(found->size(), 3u) << length;
    }
}

TEST(MbxRepair, LeavesAloneWhatItDoesNotUnderstand) {
    const std::string header = mbx_file_header(kThen);
    const struct {
        const char* name;
        std::string content;
    } kCases[] = {
        {"whole", header + message_of("x\r\n")},
        {"header only", header},
        {"mbox", "From a Sun Nov 22 03:00:00 2026\n\nold\n\n"},
        {"large mbox", std::string(5000, 'x')},
        {"garbage behind a message", header + message_of("x\r\n") + "garbage\r\n"},
        {"garbage in the middle", header + "garbage\r\n" + message_of("x\r\n")},
        {"a size that nobody wrote", header + mbx_message_line(kThen, 1'000'000'000'000, true) + "x"},
        {"a torn line with such a size", header + "22-Nov-2026 03:55:02 +0000,1000000000000"},
    };
    for (const auto& c : kCases) EXPECT_EQ(missing(c.content), "") << c.name;
}

}  // namespace
}  // namespace postern
