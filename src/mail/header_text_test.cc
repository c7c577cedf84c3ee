// SPDX-License-Identifier: Apache-2.0
#include "mail/header_text.h"

#include <gtest/gtest.h>

#include "mail/rfc2047.h"

namespace postern {
namespace {

constexpr std::size_t kName = 9;  // "Subject: "

TEST(HeaderValue, Good) {
    for (const char* value : {"a", "a\tb", "a\n b", "a\n\tb\n c", ""})
        EXPECT_TRUE(is_good_header_value(value, kName)) << value;
    for (const char* value : {"a\nb", "a\n", "a\n \n b", "a\rb", "caf\xc3\xa9", "a\x7f", "\n"})
        EXPECT_FALSE(is_good_header_value(value, kName)) << value;
    EXPECT_TRUE(is_good_header_value(std::string(998 - kName, 'a'), kName));
    EXPECT_FALSE(is_good_header_value(std::string(999 - kName, 'a'), kName));
}

TEST(HeaderLines, EndAtTheFirstThatIsNone) {
    const struct {
        std::string lines, rest;
    } cases[] = {{"", ""},         {"To: a\nCc: b\n c\n", "\nbody\n"}, {"To: a\n", "body\n"}, {"", "\nTo: a\n"},
                 {"", " To: a\n"}, {"To: a\n", "Cc: without an end"},  {"", "no header\n"}};
    for (const auto& c : cases) EXPECT_EQ(header_lines_size(c.lines + c.rest), c.lines.size()) << c.lines + c.rest;
}

TEST(HeaderValue, Unstructured) {
    const struct {
        std::string text;
        std::optional<std::string> want;
    } kCases[] = {
        {"plain", "plain"},
        {"a\n b", "a\n b"},
        {"a\nBcc: x@y", "a Bcc: x@y"},
        {"a\r\n\r\nb", "a b"},
        {"caf\xc3\xa9 au lait", "=?UTF-8?Q?caf=C3=A9_au_lait?="},
        {"caf\xc3\xa9\nBcc: x", "=?UTF-8?Q?caf=C3=A9_Bcc=3A_x?="},
        {"caf\xe9", std::nullopt},
        {"\xed\xa0\x80", std::nullopt},
        {"\xc0\x80", std::nullopt},
        {"\xf4\x90\x80\x80", std::nullopt},
        {"\n\r\x01", std::nullopt},
    };
    for (const auto& c : kCases) EXPECT_EQ(unstructured_header_value(c.text, kName), c.want) << c.text;
}

TEST(HeaderValue, EncodedWordsAreShortAndWhole) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "\xe2\x82\xac";
    const std::string value = unstructured_header_value(text, kName).value_or("");
    for (std::size_t at = 0; at < value.size();) {
        const std::size_t end = std::min(value.find('\n', at), value.size());
        EXPECT_LE(end - at, 76u);
        EXPECT_EQ((end - at - (at == 0 ? 12 : 13)) % 9, 0u);  // "=?UTF-8?Q?" "?=" and whole characters
        at = end + 1;
    }
}

TEST(HeaderValue, LongTextIsFoldedOrCut) {
    std::string words;
    for (int i = 0; i < 500; ++i) words += "word ";
    const std::string value = unstructured_header_value(words + "\n", kName).value_or("");
    EXPECT_TRUE(is_good_header_value(value, kName));
    EXPECT_EQ(value.substr(value.size() - 4), "word");
    const std::string one = unstructured_header_value(std::string(5000, 'x'), kName).value_or("");
    EXPECT_EQ(one, std::string(998 - kName, 'x'));
}

TEST(HeaderValue, Addresses) {
    const struct {
        std::string text, want;
    } kCases[] = {
        {"Joe <a@b>, c@d", "Joe <a@b>, c@d"},
        {"a@b\nBcc: x@y", ""},
        {"a@b,\nc@d", "a@b, c@d"},
        {"J\xc3\xb6rg <a@b>", "=?UTF-8?Q?J=C3=B6rg?= <a@b>"},
        {"\"J\xc3\xb6rg, the\" <a@b>, c@d", "=?UTF-8?Q?J=C3=B6rg=2C_the?= <a@b>, c@d"},
        {"J\xf6rg <a@b>", "<a@b>"},
        {"j\xc3\xb6rg@b, c@d", "c@d"},
        {"\r\n", ""},
    };
    for (const auto& c : kCases) EXPECT_EQ(address_header_value(c.text, 4), c.want) << c.text;
}

TEST(HeaderLines, KeepWhatIsAFieldAndNothingElse) {
    const struct {
        const char *text, *want;
    } kCases[] = {
        {"X-A: a", "X-A: a\n"},
        {"X-A: a\n b\nX-B: b\n", "X-A: a\n b\nX-B: b\n"},
        {"X-A: a\n\nX-B: b", "X-A: a\nX-B: b\n"},
        {"X-A: a\n \n\t\n b", "X-A: a\n b\n"},
        {"not a field\n nor this\nX-A: a", "X-A: a\n"},
        {" a continuation\nX-A: a", "X-A: a\n"},
        {"X-A: a\r\nX-B: b\r\n\r\nbody", "X-A: a\nX-B: b\n"},
        {"", ""},
    };
    for (const auto& c : kCases) EXPECT_EQ(header_lines_of(c.text), c.want) << c.text;
}

}  // namespace
}  // namespace postern
