// SPDX-License-Identifier: Apache-2.0
// ${lookup …}. Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kLookups[] = {
    {"${lookup{ALICE}lsearch{/d/LS}}", "alice data"},
    {"${lookup{bob}lsearch{/d/LS}}", "bob data with  spaces"},
    {"${lookup{carol}lsearch{/d/LS}}", "one, two, three"},
    {"${lookup{quo ted}lsearch{/d/LS}}", "qq"},
    {"${lookup{q:x}lsearch{/d/LS}}", "qx"},
    {"${lookup{empty}lsearch{/d/LS}{[$value]}{none}}", "[]"},
    {"${lookup{dave}lsearch{/d/LS}}", "d1"},
    {"${lookup{nobody}lsearch{/d/LS}{y}{n}}", "n"},
    {"${lookup{nobody}lsearch{/d/LS}{y}fail}", R"(Failed: "lookup" failed and "fail" requested)"},
    {"${lookup{nobody}lsearch{/d/LS}}", ""},
    {"${lookup{alice}lsearch{/d/LS}{<$value>}fail}[$value]", "<alice data>[]"},
    {"${lookup{nobody}lsearch*{/d/LS}{$value $1 [$2]}{n}}", "star nobody []"},
    {"${lookup{x@star.ex}lsearch*@{/d/LS}{$value $1}{n}}", "starat x"},
    {"${lookup{x@other.ex}lsearch*@{/d/LS}{$value $1}{n}}", "star x@other.ex"},
    {"${lookup{a.b.wild.ex}partial-lsearch{/d/LS}{$value $1 $2}{n}}", "wildval a.b wild.ex"},
    {"${lookup{wild.ex}partial-lsearch{/d/LS}{$value [$1] $2}{n}}", "wildval [] wild.ex"},
    {"${lookup{wild2.ex}partial-lsearch{/d/LS}{$value [$1] $2}{n}}", "exact [] wild2.ex"},
    {"${lookup{a.b.c.d}partial1-lsearch{/d/LS}{$value}{n}}", "n"},
    {"${lookup{a.b.c.d}partial0-lsearch{/d/LS}{$value $1 [$2]}{n}}", "star a.b.c. []"},
    {"${lookup{a.wild.ex}partial(.)lsearch{/d/LS}{$value}{n}}", "n"},
    {"${lookup{a.wild.ex}partial(*.)lsearch{/d/LS}{$value}{n}}", "wildval"},
    {"${lookup{a.wild2.ex}partial()lsearch{/d/LS}{$value $1 $2}{n}}", "exact a wild2.ex"},
    {"${lookup{a.b.wild.ex}partial-lsearch{/d/LS}{y}}[$1]", "y[]"},
    {"${lookup{alice}lsearch,ret=full{/d/LS}}", "alice: alice data"},
    {"${lookup{quo ted}lsearch,ret=full{/d/LS}}", "quo ted: qq"},
    {"${lookup{ALICE}lsearch,ret=key{/d/LS}}", "ALICE"},
    {"${lookup{alice}lsearch,foo=bar{/d/LS}}", "alice data"},
    {"${lookup{alice}lsearch,cache=no_rd{/d/LS}}", "alice data"},
    {"${lookup{}lsearch{/d/LS}{y}{n}}", "n"},
    {"${lookup{}lsearch{/nope}{y}{n}}", "Failed: failed to open /nope for linear search: No such file or directory"},
    {"${lookup{a}lsearch{/nope}{y}{n}}", "Failed: failed to open /nope for linear search: No such file or directory"},
    {"${lookup{a}lsearch{/d/DIR}{y}{n}}", "Failed: /d/DIR is not a regular file (lsearch lookup)"},
    {"${lookup{a}lsearch{relative}{y}{n}}",
     "Failed: failed to open relative for linear search: No such file or directory"},
    {"${lookup{abc12}wildlsearch{/d/LSW}}", "dflt"},
    {"${lookup{a.tail.ex}wildlsearch{/d/LSW}}", "tailval"},
    {"${lookup{x12}wildlsearch{/d/LSW}}", "nregex"},
    {"${lookup{plain}wildlsearch{/d/LSW}}", "p"},
    {"${lookup{x12}nwildlsearch{/d/LSW}}", "dflt"},
    {"${lookup{abc12}nwildlsearch{/d/LSW}}", "regexval"},
    {"${lookup{A.TAIL.EX}nwildlsearch{/d/LSW}{$value[$0$1]}}", "tailval[]"},
    {"${lookup{1.2.3.4}iplsearch{/d/IP}}", "v4"},
    {"${lookup{10.9.9.9}iplsearch{/d/IP}}", "ten"},
    {"${lookup{2001:db8::5}iplsearch{/d/IP}}", "v6"},
    {"${lookup{9.9.9.9}iplsearch{/d/IP}{$value}{none}}", "none"},
    {"${lookup{9.9.9.9}iplsearch*{/d/IP}}", "any"},
    {"${lookup{abc}iplsearch{/d/IP}}",
     R"(Failed: lookup of "abc" gave DEFER: "abc" is not a valid iplsearch key (an IP address, with optional CIDR mask, is wanted): in a host list, use net-iplsearch as the search type)"},
    {"${lookup{1.2.3.4/32}iplsearch{/d/IP}}",
     R"(Failed: lookup of "1.2.3.4/32" gave DEFER: "1.2.3.4/32" is not a valid iplsearch key (an IP address, with optional CIDR mask, is wanted): in a host list, use net-iplsearch as the search type)"},
    {"${lookup{file1}dsearch{/d/DIR}}", "file1"},
    {"${lookup{file1}dsearch,ret=full{/d/DIR}}", "/d/DIR/file1"},
    {"${lookup{sub}dsearch,filter=dir{/d/DIR}}", "sub"},
    {"${lookup{sub}dsearch,filter=file{/d/DIR}{y}{n}}", "n"},
    {"${lookup{..}dsearch,filter=subdir{/d/DIR}{y}{n}}", "n"},
    {"${lookup{..}dsearch,filter=dir{/d/DIR}{y}{n}}", "y"},
    {"${lookup{dangling}dsearch{/d/DIR}{y}{n}}", "y"},
    {"${lookup{nope}dsearch{/d/DIR}{y}{n}}", "n"},
    {"${lookup{a/b}dsearch{/d/DIR}}",
     R"(Failed: lookup of "a/b" gave DEFER: key for dsearch lookup contains a slash: a/b)"},
    {"${lookup{a}dsearch{/nope}{y}{n}}",
     "Failed: failed to open /nope for directory search: No such file or directory"},
    {"${lookup{a}dsearch{DIR}{y}{n}}", "Failed: failed to open DIR for directory search: No such file or directory"},
    {"${lookup{a}dsearch{/d/LS}{y}{n}}", "Failed: failed to open /d/LS for directory search: Not a directory"},
    {"${lookup{a}cdb{/nope}{y}{n}}", "Failed: failed to open /nope for cdb lookup: No such file or directory"},
    {"${lookup lsearch{/d/LS}}", R"(Failed: missing {key} for single-key "lsearch" lookup)"},
    {"${lookup{a}passwd{root}}",
     R"(Failed: a single key was given for lookup type "passwd", which is not a single-key lookup type)"},
    {"${lookup passwd{nosuchuser}{y}{n}}", "n"},
    {"${lookup{root}partialx-lsearch{/d/LS}}", R"(Failed: format error in lookup type "partialx-lsearch")"},
    {"${lookup{root}partial(xx)lsearch{/d/LS}}", R"(Failed: format error in lookup type "partial(xx)lsearch")"},
    {"${lookup{root}partial-passwd{/d/LS}}", R"(Failed: "partial" is not permitted for lookup type "passwd")"},
    {"${lookup passwd*{root}}", R"(Failed: defaults using "*" or "*@" are not permitted for lookup type "passwd*")"},
    {"${lookup{alice}nosuch{/d/LS}}", R"(Failed: unknown lookup type "nosuch")"},
    {"${lookup{alice} lsearch {/d/LS} {$value} }", "alice data"},
};

TEST(LookupItem, answers) {
    ExpansionWorld world;
    world.expect_rows(kLookups);
}

// D-lookup-accounts
TEST(LookupItem, accounts) {
    ExpansionWorld world;
    EXPECT_EQ(world.shown("${lookup passwd{root}}"), "*:0:0::/root:/bin/sh");
    world.os.set_accounts_error(EIO);
    const Expansion value = world.expand("${lookup passwd{root}}");
    ASSERT_FALSE(value);
    EXPECT_TRUE(value.error().lookup_deferred);
    EXPECT_EQ(value.error().message, "lookup of \"root\" gave DEFER: the account service failed: Input/output error");
}

TEST(LookupItem, left_out) {
    ExpansionWorld world;
    constexpr Row kRows[] = {
        {"${lookup sqlite{select 1}}", "Failed: lookup type \"sqlite\" is not supported by this version of Postern"},
        {"${lookup{a}dbm{/d/LS}{y}{n}}", "Failed: lookup type \"dbm\" is not supported by this version of Postern"},
        {"${lookup redis{x}}", "Failed: unknown lookup type \"redis\""},
    };
    world.expect_rows(kRows);
}

TEST(LookupItem, kinds_of_failure) {
    ExpansionWorld world;
    const Expansion forced = world.expand("${lookup{nobody}lsearch{/d/LS}{y}fail}");
    ASSERT_FALSE(forced);
    EXPECT_TRUE(forced.error().forced);
    const Expansion deferred = world.expand("${lookup{a/b}dsearch{/d/DIR}}");
    ASSERT_FALSE(deferred);
    EXPECT_TRUE(deferred.error().lookup_deferred);
    const Expansion failed = world.expand("${lookup{a}lsearch{/nope}}");
    ASSERT_FALSE(failed);
    EXPECT_FALSE(failed.error().lookup_deferred || failed.error().forced);
}

// Exim dies of these. D-lookup-patterns
TEST(LookupItem, bad_patterns_in_wildlsearch_files_defer) {
    ExpansionWorld world;
    world.os.put_file("/d/bad", "^r(: x\n");
    world.os.put_file("/d/bad2", "$nosuch: x\n");
    EXPECT_EQ(world.shown("${lookup{a}nwildlsearch{/d/bad}}"),
              "Failed: lookup of \"a\" gave DEFER: regular expression error: missing closing parenthesis at offset 3 "
              "while compiling ^r(");
    EXPECT_EQ(world.shown("${lookup{a}wildlsearch{/d/bad2}}"), "Failed: lookup of \"a\" gave DEFER: ");
    EXPECT_EQ(world.panics.back(),
              "failed to expand \"$nosuch\" while checking a list: unknown variable name \"nosuch\"");
}

TEST(LookupItem, a_file_that_looks_itself_up_ends) {
    ExpansionWorld world;
    world.os.put_file("/d/self", "${lookup{a}wildlsearch{/d/self}}: x\n");
    EXPECT_TRUE(world.shown("${lookup{a}wildlsearch{/d/self}}").starts_with("Failed: "));
}

}  // namespace
}  // namespace postern
