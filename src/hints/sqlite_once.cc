// SPDX-License-Identifier: Apache-2.0
// The store over an SQLite database: one table, one row a key. No -wal file is left beside a user's database, and a
// commit is on the disk when it returns.
#include <cerrno>

#include "hints/once_store.h"
#include "hints/sqlite_library.h"

namespace postern {
namespace {

constexpr int kPatienceMs = 60'000;
constexpr const char* kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS once(address BLOB PRIMARY KEY, sent INTEGER NOT NULL DEFAULT 0,"
    " claim TEXT NOT NULL DEFAULT '', claimed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;"
    "COMMIT";

class SqliteOnce final : public OnceStore {
public:
    SqliteOnce(const SqliteLibrary& api, sqlite3* db, std::string path) : api_(api), db_(db), path_(std::move(path)) {}
    ~SqliteOnce() override { api_.close_v2(db_); }
    SqliteOnce(const SqliteOnce&) = delete;
    SqliteOnce& operator=(const SqliteOnce&) = delete;

    // The table is made only if it is not there: readers do not wait for one another.
    Status prepare() {
        POSTERN_TRY(run("PRAGMA synchronous=FULL"));
        if (run("SELECT 1 FROM once LIMIT 0")) return {};
        return run(kSchema);
    }

    Result<bool> is_open(const OnceQuestion& question) override {
        POSTERN_TRY_ASSIGN(const OnceRecord known, record_of(question.key));
        return postern::is_open(known, question);
    }

    Result<bool> claim(const OnceQuestion& question) override {
        POSTERN_TRY(run("BEGIN IMMEDIATE"));
        const Result<bool> ours = claim_inside(question);
        if (ours && *ours) {
            POSTERN_TRY(run("COMMIT"));
        } else {
            (void)run("ROLLBACK").has_value();
        }
        return ours;
    }

    Status confirm(const OnceQuestion& question) override {
        return change(
            "INSERT INTO once(address, sent) VALUES(CAST(?1 AS BLOB), ?2) ON CONFLICT(address) DO UPDATE"
            " SET sent = ?2,"
            " claim = CASE claim WHEN ?3 THEN '' ELSE claim END",
            question);
    }

private:
    Result<bool> claim_inside(const OnceQuestion& question) {
        POSTERN_TRY_ASSIGN(const OnceRecord known, record_of(question.key));
        if (!postern::is_open(known, question)) return false;
        POSTERN_TRY(
            change("INSERT INTO once(address, claimed, claim) VALUES(CAST(?1 AS BLOB), ?2, ?3)"
                   " ON CONFLICT(address) DO UPDATE SET claimed = ?2, claim = ?3",
                   question));
        return true;
    }

    [[nodiscard]] Unexpected failed() const {
        return Unexpected(Error{api_.system_errno(db_), "sqlite", path_, api_.errmsg(db_)});
    }

    Status run(const char* sql) {
        if (api_.exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
        return {};
    }

    class Statement {
    public:
        Statement(const SqliteLibrary& api, sqlite3* db, const char* sql) : api_(api) {
            good_ = api.prepare_v2(db, sql, -1, &statement_, nullptr) == SQLITE_OK;
        }
        ~Statement() { api_.finalize(statement_); }
        Statement(const Statement&) = delete;
        Statement& operator=(const Statement&) = delete;
        void text(int at, const std::string& value) {
            good_ = good_ && api_.bind_text(statement_, at, value.data(), static_cast<int>(value.size()),
                                            SQLITE_STATIC) == SQLITE_OK;
        }
        void number(int at, std::int64_t value) {
            good_ = good_ && api_.bind_int64(statement_, at, value) == SQLITE_OK;
        }
        int step() { return good_ ? api_.step(statement_) : SQLITE_ERROR; }
        [[nodiscard]] std::int64_t number_of(int column) { return api_.column_int64(statement_, column); }
        [[nodiscard]] std::string text_of(int column) {
            const auto* bytes = reinterpret_cast<const char*>(api_.column_text(statement_, column));
            return bytes ? std::string(bytes, static_cast<std::size_t>(api_.column_bytes(statement_, column))) : "";
        }

    private:
        const SqliteLibrary& api_;
        sqlite3_stmt* statement_ = nullptr;
        bool good_ = false;
    };

    Result<OnceRecord> record_of(const std::string& key) {
        Statement select(api_, db_, "SELECT sent, claim, claimed FROM once WHERE address = CAST(?1 AS BLOB)");
        select.text(1, key);
        const int got = select.step();
        if (got == SQLITE_DONE) return OnceRecord{};
        if (got != SQLITE_ROW) return failed();
        return OnceRecord{select.number_of(0), select.text_of(1), select.number_of(2)};
    }

    Status change(const char* sql, const OnceQuestion& question) {
        Statement statement(api_, db_, sql);
        statement.text(1, question.key);
        statement.number(2, question.now);
        statement.text(3, question.token);
        if (statement.step() != SQLITE_DONE) return failed();
        return {};
    }

    const SqliteLibrary& api_;
    sqlite3* db_;
    std::string path_;
};

}  // namespace

Result<std::unique_ptr<OnceStore>> open_sqlite_once(Os& os, const std::string& path, mode_t mode) {
    POSTERN_TRY_ASSIGN(const SqliteLibrary* const api, sqlite_library());
    {  // with the mode that it shall have; closed again before SQLite takes its locks
        POSTERN_TRY_ASSIGN(const UniqueFd made, os.open(AtPath(path), O_RDWR | O_CREAT | O_NONBLOCK, mode));
        POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(made.get()));
        if (stat.kind != FileKind::regular) return failure(EINVAL, "open", path);
    }
    sqlite3* db = nullptr;
    const int opened = api->open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    if (db == nullptr) return failure(ENOMEM, "sqlite", path);
    auto store = std::make_unique<SqliteOnce>(*api, db, path);
    api->busy_timeout(db, kPatienceMs);
    if (opened != SQLITE_OK) return Unexpected(Error{api->system_errno(db), "sqlite", path, api->errmsg(db)});
    POSTERN_TRY(store->prepare());
    return std::unique_ptr<OnceStore>(std::move(store));
}

}  // namespace postern
