// SPDX-License-Identifier: Apache-2.0
#include "transports/appendfile_quota_options.h"

#include <limits>

#include "base/strings.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

constexpr double kTooManyFiles = 2147483648.0;

struct Amount {
    double value = 0;
    bool percent = false, no_check = false;
};
using AmountResult = tl::expected<Amount, SetupFailure>;

double unit_of(char c) {
    switch (to_lower(c)) {
        case 'k':
            return 1024;
        case 'm':
            return 1024 * 1024;
        case 'g':
            return 1024 * 1024 * 1024;
        default:
            return 0;
    }
}

// As take_number() does it, in 32 bits.
std::int32_t small_number(double value) {
    constexpr double kLimit = 2147483648.0;
    return value > -kLimit - 1 && value < kLimit ? static_cast<std::int32_t>(value)
                                                 : std::numeric_limits<std::int32_t>::min();
}

class Expansions {
public:
    Expansions(DeliveryContext& context, const AppendfileOptions& options) : context_(context), options_(options) {}

    tl::expected<AppendfileQuotaOptions, SetupFailure> all() {
        AppendfileQuotaOptions out;
        out.size_file = size_file();
        const auto quota = amount(options_.quota, {.no_check = true});
        if (!quota) return tl::unexpected(quota.error());
        const auto count = amount(options_.quota_filecount, {.no_check = true, .count = "quota_filecount"});
        if (!count) return tl::unexpected(count.error());
        const bool measured = whole_number(quota->value) > 0 || out.size_file;
        const auto threshold = amount(options_.quota_warn_threshold, {.percent = true, .measured = measured});
        if (!threshold) return tl::unexpected(threshold.error());
        const auto size_now = amount(options_.mailbox_size, {});
        if (!size_now) return tl::unexpected(size_now.error());
        const auto count_now = amount(options_.mailbox_filecount, {.count = "mailbox_filecount"});
        if (!count_now) return tl::unexpected(count_now.error());

        out.limits = {.size = whole_number(quota->value),
                      .count = whole_number(count->value),
                      .inclusive = options_.quota_is_inclusive,
                      .size_unchecked = quota->no_check,
                      .count_unchecked = count->no_check};
        out.limits.warn_above = warn_above(*threshold, out.limits.size);
        out.known_size = known(options_.mailbox_size, *size_now);
        out.known_count = known(options_.mailbox_filecount, *count_now);
        return out;
    }

private:
    struct Kind {
        bool no_check = false;        // "/no_check" may follow
        bool percent = false;         // "%" may follow
        bool measured = true;         // a percentage has something to relate to
        std::string_view count = {};  // the option's name, if it counts files
    };

    bool size_file() {
        const ExpandableBool& option = options_.maildir_use_size_file;
        if (option.source.empty()) return option.value;
        return context_.expander
            .condition(option.source, "`maildir_use_size_file` in transport", context_.instance.name, context_.scope)
            .value;
    }

    AmountResult amount(const Expandable& option, const Kind& kind) {
        if (!option.set) return Amount{};
        const std::string& name = context_.instance.name;
        const Expansion text = context_.expander.expand(option, context_.scope);
        if (!text)
            return refused(wording::quota_not_expanded(option.source, name, text.error().message),
                           text.error().lookup_deferred);
        std::string_view rest = text->bytes;
        Amount out{.value = take_real(rest)};
        if (kind.percent && rest.starts_with('%')) {
            if (auto good = take_percent(out, kind.measured); !good) return tl::unexpected(good.error());
            rest.remove_prefix(1);
        } else if (const double unit = rest.empty() ? 0 : unit_of(rest.front()); unit > 0) {
            out.value *= unit;
            rest.remove_prefix(1);
        }
        constexpr std::string_view kNoCheck = "/no_check";
        if (kind.no_check && rest.starts_with(kNoCheck)) {
            out.no_check = true;
            rest.remove_prefix(kNoCheck.size());
        }
        while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
        if (!rest.empty()) return refused(wording::quota_malformed(text->bytes, option.source, name));
        if (!kind.count.empty() && out.value >= kTooManyFiles)
            return refused(wording::filecount_too_large(kind.count, out.value, name));
        return out;
    }

    AmountResult take_percent(Amount& amount, bool measured) {
        amount.percent = true;
        if (!measured) {
            amount.value = 0;
        } else if (const std::int32_t whole = small_number(amount.value); whole < 0 || whole > 100) {
            return refused(wording::quota_percentage_invalid(whole, context_.instance.name));
        }
        return amount;
    }

    static std::int64_t warn_above(const Amount& threshold, std::int64_t quota) {
        if (!threshold.percent) return whole_number(threshold.value);
        return quota > 0 ? whole_number(static_cast<double>(quota) * threshold.value / 100) : 0;
    }

    // A negative number stands for "not known", as the reference's own mark does.
    static std::optional<std::int64_t> known(const Expandable& option, const Amount& amount) {
        const std::int64_t value = whole_number(amount.value);
        return option.set && value >= 0 ? std::optional(value) : std::nullopt;
    }

    static tl::unexpected<SetupFailure> refused(std::string message, bool defer = false) {
        return tl::unexpected(SetupFailure{.defer = defer, .message = std::move(message)});
    }

    DeliveryContext& context_;
    const AppendfileOptions& options_;
};

}  // namespace

tl::expected<AppendfileQuotaOptions, SetupFailure> expand_quota_options(DeliveryContext& context,
                                                                        const AppendfileOptions& options) {
    return Expansions(context, options).all();
}

}  // namespace postern
