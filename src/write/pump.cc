// SPDX-License-Identifier: Apache-2.0
#include "write/pump.h"

#include <cstring>
#include <utility>

namespace postern {

Status Pump::start_part(const Rules& rules, bool at_line_start) {
    POSTERN_TRY(release_kept());
    rules_ = rules;
    escaping_ = !rules.check.empty() && !rules.escape.empty();
    at_line_start_ = at_line_start;
    return {};
}

Status Pump::feed(std::string_view bytes) {
    if (kept_.empty()) return run(bytes);
    std::string whole;
    whole.swap(kept_);
    whole += bytes;
    return run(whole);
}

// One span of unchanged bytes after the other: text[from..at) is still to be emitted, at is where we look.
Status Pump::run(std::string_view text) {
    std::size_t from = 0, at = 0;
    const auto emit_until = [&](std::size_t end) { return emit(text.substr(from, end - from)); };
    while (at < text.size()) {
        if (escaping_ && at_line_start_) {
            const std::string_view rest = text.substr(at);
            if (rest.starts_with(rules_.check)) {
                POSTERN_TRY(emit_until(at));
                POSTERN_TRY(emit(rules_.escape));
                at += rules_.check.size();
                from = at;
                at_line_start_ = rules_.check.back() == '\n';
                continue;
            }
            if (rest.size() < rules_.check.size() && rules_.check.starts_with(rest)) {
                POSTERN_TRY(emit_until(at));
                kept_ = rest;
                return {};
            }
        }
        const void* found = std::memchr(text.data() + at, '\n', text.size() - at);
        if (found == nullptr) {
            if (rules_.drop_cr && text.back() == '\r') {  // a LF may follow in the next piece
                POSTERN_TRY(emit_until(text.size() - 1));
                at_line_start_ = at_line_start_ && at == text.size() - 1;
                kept_ = "\r";
                return {};
            }
            at_line_start_ = false;
            break;
        }
        const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        ++newlines_;
        at_line_start_ = true;
        at = line_end + 1;
        if (rules_.add_cr) {
            POSTERN_TRY(emit_until(line_end));
            POSTERN_TRY(emit("\r\n"));
            from = at;
        } else if (rules_.drop_cr && line_end > from && text[line_end - 1] == '\r') {
            POSTERN_TRY(emit_until(line_end - 1));
            from = line_end;
        }
    }
    return emit_until(text.size());
}

Status Pump::raw(std::string_view bytes) {
    POSTERN_TRY(release_kept());
    return emit(bytes);
}

Status Pump::emit(std::string_view bytes) {
    if (bytes.empty()) return {};
    last_ = bytes.back();
    if (buffer_.empty() && bytes.size() >= kBlock) return sink_.write(bytes);
    buffer_ += bytes;
    if (buffer_.size() < kBlock) return {};
    const Status written = sink_.write(buffer_);
    buffer_.clear();
    return written;
}

// No more bytes will come: what was kept back is neither a check string nor a CR before a LF.
Status Pump::release_kept() {
    if (kept_.empty()) return {};
    std::string rest;
    rest.swap(kept_);
    escaping_ = false;
    POSTERN_TRY(run(rest));
    return emit(std::exchange(kept_, {}));  // at most a last CR
}

Status Pump::flush() {
    POSTERN_TRY(release_kept());
    if (buffer_.empty()) return {};
    const Status written = sink_.write(buffer_);
    buffer_.clear();
    return written;
}

}  // namespace postern
