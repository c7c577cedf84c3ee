// SPDX-License-Identifier: Apache-2.0
// sys/clock.h – the only source of time and the only way to wait. Tests turn it by hand.
#pragma once

#include <chrono>

#include "base/time_text.h"

namespace postern {

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual TimePoint now() = 0;  // wall clock
    [[nodiscard]] virtual std::chrono::nanoseconds steady() = 0;
    virtual void sleep(std::chrono::microseconds how_long) = 0;
};

class RealClock final : public Clock {
public:
    TimePoint now() override;
    std::chrono::nanoseconds steady() override;
    void sleep(std::chrono::microseconds how_long) override;
};

// Waits until the wall clock shows a later tick than `last`, in units of `tick` microseconds since the second (message
// ids, maildir names: no two in one tick).
void wait_for_next_tick(Clock& clock, TimePoint last, int tick_microseconds);

}  // namespace postern
