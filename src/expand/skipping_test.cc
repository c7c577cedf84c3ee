// SPDX-License-Identifier: Apache-2.0
// Text that is not taken. Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

// Numbers, patterns, truth values and comparators are looked at.
constexpr Row kChecked[] = {
    {"${if eq{a}{b}{${length{x}{abc}}}{n}}", R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{ }{abc}}}{n}}", R"(Failed: " " is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{-1}{abc}}}{n}}", R"(Failed: "-1" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{$local_part}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{a$local_part}{abc}}}{n}}",
     R"(Failed: "a" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${substr{-1}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${substr{-$local_part}{abc}}}{n}}", R"(Failed: "-" is not a number (in "substr" expansion))"},
    {"${if eq{a}{b}{${substr{1}{-1}{abc}}}{n}}", R"(Failed: "-1" is not a positive number (in "substr" expansion))"},
    {"${if eq{a}{b}{${substr{1}{x}{abc}}}{n}}", R"(Failed: "x" is not a positive number (in "substr" expansion))"},
    {"${if eq{a}{b}{${substr{ 1}{+2}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${hash{x}{abc}}}{n}}", R"(Failed: "x" is not a number (in "hash" expansion))"},
    {"${if eq{a}{b}{${hash{3}{99}{abcdef}}}{n}}", R"(Failed: hash count "99" too big)"},
    {"${if eq{a}{b}{${nhash{x}{abc}}}{n}}", R"(Failed: "x" is not a number (in "nhash" expansion))"},
    {"${if eq{a}{b}{${nhash{3}{-1}{abc}}}{n}}", R"(Failed: "-1" is not a positive number (in "nhash" expansion))"},
    {"${if eq{a}{b}{${sg{a}{(}{b}}}{n}}",
     R"(Failed: regular expression error in "(": missing closing parenthesis at offset 1)"},
    {"${if eq{a}{b}{${sg{$local_part}{($local_part)}{b}}}{n}}", "n"},
    {R"(${if eq{a}{b}{${sg{abc}{b}{\$nosuch}}}{n}})", R"(Failed: unknown variable name "nosuch")"},
    {R"(${if eq{a}{b}{${sg{abc}{d}{\$nosuch}}}{n}})", "n"},
    {"${if eq{a}{b}{${listextract{x}{a}}}{n}}", R"(Failed: first argument of "listextract" must be numeric)"},
    {"${if eq{a}{b}{${listextract{ }{a}}}{n}}", "n"},
    {"${if eq{a}{b}{${listextract{-$local_part}{a}}}{n}}", "n"},
    {"${if eq{a}{b}{${listextract{x}{$nosuch}}}{n}}", R"(Failed: first argument of "listextract" must be numeric)"},
    {"${if eq{a}{b}{${listextract{1}{${length{x}{a}}}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${if bool{maybe}{1}{2}}}{n}}", R"(Failed: unrecognised boolean value "maybe")"},
    {"${if eq{a}{b}{${if !bool{a$local_part}{1}{2}}}{n}}", R"(Failed: unrecognised boolean value "a")"},
    {"${if eq{a}{b}{${if bool_lax{maybe}{1}{2}}}{n}}", "n"},
    {"${if eq{a}{b}{${sort{a:b}{eq}{$item}}}{n}}", "Failed: comparator not handled for sort"},
    {"${if eq{a}{b}{${sort{a:b}{!lt}{$item}}}{n}}", R"(Failed: condition name expected, but found "!lt")"},
    {"${if eq{a}{b}{${sort{}{lt}{${length{x}{a}}}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
};

TEST(Skipping, checked) {
    ExpansionWorld world;
    world.expect_rows(kChecked);
}

// Everything else is not.
constexpr Row kNotChecked[] = {
    {"${if eq{a}{b}{${hash_3_99:abcdef}}{n}}", "n"},
    {"${if eq{a}{b}{${length_x:abc}}{n}}", "n"},
    {"${if eq{a}{b}{${l:abc}}{n}}", "n"},
    {"${if eq{a}{b}{${eval:x}}{n}}", "n"},
    {"${if eq{a}{b}{${hmac{md6}{a}{b}}}{n}}", "n"},
    {"${if eq{a}{b}{${extract{}{a=b}}}{n}}", "n"},
    {"${if eq{a}{b}{${extract{x}{:}{a}{b}{c}}}{n}}", "n"},
    {"${if eq{a}{b}{${readfile{/nope}}}{n}}", "n"},
    {"${if eq{a}{b}{${mask:x}}{n}}", "n"},
    {"${if eq{a}{b}{${base32:x}}{n}}", "n"},
    {"${if eq{a}{b}{${if <{x}{y}{1}{2}}}{n}}", "n"},
    {"${if eq{a}{b}{${if match{a}{(}{1}{2}}}{n}}", "n"},
    {"${if eq{a}{b}{${if match_ip{a}{(}{1}{2}}}{n}}", "n"},
    {"${if eq{a}{b}{${lookup{x}lsearch{relative}}}{n}}", "n"},
    {"${if eq{a}{b}{${quote_foo:abc}}{n}}", "n"},
    {"${if eq{a}{b}{${listnamed_x:abc}}{n}}", "n"},
    {R"(${if eq{a}{b}{${expand:\$nosuch}}{n}})", "n"},
    {"${if eq{a}{b}{${run{/bin/echo ${length{x}{abc}}}}}{n}}", "n"},
};

TEST(Skipping, not_checked) {
    ExpansionWorld world;
    world.expect_rows(kNotChecked);
}

// A wrong number shows what the text is taken for.
constexpr Row kInHand[] = {
    {"${if eq{a}{b}{${length{a${lc:X}b}{abc}}}{n}}",
     R"(Failed: "ab" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{$h_subject:}{abc}}}{n}}", "n"},
    {R"(${if eq{a}{b}{${length{\N$x\N}{abc}}}{n}})",
     R"(Failed: "$x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${if eq{a}{a}{x}{y}}}{abc}}}{n}}",
     R"(Failed: "y" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${if eq{a}{a}{x}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${if bool{yes}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${lookup{x}lsearch{/y}{1x}{2y}}}{abc}}}{n}}",
     R"(Failed: "2y" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${env{X}{3q}{4q}}}{abc}}}{n}}",
     R"(Failed: "4q" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${run{X}{3q}{4q}}}{abc}}}{n}}",
     R"(Failed: "3q" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${listextract{1}{a}{3q}{4q}}}{abc}}}{n}}",
     R"(Failed: "4q" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${extract{1}{:}{a}{3q}{4q}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${map{a:b}{x}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${filter{a:b}{eq{a}{a}}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${reduce{a:b}{c}{d}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${sort{a:b}{lt}{d}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${hmac{md5}{a}{b}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${readfile{/etc/passwd}{z}}}{abc}}}{n}}", "n"},
    {"${if eq{a}{b}{${length{${length{1}{abc}}}{abc}}}{n}}",
     R"(Failed: "a" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${substr{0}{2}{abc}}}{abc}}}{n}}",
     R"(Failed: "ab" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${hash{2}{26}{abc}}}{abc}}}{n}}",
     R"(Failed: "nu" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${nhash{8}{64}{abc}}}{abc}}}{n}}",
     R"(Failed: "7/44" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${tr{abc}{a}{1}}}{abc}}}{n}}",
     R"(Failed: "1bc" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${listquote{b}{abc}}}{abc}}}{n}}",
     R"(Failed: "abbc" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${listquote{:}{}}}{abc}}}{n}}",
     R"(Failed: " " is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{${sg{abc}{b}{}}}{abc}}}{n}}",
     R"(Failed: "ac" is not a positive number (in "length" expansion))"},
};

TEST(Skipping, text_in_hand) {
    ExpansionWorld world;
    world.expect_rows(kInHand);
}

// Bodies of lists are read once before the first item; syntax errors and these come in the order of the text.
constexpr Row kInside[] = {
    {"${map{}{${length{x}{abc}}}}",
     R"(Failed: "x" is not a positive number (in "length" expansion) inside "map" item)"},
    {"${map{1:2}{${substr{-$item}{1}{abc}}}}",
     R"(Failed: "-" is not a number (in "substr" expansion) inside "map" item)"},
    {"${filter{a}{eq{${length{x}{abc}}}{1}}}",
     R"(Failed: "x" is not a positive number (in "length" expansion) inside "filter" item)"},
    {"${filter{}{bool{maybe}}}", R"(Failed: unrecognised boolean value "maybe" inside "filter" item)"},
    {"${filter{}{bool{maybe}}", R"(Failed: unrecognised boolean value "maybe" inside "filter" item)"},
    {"${filter{}{bool{maybe$nosuch}}}", R"(Failed: unknown variable name "nosuch" inside "filter" item)"},
    {"${reduce{}{}{${length{x}{abc}}}}",
     R"(Failed: "x" is not a positive number (in "length" expansion) inside "reduce" item)"},
    {"${map{}{${length{x}{abc}}$nosuch}}",
     R"(Failed: "x" is not a positive number (in "length" expansion) inside "map" item)"},
    {"${map{}{$nosuch${length{x}{abc}}}}", R"(Failed: unknown variable name "nosuch" inside "map" item)"},
    {"${if forany{}{bool{$item}}{y}{n}}", "n"},
    {"${if forany{a}{bool{a$item}}{y}{n}}", R"(Failed: unrecognised boolean value "a" inside "forany" condition)"},
    {"${if forall_json{}{bool{z}}{y}{n}}", R"(Failed: unrecognised boolean value "z" inside "forall_json" condition)"},
    {"${if or{{eq{a}{a}}{eq{${length{x}{abc}}}{1}}}{y}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion) inside "or{...}" condition)"},
    {"${if and{{eq{a}{b}}{bool{maybe}}}{y}{n}}",
     R"(Failed: unrecognised boolean value "maybe" inside "and{...}" condition)"},
    {"${if eq{a}{b}{${map{}{${length{x}{y}}}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion) inside "map" item)"},
    {"${if eq{a}{b}{${map{${length{x}{y}}}{x}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${filter{}{bool{z}}}}{n}}", R"(Failed: unrecognised boolean value "z" inside "filter" item)"},
    {"${if eq{a}{b}{${if forany{}{bool{z}}}}{n}}",
     R"(Failed: unrecognised boolean value "z" inside "forany" condition)"},
    {"${if eq{a}{b}{${if and{{eq{a}{b}}{or{{bool{z}}}}}}}{n}}",
     R"(Failed: unrecognised boolean value "z" inside "or{...}" condition inside "and{...}" condition)"},
    {"${if eq{a}{b}{${reduce{}{${length{x}{y}}}{x}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{x}{abc}}}{n}}{z}", R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{x}{abc}}}foo}", R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${length{x}{$nosuch}}}{n}}", R"(Failed: unknown variable name "nosuch")"},
    {"${if eq{a}{b}{${length{x}}}{n}}", "Failed: Not enough arguments for 'length' (min is 2)"},
    {"${if eq{a}{b}{${lc:${length{x}{y}}}}{n}}", R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${foo:${length{x}{y}}}}{n}}", R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${lookup{${length{x}{y}}}lsearch{a}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${extract{1}{:}{a}{b}{${length{x}{y}}}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${run,preexpand{/bin/echo ${length{x}{abc}}}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
    {"${if eq{a}{b}{${run{/bin/echo}{${length{x}{abc}}}}}{n}}",
     R"(Failed: "x" is not a positive number (in "length" expansion))"},
};

TEST(Skipping, where_and_in_which_order) {
    ExpansionWorld world;
    world.expect_rows(kInside);
}

// D-expand-skip: exim4 expands a replacement and tests the items of forany, and does what they say. D-expand-nhash: it
// dies of the zero.
TEST(Skipping, does_nothing) {
    ExpansionWorld world;
    constexpr Row kRows[] = {
        {R"(${if eq{a}{b}{${sg{abc}{b}{\$\{run\{/bin/x\}\}}}}{n}})", "n"},
        {R"(${map{}{${sg{abc}{b}{\$\{run\{/bin/x\}\}}}}})", ""},
        {R"(${if eq{a}{b}{${length{${sg{abc}{b}{\$0}}}{abc}}}{n}})",
         R"(Failed: "ac" is not a positive number (in "length" expansion))"},
        {"${if eq{a}{b}{${if forany{a:b}{eq{${run{/bin/x}}}{$item}}{1}{2}}}{n}}", "n"},
        {"${if or{{eq{a}{a}}{forall{a:b}{bool{$item}}}}{y}{n}}", "y"},
        {"${if eq{a}{b}{${nhash{$local_part}{abc}}${nhash{0}{0}{abc}}}{n}}", "n"},
    };
    world.expect_rows(kRows);
    EXPECT_TRUE(world.processes.commands.empty());
    EXPECT_EQ(world.shown("${if match{ab}{(b)}{$1${if eq{a}{b}{${sg{xy}{(x)}{}}}{$1}}}}"), "bb");
}

// D-expand-bounds
TEST(Skipping, is_bounded) {
    ExpansionWorld world;
    std::string source = "aaaa";
    for (int i = 0; i < 20; ++i) source = "${sg{" + source + "}{a}{aaaa}}";
    source = "${if eq{a}{b}{" + source + "}{n}}";
    EXPECT_EQ(world.shown(source), "Failed: expansion takes too many steps");
    world.most_steps = 100'000'000;
    world.most_bytes = 1000;
    world.make();
    EXPECT_EQ(world.shown(source), "Failed: expansion yields too long a string");
}

}  // namespace
}  // namespace postern
