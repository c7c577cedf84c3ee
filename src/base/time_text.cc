// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "base/strings.h"

namespace postern {

namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Unit {
    char letter;
    std::int64_t seconds;
};
constexpr std::array<Unit, 5> kUnits = {{{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};

std::tm broken_down(TimePoint when, bool utc) {
    const std::time_t seconds = when.seconds;
    std::tm out{};
    utc ? gmtime_r(&seconds, &out) : localtime_r(&seconds, &out);
    return out;
}

const char* day_name(const std::tm& t) { return kDays.at(static_cast<std::size_t>(t.tm_wday)); }
const char* month_name(const std::tm& t) { return kMonths.at(static_cast<std::size_t>(t.tm_mon)); }

std::string offset_text(const std::tm& t) {
    const long minutes = t.tm_gmtoff / 60;
    const long size = minutes < 0 ? -minutes : minutes;
    return fmt::format("{}{:02}{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace

// --- points in time ---

std::string log_stamp(TimePoint when, TimeStyle style) {
    const std::tm t = broken_down(when, style.utc);
    std::string out = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                                  t.tm_hour, t.tm_min, t.tm_sec);
    if (style.milliseconds) out += fmt::format(".{:03}", when.microseconds / 1000);
    if (style.zone) out += ' ' + offset_text(t);
    return out;
}

std::string full_date(TimePoint when, bool utc) {
    const std::tm t = broken_down(when, utc);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}", day_name(t), t.tm_mday, month_name(t),
                       t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec, offset_text(t));
}

std::string bsd_inbox_date(TimePoint when, bool utc) {
    const std::tm t = broken_down(when, utc);
    return fmt::format("{} {} {:02} {:02}:{:02}:{:02} {:04}", day_name(t), month_name(t), t.tm_mday, t.tm_hour,
                       t.tm_min, t.tm_sec, t.tm_year + 1900);
}

std::string mbx_date(TimePoint when, bool utc) {
    const std::tm t = broken_down(when, utc);
    return fmt::format("{:02}-{}-{:04} {:02}:{:02}:{:02} {}", t.tm_mday, month_name(t), t.tm_year + 1900, t.tm_hour,
                       t.tm_min, t.tm_sec, offset_text(t));
}

std::string zulu_date(TimePoint when) {
    const std::tm t = broken_down(when, true);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                       t.tm_min, t.tm_sec);
}

std::string compact_date(TimePoint when, bool utc) {
    const std::tm t = broken_down(when, utc);
    return fmt::format("{:04}{:02}{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}

std::string zone_offset(TimePoint when, bool utc) { return offset_text(broken_down(when, utc)); }

// --- intervals ---

std::string interval_text(std::int64_t seconds) {
    if (seconds == 0) return "0s";
    std::string out;
    if (seconds < 0) out += '-';
    for (const Unit& unit : kUnits) {
        const std::int64_t count = seconds / unit.seconds;  // negative for a negative interval
        seconds %= unit.seconds;
        if (count != 0) out += fmt::format("{}{}", count < 0 ? -count : count, unit.letter);
    }
    return out;
}

std::string interval_text_ms(TimePoint from, TimePoint to, bool milliseconds) {
    std::int64_t seconds = to.seconds - from.seconds;
    std::int32_t microseconds = to.microseconds - from.microseconds;
    if (microseconds < 0) {
        microseconds += 1'000'000;
        --seconds;
    }
    if (seconds < 0) return "0s";  // the clock was set back meanwhile
    if (!milliseconds || seconds >= 5) return interval_text(seconds);
    return fmt::format("{}.{:03}s", seconds, microseconds / 1000);
}

std::optional<std::int64_t> parse_interval(std::string_view text) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    std::int64_t total = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        std::int64_t count = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && is_digit(text[digits]); ++digits) {
            count = count * 10 + (text[digits] - '0');
            if (count > kMost) return std::nullopt;
        }
        if (digits == 0 || digits == text.size()) return std::nullopt;
        const char letter = text[digits];
        std::int64_t unit_seconds = 0;
        for (const Unit& unit : kUnits) {
            if (unit.letter == letter) unit_seconds = unit.seconds;
        }
        if (unit_seconds == 0) return std::nullopt;
        total += count * unit_seconds;
        if (total > kMost) return std::nullopt;
        text.remove_prefix(digits + 1);
    }
    return total;
}

}  // namespace postern
