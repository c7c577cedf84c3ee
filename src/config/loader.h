// SPDX-License-Identifier: Apache-2.0
// config/loader.h – the state that the readers of all sections share, private to config/. Each section's reader is a
// function over it (…_section.cc): it takes lines until the section ends and reports errors through the loader, which
// knows the frames, the places, and whether to go on after the first error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "config/line_reader.h"
#include "config/macros.h"
#include "config/read_value.h"

namespace postern {

// The front of an option line: "[hide] [no_|not_]name" and what follows (spec §7).
struct OptionLine {
    std::string typed;      // for messages
    std::string name;       // without no_ or not_
    std::string_view rest;  // behind the name, white space skipped
    bool hidden = false, negated = false;
};

class Loader {
public:
    Loader(Os& os_, const LoadRequest& request_);

    Os& os;
    const LoadRequest& request;
    std::unique_ptr<Configuration> configuration;
    std::vector<ConfigError> errors;
    MacroTable macros;
    LineReader lines;
    std::string section;  // name behind the "begin" that ended the section read last; empty at the end
    std::string section_as_typed;
    ValueReader::Expand expand;  // request.expand bound to the configuration

    // The next logical line of this section; false at its end, or after an error that ends the reading.
    [[nodiscard]] bool next_line();
    [[nodiscard]] const std::string& line() const { return lines.line(); }

    // --- errors; each may be the last (stopped()) ---
    void error_here(std::string message, std::string option = {}, std::string hint = {});
    void error_general(std::string message);                     // no place
    void error_for(std::string_view what, std::string message);  // what: "r1 router"
    void error_plain(std::string message);                       // not of class CONFIG
    [[nodiscard]] bool stopped() const { return !errors.empty() && !request.keep_going; }

    void warn(std::string text);  // each text once
    void define_macro();          // line() is a macro definition

    // --- option lines ---
    // Splits line(); false: reported.
    [[nodiscard]] bool split_option(OptionLine& option);
    // Reads the value after option.rest into a block, by `shape` and `parse`. False: reported.
    struct Setting {
        ValueShape shape = ValueShape::string;
        bool repeatable = false;
        bool seen = false;  // set before in this scope
    };
    [[nodiscard]] ValueReader reader_of(const OptionLine& option);
    // Steps 5–8 of spec §7: leaves the value's text in `reader.text`. For a negated boolean `negated_only` becomes true
    // and there is no value. False: reported.
    [[nodiscard]] bool open_value(const OptionLine& option, Setting setting, ValueReader& reader);
    void value_error(ValueReader& reader);
    // All of it for one row: parse or negate, and the group that a named user brings along. False: reported.
    [[nodiscard]] bool set_option(const OptionLine& option, const OptionRow& row, OptionTable table, void* block,
                                  std::vector<const void*>& seen, std::vector<std::string>& hidden);

private:
    void add(ConfigError error);
};

// --- the sections ---
void read_main_section(Loader& loader);   // main_section.cc
void check_main_options(Loader& loader);  // main_checks.cc
void read_routers(Loader& loader);        // driver_section.cc
void read_transports(Loader& loader);
void skip_authenticators(Loader& loader);  // rule_sections.cc
void read_rewrite_section(Loader& loader);
void read_acl_section(Loader& loader);
void read_local_scan_section(Loader& loader);
void read_retry_section(Loader& loader);  // retry_section.cc

// "NAME" of a "NAME:" line, or "" (drivers and ACLs). `rest` is what follows the colon.
[[nodiscard]] std::string_view instance_name(std::string_view line, std::string_view& rest);

[[nodiscard]] std::vector<std::string_view> names_of(OptionTable table);

}  // namespace postern
