// SPDX-License-Identifier: Apache-2.0
#include "base/words.h"

#include <gtest/gtest.h>

#include "base/checksum.h"

namespace postern {
namespace {

TEST(Words, CarryAnything) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    for (const std::string& word : {std::string(), std::string("a"), std::string("%"), std::string(" a\n b "), all}) {
        std::string line;
        append_word(line, "first");
        append_word(line, word);
        append_number(line, 42);
        EXPECT_EQ(line.find('\n'), std::string::npos);
        std::string_view rest = line;
        std::string got;
        std::uint64_t number = 0;
        EXPECT_TRUE(take_word(rest, got));
        EXPECT_EQ(got, "first");
        EXPECT_TRUE(take_word(rest, got)) << line;
        EXPECT_EQ(got, word);
        EXPECT_TRUE(take_number(rest, number));
        EXPECT_EQ(number, 42U);
        EXPECT_FALSE(take_word(rest, got));
    }
}

TEST(Words, RefusesWhatItDoesNotWrite) {
    for (const char* line : {"", " a", "%2", "%zz", "%0a", "%21", "a%", "\x01", "a\tb"}) {
        std::string_view rest = line;
        std::string word;
        EXPECT_FALSE(take_word(rest, word)) << line;
        EXPECT_EQ(word, "");
    }
    for (const char* line : {"1x 2", "01", "+1", "-1"}) {
        std::string_view rest = line;
        std::uint64_t number = 7;
        EXPECT_FALSE(take_number(rest, number)) << line;
        EXPECT_EQ(number, 7U);
    }
}

TEST(Checksum, DoesNotDependOnThePieces) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += static_cast<char>('a' + i % 26);
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const std::string_view whole = std::string_view(text).substr(0, length);
        for (std::size_t piece = 1; piece < 20; ++piece) {
            Checksum sum;
            for (std::size_t at = 0; at < length; at += piece) sum.add(whole.substr(at, piece));
            ASSERT_EQ(sum.value(), checksum(whole)) << length << " in pieces of " << piece;
        }
    }
}

TEST(Checksum, TellsAnyOneByteApart) {
    const std::string text(64, 'x');
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string other = text;
        other[at] = 'y';
        EXPECT_NE(checksum(other), checksum(text));
    }
    EXPECT_NE(checksum(text), checksum(text + '\0'));
    EXPECT_NE(checksum(""), checksum(std::string(1, '\0')));
}

// On disk there may be sums of an older Postern.
TEST(Checksum, StaysTheSame) {
    EXPECT_EQ(checksum("From joe"), 16172188492999955073U);
    EXPECT_EQ(checksum("From joe Sun Nov 22"), 18336440694270681524U);
}

}  // namespace
}  // namespace postern
