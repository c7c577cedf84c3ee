// SPDX-License-Identifier: Apache-2.0
// The names of lookups: which exist, and what may stand before and after them.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "lookup/driver.h"
#include "lookup/quote.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr LookupDriver file_type(std::string_view name, OpenResult (*open)(LookupWorld&, const std::string&)) {
    return {.name = name, .open = open};
}
constexpr LookupDriver later_file_type(std::string_view name) { return {.name = name}; }
constexpr LookupDriver later_query_type(std::string_view name, std::string (*quote)(std::string_view) = nullptr) {
    return {.name = name, .quote = quote, .single_key = false};
}

// What Debian's exim4 4.96 knows; those without functions are refused when they are used. Sorted by name.
constexpr std::array kDrivers{
    file_type("cdb", open_cdb),
    later_file_type("dbm"),
    later_file_type("dbmjz"),
    later_file_type("dbmnz"),
    later_query_type("dnsdb"),
    file_type("dsearch", open_dsearch),
    file_type("iplsearch", open_iplsearch),
    later_query_type("ldap", quote_ldap),
    later_query_type("ldapdn", quote_ldap),
    later_query_type("ldapm", quote_ldap),
    file_type("lsearch", open_lsearch),
    later_query_type("mysql", quote_mysql),
    later_file_type("nis"),
    later_file_type("nis0"),
    file_type("nwildlsearch", open_nwildlsearch),
    LookupDriver{.name = "passwd", .query = query_passwd, .single_key = false},
    later_query_type("pgsql", quote_pgsql),
    later_query_type("sqlite", quote_sqlite),
    file_type("wildlsearch", open_wildlsearch),
};
static_assert(std::ranges::is_sorted(kDrivers, {}, &LookupDriver::name));

const LookupDriver* find_driver(std::string_view name) {
    const auto row = std::ranges::lower_bound(kDrivers, name, {}, &LookupDriver::name);
    return row != kDrivers.end() && row->name == name ? &*row : nullptr;
}

// "partial", an optional number, then "-" or "(affix)". False if it does not go on so.
bool take_partial(std::string_view& rest, LookupType& type) {
    rest.remove_prefix(std::string_view("partial").size());
    unsigned count = 2;
    if (!rest.empty() && is_digit(rest.front())) {
        count = 0;
        for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1))
            count = std::min(count * 10 + static_cast<unsigned>(rest.front() - '0'), 1000U);
    }
    type.partial = count;
    if (rest.starts_with('-')) {
        rest.remove_prefix(1);
        return true;
    }
    if (!rest.starts_with('(')) return false;
    const std::size_t end = rest.find(')');
    if (end == std::string_view::npos) return false;
    type.affix = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return std::ranges::all_of(type.affix, is_punct) && !rest.starts_with('-');
}

}  // namespace

bool LookupType::single_key() const { return driver->single_key; }
std::string_view LookupType::name() const { return driver->name; }

tl::expected<LookupType, std::string> parse_lookup_type(std::string_view text) {
    LookupType type;
    std::string_view rest = text;
    const auto comma = text.find(',');
    if (comma != std::string_view::npos) {
        type.options = text.substr(comma + 1);
        rest = text.substr(0, comma);
    }
    const std::string_view with_affixes = rest;
    if (rest.starts_with("partial") && !take_partial(rest, type))
        return tl::unexpected(wording::lookup_type_format(text));
    std::string_view name = rest;
    if (name.ends_with("*@")) {
        name.remove_suffix(2);
        type.defaults = LookupType::Defaults::star_at;
    } else if (name.ends_with('*')) {
        name.remove_suffix(1);
        type.defaults = LookupType::Defaults::star;
    }
    type.driver = find_driver(name);
    if (!type.driver) return tl::unexpected(wording::unknown_lookup_type(name));
    if (!type.single_key()) {
        if (type.partial) return tl::unexpected(wording::partial_not_permitted(name));
        if (type.defaults != LookupType::Defaults::none)
            return tl::unexpected(wording::defaults_not_permitted(with_affixes));
    }
    return type;
}

tl::expected<std::string, std::string> quote_for_lookup(std::string_view type, std::optional<std::string_view> option,
                                                        std::string_view text) {
    const LookupDriver* driver = find_driver(type);
    if (!driver) return tl::unexpected(wording::unknown_lookup_type(type));
    const bool dn = option && *option == "dn" && driver->name.starts_with("ldap");
    if (option && !dn) return tl::unexpected(wording::quote_option_unrecognised(*option, type));
    if (dn) return quote_ldap_dn(text);
    return driver->quote ? driver->quote(text) : std::string(text);
}

}  // namespace postern
