// SPDX-License-Identifier: Apache-2.0
// intake/header_section.h – the header lines of a message as they come in from a program (not SMTP), with Exim's
// treatment of everything that is not a well formed line end (spec message-writer.md §5; tried on exim4 4.96):
// CR LF is a newline; a CR alone becomes newline and blank, which makes what follows a continuation; if the first line
// ended with CR LF, a newline alone gets a blank behind it, too; a NUL in a header becomes "?"; blank lines that were
// folded in at the end of a header are dropped. Memory is bounded by the two limits.
#pragma once

#include <cstdint>
#include <string>

#include "intake/byte_source.h"

namespace postern {

struct HeaderLimits {
    std::size_t section = 0;  // header_maxsize, 0: none
    std::size_t line = 0;     // header_line_maxsize, for one header with its continuation lines
};

class HeaderSectionReader {
public:
    HeaderSectionReader(ByteSource& source, HeaderLimits limits, bool dot_terminates)
        : source_(source), limits_(limits), dot_terminates_(dot_terminates) {}

    enum class Item : std::uint8_t {
        header,          // text() is a header line, or a first line that a From_ pattern may match
        end_of_section,  // the blank line; the body follows
        not_a_header,    // text() belongs to the body, which follows
        end_of_message,  // end of input, or the dot
        section_too_long,
        line_too_long,
    };
    // From_ lines look like `not_a_header`: the caller decides, and may go on reading.
    [[nodiscard]] Item next();
    [[nodiscard]] std::string& text() { return text_; }  // with final newline

    [[nodiscard]] std::int64_t bytes_read() const { return bytes_read_; }
    [[nodiscard]] std::int64_t longest_line() const { return longest_line_; }

private:
    enum class More : std::uint8_t { yes, line_ended, input_ended };
    More add_byte();
    void add(char c);
    void end_line();
    void drop_blank_ends();

    ByteSource& source_;
    HeaderLimits limits_;
    bool dot_terminates_;
    std::string text_;
    std::size_t section_size_ = 0;
    std::int64_t bytes_read_ = 0, longest_line_ = 0, line_length_ = 0;
    bool first_line_ended_ = false, first_line_crlf_ = false, after_crlf_ = false;
};

}  // namespace postern
