// SPDX-License-Identifier: Apache-2.0
#include "mail/plain_text.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

std::string lines(const std::string& charset, const std::string& encoding) {
    return "MIME-Version: 1.0\nContent-Type: text/plain; charset=" + charset +
           "\nContent-Transfer-Encoding: " + encoding + "\n";
}
std::string times(int n, const std::string& text) {
    std::string out;
    for (int i = 0; i < n; ++i) out += text;
    return out;
}

TEST(PlainText, Declared) {
    const std::string long_line(999, 'x');
    const struct {
        const char* name;
        std::string body, charset, want_lines, want_body;
    } kCases[] = {
        {"ascii", "plain\n", "iso-8859-1", "", "plain\n"},
        {"998 ascii", times(998, "x") + "\n", "", "", times(998, "x") + "\n"},
        {"long ascii", long_line, "iso-8859-1", lines("us-ascii", "quoted-printable"),
         times(13, times(75, "x") + "=\n") + times(24, "x")},
        {"nul in ascii", std::string("a\0b=\n", 5), "", lines("us-ascii", "quoted-printable"), "a=00b=3D\n"},
        {"empty", "", "", "", ""},
        {"utf-8", "caf\xc3\xa9\n", "iso-8859-1", lines("utf-8", "8bit"), "caf\xc3\xa9\n"},
        {"latin-1", "caf\xe9\n", "iso-8859-1", lines("iso-8859-1", "8bit"), "caf\xe9\n"},
        {"not utf-8", "caf\xe9\n", "UTF-8", lines("unknown-8bit", "8bit"), "caf\xe9\n"},
        {"no charset", "caf\xe9\n", "", lines("unknown-8bit", "8bit"), "caf\xe9\n"},
        {"no name", "caf\xe9\n", "x\nBcc: a@b", lines("unknown-8bit", "8bit"), "caf\xe9\n"},
        {"998", times(499, "\xc3\xa9") + "\n", "", lines("utf-8", "8bit"), times(499, "\xc3\xa9") + "\n"},
        {"nul", std::string("\xc3\xa9\0=\t\n \r\nend", 12), "", lines("utf-8", "quoted-printable"),
         "=C3=A9=00=3D=09\n=20\nend"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        const PlainText text = declare_plain_text(c.body, c.charset, 1000000);
        EXPECT_EQ(text.header_lines, c.want_lines);
        EXPECT_EQ(text.body, c.want_body);
    }
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
        } else if (text[i + 1] == '\n') {
            ++i;
        } else {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        }
    }
    return out;
}

// Lines of every length around where they are broken: nothing is longer than 76, and all of it comes back.
TEST(PlainText, QuotedPrintableLines) {
    for (const char* unit : {"x", "\xc3\xa9", "= ", "\t"}) {
        for (int n = 0; n < 240; ++n) {
            const std::string body = times(500, "\xc3\xa9") + "\n" + times(n, unit) + "\n" + times(n, unit);
            const PlainText text = declare_plain_text(body, "", 1000000);
            ASSERT_EQ(text.header_lines, lines("utf-8", "quoted-printable"));
            ASSERT_EQ(decoded(text.body), body) << unit << n;
            std::size_t longest = 0;
            for (std::size_t at = 0; at < text.body.size();) {
                const std::size_t end = std::min(text.body.find('\n', at), text.body.size());
                longest = std::max(longest, end - at);
                ASSERT_TRUE(end == at || (text.body[end - 1] != ' ' && text.body[end - 1] != '\t')) << unit << n;
                at = end + 1;
            }
            ASSERT_LE(longest, 76U) << unit << n;
        }
    }
    EXPECT_EQ(declare_plain_text(times(500, "\xc3\xa9"), "", 2000).header_lines, lines("utf-8", "8bit"));
}

TEST(PlainText, FieldsThatAreThere) {
    for (const char* field :
         {"Content-Type: text/html\n", "X: 1\nmime-version: 1.0\n", "Content-Transfer-Encoding : 7bit\n"})
        EXPECT_EQ(declared_message(field, "\xc3\xa4\n", "", 100), std::string(field) + "\n\xc3\xa4\n");
    for (const char* field : {"", "X-Content-Type: a\n", "X: 1\n MIME-Version: 1.0\n"})
        EXPECT_NE(declared_message(field, "\xc3\xa4\n", "", 100).find("MIME-Version: 1.0\nContent-Type:"),
                  std::string::npos)
            << field;
}

}  // namespace
}  // namespace postern
