// SPDX-License-Identifier: Apache-2.0
// hints/once_transfer.h – `once` databases in and out: what exim4 recorded in Berkeley DB (its file, or what db5.3_dump
// shows of it), and Postern's own text form, "SECONDS ADDRESS" a line. For the administrator's commands, not for
// deliveries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hints/flat_once.h"
#include "sys/os.h"

namespace postern {

// A Berkeley DB file, db_dump's text (bytevalue or print format), or lines of ours, whichever it is. The Error's text
// names the line or the page, or says what else this is.
[[nodiscard]] Result<std::vector<FlatOnceRecord>> parse_once_input(std::string_view bytes);
[[nodiscard]] std::string format_once_text(const std::vector<FlatOnceRecord>& records);

// A database of any form, Exim's Berkeley DB included. Claims are left out: they mean something only to deliveries that
// are under way.
[[nodiscard]] Result<std::vector<FlatOnceRecord>> read_once(Os& os, const std::string& path);
// Adds the records to the SQLite database, in one transaction; of two times for an address the later one stays.
[[nodiscard]] Status import_once(Os& os, const std::string& path, const std::vector<FlatOnceRecord>& records);
// Puts an SQLite database of the records in the place of Exim's file, which is FILE.exim from now on; of the same mode.
// At any moment there is a whole file of one or the other kind.
[[nodiscard]] Status replace_once(Os& os, const std::string& path, const std::vector<FlatOnceRecord>& records);

}  // namespace postern
