// SPDX-License-Identifier: Apache-2.0
#include "expand/fields.h"

#include <algorithm>

#include "base/strings.h"
#include "lookup/quoted.h"
#include "wording/expansion.h"

namespace postern {

std::optional<std::string> numbered_field(std::string_view text, std::int64_t number, std::string_view separators) {
    if (number == 0) return std::string(text);
    if (number < 0) {
        const auto count =
            1 + std::ranges::count_if(text, [&](char c) { return separators.find(c) != std::string_view::npos; });
        number += count + 1;
        if (number < 1) return std::nullopt;
    }
    std::size_t start = 0;
    for (;; --number) {
        const std::size_t end = text.find_first_of(separators, start);
        if (number == 1) return std::string(text.substr(start, end == std::string_view::npos ? end : end - start));
        if (end == std::string_view::npos) return std::nullopt;
        start = end + 1;
    }
}

std::optional<std::string> keyed_field(std::string_view text, std::string_view key) {
    std::size_t at = 0;
    const auto skip_blanks = [&] {
        while (at < text.size() && is_space(text[at])) ++at;
    };
    for (skip_blanks(); at < text.size(); skip_blanks()) {
        const std::size_t start = at;
        while (at < text.size() && text[at] != '=' && !is_space(text[at])) ++at;
        const std::string_view name = text.substr(start, at - start);
        skip_blanks();
        if (at < text.size() && text[at] == '=') {
            ++at;
            skip_blanks();
        }
        std::string value;
        if (at < text.size() && text[at] == '"') {
            value = read_quoted(text, at);
        } else {
            const std::size_t value_start = at;
            while (at < text.size() && !is_space(text[at])) ++at;
            value = text.substr(value_start, at - value_start);
        }
        if (iequals(name, key)) return value;
    }
    return std::nullopt;
}

bool next_json_element(std::string_view& rest, std::string_view& element) {
    rest = trim_left(rest);
    if (rest.empty()) return false;
    int depth = 0;
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size(); ++at) {
        const char c = rest[at];
        if (quoted) {
            if (c == '\\') ++at;
            if (c == '"') quoted = false;
            continue;
        }
        if (c == '"') quoted = true;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (c == ',' && depth <= 0) break;
    }
    at = std::min(at, rest.size());
    element = trim(rest.substr(0, at));
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return true;
}

tl::expected<std::string, std::string> json_string(std::string_view element) {
    if (element.size() < 2 || !element.starts_with('"') || !element.ends_with('"'))
        return tl::unexpected(wording::json_quotes_missing());
    return std::string(element.substr(1, element.size() - 2));
}

tl::expected<std::optional<std::string>, std::string> json_field(std::string_view text, std::string_view key,
                                                                 std::int64_t number, std::string_view type) {
    const bool object = !key.empty();
    const char opening = object ? '{' : '[', closing = object ? '}' : ']';
    text = trim(text);
    if (!text.starts_with(opening)) return tl::unexpected(wording::json_wrapping(opening, object, type));
    if (!text.ends_with(closing) || text.size() < 2)
        return tl::unexpected(wording::json_wrapping(closing, object, type));
    std::string_view rest = text.substr(1, text.size() - 2);
    for (std::string_view element; next_json_element(rest, element);) {
        std::string_view value = element;
        if (object) {
            if (!element.starts_with('"')) return tl::unexpected(wording::json_key_quotes(type));
            const std::size_t end = element.find('"', 1);
            if (end == std::string_view::npos) continue;
            if (element.substr(1, end - 1) != key) continue;
            value = trim_left(element.substr(end + 1));
            if (!value.starts_with(':')) return tl::unexpected(wording::json_colon(type));
            value = trim_left(value.substr(1));
        } else if (--number > 0) {
            continue;
        }
        if (type != "jsons") return std::optional(std::string(value));
        auto string = json_string(value);
        if (!string) return tl::unexpected(std::move(string.error()));
        return std::optional(*std::move(string));
    }
    return std::nullopt;
}

}  // namespace postern
