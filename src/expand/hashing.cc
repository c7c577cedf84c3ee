// SPDX-License-Identifier: Apache-2.0
#include "expand/hashing.h"

#include <algorithm>
#include <array>

namespace postern {
namespace {

constexpr std::string_view kCodes =
    "abcdefghijklmnopqrtsuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";  // "rts": as in Exim
constexpr std::array<unsigned, 29> kPrimes{113, 109, 107, 103, 101, 97, 89, 83, 79, 73, 71, 67, 61, 59, 53,
                                           47,  43,  41,  37,  31,  29, 23, 19, 17, 13, 11, 7,  5,  3};

}  // namespace

std::string_view substring(std::string_view text, std::int64_t offset, std::optional<std::int64_t> count) {
    const auto size = static_cast<std::int64_t>(text.size());
    if (count && *count < 0) count.reset();
    if (offset < 0) {
        // No overflow: an offset beyond -size means the same as one just beyond it, less what is missing of the count.
        const std::int64_t start = offset < -size ? 0 : size + offset;
        if (offset < -size) {
            const auto missing = static_cast<std::uint64_t>(-(offset + size));
            if (!count || static_cast<std::uint64_t>(*count) <= missing) return {};
            count = *count - static_cast<std::int64_t>(missing);
        } else if (!count) {
            return text.substr(0, static_cast<std::size_t>(start));
        }
        offset = start;
    }
    if (offset >= size) return {};
    const std::int64_t most = size - offset;
    return text.substr(static_cast<std::size_t>(offset),
                       static_cast<std::size_t>(std::min(count.value_or(most), most)));
}

std::string text_hash(std::string_view text, std::int64_t length, std::optional<std::int64_t> codes) {
    const auto size = static_cast<std::int64_t>(text.size());
    if (length >= size) return std::string(text);
    if (length <= 0) return {};
    const std::int64_t modulus = codes && *codes > 0 ? *codes : 26;
    std::string out(text.substr(0, static_cast<std::size_t>(length)));
    std::size_t i = 0;
    for (auto j = static_cast<std::size_t>(length); j < text.size(); ++j) {
        const auto c = static_cast<unsigned char>(text[j]);
        const unsigned shift = static_cast<unsigned>(c + j) & 7U;
        const unsigned mixed = (static_cast<unsigned>(c) << shift) | (static_cast<unsigned>(c) >> (8 - shift));
        out[i] = static_cast<char>(static_cast<unsigned char>(out[i]) ^ (mixed & 0xffU));
        i = (i + 1) % out.size();
    }
    for (char& c : out) c = kCodes[static_cast<std::size_t>(static_cast<unsigned char>(c) % modulus)];
    return out;
}

std::optional<std::string> numeric_hash(std::string_view text, std::int64_t first, std::optional<std::int64_t> second) {
    std::uint64_t total = 0;
    std::size_t prime = 0;
    for (const char c : text) {
        total += std::uint64_t{kPrimes[prime]} * static_cast<unsigned char>(c);
        prime = (prime + 1) % kPrimes.size();
    }
    if (first <= 0 || (second && *second <= 0)) return std::nullopt;
    const auto q = static_cast<std::uint64_t>(first);
    if (!second) return std::to_string(total % q);
    const auto r = static_cast<std::uint64_t>(*second);
    const std::uint64_t modulus = r > UINT64_MAX / q ? UINT64_MAX : q * r;
    const std::uint64_t hash = total % modulus;
    return std::to_string(hash / r) + "/" + std::to_string(hash % r);
}

}  // namespace postern
