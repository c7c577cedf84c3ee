// SPDX-License-Identifier: Apache-2.0
#include "expand/expander.h"

#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

TEST(Expander, text_that_may_be_tainted) {
    ExpansionWorld world;
    EXPECT_EQ(world.expander->expand_text(tainted_text("plain"), world.scope)->tainted, true);
    EXPECT_EQ(world.expander->expand_text(Text("${lc:A}"), world.scope)->bytes, "a");
    const Expansion refused = world.expander->expand_text(tainted_text("a$b"), world.scope);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "attempt to expand tainted string 'a$b'");
    EXPECT_EQ(world.panics, std::vector<std::string>{"attempt to expand tainted string 'a$b'"});
}

TEST(Expander, conditions) {
    struct Case {
        std::string_view source;
        bool want_value, want_deferred;
        std::string_view want_panic;
    };
    constexpr Case kCases[] = {
        {"", false, false, ""},
        {"0", false, false, ""},
        {"NO", false, false, ""},
        {"False", false, false, ""},
        {"00", true, false, ""},
        {" 0", true, false, ""},
        {"foo", true, false, ""},
        {"${if eq{a}{a}}", true, false, ""},
        {"${if eq{a}{b}{x}fail}", false, false, ""},
        {"${lookup{a/b}dsearch{/d/DIR}}", false, true, ""},
        {"$nosuch", false, false,
         "failed to expand condition \"$nosuch\" for r1 router: unknown variable name \"nosuch\""},
    };
    ExpansionWorld world;
    for (const Case& c : kCases) {
        world.panics.clear();
        const auto result = world.expander->condition(c.source, "r1", "router", world.scope);
        EXPECT_EQ(result.value, c.want_value) << c.source;
        EXPECT_EQ(result.deferred, c.want_deferred) << c.source;
        EXPECT_EQ(world.panics.empty() ? "" : world.panics[0], c.want_panic) << c.source;
    }
}

TEST(Expander, booleans) {
    struct Case {
        std::string_view source;
        bool want;
        std::string_view want_error;
    };
    constexpr Case kCases[] = {
        {"${lc:YES}", true, ""},
        {"${lc:True}", true, ""},
        {"${uc:no}", false, ""},
        {"${if eq{a}{b}{x}fail}", true, ""},
        {"$nosuch", false, "failed to expand \"more\" in r1 router: unknown variable name \"nosuch\""},
        {"${lc:X}", false, "\"x\" is not a valid value for the \"more\" option in the r1 router"},
        {"${lc:}", false, "\"\" is not a valid value for the \"more\" option in the r1 router"},
    };
    ExpansionWorld world;
    for (const Case& c : kCases) {
        const auto result =
            world.expander->boolean({true, std::string(c.source), {}}, "more", "r1", "router", world.scope);
        if (c.want_error.empty()) {
            ASSERT_TRUE(result) << c.source;
            EXPECT_EQ(*result, c.want) << c.source;
        } else {
            ASSERT_FALSE(result) << c.source;
            EXPECT_EQ(result.error(), c.want_error);
        }
    }
    EXPECT_TRUE(*world.expander->boolean({true, "", {}}, "more", "r1", "router", world.scope));
}

TEST(Expander, captures_and_value_are_put_back) {
    ExpansionWorld world;
    world.expander->set_captures({Text("zero"), tainted_text("one")});
    EXPECT_EQ(world.shown("$0 $1 ${if match{abc}{(b)}{$0$1}} $0 $1"), "zero one bb zero one");
    EXPECT_TRUE(world.expand("$1")->tainted);
    EXPECT_EQ(world.shown("${lookup{a.wild.ex}partial-lsearch{/d/LS}{$1}}-$1"), "a-one");
    EXPECT_EQ(world.shown("${sg{abc}{(.)}{\\$1}}-$1"), "abc-one");
    world.expander->set_captures({});
    EXPECT_EQ(world.shown("$0$1"), "");
}

TEST(Expander, values_by_name_come_first) {
    ExpansionWorld world;
    world.scope.extra = {{"received_for", tainted_text("a@b")}, {"1", Text("one")}, {"domain", Text("lent.ex")}};
    const Expansion value = world.expand("$received_for $1 $domain");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->bytes, "a@b one lent.ex");
    EXPECT_TRUE(value->tainted);
}

TEST(Expander, nul_ends_a_string) {
    ExpansionWorld world;
    EXPECT_EQ(world.shown("ab\\x00cd"), "ab");
    EXPECT_EQ(world.shown(std::string_view("ab\0cd", 5)), "ab");
}

TEST(Expander, the_same_text_again) {
    ExpansionWorld world;
    for (int i = 0; i < 3000; ++i) EXPECT_EQ(world.shown("${lc:A}" + std::to_string(i)), "a" + std::to_string(i));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(world.shown("$nosuch"), "Failed: unknown variable name \"nosuch\"");
}

TEST(Expander, lookups_keep_their_file_until_they_are_closed) {
    ExpansionWorld world;
    world.os.put_file("/d/changing", "a: 1\n");
    EXPECT_EQ(world.shown("${lookup{a}lsearch{/d/changing}}"), "1");
    world.os.remove("/d/changing");
    EXPECT_EQ(world.shown("${lookup{a}lsearch{/d/changing}}"), "1");
    const std::size_t open = world.os.open_descriptors();
    world.expander->close_lookups();
    EXPECT_EQ(world.os.open_descriptors(), open - 1);
    EXPECT_EQ(world.shown("${lookup{a}lsearch{/d/changing}}"),
              "Failed: failed to open /d/changing for linear search: No such file or directory");
}

}  // namespace
}  // namespace postern
