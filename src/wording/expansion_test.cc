// SPDX-License-Identifier: Apache-2.0
// Golden texts, seen on exim4 4.96. Most others are wanted values of the tests in expand/ and lookup/.
#include "wording/expansion.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace postern::wording {
namespace {

TEST(ExpansionWording, hints) {
    EXPECT_EQ(missing_brace_at_end(false), "missing } at end of string");
    EXPECT_EQ(missing_brace_at_end(true), "missing } at end of string - could be header name not terminated by colon");
    EXPECT_EQ(misplaced_brace(true), "missing or misplaced { or } - could be header name not terminated by colon");
    EXPECT_EQ(unknown_variable("foo"), "unknown variable name \"foo\"");
    EXPECT_EQ(unknown_variable("acl_x"),
              "unknown variable name \"acl_x\" (user-defined ACL variables must start acl_c or acl_m)");
    EXPECT_EQ(unknown_variable("acl_"),
              "unknown variable name \"acl_\" (user-defined ACL variables must start acl_c or acl_m)");
    EXPECT_EQ(unknown_variable_in_braces("acl_cx"),
              "unknown variable in \"${acl_cx}\" (6th character of a user-defined ACL variable must be a digit or "
              "underscore)");
}

TEST(ExpansionWording, lists) {
    EXPECT_EQ(unknown_named_list(0, "x"), "unknown named domain list \"+x\"");
    EXPECT_EQ(unknown_named_list(3, "x"), "unknown named local part list \"+x\"");
    EXPECT_EQ(list_file_open("/nope", "\"/nope\"", ENOENT),
              "failed to open /nope when checking \"/nope\": No such file or directory");
    EXPECT_EQ(list_regex_error("^(", "missing closing parenthesis", 2),
              "regular expression error: missing closing parenthesis at offset 2 while compiling ^(");
}

TEST(ExpansionWording, branches) {
    EXPECT_EQ(
        branches_problem("did not close with '}'", "{z}}"),
        "curly-bracket problem in conditional yes/no parsing: did not close with '}'\n remaining string is '{z}}'");
    EXPECT_EQ(fail_word_expected("if"), "syntax error in \"if\" item - \"fail\" expected");
    EXPECT_EQ(forced_failure("lookup"), "\"lookup\" failed and \"fail\" requested");
}

}  // namespace
}  // namespace postern::wording
