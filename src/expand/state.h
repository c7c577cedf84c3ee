// SPDX-License-Identifier: Apache-2.0
// expand/state.h – what one Expander keeps between expansions. Private to the folder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "expand/expander.h"
#include "expand/regex.h"
#include "expand/template.h"
#include "lookup/lookup.h"

namespace postern {

inline constexpr std::size_t kMostCaptures = 21;  // $0 … $20

// Changed while expanding; items save and restore parts of it. What is left over stays for the next expansion, as in
// Exim.
using Registers = Expander::Memory;

class ListMatcher;

struct Expander::State final : KeyPatterns {
    explicit State(Environment given);

    [[nodiscard]] const MainOptions& main() const { return environment.configuration->main; }
    void panic(const std::string& text) const {
        if (environment.panic_log) environment.panic_log(text);
    }
    // Parsed texts of the configuration are kept; the pointer lives as long as the State.
    [[nodiscard]] const Template& parsed(std::string_view source, std::unique_ptr<Template>& holder);
    tl::expected<bool, std::string> matches(const std::string& key, std::string_view pattern, bool expand) override;

    Environment environment;
    Registers registers;
    RegexCache regexes;
    Lookups lookups;
    int depth = 0;                       // sequences within sequences, through every kind of nesting
    std::size_t steps = 0;               // since the outermost expansion began
    const Scope* scope = nullptr;        // of the expansion in progress, for wildlsearch's keys
    std::optional<Text> domain_in_hand;  // $domain while a domain list is expanded and there is no address

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, std::unique_ptr<Template>, Hash, std::equal_to<>> templates_;
};

}  // namespace postern
