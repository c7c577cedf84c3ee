// SPDX-License-Identifier: Apache-2.0
// hints/sqlite_library.h – the functions of libsqlite3 that hints/ needs, from the shared library, which is loaded when
// the first database is opened: deliveries that need none do not pay for it.
#pragma once

#include <sqlite3.h>

#include "base/result.h"

namespace postern {

struct SqliteLibrary {
    decltype(&::sqlite3_open_v2) open_v2;
    decltype(&::sqlite3_close_v2) close_v2;
    decltype(&::sqlite3_busy_timeout) busy_timeout;
    decltype(&::sqlite3_db_config) db_config;
    decltype(&::sqlite3_limit) limit;
    decltype(&::sqlite3_progress_handler) progress_handler;
    decltype(&::sqlite3_exec) exec;
    decltype(&::sqlite3_errmsg) errmsg;
    decltype(&::sqlite3_extended_errcode) extended_errcode;
    decltype(&::sqlite3_system_errno) system_errno;
    decltype(&::sqlite3_prepare_v2) prepare_v2;
    decltype(&::sqlite3_bind_text) bind_text;
    decltype(&::sqlite3_bind_int64) bind_int64;
    decltype(&::sqlite3_step) step;
    decltype(&::sqlite3_column_int64) column_int64;
    decltype(&::sqlite3_column_text) column_text;
    decltype(&::sqlite3_column_bytes) column_bytes;
    decltype(&::sqlite3_reset) reset;
    decltype(&::sqlite3_finalize) finalize;
};

[[nodiscard]] Result<const SqliteLibrary*> sqlite_library();

}  // namespace postern
