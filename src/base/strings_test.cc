// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern {
namespace {

using ::testing::ElementsAreArray;
using List = std::vector<std::string>;

TEST(Strings, CompareIgnoringCase) {
    struct Case {
        const char *a, *b;
        int want_sign;
    };
    const Case cases[] = {
        {"", "", 0},          {"Abc", "aBC", 0}, {"a", "b", -1},     {"B", "a", 1},
        {"ab", "abc", -1},    {"abc", "AB", 1},  {"a\xe4", "ab", 1},  // bytes are unsigned
        {"\xc4", "\xe4", -1},                                         // and only ASCII has case
    };
    for (const Case& c : cases) {
        const int got = icompare(c.a, c.b);
        EXPECT_EQ((got > 0) - (got < 0), c.want_sign) << c.a << " / " << c.b;
        EXPECT_EQ(iequals(c.a, c.b), c.want_sign == 0) << c.a << " / " << c.b;
    }
    EXPECT_TRUE(istarts_with("Subject: x", "subject:"));
    EXPECT_FALSE(istarts_with("Sub", "subject:"));
    EXPECT_EQ(to_lower("MiXed-9\xc4"), "mixed-9\xc4");
    EXPECT_EQ(to_upper("MiXed-9\xe4"), "MIXED-9\xe4");
}

TEST(Strings, Trim) {
    EXPECT_EQ(trim(" \t\r\n\v\f a b \n"), "a b");
    EXPECT_EQ(trim_left("  a "), "a ");
    EXPECT_EQ(trim_right("  a "), "  a");
    EXPECT_EQ(trim(" \n "), "");
}

TEST(Strings, JoinAndContains) {
    EXPECT_EQ(join({}, ", "), "");
    EXPECT_EQ(join({"a"}, ", "), "a");
    EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
    EXPECT_TRUE(contains("abc", "bc"));
    EXPECT_FALSE(contains("abc", "ac"));
}

TEST(Strings, ParseInt) {
    struct Case {
        const char* text;
        int base;
        std::optional<std::int64_t> want;
    };
    const Case cases[] = {
        {"0", 10, 0},
        {"-12", 10, -12},
        {"+12", 10, 12},
        {"0640", 8, 0640},
        {"ff", 16, 255},
        {"9223372036854775807", 10, INT64_MAX},
        {"-9223372036854775808", 10, INT64_MIN},
        {"9223372036854775808", 10, {}},
        {"", 10, {}},
        {"+", 10, {}},
        {"+-1", 10, {}},
        {"1 ", 10, {}},
        {" 1", 10, {}},
        {"1k", 10, {}},
        {"8", 8, {}},
        {"0x10", 16, {}},
    };
    for (const Case& c : cases) EXPECT_EQ(parse_int(c.text, c.base), c.want) << '"' << c.text << '"';
    EXPECT_EQ(parse_uint("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(parse_uint("18446744073709551616"), std::nullopt);
    EXPECT_EQ(parse_uint("-1"), std::nullopt);
}

TEST(Strings, Base62) {
    EXPECT_EQ(base62(0, 6), "000000");
    EXPECT_EQ(base62(62, 6), "000010");
    EXPECT_EQ(base62(12345678901, 6), "DTVD3F");  // as ${base62:12345678901}
    EXPECT_EQ(base62(61, 0), "z");
    EXPECT_EQ(base62(0, 0), "");
    EXPECT_EQ(base62(UINT64_MAX, 1), "LygHa16AHYF");
    EXPECT_EQ(parse_base62("LygHa16AHYF"), UINT64_MAX);
    EXPECT_EQ(parse_base62("LygHa16AHYG"), std::nullopt);
    EXPECT_EQ(parse_base62("000010"), 62u);
    EXPECT_EQ(parse_base62(""), 0u);
    EXPECT_EQ(parse_base62("a!"), std::nullopt);
}

TEST(Strings, Printable) {
    struct Case {
        const char* name;
        std::string_view text;
        bool eight_bit_ok, tab_too;
        const char* want;
    };
    const Case cases[] = {
        {"plain", "a b~", false, false, "a b~"},
        {"backslash stays", "a\\n", false, false, "a\\n"},
        {"named controls", "\n\r\b\v\f", false, false, "\\n\\r\\b\\v\\f"},
        {"tab stays", "a\tb", false, false, "a\tb"},
        {"tab too", "a\tb", false, true, "a\\tb"},
        {"octal", std::string_view("\0\x01\x1b\x7f", 4), false, false, "\\000\\001\\033\\177"},
        {"eight bit", "\xc3\xa4", false, false, "\\303\\244"},
        {"eight bit ok", "\xc3\xa4\n", true, false, "\xc3\xa4\\n"},
    };
    for (const Case& c : cases) EXPECT_EQ(printable(c.text, c.eight_bit_ok, c.tab_too), c.want) << c.name;
}

struct ListCase {
    const char* list;
    List want;
    char want_separator = ':';
};

// All rows are what exim4 4.96 makes of the list in ${map}.
const ListCase kLists[] = {
    {"", {}},
    {" ", {}},
    {"a : b:c", {"a", "b", "c"}},
    {":", {""}},
    {" :", {""}},
    {"::", {":"}},
    {"a: :b", {"a", "", "b"}},
    {"a::b", {"a:b"}},
    {"a:::b", {"a:", "b"}},
    {"a: ::b", {"a", ":b"}},
    {"a:b::", {"a", "b:"}},
    {"a:b: :", {"a", "b", ""}},
    {"a:b: ", {"a", "b"}},
    {" a b : c d ", {"a b", "c d"}},
    {"a :: b", {"a : b"}},
    {": a", {"", "a"}},
    {" ::a", {":a"}},
    {"a:\n:b", {"a", "", "b"}},
    {"<", {"<"}},
    {"<;", {}, ';'},
    {"<; ", {}, ';'},
    {"<;;", {""}, ';'},
    {"<;  a;; ;b", {"a;", "b"}, ';'},
    {"<; a.b ; c::d;; e", {"a.b", "c::d; e"}, ';'},
    {"<; ;a", {"", "a"}, ';'},
    {"  <, a,b", {"a", "b"}, ','},
    {"<: a::b", {"a:b"}},
    {"< a:b", {"< a", "b"}},
    {"< ;a", {"< ;a"}},
    {"<a b", {"<a b"}},
    {"<\n a\n\nb\n", {"a", "", "b"}, '\n'},
    {"<\n\n\na", {"", "", "a"}, '\n'},
    {"<\n \na", {"", "a"}, '\n'},
    {"<\t a\t \tb", {"a", "", "b"}, '\t'},
    {"<\x7f"
     "a\x7f"
     "b",
     {"a", "b"},
     '\x7f'},
};

TEST(Lists, Split) {
    for (const ListCase& c : kLists) {
        char used = 0;
        EXPECT_THAT(split_list(c.list, ':', &used), ElementsAreArray(c.want)) << '"' << c.list << '"';
        EXPECT_EQ(used, c.want_separator) << '"' << c.list << '"';
    }
}

TEST(Lists, TheCallersSeparator) {
    EXPECT_EQ(split_list("a.b x ; c.d y", ';'), (List{"a.b x", "c.d y"}));
    EXPECT_EQ(split_list("\n <x: 1\n", '\n'), (List{"", "<x: 1"}));
    EXPECT_EQ(split_list("<,a,b", ';'), (List{"a", "b"}));
}

TEST(Lists, FixedSeparatorKeepsAngle) {
    EXPECT_EQ(split_list_fixed("<; a:b", ':'), (List{"<; a", "b"}));
    EXPECT_EQ(split_list_fixed(" a::b : c", ':'), (List{"a:b", "c"}));
}

TEST(Lists, Append) {
    std::string list;
    append_to_list(list, "a");
    append_to_list(list, "b:c");
    EXPECT_EQ(list, "a:b::c");
    EXPECT_EQ(split_list(list), (List{"a", "b:c"}));

    std::string lines;
    append_to_list(lines, "x\ny", '\n');  // doubled, though split_list will not join it again: as Exim
    EXPECT_EQ(lines, "x\n\ny");
}

}  // namespace
}  // namespace postern
