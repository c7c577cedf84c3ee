// SPDX-License-Identifier: Apache-2.0
// protocol/reply.h – what an SMTP or LMTP server says: from bytes, cut anywhere, to replies.
//
// A reply is one or more lines "250-text" and a last "250 text" (or a bare "250"); line ends are CRLF or LF. Lines and
// replies may have any length: of a very long one only the beginning is kept, so memory is bounded whatever a peer
// sends. Anything that is no reply – no three digits, another code in the middle, a NUL – is malformed, and so is
// everything behind it: a client that has lost step with its server must not guess (spec lmtp.md §5).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

struct Reply {
    int code = 0;
    std::string text;  // the lines as they came, joined by LF, blanks at their ends gone: "250-a\n250 b"

    [[nodiscard]] int kind() const { return code / 100; }  // 2 yes, 3 go on, 4 not now, 5 no
    [[nodiscard]] bool positive() const { return kind() == 2; }
    // RFC 2034: "2.1.5" if the last line begins with one of the reply's own kind, else empty.
    [[nodiscard]] std::string_view enhanced_code() const;
    bool operator==(const Reply&) const = default;
};

class ReplyParser {
public:
    static constexpr std::size_t kLongestLine = 4096;   // what is kept of one, and …
    static constexpr std::size_t kLongestText = 65536;  // … of all lines of one reply

    void feed(std::string_view bytes);
    [[nodiscard]] std::optional<Reply> next();                                       // the oldest complete reply
    [[nodiscard]] bool malformed() const { return malformed_; }                      // there will be no reply any more
    [[nodiscard]] const std::string& malformed_text() const { return reply_.text; }  // up to and with the bad line
    // Something has come that is not taken yet, be it whole or not.
    [[nodiscard]] bool has_more() const { return !input_.empty() || !line_.empty() || !reply_.text.empty(); }

private:
    void take_line();

    std::string input_;  // not looked at yet: behind a complete reply
    std::string line_;   // the line that is being read, cut
    Reply reply_;
    bool complete_ = false, malformed_ = false;
};

}  // namespace postern
