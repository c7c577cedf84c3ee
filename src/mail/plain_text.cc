// SPDX-License-Identifier: Apache-2.0
#include "mail/plain_text.h"

#include <algorithm>

#include "base/strings.h"
#include "mail/header_text.h"
#include "mail/message.h"

namespace postern {
namespace {

constexpr std::size_t kLongestLine = 998;              // RFC 5322 §2.1.1
constexpr std::size_t kLongestEncoded = 76;            // RFC 2045 §6.7 (5)
constexpr std::string_view kUnknown = "unknown-8bit";  // RFC 1428

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

bool fits_lines(std::string_view body) {
    if (body.find('\0') != std::string_view::npos) return false;
    while (!body.empty())
        if (take_line(body).size() > kLongestLine) return false;
    return true;
}

void append_encoded(std::string& out, std::string_view line) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (line.ends_with('\r')) line.remove_suffix(1);  // it is a part of the line's end
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool last = i + 1 == line.size();
        const bool blank = line[i] == ' ' || line[i] == '\t';
        const bool plain = blank ? !last : is_graph(line[i]) && line[i] != '=';
        const std::size_t width = plain ? 1 : 3;
        if (column + width > kLongestEncoded - (last ? 0 : 1)) {  // room for the "=" of a soft line break
            out += "=\n";
            column = 0;
        }
        if (plain) {
            out += line[i];
        } else {
            const auto byte = static_cast<unsigned char>(line[i]);
            out += '=';
            out += kDigits[byte >> 4U];
            out += kDigits[byte & 15U];
        }
        column += width;
    }
}

std::string quoted_printable(std::string_view body) {
    std::string out;
    while (!body.empty()) {
        const bool ended = body.find('\n') != std::string_view::npos;
        append_encoded(out, take_line(body));
        if (ended) out += '\n';
    }
    return out;
}

// What may stand behind "charset=" without quotes; others would be lines of somebody's making.
bool is_charset_name(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// Has one of these lines a say in it already?
bool has_mime_field(std::string_view header_lines) {
    while (!header_lines.empty()) {
        const std::string_view line = take_line(header_lines);
        for (const std::string_view name : {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"})
            if (header_is(line, name)) return true;
    }
    return false;
}

}  // namespace

PlainText declare_plain_text(std::string body, std::string_view charset, std::size_t most) {
    const bool as_it_is = fits_lines(body);
    const bool ascii = is_ascii(body);
    if (ascii && as_it_is) return {{}, std::move(body)};
    std::string name = ascii ? "us-ascii" : "utf-8";
    if (!ascii && !is_valid_utf8(body))
        name = is_charset_name(charset) && !iequals(charset, name) ? std::string(charset) : std::string(kUnknown);
    PlainText out{"MIME-Version: 1.0\nContent-Type: text/plain; charset=" + name + "\nContent-Transfer-Encoding: ", {}};
    if (!as_it_is) {
        out.body = quoted_printable(body);
        if (out.body.size() <= most) {
            out.header_lines += "quoted-printable\n";
            return out;
        }
    }
    out.header_lines += "8bit\n";
    out.body = std::move(body);
    return out;
}

std::string declared_message(std::string header_lines, std::string body, std::string_view charset, std::size_t most) {
    if (!has_mime_field(header_lines)) {
        PlainText text = declare_plain_text(std::move(body), charset, most);
        header_lines += text.header_lines;
        body = std::move(text.body);
    }
    return std::move(header_lines) + '\n' + body;
}

}  // namespace postern
