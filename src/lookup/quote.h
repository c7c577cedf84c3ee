// SPDX-License-Identifier: Apache-2.0
// lookup/quote.h – ${quote_TYPE:…}: text made safe inside a query (spec expansion.md §8.6). The types themselves may be
// missing; a configuration that quotes for them still reads.
#pragma once

#include <string>
#include <string_view>

namespace postern {

[[nodiscard]] std::string quote_sqlite(std::string_view text);
[[nodiscard]] std::string quote_mysql(std::string_view text);
[[nodiscard]] std::string quote_pgsql(std::string_view text);
[[nodiscard]] std::string quote_ldap(std::string_view text);
[[nodiscard]] std::string quote_ldap_dn(std::string_view text);

}  // namespace postern
