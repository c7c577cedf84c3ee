// SPDX-License-Identifier: Apache-2.0
#include "mail/rfc2047.h"

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kWordMax = 67;  // a word that has grown beyond this is closed
constexpr char kHex[] = "0123456789ABCDEF";

bool stays(char c) {
    return is_print(c) && c != ' ' && std::string_view("?=()<>@,;:\\\".[]_").find(c) == std::string_view::npos;
}

}  // namespace

std::string rfc2047_encode(std::string_view text, std::string_view charset) {
    const std::string opening = "=?" + std::string(charset) + "?Q?";
    std::string out = opening;
    std::size_t word = 0;  // bytes of the current word, without its opening
    bool encoded_any = false, second_of_pair = false;
    for (const char c : text) {
        if (word > kWordMax && !second_of_pair) {  // a pair of encoded bytes may be one character: never between them
            out += "?= " + opening;
            word = 0;
        }
        const std::size_t before = out.size();
        if (c == ' ') {
            out += '_';
        } else if (stays(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '=';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
            encoded_any = true;
            second_of_pair = !second_of_pair;
        }
        word += out.size() - before;
    }
    return encoded_any ? out + "?=" : std::string(text);
}

}  // namespace postern
