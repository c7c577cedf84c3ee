// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace postern {
namespace {

// Sets the process's time zone for one test.
class ZoneScope {
public:
    explicit ZoneScope(const char* zone) {
        if (const char* now = std::getenv("TZ")) before_ = now;
        set(zone);
    }
    ~ZoneScope() { set(before_ ? before_->c_str() : nullptr); }
    ZoneScope(const ZoneScope&) = delete;
    ZoneScope& operator=(const ZoneScope&) = delete;

private:
    static void set(const char* zone) {
        zone != nullptr ? setenv("TZ", zone, 1) : unsetenv("TZ");
        tzset();
    }
    std::optional<std::string> before_;
};

constexpr TimePoint kWhen{1795319538, 7'999};  // Sunday 2026-11-22 03:52:18 UTC

TEST(TimeText, Utc) {
    EXPECT_EQ(log_stamp(kWhen, {.utc = true}), "2026-11-22 03:52:18");
    EXPECT_EQ(log_stamp(kWhen, {.utc = true, .milliseconds = true}), "2026-11-22 03:52:18.007");
    EXPECT_EQ(log_stamp(kWhen, {.utc = true, .milliseconds = true, .zone = true}), "2026-11-22 03:52:18.007 +0000");
    EXPECT_EQ(full_date(kWhen, true), "Sun, 22 Nov 2026 03:52:18 +0000");
    EXPECT_EQ(bsd_inbox_date(kWhen, true), "Sun Nov 22 03:52:18 2026");
    EXPECT_EQ(zulu_date(kWhen), "20261122035218Z");
    EXPECT_EQ(compact_date(kWhen, true), "20261122");
    EXPECT_EQ(zone_offset(kWhen, true), "+0000");
}

TEST(TimeText, DaysHaveTwoDigits) {
    constexpr TimePoint start{};
    EXPECT_EQ(full_date(start, true), "Thu, 01 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(bsd_inbox_date(start, true), "Thu Jan 01 00:00:00 1970");
}

TEST(TimeText, ZoneOfTheProcess) {
    struct Case {
        const char* zone;
        const char *want_offset, *want_stamp, *want_day;
    };
    const Case cases[] = {
        {"UTC0", "+0000", "2026-11-22 03:52:18 +0000", "20261122"},
        {"XXX-5:30", "+0530", "2026-11-22 09:22:18 +0530", "20261122"},
        {"XXX+9:30", "-0930", "2026-11-21 18:22:18 -0930", "20261121"},
    };
    for (const Case& c : cases) {
        const ZoneScope zone(c.zone);
        EXPECT_EQ(zone_offset(kWhen), c.want_offset);
        EXPECT_EQ(log_stamp(kWhen, {.zone = true}), c.want_stamp);
        EXPECT_EQ(compact_date(kWhen), c.want_day);
        EXPECT_EQ(zulu_date(kWhen), "20261122035218Z") << c.zone;
    }
}

TEST(TimeText, Interval) {
    struct Case {
        std::int64_t seconds;
        const char* want;
    };
    const Case cases[] = {
        {0, "0s"},
        {1, "1s"},
        {60, "1m"},
        {3601, "1h1s"},
        {86400, "1d"},
        {604800, "1w"},
        {788645, "1w2d3h4m5s"},
        {5000000, "8w1d20h53m20s"},
        {-61, "-1m1s"},
    };
    for (const Case& c : cases) EXPECT_EQ(interval_text(c.seconds), c.want);
}

TEST(TimeText, IntervalWithMilliseconds) {
    struct Case {
        const char* name;
        TimePoint to;  // from is 10.9 s
        bool milliseconds;
        const char* want;
    };
    const Case cases[] = {
        {"whole seconds", {12, 899'999}, false, "1s"},
        {"nothing", {10, 900'000}, false, "0s"},
        {"below a second", {11, 204'999}, true, "0.304s"},
        {"just below five", {15, 899'999}, true, "4.999s"},
        {"five", {15, 900'000}, true, "5s"},
        {"a minute", {71, 900'000}, true, "1m1s"},
        {"backwards", {9, 0}, true, "0s"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(interval_text_ms({10, 900'000}, c.to, c.milliseconds), c.want) << c.name;
    }
}

TEST(TimeText, ParseInterval) {
    struct Case {
        const char* text;
        std::optional<std::int64_t> want;
    };
    const Case cases[] = {
        {"0s", 0},
        {"5m", 300},
        {"1w2d3h4m5s", 788645},
        {"5s1h", 3605},
        {"1h1h", 7200},
        {"2147483647s", 2147483647},
        {"2147483648s", {}},
        {"2147483647s1s", {}},
        {"3551w", {}},
        {"99999999999999999999s", {}},
        {"", {}},
        {"1", {}},
        {"s", {}},
        {"5S", {}},
        {"5 s", {}},
        {" 5s", {}},
        {"5s ", {}},
        {"-5s", {}},
        {"+5s", {}},
        {"1h5", {}},
        {"1y", {}},
    };
    for (const Case& c : cases) EXPECT_EQ(parse_interval(c.text), c.want) << '"' << c.text << '"';
}

TEST(TimeText, SecondsBetween) { EXPECT_DOUBLE_EQ(seconds_between({10, 750'000}, {12, 250'000}), 1.5); }

}  // namespace
}  // namespace postern
