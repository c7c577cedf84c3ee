// SPDX-License-Identifier: Apache-2.0
#include "deliver/handed_on.h"

#include <gmock/gmock.h>

#include "support/delivery_site.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What was sent; receive() gives it back in order.
class FakePassing final : public DescriptorPassing {
public:
    explicit FakePassing(Os& os) : os_(os) {}
    Result<Os::Pipe> channel() override { return os_.pipe(); }
    Status send(int, int fd, std::string_view label) override {
        EXPECT_GE(fd, 0);
        sent.emplace_back(label);
        return {};
    }
    Result<std::optional<Passed>> receive(int) override {
        if (sent.empty()) return std::nullopt;
        Passed passed{std::move(os_.pipe()->read_end), sent.front()};
        sent.erase(sent.begin());
        return passed;
    }
    std::vector<std::string> sent;

private:
    Os& os_;
};

// What each delivery of a row does with the connection.
enum class Does { keeps_it, makes_another, leaves_it, does_not_look };

struct HandingOnCase {
    const char* name;
    bool idle;          // an earlier child has left a connection "old"
    bool more_to_come;  // behind the row
    std::vector<Does> row;
    std::vector<std::string> want_offered;  // label of the connection that each delivery finds; "": none
    std::string want_left;                  // for the next child
};

class HandingOnTest : public DeliveryRunTest {
protected:
    DeliveryContext context_of(const Engine& engine, const Message& message) {
        return {.configuration = engine.configuration,
                .instance = engine.configuration.transports[0],
                .os = os_,
                .clock = clock_,
                .processes = processes_,
                .expander = engine.expander,
                .message = message};
    }
};

class HandingOnRow : public HandingOnTest, public testing::WithParamInterface<HandingOnCase> {};

TEST_P(HandingOnRow, FromOneToTheNext) {
    const HandingOnCase& c = GetParam();
    site_.with_engine([&](const Engine& given) {
        FakePassing passing(os_);
        Engine engine = given;
        engine.passing = &passing;
        const Message message;
        DeliveryContext context = context_of(engine, message);
        IdleConnections idle(os_);
        const std::string who = "box 0:0";
        if (c.idle) idle.put(who, {std::move(os_.pipe()->write_end), "old"});

        HandedOn parent(engine, &idle, c.more_to_come, context);
        std::vector<std::string> offered;
        bool stays = false;
        {
            HandingOn child(parent);
            for (std::size_t i = 0; i < c.row.size(); ++i) {
                const bool last = i + 1 == c.row.size();
                context.idle = nullptr;
                context.keep_connection = nullptr;
                child.offer(context, last);
                offered.push_back(context.idle != nullptr ? context.idle->label : "");
                EXPECT_EQ(static_cast<bool>(context.keep_connection), !last || c.more_to_come);
                if (c.row[i] != Does::does_not_look) context.idle = nullptr;
                if (context.keep_connection && c.row[i] == Does::keeps_it) context.keep_connection({}, "");
                if (context.keep_connection && c.row[i] == Does::makes_another)
                    context.keep_connection(std::move(os_.pipe()->read_end), "new" + std::to_string(i));
                child.take_back(context);
            }
            stays = child.hand_over();
        }
        parent.collect(stays);
        EXPECT_EQ(offered, c.want_offered);
        const auto left = idle.take(who);
        EXPECT_EQ(left ? left->label : "", c.want_left);
        return 0;
    });
}

INSTANTIATE_TEST_SUITE_P(
    Cases, HandingOnRow,
    testing::Values(
        HandingOnCase{"None", false, true, {Does::leaves_it}, {""}, ""},
        HandingOnCase{"TheParents", true, true, {Does::keeps_it}, {"old"}, "old"},
        HandingOnCase{"TheParentsThroughARow", true, true, {Does::keeps_it, Does::keeps_it}, {"old", "old"}, "old"},
        HandingOnCase{"TheParentsIsNotNeeded", true, true, {Does::does_not_look}, {"old"}, "old"},
        HandingOnCase{"TheParentsIsOver", true, true, {Does::leaves_it, Does::leaves_it}, {"old", ""}, ""},
        HandingOnCase{"ANewOne", false, true, {Does::makes_another}, {""}, "new0"},
        HandingOnCase{"ANewOneThroughARow",
                      false,
                      true,
                      {Does::makes_another, Does::keeps_it, Does::does_not_look, Does::keeps_it},
                      {"", "new0", "new0", "new0"},
                      "new0"},
        HandingOnCase{
            "InPlaceOfTheParents", true, true, {Does::makes_another, Does::keeps_it}, {"old", "new0"}, "new0"},
        HandingOnCase{
            "InPlaceOfANewOne", false, true, {Does::makes_another, Does::makes_another}, {"", "new0"}, "new1"},
        HandingOnCase{"ANewOneIsOver", false, true, {Does::makes_another, Does::leaves_it}, {"", "new0"}, ""},
        HandingOnCase{"NobodyComes", false, false, {Does::makes_another, Does::keeps_it}, {"", "new0"}, ""},
        HandingOnCase{"NobodyComesForTheParents", true, false, {Does::keeps_it, Does::leaves_it}, {"old", "old"}, ""}),
    [](const auto& param) { return param.param.name; });

TEST_F(HandingOnTest, WithoutAWayToPassThemOnNoneAreKept) {
    site_.with_engine([&](const Engine& engine) {
        const Message message;
        DeliveryContext context = context_of(engine, message);
        IdleConnections idle(os_);
        HandedOn parent(engine, &idle, true, context);
        HandingOn child(parent);
        child.offer(context, false);
        EXPECT_FALSE(context.keep_connection);
        child.take_back(context);
        EXPECT_FALSE(child.hand_over());
        return 0;
    });
}

}  // namespace
}  // namespace postern
