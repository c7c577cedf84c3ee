// SPDX-License-Identifier: Apache-2.0
#include "expand/header_values.h"

#include <algorithm>

#include "base/strings.h"
#include "expand/rfc2047.h"

namespace postern {
namespace {

constexpr std::size_t kMostHeaderText = 64 << 10;

bool is_address_header(std::string_view name) {
    if (istarts_with(name, "resent-")) name.remove_prefix(7);
    return std::ranges::any_of(std::initializer_list<std::string_view>{"bcc", "cc", "from", "reply-to", "sender", "to"},
                               [&](std::string_view known) { return iequals(known, name); });
}

std::string_view without_newlines(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

// How one more instance joins the text so far.
void add_instance(std::string& out, std::string_view value, std::string_view name, HeaderForm form) {
    switch (form) {
        case HeaderForm::raw:
            out += value;
            return;
        case HeaderForm::list:
            append_to_list(out, without_newlines(value));
            return;
        case HeaderForm::decoded:
        case HeaderForm::unconverted:
            if (!out.empty()) out += is_address_header(name) ? ",\n" : "\n";
            out += trim(value);
    }
}

}  // namespace

bool has_header(const HeaderList& headers, std::string_view name) { return find_header(headers, name) != nullptr; }

std::string header_text(const HeaderList& headers, std::string_view name, HeaderForm form, const MainOptions& main) {
    std::string out;
    for (const HeaderLine& line : headers) {
        if (line.type == HeaderType::removed || !header_is(line.text, name)) continue;
        add_instance(out, header_value(line.text), name, form);
        if (out.size() >= kMostHeaderText) {
            out.resize(kMostHeaderText);
            break;
        }
    }
    if (form == HeaderForm::raw || form == HeaderForm::list) return out;
    const std::string_view charset =
        form == HeaderForm::decoded ? std::string_view(main.headers_charset.value) : std::string_view();
    return rfc2047_decode(out, {charset, main.check_rfc2047_length});
}

std::string all_headers(const HeaderList& headers, bool raw, const MainOptions& main) {
    std::string out;
    for (const HeaderLine& line : headers) {
        if (line.type == HeaderType::removed) continue;
        out += line.text;
        if (out.size() >= kMostHeaderText) {
            out.resize(kMostHeaderText);
            break;
        }
    }
    if (raw) return out;
    if (out.ends_with('\n')) out.pop_back();
    return rfc2047_decode(out, {{}, main.check_rfc2047_length});
}

std::string reply_address(const HeaderList& headers) {
    for (const std::string_view name : {"reply-to", "from"}) {
        std::string raw;
        for (const HeaderLine& line : headers) {
            if (line.type != HeaderType::removed && header_is(line.text, name)) raw += header_value(line.text);
        }
        std::string value(trim(raw));
        std::ranges::replace(value, '\n', ' ');
        if (!value.empty()) return value;
    }
    return {};
}

}  // namespace postern
