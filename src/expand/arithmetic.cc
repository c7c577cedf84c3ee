// SPDX-License-Identifier: Apache-2.0
#include "expand/arithmetic.h"

#include <limits>

#include "base/strings.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr int kDeepestParentheses = 200;

std::int64_t wrap(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// One method a precedence level, lowest first. After an error value_ is meaningless and every level returns at once.
class Arithmetic {
public:
    Arithmetic(std::string_view text, bool decimal_only) : text_(text), decimal_only_(decimal_only) {}

    tl::expected<std::int64_t, std::string> run() {
        const std::int64_t value = either();
        if (error_.empty() && at_ < text_.size()) error("expecting operator");
        if (!error_.empty()) return tl::unexpected(wording::eval_error(error_, text_.substr(0, at_)));
        return value;
    }

private:
    void error(std::string_view why) {
        if (error_.empty()) error_ = why;
    }
    void blanks() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    bool take(std::string_view symbol) {
        if (!error_.empty() || !text_.substr(at_).starts_with(symbol)) return false;
        at_ += symbol.size();
        return true;
    }

    std::int64_t either() {
        std::int64_t value = exclusive();
        while (take("|")) value |= exclusive();
        return value;
    }
    std::int64_t exclusive() {
        std::int64_t value = both();
        while (take("^")) value ^= both();
        return value;
    }
    std::int64_t both() {
        std::int64_t value = shift();
        while (take("&")) value &= shift();
        return value;
    }
    std::int64_t shift() {
        std::int64_t value = sum();
        for (;;) {
            const bool left = take("<<");
            if (!left && !take(">>")) return value;
            const auto count = static_cast<std::uint64_t>(sum()) & 63U;  // as the processor counts
            value = left ? wrap(static_cast<std::uint64_t>(value) << count) : value >> count;
        }
    }
    std::int64_t sum() {
        std::int64_t value = product();
        for (;;) {
            const bool plus = take("+");
            if (!plus && !take("-")) return value;
            const std::int64_t other = product();
            if (!error_.empty()) return 0;
            // Exim's check, which is cautious on one side and blind on the other.
            if (value >= kMax / 2) error(plus ? "overflow in sum" : "overflow in difference");
            const auto x = static_cast<std::uint64_t>(value), y = static_cast<std::uint64_t>(other);
            value = wrap(plus ? x + y : x - y);
        }
    }
    std::int64_t product() {
        std::int64_t value = unary();
        while (error_.empty() && at_ < text_.size()) {
            const char symbol = text_[at_];
            if (symbol != '*' && symbol != '/' && symbol != '%') break;
            ++at_;
            const std::int64_t other = unary();
            if (!error_.empty()) return 0;
            if (symbol == '*') {
                value = wrap(static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(other));
            } else if (other == 0) {
                error(symbol == '/' ? "divide by zero" : "modulo by zero");
            } else if (value == kMin && other == -1) {
                value = kMax;
            } else {
                value = symbol == '/' ? value / other : value % other;
            }
        }
        return value;
    }
    std::int64_t unary() {
        // A loop, not a recursion: there may be many signs.
        std::string signs;
        for (blanks(); at_ < text_.size() && contains("+-~", text_.substr(at_, 1)); blanks()) signs += text_[at_++];
        std::int64_t value = operand();
        for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
            if (*sign == '-') value = wrap(0 - static_cast<std::uint64_t>(value));
            if (*sign == '~') value = ~value;
        }
        return value;
    }
    std::int64_t operand() {
        if (!error_.empty()) return 0;
        if (at_ < text_.size() && is_digit(text_[at_])) {
            const std::int64_t value = number();
            blanks();
            return value;
        }
        if (!take("(")) {
            error("expecting number or opening parenthesis");
            return 0;
        }
        if (++depth_ > kDeepestParentheses) {
            error("too many parentheses");
            return 0;
        }
        const std::int64_t value = either();
        --depth_;
        if (error_.empty() && !take(")")) error("expecting closing parenthesis");
        blanks();
        return value;
    }
    std::int64_t number() {
        int base = 10;
        if (!decimal_only_ && text_[at_] == '0') {
            base = 8;
            if (at_ + 1 < text_.size() && to_lower(text_[at_ + 1]) == 'x') {
                base = 16;
                at_ += 2;
            }
        }
        std::uint64_t value = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = to_lower(text_[at_]);
            const int digit = is_digit(c) ? c - '0' : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
            if (digit >= base) break;
            const auto ubase = static_cast<std::uint64_t>(base), udigit = static_cast<std::uint64_t>(digit);
            constexpr auto kTop = static_cast<std::uint64_t>(kMax);
            value = value > (kTop - udigit) / ubase ? kTop : value * ubase + udigit;
        }
        const char suffix = at_ < text_.size() ? to_lower(text_[at_]) : '\0';
        const unsigned bits = suffix == 'k' ? 10 : suffix == 'm' ? 20 : suffix == 'g' ? 30 : 0;
        if (bits > 0) ++at_;
        return wrap(value << bits);
    }

    std::string_view text_;
    bool decimal_only_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::string error_;
};

}  // namespace

tl::expected<std::int64_t, std::string> evaluate_arithmetic(std::string_view expression, bool decimal_only) {
    return Arithmetic(expression, decimal_only).run();
}

}  // namespace postern
