// SPDX-License-Identifier: Apache-2.0
// hints/berkeley_db.h – the records in a Berkeley DB file (hash or B-tree, of releases 4.0 to 5.3, as Debian's exim4
// makes its hints), read page by page without the library: for `postern once import`, on files that belong to anybody.
//
// Everything in such a file is believed only as far as it lies within the file; where it does not, the Error's text
// says what is wrong. Duplicates, checksums and encryption, which exim4 never asks for, are refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sys/os.h"

namespace postern {

struct DbRecord {
    std::string key, data;
    bool operator==(const DbRecord&) const = default;
};

// What sort of database is this, by its first bytes? Exim can be built with any of these.
enum class DbKind : std::uint8_t { none, berkeley, berkeley_foreign, gdbm, tdb, sqlite };
[[nodiscard]] DbKind db_kind(std::string_view file);
[[nodiscard]] Result<DbKind> db_kind_of(Os& os, int fd);

// In the order of the file.
[[nodiscard]] Result<std::vector<DbRecord>> parse_berkeley_db(std::string_view file);

}  // namespace postern
