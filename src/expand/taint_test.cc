// SPDX-License-Identifier: Apache-2.0
// Which results are tainted, and what is refused (spec expansion.md §9, §11.6). $h_x-t: is "rf", from outside.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

TEST(Taint, of_results) {
    struct Case {
        std::string_view source, want;
        bool want_tainted;
    };
    constexpr Case kCases[] = {
        {"$h_x-t:", "rf", true},
        {"a${lc:b}", "ab", false},
        {"a$h_x-t:", "arf", true},
        {"$h_nosuch:a", "a", false},
        {"${lookup{$h_x-t:}lsearch{/d/rfmap}}", "rf", false},
        {"${lookup{$h_x-t:}lsearch,ret=key{/d/rfmap}}", "rf", false},
        {"${lookup{$h_x-t:}lsearch,ret=full{/d/rfmap}}", "rf: rf", false},
        {"${lookup{$h_x-t:}nwildlsearch{/d/rfmap}}", "rf", false},
        {"${lookup{$h_x-t:}dsearch{/d}}", "rf", false},
        {"${lookup{$h_x-t:.wild.ex}partial-lsearch{/d/LS}{$2}}", "wild.ex", true},
        {"${if match_local_part{$h_x-t:}{rf}{$value}}", "rf", false},
        {"${if match_domain{$h_x-t:}{*f}{$value}}", "*f", false},
        {"${if match_domain{$h_x-t:}{*f}{$1}}", "r", true},
        {"${if inlist{$h_x-t:}{a:rf}{$value}}", "rf", false},
        {"${if inlist{rf}{a:$h_x-t:}{$value}}", "rf", true},
        {"${if match{$h_x-t:}{^(.*)}{$1}}", "rf", true},
        {"${if match{abc}{^(.)}{$1}}", "a", false},
        {"${if eq{$h_x-t:}{rf}{x}}", "x", false},
        {"${md5:$h_x-t:}", "bea2f3fe6ec7414cdf0bf233abba7ef0", false},
        {"${strlen:$h_x-t:}", "2", false},
        {"${listcount:$h_x-t:}", "1", false},
        {"${eval:1+${strlen:$h_x-t:}}", "3", false},
        {"${nhash_10:$h_x-t:}", "0", false},
        {"${hash_1:$h_x-t:}", "n", true},
        {"${length_1:$h_x-t:}", "r", true},
        {"${substr{1}{1}{$h_x-t:}}", "f", true},
        {"${lc:$h_x-t:}", "rf", true},
        {"${quote:$h_x-t:}", "rf", true},
        {"${escape:$h_x-t:}", "rf", true},
        {"${base64:$h_x-t:}", "cmY=", true},
        {"${rxquote:$h_x-t:}", "rf", true},
        {"${rfc2047:$h_x-t:}", "rf", true},
        {"${tr{$h_x-t:}{r}{q}}", "qf", true},
        {"${sg{$h_x-t:}{r}{q}}", "qf", true},
        {"${sg{$h_x-t:}{.*}{q}}", "qq", false},
        {"${local_part:$h_reply-to:}", "rt", true},
        {"${addresses:$h_cc:}", "c1@x.ex:c2@x.ex", true},
        {"${extract{1}{,}{$h_x-t:,b}}", "rf", true},
        {"${listextract{2}{a:$h_x-t:}}", "rf", true},
        {"${map{$h_x-t:}{x}}", "x", false},
        {"${map{a:b}{$item$h_x-t:}}", "arf:brf", true},
        {"${filter{a:b}{eq{$item}{${length_1:a$h_x-t:}}}}", "a", false},
        {"${sort{b:$h_x-t:}{lt}{$item}}", "b:rf", true},
        {"$message_body", "Body line 1 Body line 2 ", true},
        {"$sender_address", "s@send.ex", true},
        {"$primary_hostname", "mx.test.ex", false},
    };
    ExpansionWorld world;
    for (const Case& c : kCases) {
        const Expansion value = world.expand(c.source);
        ASSERT_TRUE(value) << c.source << ": " << value.error().message;
        EXPECT_EQ(value->bytes, c.want) << c.source;
        EXPECT_EQ(value->tainted, c.want_tainted) << c.source;
    }
    EXPECT_TRUE(world.panics.empty());
}

TEST(Taint, refusals) {
    struct Case {
        std::string_view source, want, want_panic;
    };
    constexpr Case kCases[] = {
        {"${readfile{/d/$h_x-t:}}", "Failed: failed to open /d/rf: Permission denied (euid=0 egid=0)",
         "Tainted filename '/d/rf'"},
        {"${readfile{/d/${lookup{$h_x-t:}lsearch{/d/rfmap}}}}", "hello", ""},
        {"${readfile{/d/${if match_local_part{$h_x-t:}{rf}{$value}}}}", "hello", ""},
        {"${readfile{/d/${if match{$h_x-t:}{^(.*)\\$}{$1}}}}",
         "Failed: failed to open /d/rf: Permission denied (euid=0 egid=0)", "Tainted filename '/d/rf'"},
        {"${expand:$h_reply-to:}",
         "Failed: internal expansion of \"rt@x.ex\" failed: attempt to expand tainted string 'rt@x.ex'",
         "attempt to expand tainted string 'rt@x.ex'"},
        {"${expand:$h_x-d:}", "Failed: internal expansion of \"a$b\" failed: attempt to expand tainted string 'a$b'",
         "attempt to expand tainted string 'a$b'"},
        {"${sg{abc}{b}{$h_x-d:}}", "Failed: attempt to expand tainted string 'a$b'",
         "attempt to expand tainted string 'a$b'"},
        {"${lookup{rt}lsearch{/x/$h_x-t:}{y}{n}}", "Failed: NULL", "Tainted filename for search: '/x/rf'"},
        {"${lookup{rt}dsearch{/x/$h_x-t:}{y}{n}}", "Failed: NULL", "Tainted filename for search: '/x/rf'"},
        {"${if exists{/d/$h_x-t:}{yes}{no}}", "yes", ""},
        {"${run{$h_x-t:}}", "Failed: couldn't create child process: Operation not permitted",
         "Attempt to exec tainted path: 'rf'"},
        {"${run,preexpand{/bin/echo $h_x-t:}}", "Failed: couldn't create child process: Operation not permitted",
         "Attempt to exec tainted path: '/bin/echo'"},
    };
    ExpansionWorld world;
    world.message.headers.push_back({HeaderType::other, "X-D: a$b\n"});
    for (const Case& c : kCases) {
        world.panics.clear();
        EXPECT_EQ(world.shown(c.source), c.want) << c.source;
        EXPECT_EQ(world.panics,
                  c.want_panic.empty() ? std::vector<std::string>{} : std::vector{std::string(c.want_panic)})
            << c.source;
    }
    EXPECT_TRUE(world.processes.commands.empty());
}

TEST(Taint, tainted_list_files_are_not_read) {
    ExpansionWorld world;
    world.message.headers.push_back({HeaderType::other, "X-F: /d/DL\n"});
    const MatchResult result = world.expander->match_domain("a.foo.ex", "$h_x-f:", world.scope, {});
    EXPECT_EQ(result.verdict, MatchVerdict::defer);
    EXPECT_EQ(world.panics, std::vector<std::string>{"Tainted filename '/d/DL'"});
}

}  // namespace
}  // namespace postern
