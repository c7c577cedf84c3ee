// SPDX-License-Identifier: Apache-2.0
#include "sys/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "support/fake_clock.h"

namespace postern {
namespace {

using std::chrono::microseconds;

TEST(WaitForNextTick, SleepsNoLongerThanNeeded) {
    struct Case {
        const char* name;
        TimePoint last, now;
        int tick;
        std::vector<microseconds> want_sleeps;
    };
    const Case cases[] = {
        {"same instant", {100, 1200}, {100, 1200}, 500, {microseconds(300)}},
        {"same tick", {100, 1000}, {100, 1499}, 500, {microseconds(1)}},
        {"next tick already", {100, 1000}, {100, 1500}, 500, {}},
        {"next second already", {100, 999'999}, {101, 0}, 500, {}},
        {"end of the second", {100, 999'999}, {100, 999'999}, 500, {microseconds(1)}},
        {"ticks of a microsecond", {100, 7}, {100, 7}, 1, {microseconds(1)}},
        {"set back two ticks",
         {100, 2000},
         {100, 1000},
         500,
         {microseconds(500), microseconds(500), microseconds(500)}},
    };
    for (const Case& c : cases) {
        FakeClock clock;
        clock.set(c.now);
        wait_for_next_tick(clock, c.last, c.tick);
        EXPECT_EQ(clock.sleeps, c.want_sleeps) << c.name;
    }
}

TEST(RealClock, AgreesWithTheKernel) {
    RealClock clock;
    const std::time_t before = std::time(nullptr);
    const TimePoint now = clock.now();
    EXPECT_GE(now.seconds, before - 1);  // time() may lag by a tick
    EXPECT_LE(now.seconds, std::time(nullptr) + 1);
    EXPECT_GE(now.microseconds, 0);
    EXPECT_LT(now.microseconds, 1'000'000);
    const auto start = clock.steady();
    clock.sleep(microseconds(50));
    clock.sleep(microseconds(-1));  // is no sleep
    EXPECT_GE(clock.steady() - start, microseconds(50));
}

}  // namespace
}  // namespace postern
