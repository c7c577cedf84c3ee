// SPDX-License-Identifier: Apache-2.0
// lookup/lookup.h – Exim's lookups in files and accounts (spec expansion.md §8): type names with their affixes and
// options, partial and default matching, and one cache of open files for the run.
//
// Knows nothing of the expansion language: what wildlsearch needs from it comes through KeyPatterns. Whether a file
// name may be trusted is the caller's question; the values found are the file's own text. Keys are bytes from anywhere.
// A file that cannot be read to its end is a deferral, never "not found".
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "sys/os.h"

namespace postern {

struct LookupDriver;

// "partial0(.)lsearch*@,ret=full", taken apart.
struct LookupType {
    enum class Defaults : std::uint8_t { none, star, star_at };
    const LookupDriver* driver = nullptr;
    std::optional<unsigned> partial;  // least number of components
    std::string affix = "*.";
    Defaults defaults = Defaults::none;
    std::string options;  // what followed the first comma

    [[nodiscard]] bool single_key() const;
    [[nodiscard]] std::string_view name() const;  // "lsearch"
};
// The error is Exim's text.
[[nodiscard]] tl::expected<LookupType, std::string> parse_lookup_type(std::string_view text);

// ${quote_TYPE:text}; the error is Exim's text.
[[nodiscard]] tl::expected<std::string, std::string> quote_for_lookup(std::string_view type,
                                                                      std::optional<std::string_view> option,
                                                                      std::string_view text);

struct LookupFailure {
    enum class Kind : std::uint8_t { defer, open, unsupported };  // open: the file as a whole; the text is complete
    Kind kind = Kind::defer;
    std::string message;
};

struct LookupMatch {
    std::string value;
    // What partial and default matching covered and what stayed: $1 and $2; none: matched as it was, without partial.
    struct Parts {
        std::string wild, fixed;
    };
    std::optional<Parts> parts;
};
using LookupResult = tl::expected<std::optional<LookupMatch>, LookupFailure>;  // nullopt: not found

// Keys of wildlsearch files are patterns of the list language.
class KeyPatterns {
public:
    virtual ~KeyPatterns() = default;
    // expand: the pattern is expanded first (wildlsearch). The error is a deferral's text.
    virtual tl::expected<bool, std::string> matches(const std::string& key, std::string_view pattern, bool expand) = 0;
};

class Lookups {
public:
    Lookups(Os& os, KeyPatterns* patterns, std::size_t most_open);
    ~Lookups();
    Lookups(const Lookups&) = delete;
    Lookups& operator=(const Lookups&) = delete;

    [[nodiscard]] LookupResult find(const LookupType& type, const std::string& file, const std::string& key);
    [[nodiscard]] LookupResult query(const LookupType& type, const std::string& query);
    void close();

private:
    struct Handle;
    struct State;
    tl::expected<std::shared_ptr<Handle>, LookupFailure> open_handle(const LookupType& type, const std::string& file);

    std::unique_ptr<State> state_;
};

}  // namespace postern
