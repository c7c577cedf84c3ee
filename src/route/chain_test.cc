// SPDX-License-Identifier: Apache-2.0
// The chain with drivers that do as they are told. What exim4 4.96 says (-bt) is in the tables' wanted texts.
#include "route/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/routing_world.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Accepts for its transport, unless the test gave it something else to do.
class Scripted final : public RouterDriverBase {
public:
    struct Options {
        std::function<RouteResult(AddressItem&, RouteContext&)> act;
        bool repeat_use = true;
    };
    Scripted(const RouterInstance& router, const Options& options) : router_(router), options_(options) {}

    RouteResult route(AddressItem& item, RouteContext& context) override {
        if (options_.act) return options_.act(item, context);
        if (auto problem = apply_errors_to(router_, item, context)) return *problem;
        if (auto problem = apply_header_options(router_, item, context)) return *problem;
        if (auto problem = choose_transport(router_, router_.options.transport, "transport", item, context))
            return *problem;
        if (auto problem = apply_user_and_home(router_, item, context)) return *problem;
        return {RouteVerdict::ok, {}, false};
    }
    bool repeat_use() const override { return options_.repeat_use; }

private:
    const RouterInstance& router_;
    const Options& options_;
};
constexpr RouterDriver kScripted = router_driver_of<Scripted>("scripted", {});

class ChainTest : public testing::Test {
protected:
    RouterInstance& router(const std::string& name) { return world.router(name, kScripted); }
    static Scripted::Options& script(RouterInstance& router) {
        return *static_cast<Scripted::Options*>(router.private_options.get());
    }

    RoutedAddress route(AddressItem& item) {
        return RouterChain(world.configuration, {{&kScripted}, {}}).route(item, world.context);
    }
    AddressItem& routed(const std::string& address) {
        AddressItem& item = world.item(address);
        answer = route(item);
        return item;
    }
    // "r1" if that router took it, else the message.
    std::string outcome(const std::string& address) {
        const AddressItem& item = routed(address);
        if (answer.verdict == RouteVerdict::ok) return item.router ? item.router->name : "?";
        return (answer.verdict == RouteVerdict::fail ? "fail: " : "defer: ") + item.outcome.message;
    }

    RoutingWorld world;
    RoutedAddress answer;
};

TEST_F(ChainTest, NoRouters) { EXPECT_EQ(outcome("a@b"), "fail: Unrouteable address"); }

struct OptionCase {
    const char* name;
    std::function<void(RouterOptions&)> set;
    const char *address, *want;
};
class Preconditions : public ChainTest, public testing::WithParamInterface<OptionCase> {};
TEST_P(Preconditions, Decide) {
    world.os.put_file("/d/ls", "x");
    world.os.put_file("/d/joes", "x", 0600, 1001, 1001);
    world.os.put_directory("/d/locked", 0700, 1001, 1001);
    world.os.put_file("/d/locked/f", "x");
    GetParam().set(router("r1").options);
    EXPECT_EQ(outcome(GetParam().address), GetParam().want) << GetParam().name;
}
constexpr const char* kSkipped = "fail: Unrouteable address";
INSTANTIATE_TEST_SUITE_P(
    Chain, Preconditions,
    testing::ValuesIn(std::vector<OptionCase>{
        {"domains", [](auto& o) { o.domains = expandable("*.foo.ex : @"); }, "a@b.foo.ex", "r1"},
        {"other domain", [](auto& o) { o.domains = expandable("*.foo.ex : @"); }, "a@b", kSkipped},
        {"unknown list", [](auto& o) { o.domains = expandable("+nosuch"); }, "a@b",
         "defer: domains check lookup or other defer"},
        {"list fails", [](auto& o) { o.domains = expandable("${nosuch:x}"); }, "a@b",
         "defer: domains check lookup or other defer"},
        {"file missing (D-routing-panic)", [](auto& o) { o.domains = expandable("/nope"); }, "a@b",
         "defer: domains check lookup or other defer"},
        {"forced", [](auto& o) { o.domains = expandable("${if eq{a}{b}{x}fail}"); }, "a@b", kSkipped},
        {"local_parts", [](auto& o) { o.local_parts = expandable("a* : bob"); }, "alice@b", kSkipped},
        {"any case", [](auto& o) { o.local_parts = expandable("Alice"); }, "ALICE@b", "r1"},
        {"caseful",
         [](auto& o) {
             o.local_parts = expandable("Alice");
             o.caseful_local_part = true;
         },
         "alice@b", kSkipped},
        {"caseful match",
         [](auto& o) {
             o.local_parts = expandable("Alice");
             o.caseful_local_part = true;
         },
         "Alice@b", "r1"},
        {"prefix",
         [](auto& o) {
             o.local_part_prefix = {"real-", true};
             o.local_parts = expandable("Lp1");
         },
         "real-lp1@b", "r1"},
        {"prefix missing",
         [](auto& o) {
             o.local_part_prefix = {"real-", true};
         },
         "lp1@b", kSkipped},
        {"prefix optional",
         [](auto& o) {
             o.local_part_prefix = {"real-", true};
             o.local_part_prefix_optional = true;
         },
         "lp1@b", "r1"},
        {"suffix",
         [](auto& o) {
             o.local_part_suffix = {"+*", true};
             o.local_parts = expandable("joe");
         },
         "joe+x@b", "r1"},
        {"suffix missing",
         [](auto& o) {
             o.local_part_suffix = {"+*", true};
         },
         "joe@b", kSkipped},
        {"login", [](auto& o) { o.check_local_user = true; }, "joe@b", "r1"},
        {"no login", [](auto& o) { o.check_local_user = true; }, "jim@b", kSkipped},
        {"number is no login", [](auto& o) { o.check_local_user = true; }, "1001@b", kSkipped},
        {"home fails", [](auto& o) { o.router_home_directory = expandable("${nosuch:x}"); }, "a@b",
         "defer: failed to expand \"${nosuch:x}\" for router_home_directory: unknown expansion operator \"nosuch\""},
        {"senders", [](auto& o) { o.senders = expandable("s@x"); }, "a@b", kSkipped},
        {"senders, bounces", [](auto& o) { o.senders = expandable(":"); }, "a@b", "r1"},
        {"file there", [](auto& o) { o.require_files = expandable("/d/ls"); }, "a@b", "r1"},
        {"file missing", [](auto& o) { o.require_files = expandable("/d/nosuch"); }, "a@b", kSkipped},
        {"file must be missing", [](auto& o) { o.require_files = expandable("!/nope : root : /d/ls"); }, "a@b", "r1"},
        {"no such user", [](auto& o) { o.require_files = expandable("foo"); }, "a@b",
         "defer: user \"foo\" for require_files not found"},
        {"relative", [](auto& o) { o.require_files = expandable("relative/foo"); }, "a@b",
         "defer: require_files: \"relative/foo\" is not absolute"},
        {"uid alone", [](auto& o) { o.require_files = expandable("0 : /d/ls"); }, "a@b",
         "defer: group missing after numerical uid 0 for require_files"},
        {"no such group", [](auto& o) { o.require_files = expandable("root,none : /d/ls"); }, "a@b",
         "defer: group \"none\" for require_files not found\n"},
        {"owner may", [](auto& o) { o.require_files = expandable("joe : /d/joes"); }, "a@b", "r1"},
        {"others may not", [](auto& o) { o.require_files = expandable("ann : /d/joes"); }, "a@b",
         "defer: require_files: error for /d/joes: Permission denied"},
        {"bits decide for root too", [](auto& o) { o.require_files = expandable("root : /d/joes"); }, "a@b",
         "defer: require_files: error for /d/joes: Permission denied"},
        {"directory in the way", [](auto& o) { o.require_files = expandable("ann : +/d/locked/f"); }, "a@b", kSkipped},
        {"plus and not", [](auto& o) { o.require_files = expandable("ann : +!/d/locked/f"); }, "a@b", "r1"},
        {"no directory", [](auto& o) { o.require_files = expandable("/d/ls/x"); }, "a@b",
         "defer: require_files: error for /d/ls/x: Not a directory"},
        {"condition",
         [](auto& o) {
             o.condition = {"foo", true};
         },
         "a@b", "r1"},
        {"condition false",
         [](auto& o) {
             o.condition = {"0", true};
         },
         "a@b", kSkipped},
        {"condition fails",
         [](auto& o) {
             o.condition = {"${nosuch:x}", true};
         },
         "a@b", kSkipped},
        {"set, bad name",
         [](auto& o) {
             o.set = {"foo = 1", true};
         },
         "a@b", "defer: bad router variable name 'foo' in router 'r1'"},
        {"set, forced",
         [](auto& o) {
             o.set = {"r_a = ${if eq{a}{b}{x}fail}", true};
         },
         "a@b", kSkipped},
        {"address_data fails", [](auto& o) { o.address_data = expandable("${nosuch:x}"); }, "a@b",
         "defer: expansion of \"${nosuch:x}\" failed in r1 router: unknown expansion operator \"nosuch\""},
        {"address_data, forced", [](auto& o) { o.address_data = expandable("${if eq{a}{b}{x}fail}"); }, "a@b",
         kSkipped},
        {"verify_only", [](auto& o) { o.verify_only = true; }, "a@b", kSkipped},
        {"no transport", [](auto& o) { o.transport = {}; }, "a@b", "defer: transport unset in r1 router"},
        {"transport unknown", [](auto& o) { o.transport = expandable("nosuch"); }, "a@b",
         "defer: transport \"nosuch\" not found in r1 router"},
        {"transport tainted", [](auto& o) { o.transport = expandable("$local_part"); }, "t1@b",
         "defer: internal configuration error"},
        {"user without group",
         [](auto& o) {
             o.user = {1234, "1234", false, false};
         },
         "a@b", "defer: user set without group for r1 router"},
        {"user unknown",
         [](auto& o) {
             o.user = {{}, "$local_part", true, false};
         },
         "jim@b", "defer: Failed to find user \"jim\" from expanded string \"$local_part\" for the r1 router"},
        {"group unknown", [](auto& o) { o.group = {{}, "x$local_part", true, false}; }, "jim@b",
         "defer: Failed to find group \"xjim\" from expanded string \"x$local_part\" for the r1 router"},
        {"errors_to fails", [](auto& o) { o.errors_to = expandable("${nosuch:x}"); }, "a@b",
         "defer: r1 router failed to expand \"${nosuch:x}\": unknown expansion operator \"nosuch\""},
        {"headers_add fails", [](auto& o) { o.headers_add = {"${nosuch:x}", true}; }, "a@b",
         "defer: r1 router failed to expand add_headers item \"${nosuch:x}\": unknown expansion operator \"nosuch\""},
        {"more is for declining", [](auto& o) { o.more = {false, "${nosuch:x}", {}}; }, "a@b", "r1"},
    }),
    [](const auto& row) { return "n" + std::to_string(row.index); });

TEST_F(ChainTest, AccountServiceFailureKeepsTheMail) {  // D-routing-accounts
    router("r1").options.check_local_user = true;
    world.os.set_accounts_error(EIO);
    EXPECT_EQ(outcome("joe@b"), "defer: failed to look up user \"joe\": " + errno_text(EIO));
}

TEST_F(ChainTest, BadRouterVariableKeepsTheMail) {  // D-routing-set
    router("r1").options.set = {"r_a = ${nosuch:x}", true};
    EXPECT_THAT(outcome("a@b"), HasSubstr("defer: expansion of \"r_a = ${nosuch:x}\" failed in r1 router"));
}

TEST_F(ChainTest, VariablesSeeEarlierOnes) {
    RouterOptions& o = router("r1").options;
    o.set = {"r_a = x y  ; r_b = $r_a z", true};
    o.address_data = expandable("[$r_b]");
    EXPECT_EQ(routed("a@b").props.routing.address_data.bytes, "[x y z]");
}

TEST_F(ChainTest, DataOfTheLists) {
    RouterOptions& o = router("r1").options;
    o.domains = expandable("*.foo.ex");
    o.check_local_user = true;
    o.address_data = expandable("$domain_data $local_part_data $1 $home $local_user_uid");
    EXPECT_EQ(routed("Joe@a.b.foo.ex").props.routing.address_data.bytes, "*.foo.ex joe a.b /home/joe 1001");
}

TEST_F(ChainTest, DataAreForgottenAtTheNextRouter) {
    router("r1").options.domains = expandable("b");
    world.configuration.routers[0].options.condition = {"0", true};
    router("r2").options.address_data = expandable("[$domain_data$0]");
    EXPECT_EQ(routed("a@b").props.routing.address_data.bytes, "[]");
}

TEST_F(ChainTest, DebugPrintSeesTheOldAddressData) {
    RouterOptions& o = router("r1").options;
    o.address_data = expandable("new");
    o.debug_print = expandable("[$address_data] $local_part");
    (void)routed("a@b");
    EXPECT_THAT(world.debug, ElementsAre("[] a"));
}

TEST_F(ChainTest, IdentityAndHome) {
    struct Case {
        const char* name;
        std::function<void(RouterOptions&)> set;
        std::optional<uid_t> want_uid;
        std::optional<gid_t> want_gid;
        std::string want_home;
        bool want_expanded;
        std::string want_uid_from, want_home_from;
    };
    RouterInstance& r1 = router("r1");
    for (const Case& c : {
             Case{"nothing", [](auto&) {}, {}, {}, "", false, "", ""},
             Case{"check_local_user", [](auto& o) { o.check_local_user = true; }, 1001, 1001, "/home/joe", true,
                  "check_local_user of router r1", "check_local_user of router r1"},
             Case{"passwd home before router home",
                  [](auto& o) {
                      o.check_local_user = true;
                      o.router_home_directory = expandable("/h");
                  },
                  1001, 1001, "/home/joe", true, "check_local_user of router r1", "check_local_user of router r1"},
             Case{"user before check_local_user",
                  [](auto& o) {
                      o.check_local_user = true;
                      o.user = {{}, "ann", true, false};
                  },
                  1002, 1002, "/home/joe", true, "option user of router r1", "check_local_user of router r1"},
             Case{"group",
                  [](auto& o) {
                      o.user = {1002, "ann", false, true};
                      o.group = {{}, "staff", true, false};
                  },
                  1002, 50, "", false, "option user of router r1", ""},
             Case{"router home",
                  [](auto& o) { o.router_home_directory = expandable("/h/$local_part"); },
                  {},
                  {},
                  "/h/joe",
                  true,
                  "",
                  "option router_home_directory of router r1"},
             Case{"transport home",
                  [](auto& o) {
                      o.check_local_user = true;
                      o.transport_home_directory = expandable("/t/$local_part");
                  },
                  1001, 1001, "/t/$local_part", false, "check_local_user of router r1",
                  "option transport_home_directory of router r1"},
         }) {
        SCOPED_TRACE(c.name);
        r1.options = {};
        r1.options.transport = expandable("t1");
        c.set(r1.options);
        const AddressItem& item = routed("joe@b");
        EXPECT_EQ(answer.verdict, RouteVerdict::ok);
        EXPECT_EQ(item.uid, c.want_uid);
        EXPECT_EQ(item.gid, c.want_gid);
        EXPECT_EQ(item.home, c.want_home);
        EXPECT_EQ(item.home_expanded, c.want_expanded);
        EXPECT_EQ(item.uid_from, c.want_uid_from);
        EXPECT_EQ(item.home_from, c.want_home_from);
    }
}

TEST_F(ChainTest, HeadersAndErrorsAddress) {
    RouterOptions& o = router("r1").options;
    o.headers_add = {"A: 1\n${if eq{a}{b}{x}fail}\nB: $local_part", true};
    o.headers_remove = {"x:y", true};
    o.errors_to = expandable("owner@b");
    const AddressItem& item = routed("joe@b");
    EXPECT_THAT(item.props.added_headers, ElementsAre("A: 1\n", "B: joe\n"));
    EXPECT_EQ(item.props.removed_headers, "x:y");
    EXPECT_EQ(item.props.errors_address, "owner@b");
    EXPECT_FALSE(item.props.ignore_error);
}

TEST_F(ChainTest, ErrorsToCountsOnlyIfItRoutes) {
    RouterOptions& o = router("r1").options;
    o.errors_to = expandable("owner@elsewhere");
    o.domains = expandable("b");
    EXPECT_EQ(routed("joe@b").props.errors_address, std::nullopt);
    o.errors_to = expandable("");
    const AddressItem& item = routed("joe@b");
    EXPECT_EQ(item.props.errors_address, "");
    EXPECT_TRUE(item.props.ignore_error);
}

TEST_F(ChainTest, DecliningMoreAndPass) {
    RouterInstance& r1 = router("r1");
    const auto decline = [](AddressItem&, RouteContext&) { return RouteResult{}; };
    script(r1).act = decline;
    router("r2");
    router("r3");
    EXPECT_EQ(outcome("a@b"), "r2");
    r1.options.more.value = false;
    EXPECT_EQ(outcome("a@b"), kSkipped);
    r1.options.more = {false, "x$local_part", {}};
    EXPECT_EQ(outcome("a@b"), "defer: \"xa\" is not a valid value for the \"more\" option in the r1 router");
    script(r1).act = [](AddressItem&, RouteContext&) { return RouteResult{RouteVerdict::pass, {}, false}; };
    EXPECT_EQ(outcome("a@b"), "r2");
    r1.options.pass_router = {"r3", true};
    EXPECT_EQ(outcome("a@b"), "r3");
}

TEST_F(ChainTest, CannotRouteMessageOfTheLastRouterLookedAt) {
    router("r1").options.domains = expandable("x");
    RouterOptions& last = router("r2").options;
    last.domains = expandable("x");
    last.cannot_route_message = expandable("no $local_part here");
    EXPECT_EQ(outcome("a@b"), "fail: no a here");
    EXPECT_EQ(routed("a@b").router, nullptr);
    last.cannot_route_message = expandable("${nosuch:x}");
    EXPECT_EQ(outcome("a@b"), kSkipped);
    EXPECT_THAT(world.panic_log.back(), HasSubstr("failed to expand cannot_route_message in r2 router: "));
}

TEST_F(ChainTest, MessageOfADecliningRouterStays) {
    script(router("r1")).act = [](AddressItem&, RouteContext&) {
        RouteResult result;
        result.outcome.message = "syntax error in redirection data";
        return result;
    };
    router("r2").options.domains = expandable("x");
    world.configuration.routers[1].options.cannot_route_message = expandable("other");
    EXPECT_EQ(outcome("a@b"), "fail: syntax error in redirection data");
}

TEST_F(ChainTest, PasswordsDoNotShow) {
    script(router("r1")).act = [](AddressItem&, RouteContext&) {
        return route_deferred("failed to expand \"${lookup mysql{secret}}\": x");
    };
    EXPECT_EQ(outcome("a@b"), "defer: Temporary internal error");
}

TEST_F(ChainTest, UnseenGoesOnWithACopy) {
    RouterInstance& r1 = router("r1");
    r1.options.unseen.value = true;
    r1.options.headers_add = {"A: 1", true};
    r1.options.address_data = expandable("data");
    router("r2");
    AddressItem& item = world.item("ALICE@b");
    ASSERT_EQ(route(item).verdict, RouteVerdict::ok);
    ASSERT_EQ(world.children.size(), 1U);
    const AddressItem& clone = *world.children[0];
    ASSERT_NE(item.parent, nullptr);
    EXPECT_EQ(item.parent, clone.parent);
    EXPECT_EQ(item.parent->child_count, 2);
    EXPECT_EQ(item.parent->address, "ALICE@b");
    EXPECT_EQ(item.unique, "ALICE@b/r1");
    EXPECT_EQ(clone.unique, "ALICE@b");
    EXPECT_EQ(clone.start_router, &world.configuration.routers[1]);
    EXPECT_THAT(clone.props.added_headers, IsEmpty());
    EXPECT_EQ(clone.props.routing.address_data.bytes, "data");
}

TEST_F(ChainTest, UnseenThatDoesNotExpandOnlyDefers) {  // D-routing-unseen
    router("r1").options.unseen = {false, "x$local_part", {}};
    router("r2");
    EXPECT_EQ(outcome("a@b"), "defer: \"xa\" is not a valid value for the \"unseen\" option in the r1 router");
    EXPECT_THAT(world.children, IsEmpty());
}

TEST_F(ChainTest, DeferralTakesBackTheChildren) {
    RouterInstance& r1 = router("r1");
    r1.options.unseen = {false, "x$local_part", {}};
    router("r2");
    script(r1).act = [](AddressItem& item, RouteContext& context) {
        context.children->push_back(&make_child(context.pool, item, "c@d", AddressKind::mailbox));
        return RouteResult{RouteVerdict::ok, {}, false};
    };
    const AddressItem& item = routed("a@b");
    EXPECT_EQ(answer.verdict, RouteVerdict::defer);
    EXPECT_THAT(world.children, IsEmpty());
    EXPECT_EQ(item.child_count, 0);
}

TEST_F(ChainTest, UnseenOfTheLastRouterIsNothing) {
    router("r1").options.unseen.value = true;
    const AddressItem& item = routed("a@b");
    EXPECT_EQ(item.parent, nullptr);
    EXPECT_THAT(world.children, IsEmpty());
}

TEST_F(ChainTest, LoopProtection) {
    RouterInstance& r1 = router("r1");
    router("r2");
    AddressItem& parent = world.item("A@b");
    parent.router = &r1;
    AddressItem& same = make_child(world.pool, parent, "a@B", AddressKind::mailbox);
    EXPECT_EQ(route(same).verdict, RouteVerdict::ok);
    EXPECT_EQ(same.router->name, "r2");
    AddressItem& other = make_child(world.pool, parent, "c@b", AddressKind::mailbox);
    (void)route(other);
    EXPECT_EQ(other.router->name, "r1");
    script(r1).repeat_use = false;
    AddressItem& again = make_child(world.pool, parent, "c@b", AddressKind::mailbox);
    (void)route(again);
    EXPECT_EQ(again.router->name, "r2");
    r1.options.caseful_local_part = true;
    script(r1).repeat_use = true;
    AddressItem& other_case = make_child(world.pool, parent, "a@b", AddressKind::mailbox);
    (void)route(other_case);
    EXPECT_EQ(other_case.router->name, "r1");
}

TEST_F(ChainTest, EndlessLoop) {
    router("r1");
    AddressItem* item = &world.item("a0@b");
    for (int i = 1; i <= 101; ++i)
        item = &make_child(world.pool, *item, "a" + std::to_string(i) + "@b", AddressKind::mailbox);
    EXPECT_EQ(route(*item).verdict, RouteVerdict::defer);
    EXPECT_EQ(item->outcome.message, "routing loop for a101@b");
    EXPECT_THAT(world.panic_log, ElementsAre("routing loop for a101@b"));
}

TEST_F(ChainTest, Verifying) {
    world.context.mode = RouteMode::verify_recipient;
    RouterOptions& o = router("r1").options;
    EXPECT_EQ(outcome("a@b"), "r1");
    o.fail_verify_recipient = true;
    EXPECT_EQ(outcome("a@b"), "fail: r1 router forced verify failure");
    o.verify_recipient = false;
    EXPECT_EQ(outcome("a@b"), kSkipped);
    world.context.mode = RouteMode::verify_sender;
    EXPECT_EQ(outcome("a@b"), "r1");
    world.context.mode = RouteMode::address_test;
    o.address_test = false;
    EXPECT_EQ(outcome("a@b"), kSkipped);
}

TEST_F(ChainTest, NotesSayWhy) {
    router("system_aliases").options.domains = expandable("x");
    router("local");
    (void)routed("a@b");
    EXPECT_THAT(world.notes, ElementsAre("router system_aliases: skipped: domains does not match",
                                         "router local: accepted for transport t1"));
}

TEST_F(ChainTest, DisableLoggingLastsFromOneRouterToTheNext) {
    std::vector<bool> quiet;
    world.context.quiet_log = [&](bool now) { quiet.push_back(now); };
    RouterInstance& r1 = router("r1");
    r1.options.disable_logging = true;
    script(r1).act = [](AddressItem&, RouteContext&) { return RouteResult{}; };
    router("r2");
    (void)routed("a@b");
    EXPECT_THAT(quiet, ElementsAre(true, false, false));
}

TEST_F(ChainTest, ChildrenStartAtRedirectRouter) {
    RouterInstance& r1 = router("r1");
    RouterInstance& r2 = router("r2");
    r1.options.redirect_router = {"r2", true};
    script(r1).act = [&](AddressItem& item, RouteContext& context) {
        context.children->push_back(&make_child(context.pool, item, "c@d", AddressKind::mailbox));
        return RouteResult{RouteVerdict::ok, {}, false};
    };
    AddressItem& item = routed("a@b");
    ASSERT_EQ(world.children.size(), 1U);
    EXPECT_EQ(world.children[0]->start_router, &r2);
    EXPECT_EQ(item.child_count, 1);
}

}  // namespace
}  // namespace postern
