// SPDX-License-Identifier: Apache-2.0
// intake/body_copy.h – the body of a message from a program into its -D file: CR LF and CR become LF, the last line
// gets its newline, a line with a single dot ends the message where asked for. Streams; never holds more than a block.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "intake/byte_source.h"
#include "sys/os.h"

namespace postern {

class BodyCopier {
public:
    // max_bytes: what may still be read, -1: any amount.
    BodyCopier(Os& os, int to, bool dot_terminates, std::int64_t max_bytes)
        : os_(os), to_(to), dot_terminates_(dot_terminates), left_(max_bytes) {}

    // Text that turned out not to be a header: the beginning of the body, with its newline.
    [[nodiscard]] Status start_with(std::string_view lines);
    [[nodiscard]] Status copy(ByteSource& source);

    [[nodiscard]] bool too_big() const { return too_big_; }  // max_bytes was not enough; the rest has not been read
    [[nodiscard]] std::int64_t lines() const { return lines_; }
    [[nodiscard]] std::int64_t zeros() const { return zeros_; }
    // Where a dot may end the message, a last line without its newline does not count, as in Exim.
    [[nodiscard]] std::int64_t longest_line() const { return longest_line_; }
    [[nodiscard]] std::int64_t bytes_read() const { return bytes_read_; }

private:
    void byte(char c);
    void newline(bool counts = true);
    void release_dot();
    [[nodiscard]] std::size_t plain_run(std::string_view text) const;
    [[nodiscard]] Status flush();

    Os& os_;
    int to_;
    bool dot_terminates_;
    std::int64_t left_;
    std::string out_;
    std::int64_t lines_ = 0, zeros_ = 0, longest_line_ = 0, line_length_ = 0, bytes_read_ = 0;
    bool after_cr_ = false, dot_line_ = false, ended_by_dot_ = false, too_big_ = false;
};

}  // namespace postern
