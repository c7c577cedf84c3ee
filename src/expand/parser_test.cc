// SPDX-License-Identifier: Apache-2.0
// What is syntax and what is not, and in which order errors show. Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kGrammar[] = {
    {"plain text", "plain text"},
    {R"(a\tb\nc\\d)", "a\tb\nc\\d"},
    {R"(\x41\101\q)", "AAq"},
    {R"(\N$abc\N def)", "$abc def"},
    {R"(\N$abc)", "$abc"},
    {R"(\$x)", "$x"},
    {"a}b{c", "a}b{c"},
    {"x}y", "x}y"},
    {"{x}", "{x}"},
    {"$", "Failed: $ not followed by letter, digit, or {"},
    {"a$", "Failed: $ not followed by letter, digit, or {"},
    {"$ a", "Failed: $ not followed by letter, digit, or {"},
    {"$$", "Failed: $ not followed by letter, digit, or {"},
    {"$-", "Failed: $ not followed by letter, digit, or {"},
    {"$_", "Failed: $ not followed by letter, digit, or {"},
    {"${", "Failed: letter or digit expected after ${"},
    {"${-}", "Failed: letter or digit expected after ${"},
    {"${1", "Failed: } expected after number"},
    {"${1x}", "Failed: } expected after number"},
    {"$1x", "x"},
    {"${99999999999999999999}", ""},
    {"$nosuch", R"(Failed: unknown variable name "nosuch")"},
    {"${nosuch}", R"(Failed: unknown variable in "${nosuch}")"},
    {"$primary_hostname", "mx.test.ex"},
    {"${primary_hostname}x", "mx.test.exx"},
    {"$primary_hostname.x", "mx.test.ex.x"},
    {"${primary_hostname",
     R"(Failed: "${primary_hostname" is not a known operator (or a } is missing in a variable reference))"},
    {"$primary_hostname_", R"(Failed: unknown variable name "primary_hostname_")"},
    {"$acl_x", R"(Failed: unknown variable name "acl_x" (user-defined ACL variables must start acl_c or acl_m))"},
    {"$acl_cx",
     R"(Failed: unknown variable name "acl_cx" (6th character of a user-defined ACL variable must be a digit or underscore))"},
    {"${acl_x}", R"(Failed: unknown variable in "${acl_x}" (user-defined ACL variables must start acl_c or acl_m))"},
    {"${if def:acl_x{y}{n}}",
     R"(Failed: unknown variable "acl_x" after "def:" (user-defined ACL variables must start acl_c or acl_m))"},
    {"[$acl_c_y$acl_m0$r_x]", "[]"},
    {"$n0", R"(Failed: unknown variable name "n0")"},
    {"${sn0}", R"(Failed: unknown variable in "${sn0}")"},
    {"${lc:ABC", "Failed: missing } at end of string"},
    {"${lc:ABC}}", "abc}"},
    {"${lc :ABC}", R"(Failed: "${lc" is not a known operator (or a } is missing in a variable reference))"},
    {"${ lc:ABC}", "Failed: letter or digit expected after ${"},
    {"${lc: ABC }", " abc "},
    {"${lc:${uc:abC}}", "abc"},
    {"${lc:A{B}C}", "a{bC}"},
    {"${foo:abc}", R"(Failed: unknown expansion operator "foo")"},
    {"${foo:$nosuch}", R"(Failed: unknown variable name "nosuch")"},
    {"${foo-bar:x}", R"(Failed: unknown expansion operator "foo-bar")"},
    {"${foo}", R"(Failed: unknown variable in "${foo}")"},
    {"${lc}", R"(Failed: unknown variable in "${lc}")"},
    {"${lc abc}", R"(Failed: "${lc" is not a known operator (or a } is missing in a variable reference))"},
    {"$h_foo}", ""},
    {"${lc:$h_foo}", "Failed: missing } at end of string - could be header name not terminated by colon"},
    {"${if eq{$h_foo}{}{y}{n}}", "Failed: missing } at end of string - could be header name not terminated by colon"},
    {"${run{$h_foo}}", "Failed: missing or misplaced { or } - could be header name not terminated by colon"},
    {"${if def:h_foo}", "Failed: missing or misplaced { or } - could be header name not terminated by colon"},
    {"${if and{{eq{$h_foo}{a}}}{y}{n}}",
     R"(Failed: missing } at end of string - could be header name not terminated by colon inside "and{...}" condition)"},
    {"${if eq{a}{b}{$h_foo:}{$h_foo:} x}",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is 'x}'"},
    {"${filter{$h_x:}{eq{$h_foo}{}}}",
     R"(Failed: missing } at end of string - could be header name not terminated by colon inside "filter" item)"},
    {"${if eq{a}{a}{x{y}z}}", R"(Failed: syntax error in "if" item - "fail" expected)"},
    {R"(${if eq{a}{a}{x\}z}})", "x}z"},
    {"${if eq{a}{a} {yes} {no} }", "yes"},
    {"${if  eq {a} {a}{yes}{no}}", "yes"},
    {"${if eq{a}{b}{y}fail}", R"(Failed: "if" failed and "fail" requested)"},
    {"${if eq{a}{a}{y}fail}", "y"},
    {"${if eq{a}{b}{y} fail }", R"(Failed: "if" failed and "fail" requested)"},
    {"${if eq{a}{b}{y}failx}", R"(Failed: syntax error in "if" item - "fail" expected)"},
    {"${if eq{a}{b}{y}foo}", R"(Failed: syntax error in "if" item - "fail" expected)"},
    {"${if eq{a}{b}{y}fail",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}' after forcedfail\n remaining "
     "string is ''"},
    {"${if eq{a}{b}{y}{n}{z}}",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is "
     "'{z}}'"},
    {"${if eq{a}{b}{y}{n}",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is ''"},
    {"${if eq{a}{b} y}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'y}'"},
    {"${if eq{a}{b}{y", "Failed: missing } at end of string"},
    {"${if eq{a}{b}}", ""},
    {"${if eq{a}{a}}", "true"},
    {"${if eq{a}{b}{$nosuch}{ok}}", R"(Failed: unknown variable name "nosuch")"},
    {"${if eq{a}{a}{ok}{$nosuch}}", R"(Failed: unknown variable name "nosuch")"},
    {"${if eq{a}{b}{${lookup{x}lsearch{/nope}}}{ok}}", "ok"},
    {"${if eq{a}{b}{${foo:a}}{ok}}", R"(Failed: unknown expansion operator "foo")"},
    {"${if eq{a}{b}{${lookup{x}nosuch{y}}}{ok}}", R"(Failed: unknown lookup type "nosuch")"},
    {"${if eq{a}{b}{${hmac{a}}}{ok}}", "Failed: Not enough arguments for 'hmac' (min is 3)"},
    {"${if eq{a}{b}{${extract{a}}}{ok}}", "ok"},
    {"${if eq{a}{b}{${extract}}{ok}}", "ok"},
    {"${if eq{a}{b}{${extract x}}{ok}}", "Failed: missing '}' closing extract"},
    {"${if eq{a}{b}{${extract{a}{b}fail}}{ok}}", "ok"},
    {"${if eq{a}{b}{${extract{a}{b}foo}}{ok}}", "Failed: missing '}' closing extract"},
    {"${if eq{a}{b}{${extract{a}{b}{c}{d}{e}fail}}{ok}}", "ok"},
    {"${if eq{a}{b}{${extract{a}{b}{c}{d}{e}{f}}}{ok}}", "Failed: missing '}' closing extract"},
    {"${if eq{a}{b}{${run{/bin/echo $nosuch}}}{n}}", "n"},
    {"${if eq{a}{b}{${if or{{nosuch{x}}}{y}{n}}}{ok}}",
     R"(Failed: unknown condition "nosuch" inside "or{...}" condition)"},
    {"${if eq{${lookup{x}lsearch{/nope}}}{b}{$nosuch}}",
     "Failed: failed to open /nope for linear search: No such file or directory"},
    {"${if", R"(Failed: condition name expected, but found "")"},
    {"${if}", R"(Failed: condition name expected, but found "}")"},
    {"${if eq", R"(Failed: missing { after "eq")"},
    {"${if eq{a}", R"(Failed: missing 2nd string in {} after "eq")"},
    {"${if eq{a}}", R"(Failed: missing 2nd string in {} after "eq")"},
    {"${if eq{a}{b}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is ''"},
    {"${if {a}{b}}", R"(Failed: condition name expected, but found "{a}{b}}")"},
    {"${sg}", "Failed: Not enough arguments for 'sg' (min is 3)"},
    {"${sg{a}", "Failed: Not enough arguments for 'sg' (min is 3)"},
    {"${sg{a}{b}{c}", "Failed: missing '}' after 'sg'"},
    {"${sg{a}{b}{c}{d}}", "Failed: Too many arguments for 'sg' (max is 3)"},
    {"${sg {a} {a} {c} }", "c"},
    {"${length:abcdef}", "Failed: Not enough arguments for 'length' (min is 2)"},
    {"${length_1{abc}}", R"(Failed: "${length_1" is not a known operator (or a } is missing in a variable reference))"},
    {"${l:x}", "Failed: missing values after l"},
    {"${lookup}", "Failed: missing lookup type"},
    {"${lookup{x}}", "Failed: missing lookup type"},
    {"${lookup{a}lsearch}", R"(Failed: unknown lookup type "lsearch}")"},
    {"${lookup{a}lsearch{/d/LS}{a}x}", R"(Failed: syntax error in "lookup" item - "fail" expected)"},
    {"${lookup{a}lsearch{/d/LS}x}",
     "Failed: curly-bracket problem in conditional yes/no parsing: 'yes' part did not start with '{'\n remaining "
     "string is 'x}'"},
    {"${lookup{alice}lsearch{/d/LS}{a}{b}{c}}",
     "Failed: curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is "
     "'{c}}'"},
    {"${map}", "Failed: missing '{' for first arg of map"},
    {"${map{a:b}}", "Failed: missing '{' for last arg of map"},
    {"${map{a:b}{x", R"(Failed: missing } at end of string inside "map" item)"},
    {"${map{a:b}{${foo}}}", R"(Failed: unknown variable in "${foo}" inside "map" item)"},
    {"${map{a}{b}x}", R"(Failed: missing } at end of "map")"},
    {"${map{}{${foo}}}", R"(Failed: unknown variable in "${foo}" inside "map" item)"},
    {"${filter{a:b}}", "Failed: missing '{' for last arg of filter"},
    {"${filter{a:b}{foo{x}}}", R"(Failed: unknown condition "foo" inside "filter" item)"},
    {"${filter{a:b}{eq{$item}{a} x}}",
     R"(Failed: missing } at end of condition or expression inside "filter"; could be an unquoted } in the content)"},
    {"${filter{a:b}{eq{$item}{a}}x}", R"(Failed: missing } at end of "filter")"},
    {"${reduce{a:b}}", "Failed: missing '{' for second arg of reduce"},
    {"${reduce{a:b}{}}", "Failed: missing '{' for last arg of reduce"},
    {"${reduce{a:b}{x}{$value$item", R"(Failed: missing } at end of string inside "reduce" item)"},
    {"${sort}", "Failed: missing '{' for list arg of sort"},
    {"${sort{b:a}{lt}}", "Failed: missing '{' for extractor arg of sort"},
    {"${sort{b:a}{lt}{$item}x}", R"(Failed: missing } at end of "sort")"},
    {"${run}", "Failed: missing '{' for command arg of run"},
    {"${run,foo {/bin/echo}}", "Failed: bad option 'foo' for run"},
    {"${run{/bin/echo ${lc:x}", "Failed: missing '}' closing command arg of run"},
    {R"(${expand:a\$b})", R"(Failed: internal expansion of "a$b" failed: unknown variable name "b")"},
    {"${expand:x", "Failed: missing } at end of string"},
    {R"(${expand:\$primary_hostname})", "mx.test.ex"},
};

TEST(Parser, grammar) {
    ExpansionWorld world;
    world.expect_rows(kGrammar);
}
TEST(Parser, first_syntax_error_without_evaluation) {
    struct Case {
        std::string_view name, source, want;
    };
    constexpr Case kCases[] = {
        {"none", "${if eq{a}{b}{${lookup{x}lsearch{/nope}}}{ok}}", ""},
        {"in a branch", "${if eq{a}{b}{$nosuch}{ok}}", "unknown variable name \"nosuch\""},
        {"in a group", "x${if and{{eq{a}{b}}{or{{nosuch{x}}}}}}",
         "unknown condition \"nosuch\" inside \"or{...}\" condition inside \"and{...}\" condition"},
        {"words of run wait", "${run{/bin/echo $nosuch}}", ""},
        {"backslash", "abc\\", "\\ at end of string"},
        {"NUL ends the text", std::string_view("ab\0${", 5), ""},
    };
    for (const Case& c : kCases) EXPECT_EQ(syntax_error(c.source).value_or(""), c.want) << c.name;
}

// D-expand-bounds
TEST(Parser, deep_nesting_is_an_error) {
    ExpansionWorld world;
    for (const std::string_view opening :
         {"${if eq{", "${lc:", "${if and{{eq{", "${map{", "${run{", "${if !bool{${if eq{", "${extract{1}{:}{"}) {
        std::string source;
        for (int i = 0; i < 100'000; ++i) source += opening;
        const std::string answer = world.shown(source);
        EXPECT_TRUE(answer.starts_with("Failed: ")) << opening;
        EXPECT_TRUE(opening == "${run{" || answer.starts_with("Failed: expansion items are nested too deeply"))
            << answer.substr(0, 200);
    }
    EXPECT_EQ(world.shown("${lc:${lc:${lc:${lc:${lc:${lc:${lc:${lc:${lc:${lc:X}}}}}}}}}}"), "x");
}

}  // namespace
}  // namespace postern
