// SPDX-License-Identifier: Apache-2.0
// mail/plain_text.h – says what a text/plain body is that is not plain ASCII (RFC 2045, RFC 2046): its charset, and
// 8bit or, where lines are too long for mail or there is a NUL, quoted-printable. ASCII in short lines needs no words,
// and gets none.
#pragma once

#include <string>
#include <string_view>

namespace postern {

struct PlainText {
    std::string header_lines;  // MIME-Version:, Content-Type:, Content-Transfer-Encoding:, or none
    std::string body;          // lines end in LF
};

// `charset`: of what is not UTF-8; "": nobody knows. A body that would be longer than `most` when it is encoded stays
// as it is.
[[nodiscard]] PlainText declare_plain_text(std::string body, std::string_view charset, std::size_t most);

// A message of our own: the header lines, each complete; what declare_plain_text() has to add, unless one of them is a
// MIME field already; a blank line; the body.
[[nodiscard]] std::string declared_message(std::string header_lines, std::string body, std::string_view charset,
                                           std::size_t most);

}  // namespace postern
