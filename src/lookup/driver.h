// SPDX-License-Identifier: Apache-2.0
// lookup/driver.h – what one kind of lookup is to lookup.cc: a constant record. Adding one is a file and a row.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lookup/lookup.h"

namespace postern {

// What follows the type name after commas: generic ones are lookup.cc's, the driver takes what it knows.
struct LookupOptions {
    bool ret_full = false, ret_key = false, no_read_cache = false;
    std::string_view filter;  // dsearch
};

// Found with a value, not found (nullopt), or neither.
using LookupOutcome = tl::expected<std::optional<std::string>, LookupFailure>;

struct LookupWorld {
    Os& os;
    KeyPatterns* patterns;
};

// An open file or directory. Keeps what it read; one key at a time.
class OpenLookup {
public:
    OpenLookup() = default;
    OpenLookup(const OpenLookup&) = delete;
    OpenLookup& operator=(const OpenLookup&) = delete;
    virtual ~OpenLookup() = default;
    [[nodiscard]] virtual LookupOutcome find(const std::string& key, const LookupOptions& options) = 0;
};
using OpenResult = tl::expected<std::unique_ptr<OpenLookup>, LookupFailure>;

struct LookupDriver {
    std::string_view name;
    OpenResult (*open)(LookupWorld& world, const std::string& file) = nullptr;       // single-key types
    LookupOutcome (*query)(LookupWorld& world, const std::string& query) = nullptr;  // query types
    std::string (*quote)(std::string_view text) = nullptr;  // ${quote_TYPE:…}; none: unchanged
    bool single_key = true;  // of types that have neither function: recognised, refused when used
};

// lsearch.cc, other_lookups.cc, cdb.cc
OpenResult open_lsearch(LookupWorld& world, const std::string& file);
OpenResult open_wildlsearch(LookupWorld& world, const std::string& file);
OpenResult open_nwildlsearch(LookupWorld& world, const std::string& file);
OpenResult open_iplsearch(LookupWorld& world, const std::string& file);
OpenResult open_dsearch(LookupWorld& world, const std::string& file);
OpenResult open_cdb(LookupWorld& world, const std::string& file);
LookupOutcome query_passwd(LookupWorld& world, const std::string& query);

}  // namespace postern
