// SPDX-License-Identifier: Apache-2.0
// hints/sqlite_database.h – one SQLite database of a user, and statements on it. Errors carry SQLite's words.
//
// What is in the file is hostile: nothing in it is run (views, triggers), and a step of a statement that does not come
// to an end is broken off after kMostWork. Who reads a table looks first at what its schema makes of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hints/sqlite_library.h"
#include "sys/os.h"

namespace postern {

class SqliteDatabase {
public:
    // Made with `mode` if it is not there; without a mode it must be there, and statements cannot change it.
    [[nodiscard]] static Result<std::unique_ptr<SqliteDatabase>> open(Os& os, const std::string& path,
                                                                      std::optional<mode_t> mode);
    SqliteDatabase(const SqliteLibrary& api, sqlite3* db, std::string path)
        : api_(api), db_(db), path_(std::move(path)) {}
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;
    ~SqliteDatabase() { api_.close_v2(db_); }

    // In rounds of kRound instructions of SQLite's machine; a delivery's statements take some dozen instructions each.
    static constexpr int kRound = 10'000, kMostWork = 20'000;

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
        [[nodiscard]] int step();
        void again() { api_.reset(statement_); }
        [[nodiscard]] std::int64_t number_of(int column) { return api_.column_int64(statement_, column); }
        [[nodiscard]] std::string text_of(int column);

    private:
        SqliteDatabase& database_;
        const SqliteLibrary& api_;
        sqlite3_stmt* statement_ = nullptr;
        bool good_ = false;
    };

private:
    void distrust();
    static int another_round(void* database);

    const SqliteLibrary& api_;
    sqlite3* db_;
    int rounds_left_ = kMostWork;
    std::string path_;
};

// The same with the table of `once` in it (sqlite_once.cc).
[[nodiscard]] Result<std::unique_ptr<SqliteDatabase>> open_once_database(Os& os, const std::string& path, mode_t mode);
// Only to look at: without the table it is refused.
[[nodiscard]] Result<std::unique_ptr<SqliteDatabase>> look_into_once_database(Os& os, const std::string& path);

}  // namespace postern
