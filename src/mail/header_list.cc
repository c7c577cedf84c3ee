// SPDX-License-Identifier: Apache-2.0
#include "mail/header_list.h"

#include <array>

#include "base/strings.h"

namespace postern {
namespace {

struct KnownHeader {
    std::string_view name;
    HeaderType type;
    bool resent_form;  // "Resent-<name>" shares the letter
};
constexpr std::array kKnown = {
    KnownHeader{"bcc", HeaderType::bcc, true},
    KnownHeader{"cc", HeaderType::cc, true},
    KnownHeader{"date", HeaderType::other, true},
    KnownHeader{"from", HeaderType::from, true},
    KnownHeader{"message-id", HeaderType::message_id, true},
    KnownHeader{"received", HeaderType::received, false},
    KnownHeader{"reply-to", HeaderType::reply_to, false},
    KnownHeader{"sender", HeaderType::sender, true},
    KnownHeader{"to", HeaderType::to, true},
};
constexpr std::string_view kResent = "resent-";

// Exim takes eight-bit bytes as well.
bool is_name_char(char c) { return c != ':' && (is_graph(c) || static_cast<unsigned char>(c) >= 0x80); }

struct NameAndColon {
    std::size_t name = 0;  // length
    bool colon = false;    // it follows, perhaps after white space: also on a continuation line
};
NameAndColon name_and_colon(std::string_view text) {
    NameAndColon found;
    while (found.name < text.size() && is_name_char(text[found.name])) ++found.name;
    std::size_t i = found.name;
    while (i < text.size() && is_space(text[i])) ++i;
    found.colon = i < text.size() && text[i] == ':';
    return found;
}

}  // namespace

bool is_header_line(std::string_view text) { return name_and_colon(text).colon && !is_space(text.front()); }

std::size_t header_name_length(std::string_view text) {
    const NameAndColon found = name_and_colon(text);
    return found.colon ? found.name : 0;
}

bool header_is(std::string_view text, std::string_view name) {
    return header_name_length(text) == name.size() && istarts_with(text, name);
}

std::string_view header_value(std::string_view text) {
    const std::size_t name = header_name_length(text);
    return name == 0 ? std::string_view{} : text.substr(text.find(':', name) + 1);
}

HeaderClass classify_header(std::string_view text) {
    const std::string_view name = text.substr(0, header_name_length(text));
    const bool resent = istarts_with(name, kResent);
    const std::string_view base = resent ? name.substr(kResent.size()) : name;
    for (const KnownHeader& known : kKnown)
        if (iequals(base, known.name) && (!resent || known.resent_form)) return {known.type, resent};
    return {};
}

const HeaderLine* find_header(const HeaderList& headers, std::string_view name) {
    for (const HeaderLine& line : headers)
        if (line.type != HeaderType::removed && header_is(line.text, name)) return &line;
    return nullptr;
}

std::size_t transmitted_size(const HeaderList& headers) {
    std::size_t size = 0;
    for (const HeaderLine& line : headers)
        if (line.type != HeaderType::removed) size += line.text.size();
    return size;
}

}  // namespace postern
