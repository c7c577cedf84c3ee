// SPDX-License-Identifier: Apache-2.0
#include "config/macros.h"

#include <algorithm>

#include "base/strings.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::size_t kLongestName = 63;
constexpr std::size_t kLongestLine = 1 << 20;  // macros that double each other must not eat the machine

bool is_name_char(char c) { return is_alnum(c) || c == '_'; }

std::size_t name_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_name_char(text[length])) ++length;
    return length;
}

// A bit for each upper-case letter in text[from…]: most macros are ruled out by their first letter.
unsigned letters_in(std::string_view text, std::size_t from) {
    unsigned letters = 0;
    for (std::size_t i = from; i < text.size(); ++i)
        if (is_upper(text[i])) letters |= 1U << (text[i] - 'A');
    return letters;
}

bool replace_one(std::string& text, std::size_t from, const Macro& macro) {
    bool found = false;
    for (auto at = text.find(macro.name, from); at != std::string::npos; at = text.find(macro.name, at)) {
        if (text.size() + macro.value.size() > kLongestLine) return found;
        text.replace(at, macro.name.size(), macro.value);
        at += macro.value.size();
        found = true;
    }
    return found;
}

}  // namespace

void MacroTable::add_from_command_line(std::string name, std::string value) {
    macros_.push_back({std::move(name), std::move(value), true});
}

std::string MacroTable::define(std::string_view line, bool& placed) {
    placed = true;
    const std::size_t length = name_length(line);
    if (length > kLongestName) return wording::macro_name_too_long();
    const std::string_view name = line.substr(0, length);
    std::string_view rest = trim_left(line.substr(length));
    if (!rest.starts_with('=')) return wording::malformed_macro();
    rest.remove_prefix(1);
    const bool redefine = rest.starts_with('=');
    if (redefine) rest.remove_prefix(1);
    rest = trim_left(rest);

    placed = false;
    for (auto& macro : macros_) {
        if (macro.name == name) {
            if (macro.from_command_line) return {};
            if (!redefine) return wording::macro_already_defined(name);
            macro.value = rest;
            return {};
        }
        if (contains(name, macro.name)) return wording::macro_is_substring(name, macro.name);
    }
    if (redefine) return wording::macro_not_defined(name);
    macros_.push_back({std::string(name), std::string(rest), false});
    return {};
}

bool MacroTable::replace(std::string& text, std::size_t from, bool may_define) {
    if (may_define && from < text.size() && is_upper(text[from])) {
        std::size_t end = from + name_length(std::string_view(text).substr(from));
        while (end < text.size() && is_space(text[end])) ++end;
        if (end < text.size() && text[end] == '=') from = end;
    }
    unsigned letters = letters_in(text, from);
    if (letters == 0) return false;
    bool found = replace_predefined(text, from);
    for (const auto& macro : macros_) {
        if ((letters & (1U << (macro.name[0] - 'A'))) == 0) continue;
        if (!replace_one(text, from, macro)) continue;
        found = true;
        letters |= letters_in(macro.value, 0);  // the inserted text is seen by later macros
    }
    return found;
}

bool MacroTable::replace_predefined(std::string& text, std::size_t from) {
    bool found = false;
    for (auto at = text.find('_', from); at != std::string::npos; at = text.find('_', at)) {
        const std::size_t length = name_length(std::string_view(text).substr(at));
        const bool whole_word = at == 0 || !is_name_char(text[at - 1]);
        if (!whole_word || length < 2 || !is_upper(text[at + 1])) {
            at += length;
            continue;
        }
        if (predefined_.empty()) predefined_ = predefined_macros(drivers_);
        if (std::binary_search(predefined_.begin(), predefined_.end(), std::string_view(text).substr(at, length))) {
            text.replace(at, length, "y");
            found = true;
            ++at;
        } else {
            at += length;
        }
    }
    return found;
}

}  // namespace postern
