// SPDX-License-Identifier: Apache-2.0
// The order and the words of -bt, as seen with exim4 4.96.
#include "route/report.h"

#include <gtest/gtest.h>

#include <map>

#include "support/routing_world.h"

namespace postern {
namespace {

// A router that turns addresses into others as a table says: "a@x, |pipe, /file"; ":fail", ":defer"; nothing: discards.
class TableRouter final : public RouterDriverBase {
public:
    struct Options {
        std::map<std::string, std::vector<std::string>> table;
        bool forbid = false, no_transport = false;
    };
    TableRouter(const RouterInstance& router, const Options& options) : router_(router), options_(options) {}

    RouteResult route(AddressItem& item, RouteContext& context) override {
        const auto row = options_.table.find(item.address);
        if (row == options_.table.end()) return {};
        for (const std::string& text : row->second) {
            if (text == ":fail") return route_failed("no");
            if (text == ":defer") return route_deferred("later");
            const auto kind = text[0] == '|'   ? AddressKind::pipe
                              : text[0] == '/' ? AddressKind::file
                                               : AddressKind::mailbox;
            AddressItem& child = make_child(context.pool, item, text, kind);
            child.allow_pipe = child.allow_file = !options_.forbid;
            if (child.is_pfr()) child.router = &router_;
            if (child.is_pfr()) child.transport = context.configuration.transport("tp");
            if (options_.no_transport)
                child.preset = Outcome{.message = "pipe_transport unset in r1 router", .user_message = {}};
            context.children->push_back(&child);
        }
        return {RouteVerdict::ok, {}, false};
    }

private:
    const RouterInstance& router_;
    const Options& options_;
};
constexpr RouterDriver kTable = router_driver_of<TableRouter>("table", {});

class AcceptAll final : public RouterDriverBase {
public:
    struct Options {};
    AcceptAll(const RouterInstance& router, const Options&) : router_(router) {}
    RouteResult route(AddressItem& item, RouteContext& context) override {
        if (auto problem = choose_transport(router_, router_.options.transport, "transport", item, context))
            return *problem;
        return {RouteVerdict::ok, {}, false};
    }

private:
    const RouterInstance& router_;
};
constexpr RouterDriver kAccept = router_driver_of<AcceptAll>("accept", {});

class ReportTest : public testing::Test {
protected:
    ReportTest() {
        world.router("r1", kTable);
        world.router("r2", kAccept).options.domains = expandable("x : f");
        world.context.mode = RouteMode::address_test;
    }
    TableRouter::Options& table() {
        return *static_cast<TableRouter::Options*>(world.configuration.routers[0].private_options.get());
    }
    RouterChain chain() { return {world.configuration, {{&kTable, &kAccept}, {}}}; }
    std::string report(const std::string& argument, bool admin = true) {
        RouterChain routers = chain();
        std::string out;
        code = 0;
        for (const std::string& address : addresses_of_argument(argument)) {
            const AddressTest test = test_address(routers, world.context, address);
            code = std::max(code, test.exit_code());
            out += address_test_report(test, seen, admin);
        }
        return out;
    }
    std::string verified(const std::string& address) {
        world.context.mode = RouteMode::verify_recipient;
        RouterChain routers = chain();
        const AddressVerification result = verify_address(routers, world.context, address);
        code = exit_code(result);
        return verification_report(result, true);
    }

    RoutingWorld world;
    std::set<std::string> seen;
    int code = 0;
};

TEST_F(ReportTest, PlainAndSyntax) {
    EXPECT_EQ(report("A@X"), "A@X\n  router = r2, transport = t1\n");
    EXPECT_EQ(code, 0);
    EXPECT_EQ(report("a@@b"), "syntax error: domain missing or malformed\n");
    EXPECT_EQ(code, 2);
    EXPECT_EQ(report("foo"), "foo@test.ex is undeliverable: Unrouteable address\n");
    EXPECT_EQ(report(""), "");
}

TEST_F(ReportTest, ListInOneArgument) {
    EXPECT_EQ(report("a@x, Foo <b@x>"), "a@x\n  router = r2, transport = t1\nb@x\n  router = r2, transport = t1\n");
}

TEST_F(ReportTest, DuplicatesHaveTheSameLocalPartLetterByLetter) {
    EXPECT_EQ(report("a@x,a@X,A@x"),
              "a@x\n  router = r2, transport = t1\n"
              "a@X   [duplicate, would not be delivered]\n  router = r2, transport = t1\n"
              "A@x\n  router = r2, transport = t1\n");
}

TEST_F(ReportTest, ChildrenInReverseDeliveriesFirst) {
    table().table = {{"m@d", {"a@e", "b@f", "|z", "g@q"}}, {"a@e", {"c@f", "|y", "h@q"}}};
    EXPECT_EQ(report("m@d"),
              "a@e -> |y\n  transport = tp\n"
              "h@q is undeliverable: Unrouteable address\n    <-- a@e\n    <-- m@d\n"
              "m@d -> |z\n  transport = tp\n"
              "g@q is undeliverable: Unrouteable address\n    <-- m@d\n"
              "b@f\n    <-- m@d\n  router = r2, transport = t1\n"
              "c@f\n    <-- a@e\n    <-- m@d\n  router = r2, transport = t1\n");
    EXPECT_EQ(code, 2);
}

TEST_F(ReportTest, ForbiddenAndWithoutTransport) {
    table().table = {{"m@d", {"|x", "/y"}}};
    table().no_transport = true;
    EXPECT_EQ(report("m@d"),
              "m@d -> |x\n*** Error in setting up pipe, file, or autoreply:\npipe_transport unset in r1 router\n"
              "m@d -> /y\n*** Error in setting up pipe, file, or autoreply:\npipe_transport unset in r1 router\n");
    table().forbid = true;
    EXPECT_EQ(report("m@d"), "m@d -> |x *** forbidden ***\nm@d -> /y *** forbidden ***\n");
}

TEST_F(ReportTest, Verdicts) {
    table().table = {{"f@d", {":fail"}}, {"l@d", {":defer"}}, {"n@d", {}}, {"o@d", {"n@d"}}};
    EXPECT_EQ(report("f@d"), "f@d is undeliverable: no\n");
    EXPECT_EQ(report("l@d"), "l@d cannot be resolved at this time: later\n");
    EXPECT_EQ(code, 1);
    EXPECT_EQ(report("l@d", false), "l@d cannot be resolved at this time\n");
    EXPECT_EQ(report("o@d"), "mail to o@d is discarded\n");
    EXPECT_EQ(code, 0);
}

TEST_F(ReportTest, UnseenCopyComesFirst) {
    table().table = {{"m@x", {"z@f"}}};
    world.configuration.routers[0].options.unseen.value = true;
    EXPECT_EQ(report("m@x"),
              "z@f\n    <-- m@x\n    <-- m@x\n  router = r2, transport = t1\n"
              "m@x\n    <-- m@x\n  router = r2, transport = t1\n");
}

TEST_F(ReportTest, BothHalvesOfAnUnseenAcceptCount) {
    world.configuration.routers.clear();
    world.router("r1", kAccept).options.unseen.value = true;
    world.router("r2", kAccept).options.transport = expandable("t2");
    EXPECT_EQ(report("ALICE@x"),
              "ALICE@x\n    <-- ALICE@x\n  router = r2, transport = t2\n"
              "ALICE@x\n    <-- ALICE@x\n  router = r1, transport = t1\n");
}

TEST_F(ReportTest, Verification) {
    table().table = {
        {"one@d", {"l@d"}}, {"two@d", {"l@d", "f@d"}}, {"l@d", {":defer"}}, {"f@d", {":fail"}}, {"p@d", {"|x"}}};
    EXPECT_EQ(verified("a@x"), "a@x verified\n");
    EXPECT_EQ(verified("one@d"), "one@d cannot be resolved at this time: later\n");
    EXPECT_EQ(code, 1);
    EXPECT_EQ(verified("two@d"), "two@d verified\n");
    EXPECT_EQ(verified("p@d"), "p@d verified\n");
    EXPECT_EQ(verified("f@d"), "f@d failed to verify: no\n");
    EXPECT_EQ(code, 2);
    EXPECT_EQ(verified("a@@b"), "syntax error: domain missing or malformed\n");
}

}  // namespace
}  // namespace postern
