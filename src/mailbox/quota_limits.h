// SPDX-License-Identifier: Apache-2.0
// mailbox/quota_limits.h – what a mailbox may hold, and whether one more message fits (spec appendfile.md §10, §16).
// Arithmetic only. Numbers are Exim's: the message counts with its size on the queue, without what the transport adds.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace postern {

struct MailboxUse {
    std::int64_t size = 0;   // bytes
    std::int64_t count = 0;  // files
    bool operator==(const MailboxUse&) const = default;
};
// Stops at the largest number instead of wrapping: sizes come from file names and other people's files.
[[nodiscard]] std::int64_t saturated_sum(std::int64_t a, std::int64_t b);
[[nodiscard]] MailboxUse sum_of(const MailboxUse& a, const MailboxUse& b);

enum class QuotaVerdict : std::uint8_t { fits, over_size, over_count };

struct QuotaLimits {
    std::int64_t size = 0, count = 0;  // 0 or less: no limit; without a limit on size there is none on the count
    bool inclusive = true;             // the message in hand counts
    bool size_unchecked = false, count_unchecked = false;  // "no_check": measured, but nothing is refused
    std::int64_t warn_above = 0;                           // bytes; 0 or less: no warning

    [[nodiscard]] bool measures() const { return size > 0 || warn_above > 0; }
    [[nodiscard]] QuotaVerdict judge(const MailboxUse& now, std::int64_t message_size) const;
    // The same without regard to "no_check".
    [[nodiscard]] bool exceeded(const MailboxUse& now, std::int64_t message_size) const;
    // The delivery took the mailbox past the threshold.
    [[nodiscard]] bool warns(std::int64_t size_before, std::int64_t written) const;
};

// A number at the start of `text` as C's strtod() reads it (blanks, sign, fraction, exponent, hex, inf), cut to a whole
// one; what no 64-bit number can hold is the smallest one, as with the reference. `text` is advanced behind it; if
// there is none the result is 0 and text stays.
[[nodiscard]] std::int64_t take_number(std::string_view& text);
[[nodiscard]] double take_real(std::string_view& text);
[[nodiscard]] std::int64_t whole_number(double value);

}  // namespace postern
