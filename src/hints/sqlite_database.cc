// SPDX-License-Identifier: Apache-2.0
#include "hints/sqlite_database.h"

#include <cerrno>

#include "hints/berkeley_db.h"

namespace postern {
namespace {

constexpr int kPatienceMs = 60'000;

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(Os& os, const std::string& path, mode_t mode) {
    POSTERN_TRY_ASSIGN(const SqliteLibrary* const api, sqlite_library());
    {  // with the mode that it shall have; closed again before SQLite takes its locks
        POSTERN_TRY_ASSIGN(const UniqueFd made, os.open(AtPath(path), O_RDWR | O_CREAT | O_NONBLOCK, mode));
        POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(made.get()));
        if (stat.kind != FileKind::regular) return failure(EINVAL, "open", path);
        POSTERN_TRY_ASSIGN(const DbKind kind, db_kind_of(os, made.get()));
        if (kind == DbKind::berkeley)
            return failure("this is Exim's Berkeley DB file; `postern once import FILE FILE` makes Postern's of it");
    }
    sqlite3* db = nullptr;
    const int opened = api->open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    if (db == nullptr) return failure(ENOMEM, "sqlite", path);
    auto database = std::make_unique<SqliteDatabase>(*api, db, path);
    api->busy_timeout(db, kPatienceMs);
    if (opened != SQLITE_OK) return database->failed();
    POSTERN_TRY(database->run("PRAGMA synchronous=FULL"));  // a commit is on the disk when it returns
    return database;
}

Unexpected SqliteDatabase::failed() const {
    return Unexpected(Error{api_.system_errno(db_), "sqlite", path_, api_.errmsg(db_)});
}

Status SqliteDatabase::run(const char* sql) {
    if (api_.exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
    return {};
}

SqliteDatabase::Statement::Statement(SqliteDatabase& database, const char* sql) : api_(database.api_) {
    good_ = api_.prepare_v2(database.db_, sql, -1, &statement_, nullptr) == SQLITE_OK;
}

void SqliteDatabase::Statement::bind(int at, const std::string& value) {
    good_ = good_ &&
            api_.bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC) == SQLITE_OK;
}

void SqliteDatabase::Statement::bind(int at, std::int64_t value) {
    good_ = good_ && api_.bind_int64(statement_, at, value) == SQLITE_OK;
}

std::string SqliteDatabase::Statement::text_of(int column) {
    const auto* bytes = reinterpret_cast<const char*>(api_.column_text(statement_, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(api_.column_bytes(statement_, column))) : std::string();
}

}  // namespace postern
