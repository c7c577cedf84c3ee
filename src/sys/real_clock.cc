// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <ctime>

#include "sys/clock.h"

namespace postern {

namespace {

timespec read_clock(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);  // cannot fail for these clocks
    return now;
}

}  // namespace

TimePoint RealClock::now() {
    const timespec now = read_clock(CLOCK_REALTIME);
    return {now.tv_sec, static_cast<std::int32_t>(now.tv_nsec / 1000)};
}

std::chrono::nanoseconds RealClock::steady() {
    const timespec now = read_clock(CLOCK_MONOTONIC);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void RealClock::sleep(std::chrono::microseconds how_long) {
    if (how_long.count() <= 0) return;
    timespec left{how_long.count() / 1'000'000, (how_long.count() % 1'000'000) * 1000};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

void wait_for_next_tick(Clock& clock, TimePoint last, int tick_microseconds) {
    const auto later = [&](TimePoint now) {
        if (now.seconds != last.seconds) return now.seconds > last.seconds;
        return now.microseconds / tick_microseconds > last.microseconds / tick_microseconds;
    };
    for (TimePoint now = clock.now(); !later(now); now = clock.now()) {
        // To the end of last's tick, or a tick at a time while a clock that was set back catches up.
        const std::int64_t into = now.microseconds % tick_microseconds;
        clock.sleep(std::chrono::microseconds(tick_microseconds - into));
    }
}

}  // namespace postern
