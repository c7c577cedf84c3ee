// SPDX-License-Identifier: Apache-2.0
// ${item …}. Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kItems[] = {
    {"${map}", "Failed: missing '{' for first arg of map"},
    {"${map{a}{b}x}", R"(Failed: missing } at end of "map")"},
    {"${map{a}{b x}", R"(Failed: missing } at end of "map")"},
    {"${map{a}{b}", R"(Failed: missing } at end of "map")"},
    {"${map {a} {b} }", "b"},
    {"${map{a:b}{[$item]}{c}}", R"(Failed: missing } at end of "map")"},
    {"${filter{a:b}{eq{$item}{a} x}}",
     R"(Failed: missing } at end of condition or expression inside "filter"; could be an unquoted } in the content)"},
    {"${filter{a:b}{eq{$item}{a}}x}", R"(Failed: missing } at end of "filter")"},
    {"${filter{a:b}{eq{$item}{a}",
     R"(Failed: missing } at end of condition or expression inside "filter"; could be an unquoted } in the content)"},
    {"${filter{a}{}}", R"(Failed: condition name expected, but found "}}" inside "filter" item)"},
    {"${reduce{a:b}}", "Failed: missing '{' for second arg of reduce"},
    {"${reduce{a:b}{}}", "Failed: missing '{' for last arg of reduce"},
    {"${reduce{a:b}{}{$value$item}}", "ab"},
    {"${reduce{a:b}{x}{$value$item}x}", R"(Failed: missing } at end of "reduce")"},
    {"${reduce{a:b}{x}{$value$item", R"(Failed: missing } at end of string inside "reduce" item)"},
    {"${reduce{}{x}{$value$item}}", "x"},
    {"${sort{b:a}{lt}}", "Failed: missing '{' for extractor arg of sort"},
    {"${sort{b:a}{eq}{$item}}", "Failed: comparator not handled for sort"},
    {"${sort{b:a}{<}{}}", R"(Failed: field-extract in sort: "")"},
    {"${sort{b:a}{lt}{$item}x}", R"(Failed: missing } at end of "sort")"},
    {"${sort}", "Failed: missing '{' for list arg of sort"},
    {"${map{a::b:c}{[$item]}}", "[a::b]:[c]"},
    {"${map{a:b: c}{$item}}", "a:b:c"},
    {"${map{a:b}{}}", ": "},
    {"${map{a:b}{:}}", "::: ::"},
    {"${map{<,a,b}{$item;}}", "a;,b;"},
    {R"(${map{<\na\nb}{$item;}})", "a;\nb;"},
    {R"(${map{<\n a\n\nb}{[$item]}})", "[a]\n[]\n[b]"},
    {"${filter{:a}{!eq{$item}{x}}}", ":a"},
    {"${filter{<; a ; b;c}{!eq{$item}{x}}}", "a;b;c"},
    {"${filter{a: :b}{!eq{$item}{x}}}", "a: :b"},
    {"${filter{a:::b}{!eq{$item}{x}}}", "a:::b"},
    {"${readfile}", "Failed: Not enough arguments for 'readfile' (min is 1)"},
    {"${extract{2}{:}{a:b}fail}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'fail}'"},
    {"${extract{2}{:}{a:b}{x}fail}", "x"},
    {"${extract{3}{:}{a:b}{x}fail}", R"(Failed: "extract" failed and "fail" requested)"},
    {"${extract{a}{b=c}fail}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'fail}'"},
    {"${extract{a}fail}", "Failed: missing '{' for arg 2 of extract"},
    {"${extract fail}", "Failed: missing '{' for arg 1 of extract"},
    {"${extract{a}{b=c}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is ''"},
    {"${extract{1}{:}{a:b}x",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'x'"},
    {"${extract json{a}{x}}", "Failed: missing '{' wrapping object for extract json"},
    {R"(${extract json{a}{\{"a":"b","c":[1,2]\}}})", R"("b")"},
    {R"(${extract jsons{a}{\{"a":"b","c":[1,2]\}}})", "b"},
    {R"(${extract json{c}{\{"a":"b","c":[1,2]\}}})", "[1,2]"},
    {"${extract json{2}{[1,2]}}", "2"},
    {"${extract json{0}{[1,2]}}", R"(Failed: first argument of "extract" must be greater than zero)"},
    {"${extract json{2}{x}}", "Failed: missing '[' wrapping array for extract json"},
    {"${extract foo{2}{x}}", "Failed: missing '{' for arg 1 of extract"},
    {"${extract{1}{:}{}{y}{n}}", "y"},
    {"${extract{0}{:}{}{y}{n}}", "y"},
    {"${extract{1}{}{}{y}{n}}", "y"},
    {"${extract{-0}{:}{a:b}{y}{n}}", "y"},
    {"${extract{+1}{:}{a:b}{y}{n}}",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is "
     "'{n}}'"},
    {"${extract{--1}{:}{a:b}{y}{n}}",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is "
     "'{n}}'"},
    {"${extract{1x}{1x=a}{y}{n}}", "y"},
    {"${extract{ a b }{a=1 b=2}{y}{n}}", "n"},
    {"${extract{b}{a = 1 b = 2 c}}", "2"},
    {"${extract{c}{a = 1 b = 2 c}{y$value}{n}}", "y"},
    {"${extract{c}{a = 1 b = 2 c=}{y$value}{n}}", "y"},
    {"${extract{b}{a=1, b=2}}", "2"},
    {R"(${extract{b}{a="x\\"y" b="p\\nq\\\\z"r}})", "p\nq\\z"},
    {R"(${extract{b}{a="x b=2}{$value}{n}})", "n"},
    {R"(${extract{a}{a="x b=2}{$value}{n}})", "x b=2"},
    {R"(${extract{a}{a=="x"}{$value}{n}})", R"(="x")"},
    {"${extract{1}{:,}{a:b,c}{$value}}", "a"},
    {"${listextract{}{a:b}}", R"(Failed: first argument of "listextract" must not be empty)"},
    {"${listextract{1}}", "Failed: missing '{' for arg 2 of listextract"},
    {"${listextract}", "Failed: missing '{' for arg 1 of listextract"},
    {"${listextract{x}{a:b}}", R"(Failed: first argument of "listextract" must be numeric)"},
    {"${listextract{-3}{a:b}{y}{n}}", "n"},
    {"${listextract{+1}{a:b}{y}{n}}", R"(Failed: first argument of "listextract" must be numeric)"},
    {"${listextract{ 1 }{a:b}{y}{n}}", "y"},
    {"${listextract{1}{a:b}fail}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'fail}'"},
    {"${listextract{5}{a:b}{x}fail}", R"(Failed: "listextract" failed and "fail" requested)"},
    {"${sg{abc}{b*}{x}}", "xaxxcx"},
    {"${sg{aaa}{a}{$0$0}}", ""},
    {R"(${sg{abc}{\N(b)\N}{<\$1>}})", "a<b>c"},
    {"${sg{abc}{^}{x}}", "xabc"},
    {"${sg{abc}{$}{x}}", "Failed: $ not followed by letter, digit, or {"},
    {R"(${sg{a\nb}{\N^\N}{x}})", "xa\nb"},
    {"${tr{abc}{}{x}}", "abc"},
    {"${tr{abc}{a}{}}", "abc"},
    {"${hmac{sha256}{a}{b}}", R"(Failed: hmac algorithm "sha256" is not recognised)"},
    {"${sort{b:a}{lt}{$nosuch}}", R"(Failed: unknown variable name "nosuch")"},
    {"${filter{a}{match_ip{yes}{nobody}}}", R"(Failed: "yes" is not an IP address inside "filter" condition)"},
    {"${filter{a:b}{<{x}{1}}}", R"(Failed: integer expected but "x" found inside "filter" condition)"},
    {"${filter{a}{nosuch{x}}}", R"(Failed: unknown condition "nosuch" inside "filter" item)"},
    {"${map{a}{${if eq{a}{b}{x}fail}}}", R"(Failed: "if" failed and "fail" requested inside "map" item)"},
    {"${filter{a}{eq{${if eq{a}{b}{x}fail}}{1}}}",
     R"(Failed: "if" failed and "fail" requested inside "filter" condition)"},
    {"${reduce{a}{b}{${if eq{a}{b}{x}fail}}}", R"(Failed: "if" failed and "fail" requested inside "reduce" item)"},
    {"${sort{a:b}{lt}{${if eq{a}{b}{x}fail}}}", R"(Failed: field-extract in sort: "${if eq{a}{b}{x}fail}")"},
    {"${map{a}{${filter{b}{<{x}{1}}}}}",
     R"(Failed: integer expected but "x" found inside "filter" condition inside "map" item)"},
    {"${map{a}{${map{b}{${if eq{a}{b}{x}fail}}}}}",
     R"(Failed: "if" failed and "fail" requested inside "map" item inside "map" item)"},
    {R"(${map{a}{${expand:\$nosuch}}})",
     R"(Failed: internal expansion of "$nosuch" failed: unknown variable name "nosuch" inside "map" item)"},
    {"${extract{-}{:}{a:b}}", "a:b"},
    {"${extract{-}{a=b}}", "Failed: missing '{' for arg 3 of extract"},
    {"${listextract{-}{a}{y}{n}}", "n"},
    {"${substr{ 1}{+2}{abcd}}", "bc"},
    {"${hash{x}{abc}}", R"(Failed: "x" is not a number (in "hash" expansion))"},
    {"${nhash{x}{abc}}", R"(Failed: "x" is not a number (in "nhash" expansion))"},
    {"${sort{b:a}{lt x}{$item}}", "a:b"},
    {"${sort{2:10}{<x}{$item}}", "2:10"},
    {R"(${sort{b:a}{\x6ct}{$item}})", "a:b"},
    {"${sort{b:a}{}{$item}}", R"(Failed: condition name expected, but found "")"},
    {"${sort{b:a}{!lt}{$item}}", R"(Failed: condition name expected, but found "!lt")"},
    {"${sort{b:a}{${lc:Xabcdefghijklmnopqrstuvwxyz}}{$item}}",
     R"(Failed: condition name expected, but found "${lc:Xabcdefghij")"},
    {"${sort{$nosuch}{eq}{$item}}", R"(Failed: unknown variable name "nosuch")"},
    {"${sort{b:a}{eq}{$nosuch}}", "Failed: comparator not handled for sort"},
    {"${sort{3:10:2}{<}{$item}}", "2:3:10"},
    {"${sort{x:10:2}{<}{$item}}", "x:2:10"},
    {"${sort{a:B:c}{gti}{$item}}", "c:B:a"},
    {"${sort{b1:a1:b2:a2}{lt}{${length_1:$item}}}", "a1:a2:b1:b2"},
    {"${sort{b1:a1:b2:a2}{le}{${length_1:$item}}}", "a2:a1:b2:b1"},
    {"${sort{}{lt}{$item}}", ""},
    {"${sort{a:b}{lt}{}}", R"(Failed: field-extract in sort: "")"},
    {R"(${extract jsons{1}{["a","b"]}})", "a"},
    {"${extract jsons{1}{[1,2]}}", R"(Failed: missing '"' wrapping string result for extract jsons)"},
    {R"(${extract json{a}{\{"a" 1\}}})", "Failed: missing object value-separator for extract json"},
    {R"(${extract json{a}{\{"b":1, "a" : \{"x":[1,2]\}\}}})", R"({"x":[1,2]})"},
    {R"(${extract json{a}{\{"b":1}})", "Failed: missing '}' wrapping object for extract json"},
    {"${extract json{3}{[1,2]}{y}{n}}", "n"},
    {R"(${extract json{a}{\{a:1\}}{y}{n}})", R"(Failed: missing '"' wrapping string key for extract json)"},
    {"${extract{-1}{:}{a:b:c}}", "c"},
    {"${extract{no}{fail}{y}{${length{$primary_hostname}{a}}$nosuch}}",
     R"(Failed: "mx.test.ex" is not a positive number (in "length" expansion))"},
    {"${extract{a}{a=b}{${length{$primary_hostname}{a}}$nosuch}{n}}",
     R"(Failed: "mx.test.ex" is not a positive number (in "length" expansion))"},
    {"${extract{a}{a=b}{y$nosuch}{n}}", R"(Failed: unknown variable name "nosuch")"},
    {"${extract{a}{a=b}{y}{$nosuch}}", R"(Failed: unknown variable name "nosuch")"},
    {"${extract{no}{fail}{$nosuch}{n}}", R"(Failed: unknown variable name "nosuch")"},
    {"${extract{0}{:}{a:b:c}}", "a:b:c"},
    {"${extract{5}{:}{a:b:c}{y}{n}}", "n"},
    {"${extract{-4}{:}{a:b:c}{y}{n}}", "n"},
    {"${extract{2}{:}{a:b}{<$value>}{n}}[$value]", "<b>[]"},
    {"${extract{2}{:,}{a:b,c}}", "b"},
    {R"(${extract{GID}{uid=1 gid="a b" home=/x}})", "a b"},
    {"${listextract{2}{<;a;b:c;d}}", "b:c"},
    {"${listextract{1}{a:b}{y$value}{n}}[$value]", "ya[]"},
    {"${map{<,a,b}{$item,$item}}", "a,,a,b,,b"},
    {"${map{a:b}{$item${if match{$item}{(.)}{$1}}}}", "aa:bb"},
    {"${map{a:b}{${map{c:d}{$item}}$item}}", "c::da:c::db"},
    {"${filter{a:b:a}{eq{$item}{a}}}", "a:a"},
    {"${reduce{1:2:3}{0}{${eval:$value+$item}}}[$value]", "6[]"},
    {"${sort{3:2:1:4}{<}{$item}}", "1:2:3:4"},
    {"${sort{b:a:C}{lti}{$item}}", "a:b:C"},
    {"${sg{abc}{}{-}}", "-a-b-c-"},
    {R"(${sg{aXbX}{X}{\$0\$0}})", "aXXbXX"},
    {"${sg{abcabc}{b}{}}", "acac"},
    {R"(${sg{abc}{(a)(b)}{\$2\$1}})", "bac"},
    {"${tr{abcdea}{ac}{13}}", "1b3de1"},
    {"${tr{abca}{aa}{12}}", "2bc2"},
    {"${tr{abc}{abc}{1}}", "111"},
    {"${length{3}{abcdef}}", "abc"},
    {"${substr{1}{2}{abcdef}}", "bc"},
    {"${substr{-3}{2}{abcdef}}", "de"},
    {"${substr{x}{abcdef}}", R"(Failed: "x" is not a number (in "substr" expansion))"},
    {"${length{3}{a}{b}}", "Failed: Too many arguments for 'length' (max is 2)"},
    {"${hash{3}{monty}}", "jmg"},
    {"${hash{3}{99}{monty}}", R"(Failed: hash count "99" too big)"},
    {"${nhash{8}{64}{super}}", "4/1"},
    {"${nhash{10}{abc}}", "6"},
    {"${hmac{md5}{secret}{text}}", "aec0923fe98e49cf3f79986a0bce24c4"},
    {"${hmac{sha1}{secret}{text}}", "b8392c23690ccf871f37ec270be1582dec57a503"},
    {"${hmac{sha1}{keykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykeykey}{text}}",
     "9bd35686453a0e32d57990fc3d99c73536e9b57a"},
    {"${readfile{/d/RF}{:}}", "line1:line2:"},
    {"${readfile{/d/RF}}", "line1\nline2\n"},
    {"${readfile{/d/RF}{}}", "line1line2"},
    {"${readfile{/d/RF2}{:}}", "noeol"},
    {"${readfile{/d}}", ""},
    {"${readfile{/nope}}", "Failed: failed to open /nope: No such file or directory"},
    {"${listquote{:}{a:b}}", "a::b"},
};

TEST(Items, answers) {
    ExpansionWorld world;
    world.expect_rows(kItems);
}

TEST(Items, left_out) {
    ExpansionWorld world;
    constexpr Row kRows[] = {
        {"${perl{x}}", "Failed: \"${perl\" encountered, but this facility is not included in this binary"},
        {"${dlfunc{x}{y}}", "Failed: \"${dlfunc\" encountered, but this facility is not included in this binary"},
        {"${acl{x}}", "Failed: ERROR from acl \"x\""},
        {"${certextract{x}{y}}", "Failed: second argument of \"certextract\" must be a certificate variable"},
        {"${readsocket{/nope}{x}}", "Failed: \"${readsocket\" is not supported by this version of Postern"},
        {"${prvs{a@b}{key}}", "Failed: \"${prvs\" is not supported by this version of Postern"},
        {"${if eq{a}{b}{${perl{x}}${prvs{a@b}{key}}}{ok}}", "ok"},
    };
    world.expect_rows(kRows);
}

// D-expand-sort: exim4 fails without a word. D-expand-nhash: it makes nonsense of the one, and dies of the other.
TEST(Items, own_answers) {
    ExpansionWorld world;
    constexpr Row kRows[] = {
        {"${sort{b:a}{nosuch}{$item}}", R"(Failed: unknown condition "nosuch")"},
        {"${nhash{-1}{abc}}", R"(Failed: "-1" is not a positive number (in "nhash" expansion))"},
        {"${hash{-1}{abc}}", R"(Failed: "-1" is not a positive number (in "hash" expansion))"},
    };
    world.expect_rows(kRows);
}

// Options treat a forced failure as if they were unset, wherever it came from.
TEST(Items, forced_failures_stay_forced) {
    ExpansionWorld world;
    for (const char* source :
         {"${map{a}{${if eq{a}{b}{x}fail}}}", "${filter{a}{eq{${if eq{a}{b}{x}fail}}{1}}}",
          "${sort{a:b}{lt}{${if eq{a}{b}{x}fail}}}", "${if and{{eq{${if eq{a}{b}{x}fail}}{x}}}{y}{n}}"}) {
        const Expansion value = world.expand(source);
        ASSERT_FALSE(value) << source;
        EXPECT_TRUE(value.error().forced) << source;
    }
    EXPECT_FALSE(world.expand("${sort{a:b}{lt}{}}").error().forced);
}

// D-expand-bounds
TEST(Items, growth_is_bounded) {
    ExpansionWorld world;
    std::string source = "aaaa";
    for (int i = 0; i < 20; ++i) source = "${sg{" + source + "}{a}{aaaa}}";
    EXPECT_EQ(world.shown(source), "Failed: expansion takes too many steps");
    world.most_steps = 100'000'000;
    world.most_bytes = 1000;
    world.make();
    EXPECT_EQ(world.shown(source), "Failed: expansion yields too long a string");
}

TEST(Items, readfile_failure_is_not_an_empty_file) {
    ExpansionWorld world;
    world.os.put_file("/d/secret", "x", 0600, 0, 0);
    world.os.run_as(1000, 1000);
    EXPECT_EQ(world.shown("${readfile{/d/secret}}"),
              "Failed: failed to open /d/secret: Permission denied (euid=1000 egid=1000)");
}

}  // namespace
}  // namespace postern
