// SPDX-License-Identifier: Apache-2.0
// hints/sqlite_database.h – one SQLite database of a user, and statements on it. Errors carry SQLite's words.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hints/sqlite_library.h"
#include "sys/os.h"

namespace postern {

class SqliteDatabase {
public:
    // Made with `mode` if it is not there.
    [[nodiscard]] static Result<std::unique_ptr<SqliteDatabase>> open(Os& os, const std::string& path, mode_t mode);
    SqliteDatabase(const SqliteLibrary& api, sqlite3* db, std::string path)
        : api_(api), db_(db), path_(std::move(path)) {}
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;
    ~SqliteDatabase() { api_.close_v2(db_); }

    [[nodiscard]] Status run(const char* sql);
    [[nodiscard]] Unexpected failed() const;

    class Statement {
    public:
        Statement(SqliteDatabase& database, const char* sql);
        Statement(const Statement&) = delete;
        Statement& operator=(const Statement&) = delete;
        ~Statement() { api_.finalize(statement_); }
        void bind(int at, const std::string& value);  // which must outlive the next step
        void bind(int at, std::int64_t value);
        // SQLITE_ROW, SQLITE_DONE or an error code.
        [[nodiscard]] int step() { return good_ ? api_.step(statement_) : SQLITE_ERROR; }
        void again() { api_.reset(statement_); }
        [[nodiscard]] std::int64_t number_of(int column) { return api_.column_int64(statement_, column); }
        [[nodiscard]] std::string text_of(int column);

    private:
        const SqliteLibrary& api_;
        sqlite3_stmt* statement_ = nullptr;
        bool good_ = false;
    };

private:
    const SqliteLibrary& api_;
    sqlite3* db_;
    std::string path_;
};

// The same with the table of `once` in it (sqlite_once.cc).
[[nodiscard]] Result<std::unique_ptr<SqliteDatabase>> open_once_database(Os& os, const std::string& path, mode_t mode);

}  // namespace postern
