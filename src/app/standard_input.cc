// SPDX-License-Identifier: Apache-2.0
#include "app/standard_input.h"

#include <unistd.h>
#include <cerrno>

#include "base/strings.h"

namespace postern {

std::optional<std::string> StandardInput::physical_line() {
    for (;;) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        if (at_end_) {
            if (buffer_.empty()) return std::nullopt;
            return std::exchange(buffer_, {});
        }
        char bytes[4096];
        const Result<std::size_t> n = place_.os().read(STDIN_FILENO, bytes);
        if (!n && n.error().code == EINTR) continue;
        at_end_ = !n || *n == 0;
        if (!at_end_) buffer_.append(bytes, *n);
    }
}

std::optional<std::string> StandardInput::logical_line(std::string_view prompt) {
    place_.out(prompt);
    std::string out;
    bool started = false;
    while (std::optional<std::string> line = physical_line()) {
        out += started ? trim_left(*line) : std::string_view(*line);
        started = true;
        const std::string_view kept = trim_right(out);
        if (!kept.ends_with('\\')) {
            out = kept;
            return out;
        }
        out = kept.substr(0, kept.size() - 1);
    }
    if (!started) return std::nullopt;
    return out;
}

}  // namespace postern
