// SPDX-License-Identifier: Apache-2.0
#include "base/words.h"

#include "base/strings.h"

namespace postern {
namespace {

constexpr char kEscape = '%';
constexpr std::string_view kDigits = "0123456789ABCDEF";

bool is_plain(char c) { return is_graph(c) && c != kEscape; }

// -1: not a digit that append_word() writes; each word has one form only.
int digit(char c) {
    const std::size_t at = kDigits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

void append_word(std::string& line, std::string_view word) {
    if (!line.empty()) line += ' ';
    if (word.empty()) line += kEscape;
    for (const char c : word) {
        if (is_plain(c)) {
            line += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            line += kEscape;
            line += kDigits[byte >> 4U];
            line += kDigits[byte & 15U];
        }
    }
}

bool take_word(std::string_view& line, std::string& word) {
    word.clear();
    const std::size_t end = line.find(' ');
    std::string_view raw = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
    if (raw.empty()) return false;
    if (raw == "%") return true;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (is_plain(raw[i])) {
            word += raw[i];
            continue;
        }
        const int high = raw[i] == kEscape && i + 2 < raw.size() ? digit(raw[i + 1]) : -1;
        const int low = high >= 0 ? digit(raw[i + 2]) : -1;
        const char byte = static_cast<char>(high * 16 + low);
        if (low < 0 || is_plain(byte)) {
            word.clear();
            return false;
        }
        word += byte;
        i += 2;
    }
    return true;
}

void append_number(std::string& line, std::uint64_t number) { append_word(line, std::to_string(number)); }

bool take_number(std::string_view& line, std::uint64_t& number) {
    std::string word;
    if (!take_word(line, word)) return false;
    const auto value = parse_uint(word);
    if (!value || std::to_string(*value) != word) return false;
    number = *value;
    return true;
}

}  // namespace postern
