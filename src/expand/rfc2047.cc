// SPDX-License-Identifier: Apache-2.0
#include "expand/rfc2047.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kLongestWord = 75;
constexpr std::size_t kEndWordBehind = 67;
constexpr std::string_view kSpecials = "?=()<>@,;:\\\".[]_";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool needs_encoding(char c) {
    return static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126 ||
           contains(kSpecials, std::string_view(&c, 1));
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool q_decode(std::string_view text, std::string& bytes) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_space(text[i])) return false;
        if (text[i] == '_') {
            bytes += ' ';
        } else if (text[i] != '=') {
            bytes += text[i];
        } else {
            if (i + 2 >= text.size()) return false;
            const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return false;
            bytes += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return true;
}

// Bytes of one character set in another; nullopt if that cannot be done without loss.
std::optional<std::string> convert(std::string_view bytes, const std::string& from, const std::string& to) {
    const iconv_t converter = iconv_open(to.c_str(), from.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    std::string input(bytes), output(bytes.size() * 4 + 16, '\0');
    char* in = input.data();
    char* out = output.data();
    std::size_t in_left = input.size(), out_left = output.size();
    const bool ok = iconv(converter, &in, &in_left, &out, &out_left) != static_cast<std::size_t>(-1) && in_left == 0;
    iconv_close(converter);
    if (!ok) return std::nullopt;
    output.resize(output.size() - out_left);
    return output;
}

// One "=?charset?Q?text?=" at the start of a text.
struct Word {
    std::string charset;
    std::string bytes;
    std::size_t size = 0;
};
std::optional<Word> parse_word(std::string_view text, bool check_length) {
    const std::size_t charset_end = text.find('?', 2);
    if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?')
        return std::nullopt;
    const char encoding = to_upper(text[charset_end + 1]);
    const std::size_t start = charset_end + 3;
    const std::size_t end = text.find("?=", start);
    if (end == std::string_view::npos) return std::nullopt;
    Word word;
    word.size = end + 2;
    if (check_length && word.size > kLongestWord) return std::nullopt;
    const std::string_view charset = text.substr(2, charset_end - 2);
    word.charset = charset.substr(0, charset.find('*'));  // RFC 2231 language
    const std::string_view payload = text.substr(start, end - start);
    const bool ok =
        encoding == 'Q' ? q_decode(payload, word.bytes) : encoding == 'B' && base64_decode(payload, word.bytes);
    if (!ok) return std::nullopt;
    std::ranges::replace(word.bytes, '\0', '?');
    return word;
}

}  // namespace

std::string rfc2047_encode(std::string_view text, std::string_view charset) {
    if (std::ranges::none_of(text, needs_encoding)) return std::string(text);
    const std::string opening = "=?" + std::string(charset) + "?Q?";
    std::string out = opening;
    std::size_t word_start = opening.size();  // only the first word is measured without its opening
    bool coded = false, first_of_pair = true;
    for (const char c : text) {
        // Two encoded bytes in a row stay together: they may be one character.
        if (out.size() - word_start > kEndWordBehind && first_of_pair) {
            out += "?= ";
            word_start = out.size();
            out += opening;
        }
        if (c == ' ') {
            out += '_';
            first_of_pair = true;
        } else if (!needs_encoding(c)) {
            out += c;
            first_of_pair = true;
        } else {
            constexpr char kDigits[] = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            out += '=';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
            coded = true;
            first_of_pair = !first_of_pair;
        }
    }
    return coded ? out + "?=" : std::string(text);
}

std::string rfc2047_decode(std::string_view text, const Rfc2047Decoding& how) {
    std::string out;
    std::size_t at = 0;
    bool after_word = false;
    while (at < text.size()) {
        const std::size_t next = text.find("=?", at);
        const auto word =
            next == std::string_view::npos ? std::nullopt : parse_word(text.substr(next), how.check_length);
        const std::string_view between = text.substr(at, next == std::string_view::npos ? next : next - at);
        if (!word || !after_word || !trim(between).empty()) out += between;
        if (next == std::string_view::npos) break;
        if (!word) {
            out += "=?";
            at = next + 2;
            after_word = false;
            continue;
        }
        std::optional<std::string> converted;
        if (!how.charset.empty() && !iequals(how.charset, word->charset))
            converted = convert(word->bytes, word->charset, std::string(how.charset));
        out += converted ? *converted : word->bytes;
        at = next + word->size;
        after_word = true;
    }
    return out;
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned bits = 0;
        for (std::size_t j = 0; j < 3; ++j)
            bits = bits << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j) out += j <= count ? kBase64[bits >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

bool base64_decode(std::string_view text, std::string& bytes) {
    unsigned bits = 0;
    std::size_t digits = 0, padding = 0;
    for (const char c : text) {
        if (is_space(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::size_t value = c == '\0' ? std::string_view::npos : kBase64.find(c);
        if (value == std::string_view::npos || padding > 0) return false;
        bits = bits << 6 | static_cast<unsigned>(value);
        if (++digits % 4 == 0) {
            for (const int shift : {16, 8, 0}) bytes += static_cast<char>(bits >> shift & 0xffU);
            bits = 0;
        }
    }
    const std::size_t left = digits % 4;
    if (left + padding != (left == 0 ? 0 : 4) || left == 1) return false;
    if (left == 2) bytes += static_cast<char>(bits >> 4 & 0xffU);
    if (left == 3) {
        bytes += static_cast<char>(bits >> 10 & 0xffU);
        bytes += static_cast<char>(bits >> 2 & 0xffU);
    }
    return true;
}

}  // namespace postern
