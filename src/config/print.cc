// SPDX-License-Identifier: Apache-2.0
#include "config/print.h"

#include <algorithm>

#include "base/strings.h"
#include "config/inert_options.h"
#include "config/macros.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::string_view kNotDisplayable = "<value not displayable>";

class Printer {
public:
    Printer(const Configuration& configuration, const PrintRequest& request)
        : configuration_(configuration), request_(request) {}

    // Takes one word, or two ("router r1"), off the front of words[at…].
    void print_next(const std::vector<std::string>& words, std::size_t& at);
    void main_options();
    PrintResult take() { return std::move(result_); }

private:
    void put(std::string_view line);
    void refuse(std::string_view line);
    [[nodiscard]] bool is_hidden(std::string_view name, const std::vector<std::string>& hidden) const;
    [[nodiscard]] std::string shown(std::string line, std::string_view name,
                                    const std::vector<std::string>& hidden) const;

    void main_option(std::string_view name);
    void named_list(std::string_view name);
    void environment();
    void macros();
    void macro(std::string_view name);
    void flattened();
    [[nodiscard]] std::string without_value(std::string_view line) const;
    template <class Instance>
    void driver_options(const Instance& instance, OptionTable generic);
    template <class Instances>
    void names(const Instances& instances);
    template <class Instances>
    void all_drivers(const Instances& instances, OptionTable generic, std::string_view what);
    template <class Instances>
    void one_driver(const Instances& instances, OptionTable generic, std::string_view what, std::string_view name);

    const Configuration& configuration_;
    const PrintRequest& request_;
    PrintResult result_;
};

void Printer::put(std::string_view line) {
    result_.text += line;
    result_.text += '\n';
    result_.ok = true;
}

void Printer::refuse(std::string_view line) {
    put(line);
    result_.ok = false;
}

bool Printer::is_hidden(std::string_view name, const std::vector<std::string>& hidden) const {
    return !request_.admin && std::find(hidden.begin(), hidden.end(), name) != hidden.end();
}

// Hides the value, strips the label.
std::string Printer::shown(std::string line, std::string_view name, const std::vector<std::string>& hidden) const {
    if (is_hidden(name, hidden)) {
        line = name;
        line += " = ";
        line += kNotDisplayable;
    }
    const bool labelled = line.starts_with(name) && std::string_view(line).substr(name.size()).starts_with(" =");
    if (request_.no_labels && labelled) line.erase(0, std::min(line.size(), name.size() + 3));
    return line;
}

// --- main options, named lists, macros ---

void Printer::main_option(std::string_view name) {
    if (const OptionRow* row = find_option(main_option_table(), name))
        return put(shown(row->print(&configuration_.main, name), name, configuration_.hidden));
    const InertOption* option = find_inert_option(name);
    if (option == nullptr) return refuse(wording::not_a_known_option(name));
    for (const auto& [set, line] : configuration_.inert)
        if (set == name) return put(shown(line, name, configuration_.hidden));
    const std::string unset = option->unset_line.empty() ? std::string(name) + " = " : std::string(option->unset_line);
    put(shown(unset, name, configuration_.hidden));
}

void Printer::main_options() {
    std::vector<std::string_view> names;
    for (const auto& row : main_option_table())
        if (!row.synonym) names.push_back(row.name);
    for (const auto& option : inert_options())
        if (!option.unset_line.empty()) names.push_back(option.name);
    std::sort(names.begin(), names.end());
    for (const auto name : names) main_option(name);
}

void Printer::named_list(std::string_view name) {
    struct Kind {
        ListKind kind;
        std::string_view keyword;
    };
    constexpr Kind kKinds[] = {{ListKind::address, "addresslist"},
                               {ListKind::domain, "domainlist"},
                               {ListKind::host, "hostlist"},
                               {ListKind::local_part, "localpartlist"}};
    bool found = false;
    for (const auto& [kind, keyword] : kKinds) {
        const NamedList* list = configuration_.list(kind, name);
        if (list == nullptr) continue;
        found = true;
        const std::string value(list->hidden ? kNotDisplayable : std::string_view(list->source));
        put(request_.no_labels ? value : std::string(keyword) + " " + std::string(name) + " = " + value);
    }
    if (!found) refuse(wording::named_list_not_found(name));
}

void Printer::environment() {
    std::vector<std::string> entries = request_.environment;
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries)
        put(request_.no_labels ? std::string_view(entry).substr(0, entry.find('=')) : entry);
}

void Printer::macro(std::string_view name) {
    if (!request_.admin) {
        result_.denied = true;
        return;
    }
    for (const auto& macro : configuration_.macros)
        if (macro.name == name) return put(request_.no_labels ? macro.value : macro.name + "=" + macro.value);
    const auto predefined = predefined_macros(configuration_.drivers);
    if (!std::binary_search(predefined.begin(), predefined.end(), name)) return refuse(wording::macro_not_found(name));
    put(request_.no_labels ? "y" : std::string(name) + "=y");
}

void Printer::macros() {
    if (!request_.admin) {
        result_.denied = true;
        return;
    }
    for (const auto& name : predefined_macros(configuration_.drivers)) put(request_.no_labels ? "y" : name + "=y");
    for (const auto& macro : configuration_.macros)
        put(request_.no_labels ? macro.value : macro.name + "=" + macro.value);
}

// --- routers and transports ---

template <class Instance>
void Printer::driver_options(const Instance& instance, OptionTable generic) {
    bool driver_printed = false;
    const auto print_driver = [&] {
        driver_printed = true;
        put(shown("driver = " + std::string(instance.driver->name), "driver", instance.hidden));
    };
    for (const auto& row : generic) {
        if (!driver_printed && row.name > "driver") print_driver();
        if (!row.synonym) put(shown(row.print(&instance.options, row.name), row.name, instance.hidden));
    }
    // The text of an expandable boolean is a hidden option of its own, which Exim shows for private ones.
    for (const auto& row : instance.driver->options) {
        if (row.shape != ValueShape::boolean || row.expanded_text == nullptr) continue;
        const auto text = row.expanded_text(instance.private_options.get());
        if (text.where == nullptr) continue;  // a plain boolean
        const std::string name = "*expand_" + std::string(row.name);
        const auto value = is_hidden(row.name, instance.hidden) ? kNotDisplayable : text.text;
        put(shown(name + " = " + std::string(value), name, {}));
    }
    for (const auto& row : instance.driver->options) {
        if (row.synonym) continue;
        const std::string line = row.print(instance.private_options.get(), row.name);
        const bool unsaid = row.own && line == row.print(instance.driver->make_options().get(), row.name);
        if (!unsaid) put(shown(line, row.name, instance.hidden));
    }
}

template <class Instances>
void Printer::names(const Instances& instances) {
    for (const auto& instance : instances) put(instance.name);
}

template <class Instances>
void Printer::all_drivers(const Instances& instances, OptionTable generic, std::string_view what) {
    for (const auto& instance : instances) {
        put("");
        put(instance.name + " " + std::string(what) + ":");
        driver_options(instance, generic);
    }
}

template <class Instances>
void Printer::one_driver(const Instances& instances, OptionTable generic, std::string_view what,
                         std::string_view name) {
    for (const auto& instance : instances)
        if (instance.name == name) return driver_options(instance, generic);
    refuse(wording::driver_not_found(what, name));
}

// --- the text itself ---

// A hidden line, or a macro definition, for somebody who is not an administrator: nothing behind the "=".
std::string Printer::without_value(std::string_view line) const {
    const bool secret = (line.starts_with("hide") && line.size() > 4 && is_space(line[4])) || is_upper(line[0]);
    if (request_.admin || !secret) return std::string(line);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return std::string(kNotDisplayable);
    return std::string(line.substr(0, equals + 1)) + " " + std::string(kNotDisplayable);
}

// Indents the sections: "begin" at the margin, names by two, their options by four.
void Printer::flattened() {
    put("# Exim Configuration (4.96)");
    bool in_section = false, names_instances = false, in_instance = false;
    for (const auto& line : configuration_.flattened) {
        if (line.starts_with("# ")) {
            put(line);
            continue;
        }
        if (istarts_with(line, "begin ")) {
            const std::string section = to_lower(trim(std::string_view(line).substr(6)));
            in_section = true;
            names_instances = !section.starts_with("re") && !section.starts_with("local_scan");
            in_instance = false;
            put("");
            put(line);
            continue;
        }
        const auto colon = line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        const bool is_name = names_instances && is_alpha(line[0]) && colon != std::string::npos &&
                             trim_left(std::string_view(line).substr(colon)).starts_with(':');
        if (is_name) {
            in_instance = true;
            put("");
            put("  " + line);
        } else {
            put(std::string(!in_section ? 0 : in_instance ? 4 : 2, ' ') + without_value(line));
        }
    }
}

void Printer::print_next(const std::vector<std::string>& words, std::size_t& at) {
    const std::string& word = words[at++];
    const bool has_name = at < words.size();
    const auto& routers = configuration_.routers;
    const auto& transports = configuration_.transports;
    if (word.starts_with('+')) return named_list(std::string_view(word).substr(1));
    if (word == "router" && has_name) return one_driver(routers, router_option_table(), word, words[at++]);
    if (word == "transport" && has_name) return one_driver(transports, transport_option_table(), word, words[at++]);
    if (word == "authenticator" && has_name) return refuse(wording::driver_not_found(word, words[at++]));
    if (word == "macro" && has_name) return macro(words[at++]);
    if (word == "routers") return all_drivers(routers, router_option_table(), "router");
    if (word == "transports") return all_drivers(transports, transport_option_table(), "transport");
    if (word == "router_list") return names(routers);
    if (word == "transport_list") return names(transports);
    if (word == "authenticators" || word == "authenticator_list") return;
    if (word == "macros") return macros();
    if (word == "macro_list") {
        if (request_.admin) return names(configuration_.macros);
        result_.denied = true;
        return;
    }
    if (word == "all") return main_options();
    if (word == "config") return flattened();
    if (word == "configure_file" || word == "config_file") return put(configuration_.file);
    if (word == "environment") return environment();
    main_option(word);
}

}  // namespace

PrintResult print_options(const Configuration& configuration, const std::vector<std::string>& words,
                          const PrintRequest& request) {
    Printer printer(configuration, request);
    if (words.empty()) printer.main_options();
    for (std::size_t at = 0; at < words.size();) printer.print_next(words, at);
    return printer.take();
}

}  // namespace postern
