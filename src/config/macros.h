// SPDX-License-Identifier: Apache-2.0
// config/macros.h – macro definitions and their replacement in physical lines (spec configuration.md §5).
//
// Macros are replaced as substrings, in the order of their definition, each over the text that the earlier ones left.
// The predefined names (_HAVE_…, _OPT_MAIN_… : all with the value "y") are told apart from the administrator's: they
// are made only when a line holds something that looks like one, and they are whole words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"

namespace postern {

class MacroTable {
public:
    explicit MacroTable(const DriverCatalogue* drivers = nullptr) : drivers_(drivers) {}

    // -D: in front of all others, and later definitions in the file of that name are ignored.
    void add_from_command_line(std::string name, std::string value);

    // A logical line that is a definition ("NAME = value", "NAME == value"). Returns Exim's error text or "".
    // `placed` tells whether the error is reported with its line.
    [[nodiscard]] std::string define(std::string_view line, bool& placed);

    // Replaces in text[from…]. With `may_define` the left side of "NAME =" is exempt. True: something was replaced.
    [[nodiscard]] bool replace(std::string& text, std::size_t from, bool may_define);

    [[nodiscard]] const std::vector<Macro>& macros() const { return macros_; }

private:
    [[nodiscard]] bool replace_predefined(std::string& text, std::size_t from);

    std::vector<Macro> macros_;
    const DriverCatalogue* drivers_;
    std::vector<std::string> predefined_;  // filled on first need
};

// The names of the predefined macros, sorted: what this Postern, with these drivers, really has.
[[nodiscard]] std::vector<std::string> predefined_macros(const DriverCatalogue* drivers);

}  // namespace postern
