// SPDX-License-Identifier: Apache-2.0
#include "mail/header_text.h"

#include <vector>

#include "base/strings.h"
#include "mail/address.h"
#include "mail/header_list.h"

namespace postern {
namespace {

constexpr std::size_t kLongestLine = 998, kLongestWord = 75, kLongestValue = 64U * 1024;
constexpr std::string_view kOpening = "=?UTF-8?Q?", kClosing = "?=";
constexpr char kHex[] = "0123456789ABCDEF";

// Bytes of the character that starts here; 0: none does.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool outside = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
    return overlong || outside ? 0 : length;
}

std::string without_controls(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, kLongestValue)) {
        if (!is_cntrl(c)) {
            out += c;
        } else if (out.empty() || out.back() != ' ') {
            out += ' ';
        }
    }
    return std::string(trim(out));
}

// One character as it stands in an encoded word.
std::string encoded(std::string_view character) {
    std::string out;
    for (const char c : character) {
        if (c == ' ') {
            out += '_';
        } else if (is_alnum(c) || c == '!' || c == '*' || c == '+' || c == '-' || c == '/') {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'=', kHex[byte >> 4], kHex[byte & 15]};
        }
    }
    return out;
}

// Encoded words, one a line, no character in two of them.
std::string encoded_words(std::string_view text, std::size_t name_length) {
    std::string out(kOpening);
    std::size_t word = kOpening.size() + name_length;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string next = encoded(text.substr(0, length));
        if (word + next.size() + kClosing.size() > kLongestWord) {
            out += std::string(kClosing) + "\n " + std::string(kOpening);
            word = kOpening.size();
        }
        out += next;
        word += next.size();
        text.remove_prefix(length);
    }
    return out + std::string(kClosing);
}

bool is_ascii(std::string_view text) {
    for (const char c : text)
        if (!is_print(c)) return false;
    return true;
}

// Breaks lines that are too long at the last blank that will do; a word that is longer than a line is cut.
std::string folded(std::string_view text, std::size_t name_length) {
    std::string out;
    std::size_t room = kLongestLine - name_length;
    while (text.size() > room) {
        std::size_t at = text.rfind(' ', room);
        if (at == std::string_view::npos || at == 0 || trim(text.substr(0, at)).empty())
            return out + std::string(text.substr(0, room));
        out += std::string(text.substr(0, at)) + "\n";
        text.remove_prefix(at);
        room = kLongestLine;
        if (trim(text).empty()) return out.substr(0, out.size() - 1);
    }
    return out + std::string(text);
}

std::string mailbox_text(const HeaderAddress& item) {
    const std::string& address = item.parse.value->address;
    const std::size_t open = item.item.find('<');
    const std::string phrase = without_controls(item.item.substr(0, open == std::string_view::npos ? 0 : open));
    if (phrase.empty()) return address;
    if (is_ascii(phrase)) return fix_phrase(phrase) + " <" + address + ">";
    std::string name = phrase;
    if (name.size() > 1 && name.starts_with('"') && name.ends_with('"')) name = name.substr(1, name.size() - 2);
    return (is_valid_utf8(name) ? encoded_words(name, 0) + " " : std::string()) + "<" + address + ">";
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_good_header_value(std::string_view value, std::size_t name_length) {
    std::size_t line = name_length;
    bool text_on_line = true;  // the name
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\n') {
            const bool continued = i + 1 < value.size() && (value[i + 1] == ' ' || value[i + 1] == '\t');
            if (!continued || !text_on_line) return false;
            line = 0;
            text_on_line = false;
            continue;
        }
        if (!is_print(c) && c != '\t') return false;
        if (++line > kLongestLine) return false;
        text_on_line = text_on_line || is_graph(c);
    }
    return text_on_line;
}

std::optional<std::string> unstructured_header_value(std::string_view text, std::size_t name_length) {
    if (is_good_header_value(text, name_length)) return std::string(text);
    const std::string clean = without_controls(text);
    if (clean.empty()) return std::nullopt;
    if (is_ascii(clean)) return folded(clean, name_length);
    if (!is_valid_utf8(clean)) return std::nullopt;
    return encoded_words(clean, name_length);
}

std::string address_header_value(std::string_view text, std::size_t name_length) {
    if (is_good_header_value(text, name_length)) return std::string(text);
    const std::string clean = without_controls(text);
    std::string out;
    for (const HeaderAddress& item : header_addresses(clean)) {
        if (!item.parse.value || !is_ascii(item.parse.value->address)) continue;
        const std::string mailbox = mailbox_text(item);
        if (mailbox.size() > kLongestLine - 100) continue;
        if (!out.empty()) out += out.size() + mailbox.size() > 200 ? ",\n " : ", ";
        out += mailbox;
    }
    return out;
}

std::size_t header_lines_size(std::string_view text) {
    std::size_t at = 0;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', at)) {
        const std::string_view line = text.substr(at, end - at);
        const bool continuation = at > 0 && (line.starts_with(' ') || line.starts_with('\t'));
        if (!continuation && header_name_length(line) == 0) break;
        at = end + 1;
    }
    return at;
}

std::string header_lines_of(std::string_view text) {
    std::string out;
    bool in_field = false;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view raw = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        std::string line;
        for (const char c : raw)
            if (!is_cntrl(c) || c == '\t') line += c;
        if (trim(line).empty()) continue;
        const bool continuation = line.front() == ' ' || line.front() == '\t';
        if (!continuation) in_field = header_name_length(line) > 0;
        if (!in_field) continue;
        out += folded(line, 0) + "\n";
    }
    return out;
}

}  // namespace postern
