// SPDX-License-Identifier: Apache-2.0
// support/fake_clock.h – time that stands still until a test turns it; sleeping turns it too.
#pragma once

#include <vector>

#include "sys/clock.h"

namespace postern {

class FakeClock final : public Clock {
public:
    static constexpr TimePoint kStart{1795319538, 123456};  // Sunday 2026-11-22 03:52:18.123456 UTC

    TimePoint now() override { return now_; }
    std::chrono::nanoseconds steady() override { return steady_; }
    void sleep(std::chrono::microseconds how_long) override {
        sleeps.push_back(how_long);
        advance(how_long);
    }

    void advance(std::chrono::microseconds how_long) {
        steady_ += how_long;
        const std::int64_t total = now_.seconds * 1'000'000 + now_.microseconds + how_long.count();
        now_ = {total / 1'000'000, static_cast<std::int32_t>(total % 1'000'000)};
    }
    void set(TimePoint when) { now_ = when; }  // as an administrator does: the steady clock does not notice

    std::vector<std::chrono::microseconds> sleeps;  // what was slept, in order

private:
    TimePoint now_ = kStart;
    std::chrono::nanoseconds steady_{1'000'000'000};
};

}  // namespace postern
