// SPDX-License-Identifier: Apache-2.0
#include "mail/address.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Case {
    std::string text;
    std::string want_address, want_error;
};

// Answers of `exim4 -bt` 4.96.
const Case kAsExim[] = {
    {"a@b", "a@b", ""},
    {"a . b @ c . d", "a.b@c.d", ""},
    {".a..b.@c", ".a..b.@c", ""},
    {"a@b.", "", "domain missing or malformed"},
    {"a@.b", "", "domain missing or malformed"},
    {"a@b..c", "", "domain missing or malformed"},
    {"a@-b", "", "domain missing or malformed"},
    {"a@b-", "a@b-", ""},
    {"a@", "", "domain missing or malformed"},
    {"@b", "", "no local part"},
    {"a@b@c", "", "malformed address: @c may not follow a@b"},
    {"a@@b", "", "domain missing or malformed"},
    {"a@b_c", "", "malformed address: _c may not follow a@b"},
    {"\"a b\"@c", "\"a b\"@c", ""},
    {"\"a\" . \"b\"@c", "\"a\".\"b\"@c", ""},
    {"\"a\\\"b\"@c", "\"a\\\"b\"@c", ""},
    {"\"a\"b@c", "", "missing or malformed local part (expected word or \"<\")"},
    {"\"unclosed@c", "", "unmatched doublequote in local part"},
    {"a \"b c <d@e>", "", "unmatched doublequote in local part (expected word or \"<\")"},
    {"Ph.rase <a@b>", "a@b", ""},
    {"\"x (y\" <a@b>", "a@b", ""},
    {"=?utf-8?q?J=2E?= <d@e>", "d@e", ""},
    {"J. Smith <d@e>", "d@e", ""},
    {"x <> y", "", "missing or malformed local part"},
    {"<a>", "a", ""},
    {"<a b>", "", "\"@\" or \".\" expected after \"a\""},
    {"<a", "", "\"@\" or \".\" expected after \"a\""},
    {"<@b>", "", "no local part"},
    {"<@b,>", "", "colon expected after route list"},
    {"<@r:a>", "", "domain missing in source-routed address"},
    {"@r,@s:a@b", "a@b", ""},
    {"<@r, @s : a@b>", "a@b", ""},
    {"<@r,s:a@b>", "", "colon expected after route list"},
    {"<@r:@s:a@b>", "", "missing or malformed local part"},
    {"<@r a@b>", "", "no local part"},
    {"@a:", "", "missing or malformed local part"},
    {"<<a@b>>", "", "missing or malformed local part"},
    {"<a@b", "", "'>' missing at end of address"},
    {"<a@b c>", "", "malformed address: c> may not follow <a@b "},
    {"a@b>", "", "malformed address: > may not follow a@b"},
    {"<a@b>,", "", "malformed address: , may not follow <a@b>"},
    {"a@b <c@d>", "", "malformed address: <c@d> may not follow a@b "},
    {"a b c", "", "missing or malformed local part (expected word or \"<\")"},
    {"a b <c@d> e", "", "malformed address: e may not follow a b <c@d> "},
    {"(c)a(c)@(c)b(c (nested) \\) d)", "a@b", ""},
    {"a@b (unclosed", "a@b", ""},
    {"(x <a@b>", "", "empty address"},
    {"a@b(c)d", "", "malformed address: d may not follow a@b(c)"},
    {"()", "", "empty address"},
    {";", "", "empty address"},
    {",", "", "missing or malformed local part (expected word or \"<\")"},
    {":fail:", "", "missing or malformed local part (expected word or \"<\")"},
    {"a;b@c", "", "malformed address: ;b@c may not follow a"},
    {"a,b@c", "", "missing or malformed local part (expected word or \"<\")"},
    {"a:b@c", "", "missing or malformed local part (expected word or \"<\")"},
    {"group: a@b;", "", "missing or malformed local part (expected word or \"<\")"},
    {"joe", "joe", ""},
    {"|pipe", "|pipe", ""},
    {"/file/x", "/file/x", ""},
    {"a\\ b@c", "a\\ b@c", ""},
    {"a\\@b@c", "a\\@b@c", ""},
    {"a]b@c", "", "missing or malformed local part (expected word or \"<\")"},
    {"a@x[1]", "", "malformed address: [1] may not follow a@x"},
    {"a@b #c", "", "malformed address: #c may not follow a@b "},
    {"a@1.2.3.4", "a@1.2.3.4", ""},
    {"\303\251@b", "\303\251@b", ""},
    {"a@b\303\251", "", "malformed address: \303\251 may not follow a@b"},
    {"a\001b@c", "", "missing or malformed local part (expected word or \"<\")"},
    {"\"a\001b\"@c", "\"a\001b\"@c", ""},
};

std::string address_of(std::string_view text, const AddressRules& rules = {}) {
    const AddressParse parse = parse_address(text, rules);
    return parse.value ? parse.value->address : "error: " + parse.error.text;
}

TEST(Address, AgreesWithExim) {
    for (const Case& c : kAsExim) {
        const AddressParse parse = parse_address(c.text);
        EXPECT_EQ(parse.value ? parse.value->address : "", c.want_address) << c.text;
        EXPECT_EQ(parse.error.text, c.want_error) << c.text;
    }
}

TEST(Address, Has256BytesAtMost) {
    const std::string longest = std::string(251, 'x') + "@x.ex";
    EXPECT_EQ(address_of(std::string(300, 'p') + " <" + longest + ">"), longest);
    EXPECT_EQ(address_of("x" + longest), "error: address is ridiculously long: " + std::string(64, 'x') + "...");
}

TEST(Address, NullAddressOnlyWhereAllowed) {
    EXPECT_EQ(address_of("<>"), "error: missing or malformed local part");
    AddressRules rules;
    rules.allow_null = true;
    const AddressParse parse = parse_address("x <>", rules);
    ASSERT_TRUE(parse.value);
    EXPECT_EQ(parse.value->address, "");
    EXPECT_FALSE(parse.value->at);
    EXPECT_EQ(address_of("", rules), "error: empty address");
}

TEST(Address, DomainLiterals) {
    AddressRules rules;
    for (const std::string bare : {"a@[1.2.3.4]", "a@[x!]", "a@[]", "a@[ipv6:zz]"})
        EXPECT_EQ(address_of(bare, rules), bare);
    EXPECT_EQ(address_of("(x) a@[x] (c)", rules), "a@[x]");
    EXPECT_EQ(address_of("a@[x y]", rules), "error: malformed domain literal");
    for (const std::string text : {"<a@[1.2.3.4]>", "J <a@[1.2.3.4]>", "@r:a@[1.2.3.4]", "<@[1.2.3.4]:a@b>"})
        EXPECT_EQ(address_of(text, rules), "error: domain literals not allowed") << text;
    rules.allow_domain_literals = true;
    EXPECT_EQ(address_of("<a@[1.2.3.4]>", rules), "a@[1.2.3.4]");
    EXPECT_EQ(address_of("J <a@[ipv6:2001:db8::1]>", rules), "a@[ipv6:2001:db8::1]");
    EXPECT_EQ(address_of("<a@[x]>", rules), "error: malformed domain literal");
    EXPECT_EQ(address_of("a@[1.2.3.4].b", rules), "error: malformed address: .b may not follow a@[1.2.3.4]");
    EXPECT_EQ(address_of("<@[1.2.3.4]:a@b>", rules), "a@b");
}

TEST(Address, ForgivingRules) {
    AddressRules rules;
    rules.strip_trailing_dot = rules.strip_excess_angle_brackets = true;
    EXPECT_EQ(address_of("a@b.", rules), "a@b");
    EXPECT_EQ(address_of("<a@b.c.>", rules), "a@b.c");
    EXPECT_EQ(address_of("a@b..", rules), "error: domain missing or malformed");
    EXPECT_EQ(address_of("Ph <<<<<<a@b>>>>>>", rules), "a@b");
    EXPECT_EQ(address_of("<<<<<<<a@b>>>>>>>", rules), "error: missing or malformed local part");
    EXPECT_EQ(address_of("<<a@b>", rules), "error: '>' missing at end of address");
    EXPECT_EQ(address_of("<a@b>>", rules), "error: malformed address: > may not follow <a@b>");
}

TEST(Address, Utf8Domains) {
    AddressRules rules;
    rules.allow_utf8_domains = true;
    EXPECT_EQ(address_of("a@\303\251x.\303\274", rules), "a@\303\251x.\303\274");
    EXPECT_EQ(address_of("a@x\303", rules), "error: invalid UTF-8 byte sequence");
    EXPECT_EQ(address_of("a@\200", rules), "error: domain missing or malformed");
}

TEST(Address, TellsWhereTheAddressStood) {
    struct Place {
        std::string text, want;
        std::size_t want_at;
    };
    const Place places[] = {
        {"Phrase <a@b> (c)", "a@b", 1},  {"  a @ b (c)", "a @ b", 1}, {"(x) a(y)@b", "a(y)@b", 1},
        {"<@r,@s:a@b>", "@r,@s:a@b", 1}, {"< a@b >", "a@b", 1},       {"x <\"a b\"@c.d >", "\"a b\"@c.d", 5},
    };
    for (const Place& p : places) {
        const AddressParse parse = parse_address(p.text);
        ASSERT_TRUE(parse.value) << p.text;
        EXPECT_EQ(p.text.substr(parse.value->start, parse.value->end - parse.value->start), p.want);
        EXPECT_EQ(parse.value->at, p.want_at);
    }
}

struct ListCase {
    std::string text;
    std::string want;  // joined by ~
};

// Answers of `${addresses:>~ …}`, exim4 4.96.
const ListCase kLists[] = {
    {"a@b, c@d", "a@b~c@d"},
    {"Team: a@b, c@d;", "a@b~c@d"},
    {"Nobody:;, x@y", "x@y"},
    {"Team: a@b; x@y", "a@b"},
    {"Team: a@b;, x@y", "a@b~x@y"},
    {"T: U: a@b;;, x@y", "x@y"},
    {"a@b; c@d", ""},
    {"\"x, y\" <a@b>, c (d, e) <f@g>", "a@b~f@g"},
    {"<a@b, c@d>, e@f", "e@f"},
    {"<@r,@s:a@b>, @r,@s:c@d, e@f", "a@b~c@d~e@f"},
    {" , a@b ,, bad bad, c@d,", "a@b~c@d"},
    {"Team \"x\": a@b, c@d;", "a@b~c@d"},
    {"\"Te:am\": a@b;", "a@b"},
    {"T:\n a@b,\n \"x\n y\" <c@d>;\n", "a@b~c@d"},
    {"T: a@b, c@d", "a@b~c@d"},
    {"\"unclosed <a@b>\n, c@d", ""},
    {"(unclosed a@b, c@d", ""},
    {"a\\,b@c, d@e", "a\\,b@c~d@e"},
    {":a@b", "a@b"},
    {"T: ,;", ""},
    {"a <b@c, d@e", ""},
};

TEST(HeaderAddresses, AgreesWithExim) {
    for (const ListCase& c : kLists) {
        std::string got;
        for (const HeaderAddress& item : header_addresses(c.text))
            if (item.parse.value) got += (got.empty() ? "" : "~") + item.parse.value->address;
        EXPECT_EQ(got, c.want) << c.text;
    }
}

TEST(HeaderAddresses, ReportsBadItemsButNotEmptyOnes) {
    const std::string text = "a@b, (nobody), bad bad, T: <c@d> x, ok@x;";
    const auto items = header_addresses(text);
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(items[1].parse.error.text, "missing or malformed local part (expected word or \"<\")");
    EXPECT_EQ(items[2].parse.error.text, "malformed address: x may not follow T: <c@d> ");
    EXPECT_EQ(items[3].item, "ok@x");
    EXPECT_EQ(text.substr(items[2].whole_start, items[2].whole_end - items[2].whole_start), "T: <c@d> x");
    EXPECT_EQ(text.substr(items[3].whole_start, items[3].whole_end - items[3].whole_start), "ok@x;");
    for (const auto& item : items) {
        EXPECT_EQ(text.substr(item.offset, item.item.size()), item.item);
        if (!item.parse.value) continue;
        const ParsedAddress& found = *item.parse.value;
        EXPECT_EQ(item.item.substr(found.start, found.end - found.start), found.address);
    }
}

TEST(AddressItemEnd, NewlinesEndItemsAndStringsWhereAsked) {
    EXPECT_EQ(address_item_end("a@b,c", false), 3U);
    EXPECT_EQ(address_item_end("a@b\nc,", true), 3U);
    EXPECT_EQ(address_item_end("a@b\nc,", false), 5U);
    EXPECT_EQ(address_item_end("\"a\nb,", true), 2U);
    EXPECT_EQ(address_item_end("\"a\nb,", false), 5U);
    EXPECT_EQ(address_item_end("(a,\\),b),", false), 8U);
    EXPECT_EQ(address_item_end("", true), 0U);
}

TEST(SplitAddress, AtTheLastAt) {
    const auto parts = split_address("\"a@b\"@c.d");
    EXPECT_EQ(parts.local_part, "\"a@b\"");
    EXPECT_EQ(parts.domain, "c.d");
    EXPECT_TRUE(parts.qualified);
    EXPECT_FALSE(split_address("joe").qualified);
}

}  // namespace
}  // namespace postern
