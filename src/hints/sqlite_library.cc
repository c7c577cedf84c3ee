// SPDX-License-Identifier: Apache-2.0
#include "hints/sqlite_library.h"

#include <dlfcn.h>

namespace postern {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& into) {
    into = reinterpret_cast<Function>(::dlsym(library, name));
    return into != nullptr;
}

bool find_all(void* library, SqliteLibrary& s) {
    return find(library, "sqlite3_open_v2", s.open_v2) && find(library, "sqlite3_close_v2", s.close_v2) &&
           find(library, "sqlite3_busy_timeout", s.busy_timeout) && find(library, "sqlite3_exec", s.exec) &&
           find(library, "sqlite3_db_config", s.db_config) && find(library, "sqlite3_limit", s.limit) &&
           find(library, "sqlite3_progress_handler", s.progress_handler) &&
           find(library, "sqlite3_extended_errcode", s.extended_errcode) && find(library, "sqlite3_errmsg", s.errmsg) &&
           find(library, "sqlite3_system_errno", s.system_errno) && find(library, "sqlite3_prepare_v2", s.prepare_v2) &&
           find(library, "sqlite3_bind_text", s.bind_text) && find(library, "sqlite3_bind_int64", s.bind_int64) &&
           find(library, "sqlite3_step", s.step) && find(library, "sqlite3_column_int64", s.column_int64) &&
           find(library, "sqlite3_column_text", s.column_text) &&
           find(library, "sqlite3_column_bytes", s.column_bytes) && find(library, "sqlite3_reset", s.reset) &&
           find(library, "sqlite3_finalize", s.finalize);
}

}  // namespace

Result<const SqliteLibrary*> sqlite_library() {
    static SqliteLibrary functions;
    static bool loaded = false;
    if (loaded) return &functions;
    void* library = ::dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr || !find_all(library, functions)) return failure("libsqlite3.so.0 is not installed");
    loaded = true;
    return &functions;
}

}  // namespace postern
