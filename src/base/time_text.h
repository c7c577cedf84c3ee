// SPDX-License-Identifier: Apache-2.0
// base/time_text.h – times as text, in exactly the forms that Exim's logs, headers and configuration use.
// English names whatever the locale. Zone: that of the process (TZ), or UTC where the caller says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

using Seconds = std::chrono::seconds;

// Wall-clock time with microseconds; the one representation of "when" outside sys/.
struct TimePoint {
    std::int64_t seconds = 0;
    std::int32_t microseconds = 0;
    auto operator<=>(const TimePoint&) const = default;
};
[[nodiscard]] inline double seconds_between(TimePoint from, TimePoint to) {
    return static_cast<double>(to.seconds - from.seconds) +
           static_cast<double>(to.microseconds - from.microseconds) / 1e6;
}

struct TimeStyle {
    bool utc = false;           // main option timezone = UTC / timestamps_utc
    bool milliseconds = false;  // log selector millisec
    bool zone = false;          // main option log_timezone
};

[[nodiscard]] std::string log_stamp(TimePoint when, TimeStyle style = {});   // 2026-11-22 03:52:18[.123][ +0000]
[[nodiscard]] std::string full_date(TimePoint when, bool utc = false);       // Sun, 22 Nov 2026 03:52:18 +0000
[[nodiscard]] std::string bsd_inbox_date(TimePoint when, bool utc = false);  // Sun Nov 22 03:52:18 2026
[[nodiscard]] std::string mbx_date(TimePoint when, bool utc = false);        // 22-Nov-2026 03:52:18 +0000
[[nodiscard]] std::string zulu_date(TimePoint when);                         // 20261122035218Z
[[nodiscard]] std::string compact_date(TimePoint when, bool utc = false);    // 20261122 (log file names)
[[nodiscard]] std::string zone_offset(TimePoint when, bool utc = false);     // +0000

// Intervals: "1w2d3h4m5s", zero is "0s".
[[nodiscard]] std::string interval_text(std::int64_t seconds);
// With milliseconds below 5 s ("0.304s"), as in QT= and DT= under the millisec selector.
[[nodiscard]] std::string interval_text_ms(TimePoint from, TimePoint to, bool milliseconds);
// One or more <digits><w|d|h|m|s>, no blanks, unit mandatory; repeats add up. nullopt if malformed or if a number or
// the sum does not fit 31 bits (Exim's own limit; there it wraps).
[[nodiscard]] std::optional<std::int64_t> parse_interval(std::string_view text);

}  // namespace postern
