// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbx_file.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::string_view kMagic = "*mbx*\r\n";
constexpr std::string_view kLineEnd = "\r\n";
constexpr int kKeywords = 30;
constexpr std::size_t kDateLength = 26, kMostSizeDigits = 18;

bool looks_like_date(std::string_view text) {
    constexpr std::string_view kShape = "  -   -       :  :        ";  // ' ': anything printable
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        if (!is_print(text[i]) || (kShape[i] != ' ' && text[i] != kShape[i])) return false;
    }
    return true;
}

// Reads forward; after the first thing that is not there everything fails.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    void skip(std::string_view expected) {
        good_ = good_ && rest_.starts_with(expected);
        if (good_) rest_.remove_prefix(expected.size());
    }
    std::string_view take(std::size_t count) {
        good_ = good_ && rest_.size() >= count;
        if (!good_) return {};
        const std::string_view out = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return out;
    }
    std::uint64_t hexadecimal(std::size_t digits) {
        const std::string_view text = take(digits);
        for (const char c : text) good_ = good_ && (is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'));
        return good_ ? parse_uint(text, 16).value_or(0) : 0;
    }
    std::int64_t decimal() {
        std::size_t digits = 0;
        while (digits < rest_.size() && is_digit(rest_[digits])) ++digits;
        good_ = good_ && digits > 0 && digits <= kMostSizeDigits;
        return good_ ? parse_int(take(digits)).value_or(0) : 0;
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

std::string mbx_file_header(TimePoint now) {
    std::string out(kMagic);
    out += fmt::format("{:08x}{:08x}\r\n", now.seconds, 0);
    for (int i = 0; i < kKeywords; ++i) out += kLineEnd;
    out.resize(kMbxHeaderSize, '\0');
    return out;
}

std::string mbx_message_line(TimePoint now, std::int64_t message_size, bool utc) {
    return fmt::format("{},{};{:08x}{:04x}-{:08x}\r\n", mbx_date(now, utc), message_size, 0, 0, 0);
}

std::optional<MbxMessageLine> parse_mbx_message_line(std::string_view text) {
    Cursor in(text);
    const std::string_view date = in.take(kDateLength);
    if (!in.good() || !looks_like_date(date)) return std::nullopt;
    MbxMessageLine line;
    in.skip(",");
    line.message_size = in.decimal();
    in.skip(";");
    line.user_flags = static_cast<std::uint32_t>(in.hexadecimal(8));
    line.system_flags = static_cast<std::uint16_t>(in.hexadecimal(4));
    in.skip("-");
    line.uid = static_cast<std::uint32_t>(in.hexadecimal(8));
    in.skip(kLineEnd);
    if (!in.good()) return std::nullopt;
    line.length = text.size() - in.left();
    return line;
}

bool is_mbx_header(std::string_view start) { return start.starts_with(kMagic); }

}  // namespace postern
