// SPDX-License-Identifier: Apache-2.0
// Domain, local part, address and host lists (spec routing.md §1, §12.2). Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kLists[] = {
    {"${if match_domain{a.foo.ex}{*.foo.ex}{$0-$1}{n}}", "a.foo.ex-a"},
    {"${if match_domain{a.foo.ex}{^(.)}{$0-$1}{n}}", "a.foo.ex-a"},
    {"${if match_domain{A.Foo.ex}{a.FOO.ex}{$value-$0}{n}}", "a.FOO.ex-a.foo.ex"},
    {"${if match_local_part{ab}{^(.)}{$0-$1}{n}}", "ab-a"},
    {"${if match_local_part{aB}{*B}{[$value][$0][$1]}{n}}", "[*B][ab][a]"},
    {"${if match_local_part{aB}{^A}{[$value][$0][$1]}{n}}", "[^A][aB][]"},
    {"${if match_local_part{aB}{+caseful:ab}{y}{n}}", "n"},
    {"${if match_local_part{aB}{+caseful:aB}{[$value][$0]}{n}}", "[aB][aB]"},
    {"${if match_local_part{aB}{+caseful:^A}{y}{n}}", "n"},
    {"${if match_address{ab@x}{^(.)}{$0-$1}{n}}", "-"},
    {"${if match_domain{a.wild.ex}{partial-lsearch;/d/LS}{$value-$0-$1-$2}{n}}", "wildval-a.wild.ex-a-wild.ex"},
    {"${if match_domain{x}{lsearch*;/d/LS}{$value-$0-$1}{n}}", "star-x-x"},
    {"${if match_domain{x}{lsearch;/d/LS}{y}{n}}", "n"},
    {"${if match_domain{ALICE}{!lsearch;/d/LS}{y}{n}}", "n"},
    {"${if match_local_part{Alice}{lsearch;/d/LS}{$value-$0}{n}}", "alice data-alice"},
    {"${if match_domain{x}{$primary_hostname}{y}{n}}", "n"},
    {"${if match_domain{mx.test.ex}{@}{$value}{n}}", "mx.test.ex"},
    {"${if match_domain{@foo}{@foo}{$value}{n}}", "@foo"},
    {"${if match_domain{test.ex}{+local_domains}{$value}{n}}", "test.ex"},
    {"${if match_domain{a.local.ex}{+local_domains}{$value $1}{n}}", "*.local.ex a"},
    {"${if match_domain{a.b}{+nested}{$value}{n}}", "a.b"},
    {"${if match_domain{mx.test.ex}{+with_variable}{$value}{n}}", "mx.test.ex"},
    {"${if match_domain{other.ex}{+with_variable}{y}{n}}", "n"},
    {"${if match_domain{third.ex}{+with_variable}{y}{n}}", "y"},
    {"${if match_domain{test.ex}{!+local_domains : *}{y}{n}}", "n"},
    {"${if match_domain{x}{!y}{[$value]}{n}}", "[]"},
    {"${if match_domain{x}{!y:z}{y}{n}}", "n"},
    {"${if match_domain{x}{z:!y}{y}{n}}", "y"},
    {"${if match_domain{x}{!x:*}{y}{n}}", "n"},
    {"${if match_domain{x}{! x}{y}{n}}", "n"},
    {"${if match_domain{x}{}{y}{n}}", "n"},
    {"${if match_domain{}{*}{y}{n}}", "y"},
    {"${if match_domain{abc}{a*}{y}{n}}", "n"},
    {"${if match_domain{a*}{a*}{y}{n}}", "y"},
    {"${if match_domain{a.foo.ex}{/d/DL}{$value}{n}}", "*.foo.ex"},
    {"${if match_domain{bar.ex}{/d/DL}{$value}{n}}", "bar.ex"},
    {"${if match_domain{neg.ex}{/d/DL : *}{$value}{n}}", "n"},
    {"${if match_domain{re5x}{/d/DL}{$value}{n}}", "^re[0-9]"},
    {"${if match_domain{other.ex}{/d/DL}{$value}{n}}", "n"},
    {"${if match_domain{other.ex}{!/d/DL}{y}{n}}", "y"},
    {"${if match_domain{a.foo.ex}{!/d/DL : *}{y}{n}}", "n"},
    {"${if match_domain{neg.ex}{!/d/DL}{y}{n}}", "y"},
    {"${if match_address{ab#c@x.ex}{/d/AL}{y}{n}}", "y"},
    {"${if match_address{cd@x.ex}{/d/AL}{$value}{n}}", "cd@x.ex"},
    {"${if match_address{ef@x.ex}{/d/AL}{y}{n}}", "n"},
    {"${if match_address{zzz@y.ex}{/d/AL}{$value}{n}}", "*@y.ex"},
    {"${if match_address{a@y.ex}{@@lsearch;/d/AT}{$value}{n}}", "a"},
    {"${if match_address{c@y.ex}{@@lsearch;/d/AT}{y}{n}}", "n"},
    {"${if match_address{dd@y.ex}{@@lsearch;/d/AT}{$value}{n}}", "^d"},
    {"${if match_address{q@y.ex}{@@lsearch;/d/AT}{$value}{n}}", "*"},
    {"${if match_address{q@w.ex}{@@lsearch;/d/AT}{$value}{n}}", "*"},
    {"${if match_address{c@w.ex}{@@lsearch;/d/AT}{y}{n}}", "n"},
    {"${if match_address{}{}{y}{n}}", "n"},
    {"${if match_address{}{:}{y}{n}}", "y"},
    {"${if match_address{}{*}{y}{n}}", "n"},
    {"${if match_address{}{a@b : :c@d}{y}{n}}", "y"},
    {R"(${if match_address{}{^\$}{y}{n}})", "y"},
    {"${if match_address{A@B.ex}{a@b.ex}{$value}{n}}", "a@b.ex"},
    {"${if match_address{A@B.ex}{+caseful:a@b.ex}{y}{n}}", "n"},
    {"${if match_address{A@B.ex}{+caseful:A@b.ex}{y}{n}}", "y"},
    {"${if match_address{abc@b.ex}{*bc@b.ex}{$value}{n}}", "*bc@b.ex"},
    {"${if match_address{abc@b.ex}{b.ex}{$value}{n}}", "@b.ex"},
    {"${if match_address{abc@x.b.ex}{*.b.ex}{$value}{n}}", "@*.b.ex"},
    {"${if match_address{abc@mx.test.ex}{*@@}{$value}{n}}", "*@@@mx.test.ex"},
    {"${if match_address{me@test.ex}{*@test.ex}{$value}{n}}", "*@@test.ex"},
    {"${if match_address{me@test.ex}{me@+local_domains}{$value}{n}}", "me@test.ex"},
    {"${if match_address{joe@x.ex}{+some_people}{$value}{n}}", "joe@x.ex"},
    {"${if match_address{x@y.ex}{+some_people}{$value}{n}}", "*@y.ex"},
    {"${if match_address{x@z.ex}{+some_people}{y}{n}}", "n"},
    {"${if match_address{joe}{joe@x}{y}{n}}", "n"},
    {"${if match_address{x@alice}{lsearch;/d/LS}{$value}{n}}", "n"},
    {"${if match_address{q@star.ex}{lsearch*@;/d/LS}{$value}{n}}", "starat"},
    {"${if match_address{x@alice}{*@lsearch;/d/LS}{$value}{n}}", "*@alice data"},
    {"${if match_address{x@alice}{lsearch;/d/LS : alice}{$value}{n}}", "@alice"},
    {"${if match_local_part{Root}{+some_parts}{$value}{n}}", "root"},
    {"${if match_local_part{postm*}{+some_parts}{$value}{n}}", "postm*"},
    {"${if match_ip{192.168.1.1}{192.168.1.0/24}{y}{n}}", "y"},
    {"${if match_ip{192.168.1.1}{192.168.1.0/33}{y}{n}}", "n"},
    {"${if match_ip{192.168.1.1}{10/8}{y}{n}}", "n"},
    {"${if match_ip{1.2.3.4}{net-iplsearch;/d/IP}{$value}{n}}", "v4"},
    {"${if match_ip{10.2.3.4}{net8-lsearch;/d/IP}{$value}{n}}", "ten"},
    {"${if match_ip{::ffff:1.2.3.4}{1.2.3.4}{y}{n}}", "y"},
    {"${if match_ip{}{:}{y}{n}}", "y"},
    {"${if match_ip{10.9.9.9}{+some_hosts}{y}{n}}", "y"},
    {"${if match_ip{11.9.9.9}{+some_hosts}{y}{n}}", "n"},
    {"${if match_ip{2001:db8::1}{<; 2001:db8::/32}{y}{n}}", "y"},
    {"${if match_ip{1.2.3.4}{!1.2.3.4:*}{y}{n}}", "n"},
    {"${if match_ip{1.2.3.4}{+include_unknown : foo.ex : 1.2.3.4}{y}{n}}", "y"},
};

TEST(ListMatcher, answers) {
    ExpansionWorld world;
    world.expect_rows(kLists);
}

TEST(ListMatcher, circles_and_bad_items_defer) {
    ExpansionWorld world;
    struct Case {
        std::string_view name, list, want_message, want_panic;
    };
    constexpr Case kCases[] = {
        {"unknown list", "+nosuch", "", "unknown named domain list \"+nosuch\""},
        {"circle", "+circle", "expansion items are nested too deeply", "expansion items are nested too deeply"},
        {"unknown type", "nosuch;/d/LS", "unknown lookup type \"nosuch\"", "unknown lookup type \"nosuch\""},
        {"missing map", "lsearch;/nope", "failed to open /nope for linear search: No such file or directory",
         "failed to open /nope for linear search: No such file or directory"},
        {"missing file", "/nope", "failed to open /nope when checking domains: No such file or directory",
         "failed to open /nope when checking domains: No such file or directory"},
        {"pattern", "^(", "regular expression error: missing closing parenthesis at offset 2 while compiling ^(",
         "regular expression error: missing closing parenthesis at offset 2 while compiling ^("},
        {"not here", "@mx_any", "list item \"@mx_any\" is not supported by this version of Postern",
         "list item \"@mx_any\" is not supported by this version of Postern"},
        {"expansion", "a : $nosuch", "",
         "failed to expand \"a : $nosuch\" while checking a list: unknown variable name \"nosuch\""},
    };
    for (const Case& c : kCases) {
        world.panics.clear();
        const MatchResult result =
            world.expander->match_domain("x.ex", c.list, world.scope, {.option_name = "domains"});
        EXPECT_EQ(result.verdict, MatchVerdict::defer) << c.name;
        EXPECT_EQ(result.message, c.want_message) << c.name;
        ASSERT_EQ(world.panics.size(), 1U) << c.name;
        EXPECT_EQ(world.panics[0], c.want_panic) << c.name;
    }
    EXPECT_EQ(world.shown("${if match_domain{x}{+nosuch}{y}{n}}"),
              "Failed: unable to complete match against \"+nosuch\": NULL");
}

TEST(ListMatcher, results_for_routers) {
    ExpansionWorld world;
    world.expander->set_captures({Text("kept")});
    MatchResult result = world.expander->match_domain("a.wild.ex", "partial-lsearch;/d/LS", world.scope, {});
    EXPECT_EQ(result.verdict, MatchVerdict::yes);
    EXPECT_EQ(result.value, Text("wildval"));
    EXPECT_EQ(result.captures, (std::vector{tainted_text("a.wild.ex"), tainted_text("a"), tainted_text("wild.ex")}));
    EXPECT_EQ(world.shown("$0"), "kept");
    result = world.expander->match_domain("a.wild.ex", "*.ex", world.scope, {.subject_tainted = false});
    EXPECT_EQ(result.captures, (std::vector{Text("a.wild.ex"), Text("a.wild")}));

    result = world.expander->match_local_part("Joe", "joe", world.scope, {});
    EXPECT_EQ(result.value, Text("joe"));
    EXPECT_EQ(world.expander->match_local_part("Joe", "joe", world.scope, {.caseful = true}).verdict, MatchVerdict::no);
    result = world.expander->match_address("joe@x.ex", "+some_people", world.scope, {});
    EXPECT_EQ(result.verdict, MatchVerdict::yes);
    EXPECT_TRUE(result.captures.empty());
    EXPECT_EQ(world.expander->match_ip("10.1.1.1", "+some_hosts", world.scope, {}).verdict, MatchVerdict::yes);
    EXPECT_EQ(world.expander->match_domain("$x", "$x", world.scope, {.expand_first = false}).verdict,
              MatchVerdict::yes);
}

TEST(ListMatcher, hosts_with_a_name) {
    ExpansionWorld world;
    const struct {
        const char* list;
        MatchVerdict want;
    } kCases[] = {
        {"mx.alice", MatchVerdict::yes},
        {"MX.Alice", MatchVerdict::yes},
        {"*.alice", MatchVerdict::yes},
        {"*.bob : *", MatchVerdict::yes},
        {"!mx.alice : *", MatchVerdict::no},
        {"alice", MatchVerdict::no},
        {R"(^mx\\d*\\.alice\$)", MatchVerdict::yes},
        {"10.1.1.1", MatchVerdict::yes},
        {"!10.0.0.0/8 : mx.alice", MatchVerdict::no},
        {"lsearch;/d/LS", MatchVerdict::no},
        {"", MatchVerdict::no},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.list);
        const MatchResult result = world.expander->match_ip("10.1.1.1", c.list, world.scope, {.host_name = "mx.alice"});
        EXPECT_EQ(result.verdict, c.want);
        EXPECT_TRUE(result.captures.empty());
    }
    EXPECT_EQ(world.expander->match_ip("10.1.1.1", "lsearch;/d/LS", world.scope, {.host_name = "Alice"}).verdict,
              MatchVerdict::yes);
    EXPECT_EQ(world.expander->match_ip("10.1.1.1", "mx.alice : ^mx", world.scope, {}).verdict, MatchVerdict::no);
}

TEST(ListMatcher, domain_is_the_subject_while_the_list_is_expanded) {
    ExpansionWorld world;
    EXPECT_EQ(world.expander->match_domain("x.ex", "$domain", world.scope, {}).verdict, MatchVerdict::yes);
    EXPECT_EQ(world.shown("$domain"), "");
    AddressScope address;
    address.domain = "other.ex";
    world.scope.address = &address;
    EXPECT_EQ(world.expander->match_domain("x.ex", "$domain", world.scope, {}).verdict, MatchVerdict::no);
}

TEST(ListMatcher, forced_failure_means_not_in_the_list) {
    ExpansionWorld world;
    EXPECT_EQ(world.expander->match_domain("x", "!${if eq{a}{b}{c}fail}", world.scope, {}).verdict, MatchVerdict::no);
}

}  // namespace
}  // namespace postern
