// SPDX-License-Identifier: Apache-2.0
#include "driver/write_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/delivery_world.h"

namespace postern {
namespace {

using testing::ElementsAre;

struct RemoveCase {
    const char* name;
    const char* option;
    const char* from_router;
    std::vector<std::string> want_names;
    const char* want_failure = "";
};

std::vector<std::string> names_of(const std::vector<std::string>& lines) {
    std::vector<std::string> names;
    for (const std::string& line : lines) names.push_back(line.substr(0, line.find_first_of(": \t")));
    return names;
}

TEST(WritePlan, HeadersRemove) {
    const std::vector<std::string> all{"Received", "From", "To", "Too", "to", "Subject"};
    const RemoveCase kCases[] = {
        {"nothing", "", "", all},
        {"name in any case, blanks before the colon", "TO", "", {"Received", "From", "Too", "Subject"}},
        {"several, empty items", " : Received :: from : ", "", all},
        {"several", "Received : from", "", {"To", "Too", "to", "Subject"}},
        {"prefix", "t*", "", {"Received", "From", "Subject"}},
        {"prefix reaches into the value", "Subject: s*", "", {"Received", "From", "To", "Too", "to"}},
        {"from the router", "", "Subject:Received", {"From", "To", "Too", "to"}},
        {"from both", "From", "Subject", {"Received", "To", "Too", "to"}},
        {"expanded", "${if eq{a}{a}{From}}", "", {"Received", "To", "Too", "to", "Subject"}},
        {"router's items are not expanded", "", "${lc:FROM}", all},
        {"forced failure is ignored", "${if eq{a}{b}{From}fail} : To", "", {"Received", "From", "Too", "Subject"}},
        {"failure", "${nosuch", "", {}, "failed"},
    };
    for (const RemoveCase& c : kCases) {
        SCOPED_TRACE(c.name);
        DeliveryWorld world;
        world.message.headers = {{HeaderType::received, "Received: a\n"},
                                 {HeaderType::from, "From: b\n"},
                                 {HeaderType::removed, "Return-path: <>\n"},
                                 {HeaderType::to, "To: c\n"},
                                 {HeaderType::other, "Too: d\n"},
                                 {HeaderType::to, "to : e\n"},
                                 {HeaderType::other, "Subject: s\n"}};
        world.instance->options.headers_remove = {c.option, true};
        world.batch.front()->props.removed_headers = c.from_router;
        DeliveryContext context = world.context();
        const auto plan = make_write_plan(context);
        EXPECT_EQ(plan.has_value(), *c.want_failure == 0);
        EXPECT_EQ(plan ? names_of(plan->header_lines) : std::vector<std::string>{}, c.want_names);
    }
}

TEST(WritePlan, AddedLinesInOrder) {
    DeliveryWorld world;
    TransportOptions& options = world.instance->options;
    options.return_path_add = options.envelope_to_add = options.delivery_date_add = true;
    options.headers_add = {"X-A: $local_part\n\n  notaheader  \n${if eq{a}{b}{X}fail}\nX-B: ${if eq{a}{a}{x\\n y}}",
                           true};
    world.batch.front()->props.added_headers = {"X-Router: 1\n"};
    DeliveryContext context = world.context();
    HeaderChanges changes;
    const auto plan = make_write_plan(context, &changes);
    ASSERT_TRUE(plan);
    EXPECT_THAT(plan->first_lines, ElementsAre("Return-path: <ann@test.ex>\n", "Envelope-to: joe@test.ex\n",
                                               "Delivery-date: Sun, 22 Nov 2026 03:52:18 +0000\n"));
    EXPECT_THAT(plan->header_lines,
                ElementsAre("Received: from a\n\tby b\n", "From: ann@test.ex\n", "To: joe@test.ex\n", "Subject: x\n",
                            "X-Router: 1\n", "X-A: joe\n", "notaheader\n", "X-B: x\n y\n"));
    EXPECT_EQ(changes.added.size(), 3u + 4u);
    EXPECT_TRUE(changes.removed.empty());
}

TEST(WritePlan, FailureOfAnAddedLine) {
    DeliveryWorld world;
    world.instance->options.headers_add = {"X-A: ${nosuch:x}", true};
    DeliveryContext context = world.context();
    const auto plan = make_write_plan(context);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().why, "unknown expansion operator \"nosuch\"");
}

TEST(WritePlan, BodyOnlyExpandsNothing) {
    DeliveryWorld world;
    world.instance->options.body_only = true;
    world.instance->options.headers_add = {"X-A: ${nosuch:x}", true};
    DeliveryContext context = world.context();
    const auto plan = make_write_plan(context);
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->headers);
    EXPECT_TRUE(plan->body);
}

TEST(WritePlan, RewritesThisCopyOnly) {
    DeliveryWorld world;
    world.instance->options.headers_rewrite.rules = {{"*@test.ex", "$local_part@new.ex", kRewriteFrom, {}}};
    DeliveryContext context = world.context();
    const auto plan = make_write_plan(context);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->header_lines[1], "From: ann@new.ex\n");
    EXPECT_EQ(plan->header_lines[2], "To: joe@test.ex\n");
    EXPECT_EQ(world.message.headers[1].text, "From: ann@test.ex\n");
}

TEST(WritePlan, RewritingTellsWhatItCannotRead) {
    DeliveryWorld world;
    world.instance->options.headers_rewrite.rules = {{"*@test.ex", "$local_part@new.ex", kRewriteFrom, {}}};
    world.message.headers[1].text = "From: a@@b\n";
    DeliveryContext context = world.context();
    ASSERT_TRUE(make_write_plan(context));  // for `explain`: nobody listens
    std::vector<std::string> said;
    context.rewrite_log.main_log = [&said](const std::string& text) { said.push_back(text); };
    ASSERT_TRUE(make_write_plan(context));
    EXPECT_EQ(said, std::vector<std::string>{"rewrite: domain missing or malformed"});
}

TEST(WritePlan, LongReturnPathIsCut) {
    DeliveryWorld world;
    world.instance->options.return_path_add = true;
    DeliveryContext context = world.context();
    context.return_path = std::string(300, 'x');
    const auto plan = make_write_plan(context);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->first_lines.front(), "Return-path: <" + std::string(256, 'x') + ">\n");
}

// As in the specification's example: dup2 owns the delivery, the others were dropped in its favour.
TEST(EnvelopeTo, DuplicatesFirstEachOnce) {
    DeliveryWorld world;
    AddressItem& first = *world.batch.front();
    first.address = "Dup2@test.ex";
    AddressItem& child = make_child(world.pool, first, "x@test.ex", AddressKind::mailbox);
    AddressItem& other = world.pool.make();
    other.address = "dup1@test.ex";
    AddressItem& other_child = make_child(world.pool, other, "x@test.ex", AddressKind::mailbox);
    other_child.duplicate_of = &child;
    AddressItem& same_top = make_child(world.pool, other, "x@test.ex", AddressKind::mailbox);
    same_top.duplicate_of = &child;
    world.batch = {&child, &first};
    world.duplicates = {&other_child, &same_top};
    DeliveryContext context = world.context();
    EXPECT_EQ(envelope_to_list(context), "dup1@test.ex,\n Dup2@test.ex");
}

// Duplicates of one another cannot make it run in circles.
TEST(EnvelopeTo, CircleOfDuplicatesEnds) {
    DeliveryWorld world;
    AddressItem& a = *world.batch.front();
    AddressItem& b = world.pool.make();
    b.address = "b@test.ex";
    b.duplicate_of = &a;
    a.duplicate_of = &b;
    world.duplicates = {&a, &b};
    DeliveryContext context = world.context();
    EXPECT_EQ(envelope_to_list(context), "b@test.ex,\n joe@test.ex");
}

}  // namespace
}  // namespace postern
