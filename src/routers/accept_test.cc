// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routers/all.h"
#include "support/routing_world.h"

namespace postern {
namespace {

const RouterDriver& accept() { return *all_routers()[0]; }

TEST(Accept, TakesWhatItGets) {
    RoutingWorld world;
    RouterInstance& router = world.router("r1", accept());
    router.options.user = {1001, "joe", false, true};
    router.options.group = {1001, "", false, true};
    AddressItem& item = world.item("a@b");
    const RouteResult result = accept().make(router)->route(item, world.context);
    EXPECT_EQ(result.verdict, RouteVerdict::ok);
    ASSERT_NE(item.transport, nullptr);
    EXPECT_EQ(item.transport->name, "t1");
    EXPECT_EQ(item.uid, 1001U);
    EXPECT_EQ(item.gid_from, "option user of router r1");
}

TEST(Accept, WithoutTransportForVerification) {
    RoutingWorld world;
    RouterInstance& router = world.router("r1", accept());
    router.options.transport = {};
    AddressItem& item = world.item("a@b");
    EXPECT_EQ(accept().make(router)->route(item, world.context).verdict, RouteVerdict::ok);
    EXPECT_EQ(item.transport, nullptr);
}

TEST(Accept, Record) {
    const DriverDescription& record = accept().description;
    EXPECT_TRUE(record.log_as_local);
    EXPECT_EQ(record.transport, DriverDescription::TransportNeed::required);
}

TEST(AllRouters, AreThoseOfTheList) {
    std::vector<std::string_view> names;
    for (const RouterDriver* driver : all_routers()) names.push_back(driver->description.name);
    EXPECT_THAT(names, testing::ElementsAre("accept", "redirect"));
    EXPECT_TRUE(std::ranges::is_sorted(later_routers()));
}

}  // namespace
}  // namespace postern
