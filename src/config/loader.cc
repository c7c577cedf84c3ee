// SPDX-License-Identifier: Apache-2.0
#include "config/loader.h"

#include <algorithm>

#include "base/strings.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::size_t kLargestFile = 64 << 20;

LineReader::Files files_of(Os& os, const LoadRequest& request) {
    if (request.read_included)
        return {request.read_included,
                [&request](const std::string& path) { return request.read_included(path).has_value(); }};
    return {[&os](const std::string& path) { return read_file(os, AtPath{path}, kLargestFile); },
            [&os](const std::string& path) { return os.stat(AtPath{path}, Follow::yes).has_value(); }};
}

bool is_name_char(char c) { return is_alnum(c) || c == '_'; }

std::string_view take_name(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && is_name_char(text[length])) ++length;
    const std::string_view name = text.substr(0, length);
    text = trim_left(text.substr(length));
    return name;
}

}  // namespace

Loader::Loader(Os& os_, const LoadRequest& request_)
    : os(os_),
      request(request_),
      configuration(std::make_unique<Configuration>()),
      macros(request_.drivers),
      lines(files_of(os_, request_), macros) {
    configuration->drivers = request.drivers;
    if (request.for_printing) lines.flattened = &configuration->flattened;
    if (request.expand) expand = [this](const std::string& source) { return request.expand(source, *configuration); };
    for (const auto& [name, value] : request.macros) macros.add_from_command_line(name, value);
}

// --- lines ---

bool Loader::next_line() {
    constexpr std::string_view kBegin = "begin ";
    constexpr std::size_t kLongestSectionName = 22;
    while (!stopped()) {
        switch (lines.next()) {
            case LineReader::Got::end:
                section.clear();
                return false;
            case LineReader::Got::error:
                error_here(lines.error());
                break;
            case LineReader::Got::line:
                if (!istarts_with(line(), kBegin)) return true;
                section_as_typed =
                    trim_left(std::string_view(line()).substr(kBegin.size())).substr(0, kLongestSectionName);
                section = to_lower(section_as_typed);
                return false;
        }
    }
    section.clear();
    return false;
}

void Loader::define_macro() {
    bool placed = true;
    std::string error = macros.define(line(), placed);
    if (error.empty()) return;
    if (placed)
        error_here(std::move(error));
    else
        error_general(std::move(error));
    errors.back().macro = true;
}

// --- errors ---

void Loader::add(ConfigError error) { errors.push_back(std::move(error)); }

void Loader::error_here(std::string message, std::string option, std::string hint) {
    ConfigError error;
    error.where = lines.place();
    error.text = wording::config_error_at(message, error.where.file, error.where.line);
    error.message = std::move(message);
    error.option = std::move(option);
    error.hint = std::move(hint);
    add(std::move(error));
}

void Loader::error_general(std::string message) {
    ConfigError error;
    error.text = wording::config_error(message);
    error.message = std::move(message);
    add(std::move(error));
}

void Loader::error_for(std::string_view what, std::string message) {
    ConfigError error;
    error.text = wording::config_error_for(what, message);
    error.message = std::move(message);
    add(std::move(error));
}

void Loader::error_plain(std::string message) {
    ConfigError error;
    error.text = message;
    error.message = std::move(message);
    error.config_class = false;
    add(std::move(error));
}

void Loader::warn(std::string text) {
    auto& warnings = configuration->warnings;
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(std::move(text));
}

// --- option lines ---

bool Loader::split_option(OptionLine& option) {
    std::string_view text = line();
    if (!is_alpha(text[0])) {
        error_here(wording::option_expected(text));
        return false;
    }
    std::string_view name = take_name(text);
    if (name == "hide") {
        option.hidden = true;
        name = take_name(text);
    }
    option.typed = name;
    for (const std::string_view prefix : {"no_", "not_"})
        if (name.starts_with(prefix)) {
            option.negated = true;
            name.remove_prefix(prefix.size());
            break;
        }
    option.name = name;
    option.rest = text;
    return true;
}

ValueReader Loader::reader_of(const OptionLine& option) {
    ValueReader reader{.os = os, .name = option.typed, .text = option.rest, .where = lines.place()};
    reader.expand = &expand;
    reader.name_ids = request.for_printing;
    return reader;
}

bool Loader::open_value(const OptionLine& option, Setting setting, ValueReader& reader) {
    const auto refuse = [&](std::string message) {
        error_here(std::move(message), option.name);
        return false;
    };
    if (setting.seen && !setting.repeatable) return refuse(wording::set_twice(option.typed));
    const bool boolean = setting.shape == ValueShape::boolean;
    if (boolean && option.negated) {
        if (!option.rest.empty()) return refuse(wording::extra_after_boolean(option.typed, option.rest));
    } else if (boolean) {
        if (!option.rest.empty() && option.rest[0] != '=')
            return refuse(wording::extra_after_boolean(option.typed, option.rest));
    } else {
        if (option.negated) return refuse(wording::negated_non_boolean());
        if (option.rest.empty()) return refuse(wording::data_missing(option.typed));
        if (option.rest[0] != '=') return refuse(wording::missing_equals(option.typed));
    }
    reader.text = option.rest.starts_with('=') ? trim_left(option.rest.substr(1)) : option.rest;
    reader.again = setting.seen;
    return true;
}

void Loader::value_error(ValueReader& reader) {
    if (reader.config_class)
        error_here(std::move(reader.error), reader.name, std::move(reader.hint));
    else
        error_plain(std::move(reader.error));
}

bool Loader::set_option(const OptionLine& option, const OptionRow& row, OptionTable table, void* block,
                        std::vector<const void*>& seen, std::vector<std::string>& hidden) {
    const auto was_set = [&seen](const OptionRow& r) { return std::find(seen.begin(), seen.end(), &r) != seen.end(); };
    ValueReader reader = reader_of(option);
    if (!open_value(option, {row.shape, row.repeatable, was_set(row)}, reader)) return false;
    seen.push_back(&row);
    if (option.hidden) hidden.push_back(option.name);
    if (row.shape == ValueShape::boolean && option.negated) {
        row.negate(block);
        return true;
    }
    if (!row.parse(reader, block)) {
        value_error(reader);
        return false;
    }
    if (!reader.login_group) return true;

    // A user given by name supplies the group option of the same name, unless that has a gid already. A text that would
    // have to be expanded is none: it loses.
    std::string group_name = option.name;
    group_name.replace(group_name.find("user"), 4, "group");
    const OptionRow* group = find_option(table, group_name);
    if (group == nullptr || group->group == nullptr) return true;
    GroupOption& value = group->group(block);
    if (!value.gid)
        value = GroupOption{.gid = reader.login_group, .source = reader.login_group_name, .from_user = true};
    return true;
}

// --- helpers of the sections ---

std::string_view instance_name(std::string_view line, std::string_view& rest) {
    if (!is_alpha(line[0])) return {};
    std::string_view text = line;
    const std::string_view name = take_name(text);
    if (!text.starts_with(':')) return {};
    rest = trim_left(text.substr(1));
    return name;
}

std::vector<std::string_view> names_of(OptionTable table) {
    std::vector<std::string_view> names;
    names.reserve(table.size());
    for (const auto& row : table) names.push_back(row.name);
    return names;
}

}  // namespace postern
