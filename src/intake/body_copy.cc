// SPDX-License-Identifier: Apache-2.0
#include "intake/body_copy.h"

#include <algorithm>

namespace postern {
namespace {

constexpr std::size_t kBlock = 65536;

}  // namespace

Status BodyCopier::flush() {
    POSTERN_TRY(write_all(os_, to_, out_));
    out_.clear();
    return {};
}

// The dot of a line ".\n" has been held back: it is either the end, or an ordinary byte.
void BodyCopier::newline(bool counts) {
    if (dot_line_) {
        ended_by_dot_ = true;
        return;
    }
    if (counts) longest_line_ = std::max(longest_line_, line_length_);
    line_length_ = 0;
    ++lines_;
    out_ += '\n';
}

void BodyCopier::release_dot() {
    if (dot_line_) out_ += '.';
    dot_line_ = false;
}

void BodyCopier::byte(char c) {
    const bool behind_bare_cr = after_cr_ && c != '\n';
    if (after_cr_) {  // a CR is a newline by itself; LF behind it belongs to it
        after_cr_ = false;
        if (c != '\n') release_dot();  // only a whole line end makes the dot the last line
        newline();
        if (c == '\n') return;
    }
    if (c == '\r') {
        after_cr_ = true;
        return;
    }
    if (c == '\n') {
        newline();
        return;
    }
    if (dot_line_) {
        release_dot();
    } else if (dot_terminates_ && c == '.' && line_length_ == 0 && !behind_bare_cr) {
        dot_line_ = true;
        ++line_length_;
        return;
    }
    if (c == '\0') ++zeros_;
    ++line_length_;
    out_ += c;
}

// How many of the next bytes are in the middle of a line and nothing special.
std::size_t BodyCopier::plain_run(std::string_view text) const {
    if (after_cr_ || dot_line_ || line_length_ == 0) return 0;
    if (left_ >= 0) text = text.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(0, left_ - bytes_read_)));
    std::size_t run = 0;
    while (run < text.size() && text[run] != '\n' && text[run] != '\r' && text[run] != '\0') ++run;
    return run;
}

Status BodyCopier::start_with(std::string_view lines) {
    if (!lines.empty()) ++lines_;  // as Exim counts, also when a bare CR has made two of them
    zeros_ += std::ranges::count(lines, '\0');
    out_ += lines;
    return out_.size() < kBlock ? Status{} : flush();
}

Status BodyCopier::copy(ByteSource& source) {
    const auto take = [&](char c) {
        ++bytes_read_;
        if (left_ >= 0 && bytes_read_ > left_) {
            too_big_ = true;
        } else {
            byte(c);
        }
        return !too_big_ && !ended_by_dot_;
    };
    bool more = !source.has_ungot() || take(*source.get());
    while (more) {
        const std::string_view block = source.block();
        if (block.empty()) break;
        std::size_t used = 0;
        while (used < block.size() && more) {
            const std::size_t run = plain_run(block.substr(used));
            if (run > 0) {
                out_.append(block.substr(used, run));
                line_length_ += static_cast<std::int64_t>(run);
                bytes_read_ += static_cast<std::int64_t>(run);
                used += run;
            } else {
                more = take(block[used++]);
            }
        }
        source.consume(used);
        if (out_.size() >= kBlock) POSTERN_TRY(flush());
    }
    if (source.failure()) return Unexpected(*source.failure());
    if (!ended_by_dot_ && after_cr_) {
        release_dot();
        newline(!dot_terminates_);  // a CR that nothing follows has not ended the line
    }
    if (!ended_by_dot_) {
        release_dot();
        if (line_length_ > 0) newline(!dot_terminates_);
    }
    return flush();
}

}  // namespace postern
