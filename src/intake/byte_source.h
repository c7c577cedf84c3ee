// SPDX-License-Identifier: Apache-2.0
// intake/byte_source.h – the bytes of a message that is coming in: from a descriptor in blocks, or from memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/os.h"

namespace postern {

class ByteSource {
public:
    // timeout: for each read; zero waits for ever. Running into it is Error{ETIMEDOUT}.
    ByteSource(Os& os, int fd, std::chrono::milliseconds timeout = {}) : os_(&os), fd_(fd), timeout_(timeout) {}
    explicit ByteSource(std::string_view text) : rest_(text) {}
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    // The next byte, not consumed; nullopt at the end or after an error (see failure()).
    [[nodiscard]] std::optional<char> peek() {
        if (pushed_back_) return pushed_back_;
        if (rest_.empty() && !refill()) return std::nullopt;
        return rest_.front();
    }
    [[nodiscard]] std::optional<char> get() {
        const auto c = peek();
        if (pushed_back_) {
            pushed_back_.reset();
        } else if (c) {
            rest_.remove_prefix(1);
        }
        return c;
    }
    // One byte at most, before the next get().
    void unget(char c) { pushed_back_ = c; }

    // A block of what comes next, not consumed; empty at the end. Nothing may be ungot.
    [[nodiscard]] std::string_view block() { return peek() ? rest_ : std::string_view{}; }
    void consume(std::size_t count) { rest_.remove_prefix(count); }
    [[nodiscard]] bool has_ungot() const { return pushed_back_.has_value(); }

    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

private:
    bool refill();

    Os* os_ = nullptr;
    int fd_ = -1;
    std::chrono::milliseconds timeout_{};
    std::vector<char> buffer_;
    std::string_view rest_;
    std::optional<char> pushed_back_;
    std::optional<Error> failure_;
    bool ended_ = false;
};

}  // namespace postern
