// SPDX-License-Identifier: Apache-2.0
#include "intake/header_section.h"

#include <algorithm>

#include "mail/header_list.h"

namespace postern {

void HeaderSectionReader::add(char c) {
    text_ += c;
    ++section_size_;
}

void HeaderSectionReader::end_line() {
    longest_line_ = std::max(longest_line_, line_length_);
    line_length_ = 0;
    add('\n');
}

// One byte of input into text_; line_ended after a newline that may be the header's last.
HeaderSectionReader::More HeaderSectionReader::add_byte() {
    const auto c = source_.get();
    if (!c) return More::input_ended;
    ++bytes_read_;
    if (*c == '\r') {
        const auto following = source_.peek();
        if (following == '\n') {
            (void)source_.get();
            ++bytes_read_;
            if (!first_line_ended_) first_line_crlf_ = true;
            first_line_ended_ = true;
            end_line();
            return More::line_ended;
        }
        add('\n');
        add(' ');
        line_length_ += 2;
        return More::yes;
    }
    if (*c == '\n') {
        if (first_line_ended_ && first_line_crlf_) {
            source_.unget(' ');
            --bytes_read_;  // it will be counted when it comes again
        }
        first_line_ended_ = true;
        end_line();
        return More::line_ended;
    }
    add(*c);
    ++line_length_;
    return More::yes;
}

void HeaderSectionReader::drop_blank_ends() {
    for (;;) {
        const std::size_t last = text_.find_last_not_of(" \t", text_.size() - 2);
        if (text_.size() < 2 || last == std::string::npos || text_[last] != '\n' || last == text_.size() - 2) return;
        text_.resize(last + 1);
    }
}

HeaderSectionReader::Item HeaderSectionReader::next() {
    text_.clear();
    const std::int64_t longest_before = longest_line_;
    for (;;) {
        const More more = add_byte();
        if (limits_.section != 0 && section_size_ >= limits_.section) return Item::section_too_long;
        if (more == More::input_ended) {
            if (text_.empty()) return Item::end_of_message;
            if (text_.back() != '\n' || line_length_ > 0) end_line();
            break;
        }
        if (more == More::yes) continue;
        if (text_ == "\n") return Item::end_of_section;
        if (dot_terminates_ && text_ == ".\n") {
            longest_line_ = longest_before;  // it is not part of the message
            return Item::end_of_message;
        }
        const auto following = source_.peek();
        if (following != ' ' && following != '\t') break;
    }
    if (!is_header_line(text_)) return Item::not_a_header;
    std::ranges::replace(text_, '\0', '?');
    if (limits_.line != 0 && text_.size() > limits_.line) return Item::line_too_long;
    drop_blank_ends();
    return Item::header;
}

}  // namespace postern
