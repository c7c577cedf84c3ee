// SPDX-License-Identifier: Apache-2.0
// Every row was seen with exim4 4.96 (-bt) unless it says otherwise.
#include "routers/redirect_data.h"

#include <gtest/gtest.h>

#include <map>

namespace postern {
namespace {

using Kind = RedirectList::Kind;

const std::map<std::string, std::string> kFiles = {
    {"/d/list", "# list comment\nl1@x.ex, l2@x.ex\nFull Name <l3@x.ex>\nl4@x.ex (comment)\n,,\n"},
    {"/d/fail", ":fail: inner\n"},
    {"/d/blackhole", ":blackhole:\n"},
    {"/d/loop", ":include:/d/loop\na@n\n"},
    {"/d/bad", "x@@y\n"},
    {"/d/pipe", "|cat\n"},
};

Included include(const std::string& name) {
    const auto file = kFiles.find(name);
    if (file == kFiles.end())
        return tl::unexpected("failed to open included file " + name + ": No such file or directory");
    return file->second;
}

RedirectRules rules() {
    RedirectRules r;
    r.allow_fail = r.allow_defer = true;
    r.qualify_domain = "test.ex";
    r.incoming_domain = "in.ex";
    return r;
}

std::string items_of(const RedirectList& list) {
    std::string out;
    for (const RedirectItem& item : list.items) {
        if (!out.empty()) out += " & ";
        out += (item.kind == RedirectItemKind::pipe   ? "pipe "
                : item.kind == RedirectItemKind::file ? "file "
                                                      : "") +
               item.text;
    }
    return out;
}

struct ItemCase {
    std::string data, want;
};
class Items : public testing::TestWithParam<ItemCase> {};
TEST_P(Items, AreFound) {
    const RedirectList list = parse_redirect_data(Text(GetParam().data), rules(), include);
    EXPECT_EQ(list.kind, Kind::items) << list.text;
    EXPECT_EQ(items_of(list), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Redirect, Items,
                         testing::ValuesIn(std::vector<ItemCase>{
                             {"", ""},
                             {"a@x.ex, b@x.ex,\n   c@x.ex", "a@x.ex & b@x.ex & c@x.ex"},
                             {"a@x.ex,, ,b", "a@x.ex & b@test.ex"},
                             {"a@x\r\nb@x\r\n", "a@x & b@x"},
                             {"# comment\na@x, # another\nb@x", "a@x & b@x"},
                             {"(comment)", ""},
                             {"(comment) , a@x", "a@x"},
                             {"a@x (c) , b@x", "a@x & b@x"},
                             {"Full Name <l3@x>", "l3@x"},
                             {"\"Foo, Bar\" <a@x>, b@x", "a@x & b@x"},
                             {"Foo, Bar <a@x>", "Foo@test.ex & a@x"},
                             {"\"a@b.c\"", "a@b.c"},
                             {"\"a b\"@x", "\"a b\"@x"},
                             {"\\joe", "joe@in.ex"},
                             {"\\ joe", "joe@in.ex"},
                             {"\"\\joe\"", "joe@in.ex"},
                             {"\\joe@x", "\\joe@x"},
                             {"\\", "\\@test.ex"},
                             {"\\\"joe x\"", "\"joe x\"@in.ex"},
                             {"\"\\|foo\"", "|foo@in.ex"},
                             {"|/bin/cat a, b", "pipe |/bin/cat a & b@test.ex"},
                             {"| /bin/cat", "pipe | /bin/cat"},
                             {"|/bin/cat\nfoo", "pipe |/bin/cat & foo@test.ex"},
                             {"\"|/bin/cat a, b\" , c@d.e", "pipe |/bin/cat a, b & c@d.e"},
                             {"\"|/bin/cat \\\"a b\\\"\"", "pipe |/bin/cat \"a b\""},
                             {"|\"foo, bar\", x@y", "pipe |\"foo, bar\" & x@y"},
                             {"\"  |foo\"", "pipe |foo"},
                             {"|foo@bar.com", "|foo@bar.com"},
                             {"\"|foo\" (comment)", "\"|foo\"@test.ex"},
                             {"|", "pipe |"},
                             {"/x y/z", "file /x y/z"},
                             {"\"/a b/c\"", "file /a b/c"},
                             {"\"/a\\\\b\"", "file /a\\b"},
                             {"/foo (comment, x) , y@z", "file /foo (comment, x) & y@z"},
                             {"/X=1/Y=2/@gate.ex", "/X=1/Y=2/@gate.ex"},
                             {"/", "file /"},
                             {":unknown:", ""},
                             {":unk", ""},
                             {":", ""},
                             {"\"\"", ""},
                             {"\" \"", ""},
                             {":include:/d/list", "l1@x.ex & l2@x.ex & l3@x.ex & l4@x.ex"},
                             {"\":include:/d/list\"", "l1@x.ex & l2@x.ex & l3@x.ex & l4@x.ex"},
                             {"a@x, :include: /d/list, b@x", "a@x & l1@x.ex & l2@x.ex & l3@x.ex & l4@x.ex & b@x"},
                             {"# x\n# exim filter", ""},
                             {"#exim\nfilter", "filter@test.ex"},
                             {std::string("a@x\0, b@x", 9), "a@x"},  // NUL ends the data
                         }));

struct EndCase {
    std::string data;
    Kind want_kind;
    std::string want_text, want_items;
};
class Ends : public testing::TestWithParam<EndCase> {};
TEST_P(Ends, TheList) {
    const RedirectList list = parse_redirect_data(Text(GetParam().data), rules(), include);
    EXPECT_EQ(list.kind, GetParam().want_kind);
    EXPECT_EQ(list.text, GetParam().want_text);
    EXPECT_EQ(items_of(list), GetParam().want_items);
}
INSTANTIATE_TEST_SUITE_P(
    Redirect, Ends,
    testing::ValuesIn(std::vector<EndCase>{
        {":blackhole:", Kind::blackhole, "", ""},
        {":blackhole: foo", Kind::blackhole, "", ""},
        {"a@x, :blackhole:, b@x", Kind::blackhole, "", ""},
        {":fail: go away", Kind::fail, "go away", ""},
        {":fail:   go away, really\nnext\n", Kind::fail, "go away, really\nnext", ""},
        {":fail:\n", Kind::fail, "", ""},
        {":fail:foo", Kind::fail, "foo", ""},
        {"\":fail: x\", y", Kind::fail, "x\", y", ""},
        {"a@x.ex, :fail: foo", Kind::fail, "foo", "a@x.ex"},
        {"a@x.ex, :defer: foo", Kind::defer, "foo", ""},
        {":defer:", Kind::defer, "", ""},
        {":include:/d/fail", Kind::fail, "inner", ""},
        {":include:/d/blackhole, c@x", Kind::blackhole, "", ""},
        {"#Exim filter\nfinish", Kind::filter, "filtering not enabled", ""},
        {"\n  # \t eXim \t filterx\n", Kind::filter, "filtering not enabled", ""},
        {"# sieve filter", Kind::filter, "filtering not enabled", ""},
        {":FAIL: x", Kind::error, "missing or malformed local part (expected word or \"<\") in \":FAIL: x\"", ""},
        {":failx: foo", Kind::error, "missing or malformed local part (expected word or \"<\") in \":failx: foo\"", ""},
        {":unknown: foo, b@x", Kind::error,
         "missing or malformed local part (expected word or \"<\") in \":unknown: foo\"", ""},
        {"a@b@c", Kind::error, "malformed address: @c may not follow a@b in \"a@b@c\"", ""},
        {"ok@x, a@b@c", Kind::error, "malformed address: @c may not follow a@b in \"a@b@c\"", ""},
        {"a@x.ex # comment", Kind::error, "malformed address: # comment may not follow a@x.ex  in \"a@x.ex # comment\"",
         ""},
        {"Group: a@x.ex, b@x.ex;", Kind::error,
         "missing or malformed local part (expected word or \"<\") in \"Group: a@x.ex\"", ""},
        {"\"|foo\" bar", Kind::error, "missing or malformed local part (expected word or \"<\") in \"\"|foo\" bar\"",
         ""},
        {"\"a@b\" \"c@d\"", Kind::error, "malformed address: \" \"c@d may not follow a@b in \"a@b\" \"c@d\"", ""},
        {"\", \"", Kind::error, "missing or malformed local part (expected word or \"<\") in \",\"", ""},
        {"\"foo\nbar\"@x", Kind::error, "unmatched doublequote in local part in \"\"foo\"", ""},
        {"<>, a@x", Kind::error, "missing or malformed local part in \"<>\"", ""},
        {"x@@y", Kind::error, "domain missing or malformed in \"x@@y\"", ""},
        {":include:", Kind::error, "file name missing after :include:", ""},
        {":include:data/list", Kind::error, "included file \"data/list\" is not an absolute path", ""},
        {":include:/d/nolist", Kind::error, "failed to open included file /d/nolist: No such file or directory", ""},
        {":include:/d/bad, c@x", Kind::error, "domain missing or malformed in \"x@@y\"", ""},
        {":include:/d/loop", Kind::error, "too many nested included files: /d/loop", ""},  // D-include-loop
        {":include:/" + std::string(255, 'x'), Kind::error,
         "included file name \"/" + std::string(255, 'x') + "\" is too long", ""},
    }));

TEST(RedirectData, WhatIsForbiddenIsAnError) {
    RedirectRules r = rules();
    r.allow_fail = r.allow_defer = false;
    r.forbid_blackhole = r.forbid_include = r.skip_errors = true;  // skip_errors is about addresses
    struct Case {
        const char *data, *want_text;
    };
    for (const Case& c :
         {Case{"a@x, :fail: x, b@x", "\":fail: x\" is not permitted"},
          Case{":fail: x # y", "\":fail: x # y\" is not permitted"}, Case{":fail:", "\":fail:\" is not permitted"},
          Case{":defer: x, b@x", "\":defer: x\" is not permitted"},
          Case{":blackhole: z", "\":blackhole: z\" is not permitted"},
          Case{":include:/x", "included files not permitted"}}) {
        const RedirectList list = parse_redirect_data(Text(c.data), r, include);
        EXPECT_EQ(list.kind, Kind::error) << c.data;
        EXPECT_EQ(list.text, c.want_text);
        EXPECT_TRUE(list.items.empty());
    }
}

TEST(RedirectData, SkipsSyntaxErrorsWhenAsked) {
    RedirectRules r = rules();
    r.skip_errors = true;
    const RedirectList list = parse_redirect_data(Text("a@@b, /x, x@@y, :include:/d/bad, c@d"), r, include);
    EXPECT_EQ(list.kind, Kind::items);
    EXPECT_EQ(items_of(list), "file /x & c@d");
    EXPECT_EQ(list.skipped, (std::vector<std::string>{"domain missing or malformed in \"a@@b\"",
                                                      "domain missing or malformed in \"x@@y\"",
                                                      "domain missing or malformed in \"x@@y\""}));
}

TEST(RedirectData, TaintGoesIntoPipesAndStopsIncludes) {  // D-include-tainted
    const RedirectList list = parse_redirect_data(tainted_text("|cmd, /file"), rules(), include);
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_TRUE(list.items[0].tainted);
    EXPECT_TRUE(list.items[1].tainted);
    EXPECT_EQ(parse_redirect_data(tainted_text(":include:/d/list"), rules(), include).text,
              "Tainted name '/d/list' for included file  not permitted\n");
    EXPECT_FALSE(parse_redirect_data(Text(":include:/d/pipe"), rules(), include).items.at(0).tainted);
}

TEST(RedirectData, AddressesAreAsCleanAsTheirParts) {
    RedirectRules from_outside = rules();
    from_outside.qualify_domain = from_outside.incoming_domain = tainted_text("out.ex");
    struct Case {
        Text data;
        const RedirectRules& rules;
        bool want_tainted;
    };
    const RedirectRules clean = rules();
    for (const Case& c : {Case{"a@b", clean, false}, Case{"a", clean, false}, Case{"\\a", clean, false},
                          Case{tainted_text("a@b"), clean, true}, Case{"a@b", from_outside, false},
                          Case{"a", from_outside, true}, Case{"\\a", from_outside, true}}) {
        EXPECT_EQ(parse_redirect_data(c.data, c.rules, include).items.at(0).tainted, c.want_tainted) << c.data.bytes;
    }
}

}  // namespace
}  // namespace postern
