// SPDX-License-Identifier: Apache-2.0
#include "rewrite/rewrite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_os.h"

namespace postern {
namespace {

using testing::ElementsAre;

class RewriteTest : public testing::Test {
protected:
    RewriteTest() {
        configuration_.main.qualify_domain = {"test.example", true};
        configuration_.main.qualify_recipient = {"rcpt.example", true};
        Expander::Environment environment;
        environment.configuration = &configuration_;
        environment.os = &os_;
        environment.clock = &clock_;
        expander_ = std::make_unique<Expander>(std::move(environment));
    }

    struct Rule {
        std::string key, replacement;
        unsigned flags = kRewriteHeaders | kRewriteEnvFrom | kRewriteEnvTo;
    };
    void rules(const std::vector<Rule>& rules) {
        rules_.clear();
        for (const Rule& rule : rules) rules_.push_back({rule.key, rule.replacement, rule.flags, {}});
    }
    Rewriter rewriter() {
        Rewriter::Hooks hooks;
        hooks.main_log = [this](const std::string& line) { main_log_.push_back(line); };
        hooks.main_and_panic = [this](const std::string& line) { panic_log_.push_back(line); };
        hooks.log_rewrites = true;
        return Rewriter(*expander_, configuration_.main, hooks);
    }
    std::string address(const std::string& text, Rewriter::Where where = Rewriter::Where::from) {
        main_log_.clear();
        panic_log_.clear();
        return rewriter().rewrite_address(tainted_text(text), where, rules_, Scope{}).bytes;
    }
    std::string header(HeaderType type, const std::string& text, Rewriter::Qualify qualify = {true, true}) {
        main_log_.clear();
        panic_log_.clear();
        return rewriter().rewrite_header({type, text}, rules_, qualify, Scope{}).value_or("unchanged");
    }

    static constexpr unsigned kHeaders = kRewriteHeaders;
    FakeClock clock_;
    FakeOs os_{clock_};
    Configuration configuration_;
    std::unique_ptr<Expander> expander_;
    std::vector<RewriteRule> rules_;
    std::vector<std::string> main_log_, panic_log_;
};

TEST_F(RewriteTest, RulesInOrderEachOnTheResultOfTheLast) {
    rules({{"a@q", "b@q"}, {"b@q", "c@q"}, {"a@q", "never@q"}});
    EXPECT_EQ(address("a@q"), "c@q");
    EXPECT_THAT(main_log_, ElementsAre("\"a@q\" from from: rewritten as \"b@q\" by rule 1",
                                       "\"b@q\" from from: rewritten as \"c@q\" by rule 2"));
    EXPECT_EQ(address("x@q"), "x@q");
}

TEST_F(RewriteTest, AsCleanAsWhatWentIntoIt) {
    rules({{"*@q", "$1@x"}, {"*@r", "someone@x"}, {"^(.*)@s", "$1@x"}, {"*@t", "$local_part@x"}});
    const auto is_tainted = [this](const Text& text) {
        return rewriter().rewrite_address(text, Rewriter::Where::env_to, rules_, Scope{}).tainted;
    };
    for (const char* address : {"a@q", "a@s", "a@t", "untouched@u"}) {
        EXPECT_FALSE(is_tainted(Text(address))) << address;
        EXPECT_TRUE(is_tainted(tainted_text(address))) << address;
    }
    EXPECT_FALSE(is_tainted(tainted_text("a@r")));
}

TEST_F(RewriteTest, OnlyWhereTheFlagsSay) {
    rules({{"*@q", "f@x", kRewriteEnvFrom}, {"*@q", "h@x", kRewriteReplyTo}});
    EXPECT_EQ(address("a@q", Rewriter::Where::env_from), "f@x");
    EXPECT_THAT(main_log_, ElementsAre("\"a@q\" from env-from rewritten as \"f@x\" by rule 1"));
    EXPECT_EQ(address("a@q", Rewriter::Where::env_to), "a@q");
    EXPECT_EQ(address("a@q", Rewriter::Where::reply_to), "h@x");
    EXPECT_EQ(address("a@q", Rewriter::Where::from), "a@q");
}

TEST_F(RewriteTest, WhatTheReplacementSees) {
    struct Case {
        std::string key, replacement, from, want;
    };
    const Case cases[] = {
        {"*@q", "$1@new", "joe@q", "joe@new"},
        {"*@q", "$0", "joe@q", "joe@q"},
        {"*-x@*.q", "$1.$2@r", "joe-x@sub.q", "joe.sub@r"},
        {"q", "$local_part-$domain@r", "joe@q", "joe-q@r"},
        {"\\N^(.)o(.)@\\N", "$1$2@r", "joe@q", "je@r"},
        {"A@q", "upper@x", "a@q", "a@q"},  // the local part keeps its case
        {"a@Q", "lower@x", "a@q", "lower@x"},
    };
    for (const Case& c : cases) {
        rules({{c.key, c.replacement}});
        EXPECT_EQ(address(c.from), c.want) << c.key;
    }
}

TEST_F(RewriteTest, StopsAndFlags) {
    rules({{"a@q", "*"}, {"a@q", "b@q"}});
    EXPECT_EQ(address("a@q"), "a@q");
    rules({{"a@q", "b@q", kHeaders | kRewriteQuit}, {"b@q", "c@q"}});
    EXPECT_EQ(address("a@q"), "b@q");
    rules({{"*@q", "${if eq{a}{b}{x@y}fail}"}, {"*@q", "c@q"}});
    EXPECT_EQ(address("a@q"), "c@q");
    rules({{"*@q", "${if eq{a}{b}{x@y}fail}", kHeaders | kRewriteQuit}, {"*@q", "c@q"}});
    EXPECT_EQ(address("a@q"), "a@q");
    rules({{"*@q", "u", kHeaders | kRewriteQualify}});
    EXPECT_EQ(address("a@q"), "u@rcpt.example");
    EXPECT_EQ(address("a@q", Rewriter::Where::sender), "u@rcpt.example");  // as in exim4
    EXPECT_THAT(panic_log_, ElementsAre());
}

TEST_F(RewriteTest, WholeItemsAreForHeaders) {
    rules({{"*@q", "Joe <j@x.ex>", kHeaders | kRewriteEnvTo | kRewriteWhole}});
    const auto item = [this](const std::string& text, Rewriter::Where where) {
        return rewriter().rewrite_item(text, *parse_address(text).value, where, rules_, Scope{});
    };
    EXPECT_EQ(item("A <a@q>", Rewriter::Where::to), "Joe <j@x.ex>");
    EXPECT_EQ(item("A <a@q>", Rewriter::Where::env_to), "j@x.ex");
    EXPECT_EQ(item("A <a@r> (c)", Rewriter::Where::to), "A <a@r> (c)");
    EXPECT_EQ(item("A <a@r> (c)", Rewriter::Where::env_from), "a@r");
}

TEST_F(RewriteTest, RepeatsTenTimesMore) {
    rules({{"*@q", "x$1@q", kHeaders | kRewriteRepeat}});
    EXPECT_EQ(address("a@q"), "xxxxxxxxxxxa@q");
    EXPECT_THAT(panic_log_, ElementsAre("rewrite rule repeat ignored after 10 times"));
    rules({{"^x", "${sg{$local_part}{^x}{}}@q", kHeaders | kRewriteRepeat}});
    EXPECT_EQ(address("xxxa@q"), "a@q");
    EXPECT_THAT(panic_log_, ElementsAre());
}

TEST_F(RewriteTest, BadResultsAreLoggedAndIgnored) {
    struct Case {
        std::string replacement, want_log;
    };
    const Case cases[] = {
        {"u", "Rewrite of a@q yielded unqualified address \"u\""},
        {"u@", "Rewrite of a@q yielded unparseable address: domain missing or malformed in address u@"},
        {"${nosuch:a}", "Expansion of ${nosuch:a} failed while rewriting: unknown expansion operator \"nosuch\""},
        {"<>", "Rewrite of a@q yielded unparseable address: missing or malformed local part in address <>"},
    };
    for (const Case& c : cases) {
        rules({{"*@q", c.replacement}, {"*@q", "never@z"}});
        EXPECT_EQ(address("a@q"), "a@q") << c.replacement;
        EXPECT_THAT(panic_log_, ElementsAre(c.want_log));
    }
    rules({{"*@q", "<>", kRewriteEnvFrom}});
    EXPECT_EQ(address("a@q", Rewriter::Where::env_from), "");
}

// Lines that exim4 4.96 made of the same ones.
TEST_F(RewriteTest, HeadersAreQualifiedInPlace) {
    struct Case {
        std::string text, want;
    };
    const Case cases[] = {
        {"To: bob, Carol <carol>, dave@x.ex\n", "To: bob@rcpt.example, Carol <carol@rcpt.example>, \n\tdave@x.ex\n"},
        {"To: eve (comment)\n", "To: eve@rcpt.example (comment)\n"},
        {"To: Group: x, y;, z\n", "To: Group: x@rcpt.example, y@rcpt.example;, \n\tz@rcpt.example\n"},
        {"To: a@x,\n b@y\n", "unchanged"},
        {"To: u0,\n u1,\n u2\n", "To: u0@rcpt.example,\n u1@rcpt.example,\n u2@rcpt.example\n"},
        {"To: u1  ,   u22 , u33,u44\t,u55,    u66  \n",
         "To: u1@rcpt.example  ,   u22@rcpt.example , \n\tu33@rcpt.example,u44@rcpt.example\t,u55@rcpt.example,    "
         "\n\tu66@rcpt.example  \n"},
        {"To: u (a very long comment, that is longer than forty characters), v (another comment) , w\n",
         "To: u@rcpt.example (a very long comment, that is longer than forty characters), \n\t"
         "v@rcpt.example (another comment) , w@rcpt.example\n"},
        {"To: a@@b, <c\n", "unchanged"},
        {"To:\n", "unchanged"},
        // More than 40 bytes, with the separator and the newline of a fold of ours.
        {"To: abcdefghijklmnopqrstu, y@z\n", "To: abcdefghijklmnopqrstu@rcpt.example, y@z\n"},
        {"To: abcdefghijklmnopqrstu,  y@z\n", "To: abcdefghijklmnopqrstu@rcpt.example,  \n\ty@z\n"},
        {"To: abcdefghijklmnopqrstuv,y,aaaaaaaaaaaaaaaaaaaaaa, y@z\n",
         "To: abcdefghijklmnopqrstuv@rcpt.example,y@rcpt.example,\n\taaaaaaaaaaaaaaaaaaaaaa@rcpt.example, y@z\n"},
        {"To: g: abcdefghijklmnopqrstuvwxyz; (c), y@z\n",
         "To: g: abcdefghijklmnopqrstuvwxyz@rcpt.example; (c), \n\ty@z\n"},
    };
    for (const Case& c : cases) EXPECT_EQ(header(HeaderType::to, c.text), c.want) << c.text;
    EXPECT_EQ(header(HeaderType::from, "From: u\n"), "From: u@test.example\n");
    EXPECT_EQ(header(HeaderType::from, "From: u\n", {false, true}), "unchanged");
    EXPECT_EQ(header(HeaderType::to, "To: u\n", {true, false}), "unchanged");
    EXPECT_EQ(header(HeaderType::other, "X-To: u\n"), "unchanged");
}

TEST_F(RewriteTest, HeadersAreRewrittenInPlace) {
    rules({{"*@q", "$1@new", kHeaders}});
    EXPECT_EQ(header(HeaderType::to, "To: x@q (c), \"F B\" <@r:y@q>, z@r\n"), "To: x@new (c), \"F B\" <y@new>, z@r\n");
    rules({{"*@q", "\"New $1\" <$1@new>", kHeaders | kRewriteWhole}});
    EXPECT_EQ(header(HeaderType::to, "To: x@q (c), \"F B\" <y@q>\n"), "To: \"New x\" <x@new>, \"New y\" <y@new>\n");
    EXPECT_EQ(header(HeaderType::cc, "Cc: T: x@q;\n"), "Cc: T: \"New x\" <x@new>;\n");
    EXPECT_EQ(header(HeaderType::to, "To: a@@b, x@q\n"), "To: a@@b, \"New x\" <x@new>\n");
    EXPECT_EQ(main_log_.front(), "rewrite: domain missing or malformed");
}

}  // namespace
}  // namespace postern
