// SPDX-License-Identifier: Apache-2.0
#include "deliver/limits.h"

#include <cerrno>

#include "base/strings.h"
#include "wording/delivery.h"

namespace postern {
namespace {

constexpr std::int64_t kLargest = INT64_MAX;

int suffix_shift(char suffix) {
    switch (to_lower(suffix)) {
        case 'k':
            return 10;
        case 'm':
            return 20;
        case 'g':
            return 30;
        default:
            return 0;
    }
}

Unexpected overflow(std::string_view text) {
    return failure("absolute value of integer \"" + std::string(text) + "\" is too large (overflow)");
}

// The lock file, the spool owner's. One that is there is never given away: whoever owns the directory may have linked
// it.
Result<UniqueFd> open_slot(const Engine& engine, const std::string& path) {
    Result<UniqueFd> file = engine.os.open(path, O_RDWR | O_NOFOLLOW);
    if (file || file.error().code != ENOENT) return file;
    file = engine.os.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0640);
    if (!file && file.error().code == EEXIST) return engine.os.open(path, O_RDWR | O_NOFOLLOW);
    if (file && engine.os.ids().effective_uid == 0)
        POSTERN_TRY(engine.os.chown(file->get(), engine.exim_uid, engine.exim_gid));
    return file;
}

// <spool>/db; others than root have to be able to use it.
Status make_slot_directory(const Engine& engine, const std::string& path) {
    std::vector<std::string> made;
    POSTERN_TRY(make_directories(engine.os, path, 0750, &made));
    if (made.empty() || engine.os.ids().effective_uid != 0) return {};
    return engine.os.chown(AtPath(path), engine.exim_uid, engine.exim_gid, Follow::no);
}

}  // namespace

Result<std::int64_t> expanded_integer(std::string_view text) {
    const std::string_view number = trim(text);
    if (number.empty()) return failure("integer expected but \"" + std::string(text) + "\" found");
    const std::size_t digits = number.front() == '+' || number.front() == '-' ? 1 : 0;
    const bool negative = number.front() == '-';
    std::size_t end = digits;
    std::int64_t value = 0;
    for (; end < number.size() && is_digit(number[end]); ++end) {
        const int digit = number[end] - '0';
        if (value > (kLargest - digit) / 10) return overflow(text);
        value = value * 10 + digit;
    }
    if (end == digits) return failure("integer expected but \"" + std::string(text) + "\" found");
    if (end < number.size()) {
        const int shift = suffix_shift(number[end]);
        if (shift == 0 || end + 1 != number.size()) return failure("invalid integer \"" + std::string(text) + "\"");
        if (value > (kLargest >> shift)) return overflow(text);
        value <<= shift;
    }
    return negative ? -value : value;
}

std::optional<Outcome> over_size_limit(const Engine& engine, const TransportInstance& transport, const Message& message,
                                       const Scope& scope) {
    const Expandable& option = transport.options.message_size_limit;
    if (!option) return std::nullopt;
    const Expansion value = engine.expander.expand(option, scope);
    if (!value) {
        return Outcome{.message = wording::size_limit_not_expanded(transport.name, value.error().message)};
    }
    Result<std::int64_t> limit = expanded_integer(value->bytes);
    if (limit && *limit < 0) limit = failure("non-negative integer expected but \"" + value->bytes + "\" found");
    if (!limit) return Outcome{.message = wording::size_limit_invalid(transport.name, limit.error().text)};
    if (*limit > 0 && message.size() > *limit) {
        return Outcome{.verdict = Verdict::fail, .message = wording::message_too_big(*limit)};
    }
    return std::nullopt;
}

ParallelSlot ParallelSlot::take(const Engine& engine, const TransportInstance& transport, const AddressItem& first,
                                const Scope& scope) {
    ParallelSlot slot;
    const Expandable& option = transport.options.max_parallel;
    if (!option) return slot;
    const Expansion value = engine.expander.expand(option, scope);
    const Result<std::int64_t> most = value ? expanded_integer(value->bytes) : failure(value.error().message);
    if (!most) {
        const std::string text = wording::max_parallel_not_expanded(transport.name, first.address, most.error().text);
        engine.log.main_and_panic(text);
        slot.refusal_ = Outcome{.code = code::kExpansionFail, .message = text};
        return slot;
    }
    if (*most <= 0) return slot;
    const std::string directory = engine.spool.settings().directory + "/db";
    const Status usable = make_slot_directory(engine, directory);
    for (std::int64_t n = 0; usable && n < *most; ++n) {
        const std::string path = directory + "/tpt-serialize-" + transport.name + "." + std::to_string(n);
        Result<UniqueFd> file = open_slot(engine, path);
        if (!file) break;
        if (engine.os.lock(file->get(), LockKind::fcntl_write)) {
            slot.lock_ = std::move(*file);
            return slot;
        }
    }
    slot.refusal_ = Outcome{.code = code::kConcurrency, .message = wording::concurrency_limit()};
    return slot;
}

}  // namespace postern
