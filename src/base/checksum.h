// SPDX-License-Identifier: Apache-2.0
// base/checksum.h – a fast 64-bit sum over bytes that come in pieces; where the pieces are cut makes no difference. It
// tells a whole message from a torn or another one. It is no protection against somebody who makes two that are alike.
// The value is written to disk: it must never change.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace postern {

class Checksum {
public:
    void add(std::string_view bytes);
    [[nodiscard]] std::uint64_t value() const;
    [[nodiscard]] std::uint64_t count() const { return count_; }  // bytes

private:
    std::uint64_t state_ = 0x9e3779b97f4a7c15ULL, count_ = 0;
    std::array<char, 8> kept_{};  // the last count_ % 8 bytes
};

[[nodiscard]] inline std::uint64_t checksum(std::string_view bytes) {
    Checksum sum;
    sum.add(bytes);
    return sum.value();
}

}  // namespace postern
