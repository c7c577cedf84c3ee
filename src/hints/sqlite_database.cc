// SPDX-License-Identifier: Apache-2.0
#include "hints/sqlite_database.h"

#include <cerrno>

#include "hints/berkeley_db.h"

namespace postern {
namespace {

constexpr int kPatienceMs = 10'000;     // longer locks are not of deliveries
constexpr int kLongestValue = 1 << 20;  // of a column, a row and a statement

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(Os& os, const std::string& path,
                                                             std::optional<mode_t> mode) {
    POSTERN_TRY_ASSIGN(const SqliteLibrary* const api, sqlite_library());
    {  // with the mode that it shall have; closed again before SQLite takes its locks
        const int flags = mode ? O_RDWR | O_CREAT : O_RDONLY;
        POSTERN_TRY_ASSIGN(const UniqueFd made, os.open(AtPath(path), flags | O_NONBLOCK, mode.value_or(0)));
        POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(made.get()));
        if (stat.kind != FileKind::regular) return failure(EINVAL, "open", path);
        POSTERN_TRY_ASSIGN(const DbKind kind, db_kind_of(os, made.get()));
        if (kind == DbKind::berkeley)
            return failure("this is Exim's Berkeley DB file; `postern once import FILE FILE` makes Postern's of it");
    }
    // Also to look at only: SQLite has to finish what a crash has left half done. It contents itself with reading.
    sqlite3* db = nullptr;
    const int opened = api->open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    if (db == nullptr) return failure(ENOMEM, "sqlite", path);
    auto database = std::make_unique<SqliteDatabase>(*api, db, path);
    api->busy_timeout(db, kPatienceMs);
    if (opened != SQLITE_OK) return database->failed();
    database->distrust();
    // A commit is on the disk when it returns.
    POSTERN_TRY(database->run("PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"));
    if (!mode) POSTERN_TRY(database->run("PRAGMA query_only=ON"));
    return database;
}

// What an old library does not know yet is not refused: the schema is looked at in any case.
void SqliteDatabase::distrust() {
    api_.db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    api_.db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    api_.db_config(db_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    api_.limit(db_, SQLITE_LIMIT_LENGTH, kLongestValue);
    api_.progress_handler(db_, kRound, &another_round, this);
}

int SqliteDatabase::another_round(void* database) {
    return --static_cast<SqliteDatabase*>(database)->rounds_left_ < 0 ? 1 : 0;
}

Unexpected SqliteDatabase::failed() const {
    if (api_.extended_errcode(db_) == SQLITE_NOTADB)
        return Unexpected(Error{0, "sqlite", path_,
                                "file is not a database; of one that was made with once_file_size, "
                                "`postern once dump FILE | postern once import NEWFILE` makes one"});
    if (api_.extended_errcode(db_) == SQLITE_INTERRUPT)
        return Unexpected(Error{0, "sqlite", path_, "a statement on this database does not come to an end"});
    if (api_.extended_errcode(db_) == SQLITE_READONLY_DIRECTORY)
        return Unexpected(Error{0, "sqlite", path_,
                                "the directory must be writable for the user, for SQLite's journal; "
                                "with once_file_size it need not be"});
    return Unexpected(Error{api_.system_errno(db_), "sqlite", path_, api_.errmsg(db_)});
}

Status SqliteDatabase::run(const char* sql) {
    rounds_left_ = kMostWork;
    if (api_.exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
    return {};
}

SqliteDatabase::Statement::Statement(SqliteDatabase& database, const char* sql)
    : database_(database), api_(database.api_) {
    database.rounds_left_ = kMostWork;
    good_ = api_.prepare_v2(database.db_, sql, -1, &statement_, nullptr) == SQLITE_OK;
}

void SqliteDatabase::Statement::bind(int at, const std::string& value) {
    good_ = good_ &&
            api_.bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC) == SQLITE_OK;
}

void SqliteDatabase::Statement::bind(int at, std::int64_t value) {
    good_ = good_ && api_.bind_int64(statement_, at, value) == SQLITE_OK;
}

int SqliteDatabase::Statement::step() {
    database_.rounds_left_ = kMostWork;
    return good_ ? api_.step(statement_) : SQLITE_ERROR;
}

std::string SqliteDatabase::Statement::text_of(int column) {
    const auto* bytes = reinterpret_cast<const char*>(api_.column_text(statement_, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(api_.column_bytes(statement_, column))) : std::string();
}

}  // namespace postern
