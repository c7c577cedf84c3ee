// SPDX-License-Identifier: Apache-2.0
// The driver; what its data may look like is in redirect_data_test.cc. Options are set through their table, as the
// configuration reader would set them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/read_value.h"
#include "routers/all.h"
#include "support/routing_world.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const RouterDriver& redirect() { return *all_routers()[1]; }

class RedirectTest : public testing::Test {
protected:
    RedirectTest() { router.options.transport = {}; }

    void set(std::string_view name, std::string_view value) {
        const OptionRow* row = find_option(redirect().description.options, name);
        ASSERT_NE(row, nullptr) << name;
        ValueReader reader{.os = world.os, .name = std::string(name), .text = value, .where = {}};
        ASSERT_TRUE(row->parse(reader, router.private_options.get())) << name;
    }
    RouteResult route(const std::string& address = "m@d") {
        world.children.clear();
        item = &world.item(address);
        world.context.address_scope = address_scope(*item);
        return redirect().make(router)->route(*item, world.context);
    }
    std::vector<std::string> children() const {
        std::vector<std::string> out;
        for (const AddressItem* child : world.children) out.push_back(child->address);
        return out;
    }
    std::string init() { return redirect().description.init_router(router).text; }

    RoutingWorld world;
    RouterInstance& router = world.router("r1", redirect());
    AddressItem* item = nullptr;
};

TEST_F(RedirectTest, MakesChildren) {
    set("data", "a@x, |cmd, b, /file, /dir/");
    for (const char* kind : {"pipe", "file", "directory"})
        set(std::string(kind) + "_transport", std::string("t") + kind[0]);
    EXPECT_EQ(route().verdict, RouteVerdict::ok);
    EXPECT_THAT(children(), ElementsAre("a@x", "|cmd", "b@test.ex", "/file", "/dir/"));
    EXPECT_EQ(item->child_count, 5);
    const AddressItem& pipe = *world.children[1];
    EXPECT_EQ(pipe.kind, AddressKind::pipe);
    EXPECT_EQ(pipe.parent, item);
    EXPECT_EQ(pipe.transport->name, "tp");
    EXPECT_EQ(pipe.router, &router);
    EXPECT_TRUE(pipe.allow_pipe);
    EXPECT_FALSE(pipe.text_tainted);
    EXPECT_EQ(world.children[3]->transport->name, "tf");
    EXPECT_EQ(world.children[4]->transport->name, "td");
    EXPECT_EQ(world.children[0]->router, nullptr);
}

struct Verdicts {
    const char* name;
    std::vector<std::pair<const char*, const char*>> options;
    RouteVerdict want;
    const char* want_message;
    int want_code;
};
class RedirectVerdicts : public RedirectTest, public testing::WithParamInterface<Verdicts> {};
TEST_P(RedirectVerdicts, AreExims) {
    for (const auto& [name, value] : GetParam().options) set(name, value);
    const RouteResult result = route();
    EXPECT_EQ(result.verdict, GetParam().want) << GetParam().name;
    EXPECT_EQ(result.outcome.message, GetParam().want_message) << GetParam().name;
    EXPECT_EQ(result.outcome.code, GetParam().want_code) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(
    Redirect, RedirectVerdicts,
    testing::ValuesIn(std::vector<Verdicts>{
        {"empty", {{"data", ""}}, RouteVerdict::decline, "", -1},
        {"comment", {{"data", "# x"}}, RouteVerdict::decline, "", -1},
        {"forced failure", {{"data", "${if eq{a}{b}{x}fail}"}}, RouteVerdict::decline, "", -1},
        {"no expansion",
         {{"data", "${nosuch:x}"}},
         RouteVerdict::defer,
         "failed to expand \"${nosuch:x}\": unknown expansion operator \"nosuch\"",
         -1},
        {"bad data",
         {{"data", "a@@b"}},
         RouteVerdict::defer,
         "error in redirect data: domain missing or malformed in \"a@@b\"",
         -17},
        {"filter",
         {{"data", "#Exim filter\nfinish"}},
         RouteVerdict::defer,
         "error in filter data: filtering not enabled",
         -17},
        {"fail", {{"data", ":fail: no"}, {"allow_fail", "true"}}, RouteVerdict::fail, "no", -1},
        {"fail, code kept",
         {{"data", ":fail: 551 moved"}, {"allow_fail", "true"}},
         RouteVerdict::fail,
         "551 moved",
         -1},
        {"fail, empty", {{"data", ":fail:"}, {"allow_fail", "true"}}, RouteVerdict::fail, "", -1},
        {"fail, not allowed",
         {{"data", ":fail:"}},
         RouteVerdict::defer,
         "error in redirect data: \":fail:\" is not permitted",
         -17},
        {"defer", {{"data", ":defer: later"}, {"allow_defer", "true"}}, RouteVerdict::defer, "later", -1},
        {"relative file", {{"file", "$local_part/x"}}, RouteVerdict::defer, "\"m/x\" is not an absolute path", -1},
        {"tainted file",
         {{"file", "/x/$local_part"}},
         RouteVerdict::defer,
         "Tainted name '/x/m' for file read not permitted\n",
         -1},
        {"missing file", {{"file", "/tmp/x"}}, RouteVerdict::decline, "", -1},
        {"missing directory",
         {{"file", "/no/x"}},
         RouteVerdict::defer,
         "failed to stat /no/. (No such file or directory)",
         -1},
        {"skipped",
         {{"data", "a@@b"}, {"skip_syntax_errors", "true"}},
         RouteVerdict::decline,
         "syntax error in redirection data",
         -1},
        {"filter skipped",
         {{"data", "# exim filter"}, {"skip_syntax_errors", "true"}},
         RouteVerdict::decline,
         "syntax error in redirection data",
         -1},
        {"qualify_domain",
         {{"data", "a"}, {"qualify_domain", "${nosuch:x}"}},
         RouteVerdict::defer,
         "failed to expand \"${nosuch:x}\": unknown expansion operator \"nosuch\"",
         -1},
        {"qualify_domain, forced",
         {{"data", "a"}, {"qualify_domain", "${if eq{a}{b}{x}fail}"}},
         RouteVerdict::decline,
         "",
         -1},
    }),
    [](const auto& row) { return "n" + std::to_string(row.index); });

TEST_F(RedirectTest, FailKeepsWhatStoodBefore) {
    set("data", "a@x, :fail: no");
    set("allow_fail", "true");
    const RouteResult result = route();
    EXPECT_EQ(result.verdict, RouteVerdict::fail);
    EXPECT_TRUE(result.pass_message);
    EXPECT_THAT(children(), ElementsAre("a@x"));
}

TEST_F(RedirectTest, SmtpCodesAreTakenOffWhenForbidden) {
    set("allow_fail", "true");
    set("forbid_smtp_code", "true");
    set("data", "${lookup{$local_part}lsearch{/codes}}");
    struct Case {
        const char *text, *want;
    };
    for (const Case& c :
         {Case{"551 moved", "moved"}, Case{"551 5.1.1 moved", "moved"}, Case{"551 5.1 moved", "5.1 moved"},
          Case{"5511 moved", "5511 moved"}, Case{"451 4.1.2 x", "x"}, Case{"551", "551"}, Case{"moved", "moved"}}) {
        world.os.put_file("/codes", std::string("m: :fail: ") + c.text + "\n");
        world.expander.close_lookups();
        EXPECT_EQ(route().outcome.message, c.want) << c.text;
    }
}

TEST_F(RedirectTest, BlackholeIsLoggedOnlyWhenDelivering) {
    set("data", ":blackhole:");
    EXPECT_EQ(route().verdict, RouteVerdict::discard);
    EXPECT_THAT(world.main_log, ElementsAre("=> :blackhole: <m@d> R=r1"));
    world.context.mode = RouteMode::address_test;
    EXPECT_EQ(route().verdict, RouteVerdict::ok);
    EXPECT_EQ(world.main_log.size(), 1U);
    EXPECT_THAT(children(), IsEmpty());
}

TEST_F(RedirectTest, SkippedErrorsAreLogged) {
    set("data", "a@@b, c@d");
    set("skip_syntax_errors", "true");
    EXPECT_EQ(route().verdict, RouteVerdict::ok);
    EXPECT_THAT(world.main_log, ElementsAre("r1 router: skipped error: domain missing or malformed in \"a@@b\""));
    EXPECT_THAT(children(), ElementsAre("c@d"));
}

TEST_F(RedirectTest, BadTransportsArePresetOnTheChild) {
    set("data", "|x, /f");
    set("file_transport", "nosuch");
    EXPECT_EQ(route().verdict, RouteVerdict::ok);
    ASSERT_EQ(world.children.size(), 2U);
    EXPECT_EQ(world.children[0]->preset->message, "pipe_transport unset in r1 router");
    EXPECT_EQ(world.children[0]->preset->code, code::kBadTransport);
    EXPECT_EQ(world.children[1]->preset->message, "transport \"nosuch\" not found in r1 router");
}

TEST_F(RedirectTest, UntrustedTextTaintsThePipe) {
    set("data", "|/bin/x $local_part");
    set("pipe_transport", "tp");
    EXPECT_EQ(route().verdict, RouteVerdict::ok);
    EXPECT_TRUE(world.children.at(0)->text_tainted);
    EXPECT_TRUE(address_scope(*world.children[0]).address_pipe.tainted);
}

TEST_F(RedirectTest, CheckAncestor) {
    set("data", "up@d");
    AddressItem& parent = world.item("UP@d");
    AddressItem& child = make_child(world.pool, parent, "me@d", AddressKind::mailbox);
    (void)redirect().make(router)->route(child, world.context);
    EXPECT_THAT(children(), ElementsAre("up@d"));
    set("check_ancestor", "true");
    world.children.clear();
    (void)redirect().make(router)->route(child, world.context);
    EXPECT_THAT(children(), ElementsAre("me@d"));
}

TEST_F(RedirectTest, QualifiesAndInherits) {
    set("data", "a, \\\\b");
    set("qualify_preserve_domain", "true");
    set("hide_child_in_errmsg", "true");
    router.options.errors_to = expandable("");
    router.options.headers_add = {"X: 1", true};
    EXPECT_EQ(route("m@In.ex").verdict, RouteVerdict::ok);
    EXPECT_THAT(children(), ElementsAre("a@in.ex", "b@in.ex"));
    const AddressItem& child = *world.children[0];
    EXPECT_TRUE(child.hide_child);
    EXPECT_TRUE(child.props.ignore_error);
    EXPECT_THAT(child.props.added_headers, ElementsAre("X: 1\n"));
}

TEST_F(RedirectTest, OneTime) {
    set("data", "a@x, |c, /f");
    set("one_time", "true");
    EXPECT_EQ(init(), "");
    EXPECT_EQ(route("m@d").verdict, RouteVerdict::ok);
    EXPECT_EQ(world.children[0]->onetime_parent, "m@d");
    EXPECT_FALSE(world.children[1]->allow_pipe);
    EXPECT_FALSE(world.children[2]->allow_file);
}

TEST_F(RedirectTest, ForwardFileIsReadAsTheLocalUser) {
    world.os.put_directory("/home/joe", 0700, 1001, 1001);
    world.os.put_file("/home/joe/.forward", "a@x, |cmd\n", 0600, 1001, 1001);
    set("file", "$home/.forward");
    set("pipe_transport", "tp");
    router.options.check_local_user = true;
    EXPECT_EQ(init(), "");
    world.context.address_scope.home = Text("/home/joe");
    item = &world.item("joe@d");
    item->local_user_uid = item->local_user_gid = 1001;
    item->local_user_home = "/home/joe";
    EXPECT_EQ(redirect().make(router)->route(*item, world.context).verdict, RouteVerdict::ok);
    EXPECT_THAT(children(), ElementsAre("a@x", "|cmd"));
    EXPECT_EQ(world.processes.shielded.size(), 1U);
    EXPECT_EQ(world.children[1]->uid, 1001U);
    EXPECT_EQ(world.children[1]->home, "/home/joe");
    EXPECT_TRUE(world.children[1]->home_expanded);

    world.os.put_file("/home/joe/.forward", "a@x\n", 0644, 1002, 1002);
    EXPECT_EQ(redirect().make(router)->route(*item, world.context).outcome.message, "bad owner for /home/joe/.forward");
    world.processes.next_child_dies_first(9);
    EXPECT_EQ(redirect().make(router)->route(*item, world.context).outcome.message,
              "internal problem in r1 router (recipient is joe@d): failure to transfer data from subprocess: "
              "status=0009 readerror=''");
}

TEST_F(RedirectTest, ConfigurationErrors) {
    EXPECT_EQ(init(), "one of \"file\" or \"data\" must be specified");
    set("data", "x");
    EXPECT_EQ(init(), "");
    set("file", "/x");
    EXPECT_EQ(init(), "only one of \"file\" or \"data\" must be specified");
}

TEST_F(RedirectTest, ConfigurationErrorsOfPairs) {
    set("data", "x");
    set("qualify_domain", "x");
    set("qualify_preserve_domain", "true");
    EXPECT_EQ(init(), "only one of \"qualify_domain\" or \"qualify_preserve_domain\" must be set");
    set("one_time", "true");
    router.options.unseen.value = true;
    EXPECT_EQ(init(), "\"unseen\" may not be used with \"one_time\"");
    router.options.headers_remove.set = true;
    EXPECT_EQ(init(), "\"headers_add\" and \"headers_remove\" are not permitted with \"one_time\"");
}

TEST_F(RedirectTest, WhatComesLaterIsRefusedByName) {
    set("data", "x");
    set("allow_filter", "true");
    EXPECT_EQ(init(), "\"user\" or \"check_local_user\" must be set with \"allow_filter\"");
    router.options.check_local_user = true;
    EXPECT_EQ(init(), "option \"allow_filter\" is not in Postern yet");
    set("allow_filter", "false");
    set("syntax_errors_to", "x");
    EXPECT_EQ(init(), "option \"syntax_errors_to\" is not in Postern yet");
}

}  // namespace
}  // namespace postern
