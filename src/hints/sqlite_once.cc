// SPDX-License-Identifier: Apache-2.0
// The store over an SQLite database: one table, one row a key. No -wal file is left beside a user's database, and a
// commit is on the disk when it returns.
#include "hints/once_store.h"
#include "hints/sqlite_database.h"

namespace postern {
namespace {

constexpr const char* kTable =
    "CREATE TABLE once(address BLOB PRIMARY KEY, sent INTEGER NOT NULL DEFAULT 0,"
    " claim TEXT NOT NULL DEFAULT '', claimed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT";
// SQLite goes by `sql` alone, whatever the other columns say. Tables beside ours are never touched.
constexpr const char* kLook =
    "SELECT coalesce(sum(type IS 'table' AND name IS 'once' AND sql IS ?1), 0),"
    " coalesce(sum((lower(name) = 'once' AND sql IS NOT ?1) OR sql NOT LIKE 'CREATE TABLE %'), 0) FROM sqlite_master";

// Is our table there, and nothing that would change what reading and writing it does?
Result<bool> has_table(SqliteDatabase& database) {
    const std::string table = kTable;
    SqliteDatabase::Statement look(database, kLook);
    look.bind(1, table);
    if (look.step() != SQLITE_ROW) return database.failed();
    if (look.number_of(1) != 0)
        return failure("its table `once` is not as Postern makes it, or there are triggers, indexes or views");
    return look.number_of(0) != 0;
}

Status make_table(SqliteDatabase& database) {
    POSTERN_TRY(database.run("BEGIN IMMEDIATE"));
    POSTERN_TRY_ASSIGN(const bool there, has_table(database));  // another one was faster
    if (!there) POSTERN_TRY(database.run(kTable));
    return database.run("COMMIT");
}

class SqliteOnce final : public OnceStore {
public:
    explicit SqliteOnce(std::unique_ptr<SqliteDatabase> database) : database_(std::move(database)) {}

    Result<OnceState> look(const OnceQuestion& question) override {
        POSTERN_TRY_ASSIGN(const OnceRecord known, record_of(question.key));
        return state_of(known, question);
    }

    Result<OnceState> claim(const OnceQuestion& question) override {
        POSTERN_TRY(database_->run("BEGIN IMMEDIATE"));
        const Result<OnceState> state = claim_inside(question);
        if (state && *state == OnceState::open) {
            POSTERN_TRY(database_->run("COMMIT"));
        } else {
            (void)database_->run("ROLLBACK").has_value();
        }
        return state;
    }

    Status confirm(const OnceQuestion& question) override {
        return change(
            "INSERT INTO once(address, sent) VALUES(CAST(?1 AS BLOB), ?2) ON CONFLICT(address) DO UPDATE"
            " SET sent = ?2, claim = CASE claim WHEN ?3 THEN '' ELSE claim END",
            question);
    }

private:
    Result<OnceState> claim_inside(const OnceQuestion& question) {
        POSTERN_TRY_ASSIGN(const OnceRecord known, record_of(question.key));
        const OnceState state = state_of(known, question);
        if (state != OnceState::open) return state;
        POSTERN_TRY(
            change("INSERT INTO once(address, claimed, claim) VALUES(CAST(?1 AS BLOB), ?2, ?3)"
                   " ON CONFLICT(address) DO UPDATE SET claimed = ?2, claim = ?3",
                   question));
        return state;
    }

    Result<OnceRecord> record_of(const std::string& key) {
        SqliteDatabase::Statement select(*database_,
                                         "SELECT sent, claim, claimed FROM once WHERE address = CAST(?1 AS BLOB)");
        select.bind(1, key);
        const int got = select.step();
        if (got == SQLITE_DONE) return OnceRecord{};
        if (got != SQLITE_ROW) return database_->failed();
        return OnceRecord{select.number_of(0), select.text_of(1), select.number_of(2)};
    }

    Status change(const char* sql, const OnceQuestion& question) {
        SqliteDatabase::Statement statement(*database_, sql);
        statement.bind(1, question.key);
        statement.bind(2, question.now);
        statement.bind(3, question.token);
        if (statement.step() != SQLITE_DONE) return database_->failed();
        return {};
    }

    std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> open_once_database(Os& os, const std::string& path, mode_t mode) {
    POSTERN_TRY_ASSIGN(auto database, SqliteDatabase::open(os, path, mode));
    // The table is made only if it is not there: readers do not wait for one another.
    POSTERN_TRY_ASSIGN(const bool there, has_table(*database));
    if (!there) POSTERN_TRY(make_table(*database));
    return database;
}

Result<std::unique_ptr<SqliteDatabase>> look_into_once_database(Os& os, const std::string& path) {
    POSTERN_TRY_ASSIGN(auto database, SqliteDatabase::open(os, path, std::nullopt));
    POSTERN_TRY_ASSIGN(const bool there, has_table(*database));
    if (!there) return failure("an SQLite database without a table `once`: not a database of once");
    return database;
}

Result<std::unique_ptr<OnceStore>> open_sqlite_once(Os& os, const std::string& path, mode_t mode) {
    POSTERN_TRY_ASSIGN(auto database, open_once_database(os, path, mode));
    return std::unique_ptr<OnceStore>(std::make_unique<SqliteOnce>(std::move(database)));
}

}  // namespace postern
