// SPDX-License-Identifier: Apache-2.0
#include "expand/rfc2047.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Rfc2047, decode) {
    struct Case {
        std::string_view name, text, want;
    };
    constexpr Case kCases[] = {
        {"plain", "a b", "a b"},
        {"q", "=?utf-8?Q?H=C3=A9llo?= world", "H\303\251llo world"},
        {"b", "x =?UTF-8?b?w6k=?=", "x \303\251"},
        {"blank between words", "=?utf-8?Q?a?= =?utf-8?Q?b?=  c", "ab  c"},
        {"words that touch", "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
        {"charset", "=?iso-8859-1?q?=E9?=y", "\303\251y"},
        {"language", "=?iso-8859-1*en?q?=E9?=y", "\303\251y"},
        {"unknown charset", "=?nosuch?q?=E9?=y", "\351y"},
        {"blank in a word", "=?utf-8?Q?a b?=", "=?utf-8?Q?a b?="},
        {"bad hex", "=?utf-8?Q?=XX?= x", "=?utf-8?Q?=XX?= x"},
        {"cut hex", "=?utf-8?Q?=C?= x", "=?utf-8?Q?=C?= x"},
        {"encoding", "=?utf-8?X?a?=", "=?utf-8?X?a?="},
        {"NUL", "=?utf-8?Q?=00a?=", "?a"},
        {"unfinished", "=?utf-8?Q?abc", "=?utf-8?Q?abc"},
        {"hardly begun", "a=?", "a=?"},
        {"too long", "=?utf-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?=",
         "=?utf-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?="},
    };
    for (const Case& c : kCases) EXPECT_EQ(rfc2047_decode(c.text, {"UTF-8", true}), c.want) << c.name;
    EXPECT_EQ(rfc2047_decode("=?iso-8859-1?q?=E9?=", {"", true}), "\351");
    EXPECT_EQ(rfc2047_decode(kCases[std::size(kCases) - 1].text, {"UTF-8", false}).find('='), std::string::npos);
}

TEST(Rfc2047, encode_then_decode) {
    for (const std::string_view text : {"a b \303\274",
                                        "<x@y>, \"z\" "
                                        "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303"
                                        "\251\303\251\303\251\303\251\303\251\303\251"}) {
        const std::string encoded = rfc2047_encode(text, "UTF-8");
        EXPECT_NE(encoded, text);
        EXPECT_EQ(rfc2047_decode(encoded, {"UTF-8", false}), text);
    }
}

TEST(Rfc2047, base64) {
    for (const std::string_view text : {"", "a", "ab", "abc", "abcd"}) {
        std::string decoded;
        ASSERT_TRUE(base64_decode(base64_encode(text), decoded));
        EXPECT_EQ(decoded, text);
    }
    std::string decoded;
    for (const std::string_view bad : {"YWJ", "YQ", "Y", "YQ=", "YQ==x", "Y!==", "===="}) {
        decoded.clear();
        EXPECT_FALSE(base64_decode(bad, decoded)) << bad;
    }
    EXPECT_TRUE(base64_decode("Y Q\n==", decoded));
}

}  // namespace
}  // namespace postern
