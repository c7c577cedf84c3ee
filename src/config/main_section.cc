// SPDX-License-Identifier: Apache-2.0
// The main section: macros, named lists, options (spec configuration.md §6, §6.1, §7).
#include <algorithm>

#include "base/strings.h"
#include "config/inert_options.h"
#include "config/loader.h"
#include "config/nearest.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMostLists = 32;  // of each kind; exim 4.96 as Debian builds it

struct ListKeyword {
    std::string_view keyword, kind;
};
constexpr ListKeyword kListKeywords[] = {
    // by ListKind
    {"domainlist", "domain list"},
    {"hostlist", "host list"},
    {"addresslist", "address list"},
    {"localpartlist", "local part list"},
};

// The kind and the text behind the keyword. nullopt: the line is not about a named list.
struct ListLine {
    std::size_t kind = 0;
    std::string_view rest;
    bool hidden = false;
};
std::optional<ListLine> as_list_line(std::string_view line) {
    ListLine list;
    if (line.starts_with("hide") && line.size() > 4 && is_space(line[4])) {
        list.hidden = true;
        line.remove_prefix(5);
    }
    for (; list.kind < std::size(kListKeywords); ++list.kind) {
        const auto keyword = kListKeywords[list.kind].keyword;
        if (!line.starts_with(keyword)) continue;
        list.rest = line.substr(keyword.size());
        return list;
    }
    return std::nullopt;
}

void read_list(Loader& loader, ListLine list) {
    constexpr std::string_view kCache = "_cache";
    const std::string_view kind = kListKeywords[list.kind].kind;
    const bool cache = list.rest.starts_with(kCache);
    if (cache) list.rest.remove_prefix(kCache.size());
    if (list.rest.empty() || !is_space(list.rest[0])) return loader.error_here(wording::unrecognized_line());
    std::string_view text = trim_left(list.rest);
    std::size_t length = 0;
    while (length < text.size() && (is_alnum(text[length]) || text[length] == '_')) ++length;

    NamedList named;
    named.name = text.substr(0, length);
    named.where = loader.lines.place();
    named.hidden = list.hidden;
    text = trim_left(text.substr(length));
    if (!text.starts_with('=')) return loader.error_here(wording::missing_equals_after_list(named.name));

    auto& known = loader.configuration->lists[list.kind];
    const auto same_name = [&](const NamedList& other) { return other.name == named.name; };
    if (std::any_of(known.begin(), known.end(), same_name))
        return loader.error_here(wording::duplicate_list(named.name, kind));
    if (known.size() >= kMostLists) return loader.error_here(wording::too_many_lists(kind, kMostLists));

    ValueReader reader = loader.reader_of({.typed = named.name, .name = named.name, .rest = {}});
    reader.text = trim_left(text.substr(1));
    if (!read_string(reader, named.source)) return loader.value_error(reader);
    named.cacheable = cache || !contains(named.source, "$");
    known.push_back(std::move(named));
}

std::string nearest_main_option(std::string_view name) {
    std::vector<std::string_view> names = names_of(main_option_table());
    for (const auto& option : inert_options()) names.push_back(option.name);
    const std::string nearest = nearest_names(name, names);
    return nearest.empty() ? "" : wording::hint_nearest(nearest);
}

struct Seen {
    std::vector<const void*> rows;
    [[nodiscard]] bool has(const void* row) const { return std::find(rows.begin(), rows.end(), row) != rows.end(); }
};

void set_inert_option(Loader& loader, const OptionLine& option, const InertOption& inert, Seen& seen) {
    auto& configuration = *loader.configuration;
    const auto shape = inert.type == InertType::boolean ? ValueShape::boolean : ValueShape::string;
    ValueReader reader = loader.reader_of(option);
    if (!loader.open_value(option, {shape, false, seen.has(&inert)}, reader)) return;
    seen.rows.push_back(&inert);
    if (option.hidden) configuration.hidden.push_back(option.name);
    std::string printed = "no_" + option.name;
    const bool plainly_negated = shape == ValueShape::boolean && option.negated;
    if (!plainly_negated && !parse_inert(reader, inert, printed)) return loader.value_error(reader);
    // What may not be ignored and got here asks for what happens anyhow.
    if (printed != inert.unset_line && inert.why_not.empty()) loader.warn(wording::option_without_effect(option.name));
    configuration.inert.emplace_back(option.name, std::move(printed));
}

}  // namespace

void read_main_section(Loader& loader) {
    Seen seen;
    auto& configuration = *loader.configuration;
    while (loader.next_line()) {
        const std::string& line = loader.line();
        if (line.starts_with(kByteOrderMark)) {
            loader.error_here(wording::unexpected_bom());
            continue;
        }
        if (is_upper(line[0])) {
            loader.define_macro();
            continue;
        }
        if (const auto list = as_list_line(line)) {
            read_list(loader, *list);
            continue;
        }
        OptionLine option;
        if (!loader.split_option(option)) continue;
        if (const OptionRow* row = find_option(main_option_table(), option.name)) {
            const bool good = loader.set_option(option, *row, main_option_table(), &configuration.main, seen.rows,
                                                configuration.hidden);
            if (good && has_no_effect_yet(option.name)) loader.warn(wording::option_without_effect(option.name));
        } else if (const InertOption* inert = find_inert_option(option.name)) {
            set_inert_option(loader, option, *inert, seen);
        } else {
            loader.error_here(wording::unknown_main_option(option.typed), option.typed,
                              nearest_main_option(option.name));
        }
    }
}

}  // namespace postern
