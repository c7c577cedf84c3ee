// SPDX-License-Identifier: Apache-2.0
// ${if condition …}. Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kConditions[] = {
    {"${if eq{a}{b}{y}fail",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}' after forcedfail\n remaining "
     "string is ''"},
    {"${if eq{a}{b}{y}failx}", R"(Failed: syntax error in "if" item - "fail" expected)"},
    {"${if eq{a}{b}{y} fail }", R"(Failed: "if" failed and "fail" requested)"},
    {"${if eq{a}{b}{y}  {n}  }", "n"},
    {"${if eq{a}{b}}", ""},
    {"${if eq{a}{b}{y}{n", "Failed: missing } at end of string"},
    {"${if eq{a}{b}{y", "Failed: missing } at end of string"},
    {"${if eq{a}{b} y}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'y}'"},
    {"${if eq{a}{b}{y}{${if or{{nosuch{x}}}{y}{n}}}}",
     R"(Failed: unknown condition "nosuch" inside "or{...}" condition)"},
    {"${if eq{a}{b}{${if or{{nosuch{x}}}{y}{n}}}{ok}}",
     R"(Failed: unknown condition "nosuch" inside "or{...}" condition)"},
    {"${if and{{eq{a}{b}}{or{{nosuch{x}}}}}}",
     R"(Failed: unknown condition "nosuch" inside "or{...}" condition inside "and{...}" condition)"},
    {"${if and{{eq{a}{b}}{eq{a}{b}}}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is ''"},
    {"${if and{{eq{a}{b}{y}{n}}", R"(Failed: missing } at end of condition inside "and" group)"},
    {"${if and{{eq{a}{b}}x}{y}{n}}",
     R"(Failed: each subcondition inside an "and{...}" condition must be in its own {})"},
    {"${if and{{eq{a}{b}", R"(Failed: missing } at end of condition inside "and" group)"},
    {"${if and", R"(Failed: missing { after "and")"},
    {"${if and{", R"(Failed: each subcondition inside an "and{...}" condition must be in its own {})"},
    {"${if and{}{y}{n}}", "y"},
    {"${if and{{}}{y}{n}}", R"(Failed: condition name expected, but found "}}{y}{n}}" inside "and{...}" condition)"},
    {"${if and{{eq{a}{a}} x}{y}{n}}",
     R"(Failed: each subcondition inside an "and{...}" condition must be in its own {})"},
    {"${if forany{a:b}{eq{$item}{b}}x}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'x}'"},
    {"${if forany{a:b}}", R"(Failed: missing { after "forany")"},
    {"${if forany{a:b}{eq{$item}{b}", R"(Failed: missing } at end of condition inside "forany")"},
    {"${if forany{a:b}{nosuch{$item}{b}}}", R"(Failed: unknown condition "nosuch" inside "forany" condition)"},
    {"${if forany{a:b}{eq{$item}{b} x}{y}{n}}", R"(Failed: missing } at end of condition inside "forany")"},
    {"${if forany}", R"(Failed: missing { after "forany")"},
    {"${if exists}", R"(Failed: missing { after "exists")"},
    {"${if exists{}{y}{n}}", "n"},
    {"${if exists{a", "Failed: missing } at end of string"},
    {"${if match{a}}", R"(Failed: missing 2nd string in {} after "match")"},
    {"${if match{a", "Failed: missing } at end of string"},
    {"${if match_domain{a}}", R"(Failed: missing 2nd string in {} after "match_domain")"},
    {"${if match_ip{x}{1.2.3.4}}", R"(Failed: "x" is not an IP address)"},
    {"${if eq{a} {a}{y}{n}}", "y"},
    {"${if bool{}{y}{n}}", "n"},
    {"${if bool{ }{y}{n}}", "n"},
    {"${if bool}", R"(Failed: missing { after "bool")"},
    {"${if def}", R"(Failed: ":" expected after "def")"},
    {"${if def:}", R"(Failed: variable name omitted after "def:")"},
    {"${if def:h_}", "Failed: missing or misplaced { or } - could be header name not terminated by colon"},
    {"${if def:x}", R"(Failed: unknown variable "x" after "def:")"},
    {"${if def :x}", R"(Failed: ":" expected after "def")"},
    {"${if ! ! eq{a}{a}{y}{n}}", "y"},
    {"${if !}", R"(Failed: condition name expected, but found "}")"},
    {"${if isip}", R"(Failed: missing { after "isip")"},
    {"${if <{1}}", R"(Failed: missing 2nd string in {} after "<")"},
    {"${if <{1}{2}{y}{n}}", "y"},
    {"${if < {1}{2}{y}{n}}", "y"},
    {"${if =={1}{2}{y}{n}}", "n"},
    {"${if !={1}{2}{y}{n}}", "y"},
    {"${if >=={1}{2}{y}{n}}", R"(Failed: missing { after ">=")"},
    {"${if first_delivery}", ""},
    {"${if first_delivery{y}{n}}", "n"},
    {"${if inlist{a}}", R"(Failed: missing 2nd string in {} after "inlist")"},
    {"${if eq{a}{b}{y}{n}}}", "n}"},
    {R"(${if match{abc}{\N(x)?b\N}{[$1]$0}})", "[]b"},
    {"${if >{9223372036854775807}{1}{y}{n}}", "y"},
    {"${if >{9223372036854775808}{1}{y}{n}}",
     R"(Failed: absolute value of integer "9223372036854775808" is too large (overflow))"},
    {"${if >{9223372036854775807k}{1}{y}{n}}",
     R"(Failed: absolute value of integer "9223372036854775807k" is too large (overflow))"},
    {"${if >{1 k}{1}{y}{n}}", R"(Failed: invalid integer "1 k")"},
    {"${if >{ 1k }{1}{y}{n}}", "y"},
    {"${if >{+1}{0}{y}{n}}", "y"},
    {"${if >{1kk}{0}{y}{n}}", R"(Failed: invalid integer "1kk")"},
    {"${if >{1g}{1m}{y}{n}}", "y"},
    {"${if >{1t}{1m}{y}{n}}", R"(Failed: invalid integer "1t")"},
    {"${if >{010}{9}{y}{n}}", "y"},
    {"${if bool{+1}{y}{n}}", R"(Failed: unrecognised boolean value "+1")"},
    {"${if bool{-0}{y}{n}}", "n"},
    {"${if bool{99999999999999999999}{y}{n}}", "y"},
    {"${if bool{1x}{y}{n}}", R"(Failed: unrecognised boolean value "1x")"},
    {"${if bool{ true }{y}{n}}", "y"},
    {"${if bool{T}{y}{n}}", R"(Failed: unrecognised boolean value "T")"},
    {"${if bool_lax{ 0 }{y}{n}}", "n"},
    {"${if bool_lax{no }{y}{n}}", "n"},
    {"${if isip{1.2.3.4/8}{y}{n}}", "n"},
    {"${if isip{::1%eth0}{y}{n}}", "y"},
    {"${if isip{1.2.3}{y}{n}}", "n"},
    {"${if isip4{1.2.3.256}{y}{n}}", "n"},
    {"${if isip4{01.2.3.4}{y}{n}}", "n"},
    {"${if isip6{::ffff:1.2.3.4}{y}{n}}", "y"},
    {"${if isip6{[::1]}{y}{n}}", "n"},
    {"${if isip6{1::2::3}{y}{n}}", "n"},
    {"${if exists{relative}{y}{n}}", "n"},
    {"${if inlist{a}{ a : b }{[$value]}{n}}", "[a]"},
    {"${if inlist{}{}{y}{n}}", "n"},
    {"${if inlist{A}{a}{y}{n}}", "n"},
    {"${if inlisti{A}{a}{y$value}{n}}", "ya"},
    {"${if forany{a:b}{match{$item}{(b)}}{$item-$1}{n}}", "-b"},
    {"${if forany{a:b}{forany{c:d}{eq{$item}{d}}}{$item}{n}}", ""},
    {"${if match_ip{1.2.3.4}{1.2.3.5 : 1.2.3.4}{$value}{n}}", ""},
    {"${if match_ip{1.2.3.4}{*}{$value}{n}}", ""},
    {"${if match_ip{1.2.3.4}{!1.2.3.5}{y}{n}}", "y"},
    {"${if match_ip{1.2.3.4}{foo.bar}{y}{n}}", "n"},
    {"${if match_ip{::1}{::/0}{y}{n}}", "n"},
    {"${if match_ip{::1}{<; ::1/128}{y$value}{n}}", "y"},
    {"${if match_ip{::1}{::1}{y}{n}}", "n"},
    {"${if match_ip{}{1.2.3.4 :}{y}{n}}", "n"},
    {"${if match_ip{1.2.3.4}{+nosuch}{y}{n}}", R"(Failed: unable to complete match against "+nosuch": NULL)"},
    {"${if match_ip{1.2.3.4}{@}{y}{n}}", "n"},
    {"${if eq{a}{A}{y}{n}}", "n"},
    {"${if eqi{a}{A}{y}{n}}", "y"},
    {"${if lt{a}{b}{y}{n}}", "y"},
    {"${if lti{B}{a}{y}{n}}", "n"},
    {"${if le{a}{a}{y}{n}}", "y"},
    {"${if lei{A}{a}{y}{n}}", "y"},
    {"${if gt{b}{a}{y}{n}}", "y"},
    {"${if gti{a}{B}{y}{n}}", "n"},
    {"${if ge{a}{b}{y}{n}}", "n"},
    {"${if gei{b}{B}{y}{n}}", "y"},
    {"${if >{1k}{1023}{y}{n}}", "y"},
    {"${if ={}{ }{y}{n}}", "y"},
    {"${if <{-1k}{0x10}{y}{n}}", R"(Failed: invalid integer "0x10")"},
    {"${if >={2}{1}{y}{n}}", "y"},
    {"${if <={2}{1}{y}{n}}", "n"},
    {"${if !={2}{1}{y}{n}}", "y"},
    {"${if and{{eq{a}{a}}{eq{b}{b}}}{y}{n}}", "y"},
    {"${if and{{eq{a}{b}}{eq{$nosuch}{b}}}{y}{n}}",
     R"(Failed: unknown variable name "nosuch" inside "and{...}" condition)"},
    {"${if or{{eq{a}{b}}{nosuch{x}}}{y}{n}}", R"(Failed: unknown condition "nosuch" inside "or{...}" condition)"},
    {"${if or{{eq{a}{b}}{eq{b}{b}}}{y}{n}}", "y"},
    {"${if and{{or{{eq{a}{b}}{eq{b}{b}}}}{!eq{a}{b}}}{y}{n}}", "y"},
    {"${if !and{{eq{a}{a}}{eq{b}{b}}}{y}{n}}", "n"},
    {"${if bool{ 0 }{y}{n}}", "n"},
    {"${if bool{00}{y}{n}}", "n"},
    {"${if bool{No}{y}{n}}", "n"},
    {"${if bool{TRUE}{y}{n}}", "y"},
    {"${if bool{maybe}{y}{n}}", R"(Failed: unrecognised boolean value "maybe")"},
    {"${if bool_lax{00}{y}{n}}", "y"},
    {"${if bool_lax{maybe}{y}{n}}", "y"},
    {"${if def:primary_hostname{y}{n}}", "y"},
    {"${if !def:local_part{y}{n}}", "y"},
    {R"(${if match{abc123}{^([a-z]+)(\\d+)}{$0-$1-$2}{n}})", "abc123-abc-123"},
    {R"(${if match{abc}{\N^(.)\N}{$1}}-$1-)", "a--"},
    {"${if match{abc}{(}{y}{n}}",
     R"(Failed: regular expression error in "(": missing closing parenthesis at offset 1)"},
    {"${if match{ABC}{b}{y}{n}}", "n"},
    {"${if match{ABC}{(?i)b}{y}{n}}", "y"},
    {"${if match{abc}{b|x}{<$0>}}", "<b>"},
    {"${if inlist{}{a::b}{y}{n}}", "n"},
    {"${if inlist{}{a: :b}{y}{n}}", "y"},
    {"${if inlist{b}{<;a;b}{y}{n}}", "y"},
    {"${if exists{/d/LS}{y}{n}}", "y"},
    {"${if exists{/d/DIR/dangling}{y}{n}}", "n"},
    {R"(${if crypteq{abc}{\{md5\}900150983cd24fb0d6963f7d28e17f72}{y}{n}})", "y"},
    {R"(${if crypteq{abc}{\{md5\}kAFQmDzST7DWlj99KOF/cg==}{y}{n}})", "y"},
    {R"(${if crypteq{abc}{\{sha1\}A9993E364706816ABA3E25717850C26C9CD0D89D}{y}{n}})", "y"},
    {R"(${if crypteq{abd}{\{sha1\}A9993E364706816ABA3E25717850C26C9CD0D89D}{y}{n}})", "n"},
    {R"(${if crypteq{abc}{\{nosuch\}x}{y}{n}})", R"(Failed: unknown encryption mechanism in "{nosuch}x")"},
    {"${if forany{}{eq{a}{a}}{y}{n}}", "n"},
    {"${if forall{a}{eq{a}{a}}{y}{n}}", "y"},
    {"${if !forall{}{eq{a}{a}}{y}{n}}", "y"},
    {"${if forany_json{[1,2]}{eq{$item}{2}}{y}{n}}", "y"},
    {R"(${if forany_jsons{["a","b"]}{eq{$item}{b}}{y}{n}})", "y"},
};

TEST(Conditions, answers) {
    ExpansionWorld world;
    world.expect_rows(kConditions);
}

TEST(Conditions, of_the_delivery) {
    ExpansionWorld world;
    EXPECT_EQ(world.shown("${if first_delivery{y}{n}}${if queue_running{y}{n}}"), "nn");
    world.scope.first_delivery = world.scope.queue_running = true;
    EXPECT_EQ(world.shown("${if first_delivery{y}{n}}${if queue_running{y}{n}}"), "yy");
}

TEST(Conditions, left_out) {
    ExpansionWorld world;
    constexpr Row kRows[] = {
        {"${if radius{x}{y}{n}}", "Failed: support for \"radius\" not compiled"},
        {"${if pam{x}{y}{n}}", "Failed: support for \"pam\" not compiled"},
        {"${if acl{{x}{a}}{y}{n}}", "Failed: ERROR from acl \"x\""},
        {"${if inbound_srs{x}{}{y}{n}}",
         "Failed: condition \"inbound_srs\" is not supported by this version of Postern"},
        {"${if crypteq{a}{b}{y}{n}}",
         "Failed: condition \"crypteq with crypt()\" is not supported by this version of Postern"},
        {"${if eq{a}{b}{${if radius{x}{y}{n}}}{ok}}", "ok"},
    };
    world.expect_rows(kRows);
}

TEST(Conditions, a_hostile_pattern_ends) {
    ExpansionWorld world;
    EXPECT_EQ(world.shown("${if match{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab}{\\N^(a+)+$\\N}{y}{n}}"),
              "n");
}

}  // namespace
}  // namespace postern
