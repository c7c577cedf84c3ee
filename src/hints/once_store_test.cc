// SPDX-License-Identifier: Apache-2.0
#include "hints/once_store.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "hints/flat_once.h"
#include "hints/sqlite_database.h"
#include "support/fake_os.h"
#include "support/fault_os.h"
#include "sys/real_os.h"

namespace postern {
namespace {

struct DecisionCase {
    const char* name;
    OnceRecord record;
    std::int64_t repeat;
    OnceState want;
};

TEST(Once, Decision) {
    using enum OnceState;
    const DecisionCase kCases[] = {
        {"never", {}, 0, open},
        {"once for ever", {.sent = 1}, 0, answered},
        {"too early", {.sent = 1000}, 1000, answered},
        {"just late enough", {.sent = 1000}, 999, open},
        {"clock set back", {.sent = 5000}, 100, answered},
        {"another's claim", {.claim = "b", .claimed = 1900}, 0, being_answered},
        {"our claim", {.claim = "a", .claimed = 1900}, 0, open},
        {"our claim, answered long ago", {.sent = 5, .claim = "a", .claimed = 1900}, 1000, open},
        {"another's claim of an hour ago", {.claim = "b", .claimed = 1999 - 3600}, 0, open},
        {"another's claim of just not an hour ago", {.claim = "b", .claimed = 2000 - 3600}, 0, being_answered},
        {"a dead claim", {.claim = "b", .claimed = 1999 - kClaimLasts}, 0, open},
        {"a dead claim, answered before", {.sent = 1, .claim = "b", .claimed = 1999 - kClaimLasts}, 0, answered},
    };
    for (const DecisionCase& c : kCases)
        EXPECT_EQ(state_of(c.record, {.key = "k", .token = "a", .now = 1999, .repeat = c.repeat}), c.want) << c.name;
}

// --- both stores, the same story ---

class Stores : public testing::TestWithParam<bool> {
protected:
    Stores() {
        char name[] = "/tmp/postern-once-XXXXXX";
        directory_ = ::mkdtemp(name);
    }
    ~Stores() override { std::filesystem::remove_all(directory_); }
    std::unique_ptr<OnceStore> open() {
        auto store = GetParam() ? open_flat_once(os_, path(), 0640, 1000) : open_sqlite_once(os_, path(), 0640);
        EXPECT_TRUE(store) << store.error().to_string();
        return store ? std::move(*store) : nullptr;
    }
    std::string path() const { return directory_ + "/once"; }
    RealOs os_;
    std::string directory_;
};

TEST_P(Stores, OneOfTwoMessagesGetsTheReply) {
    const OnceQuestion a{.key = "ann@b", .token = "a", .now = 100}, b{.key = "ann@b", .token = "b", .now = 101};
    EXPECT_EQ(*open()->look(a), OnceState::open);
    EXPECT_EQ(*open()->claim(a), OnceState::open);
    EXPECT_EQ(*open()->claim(b), OnceState::being_answered);
    EXPECT_EQ(*open()->claim(a), OnceState::open);  // after a crash
    EXPECT_TRUE(open()->confirm(a));
    EXPECT_EQ(*open()->look(a), OnceState::answered);
    EXPECT_EQ(*open()->look(b), OnceState::answered);
    const OnceQuestion later{.key = "ann@b", .token = "c", .now = 1000, .repeat = 900};
    EXPECT_EQ(*open()->claim(later), OnceState::open);
    EXPECT_EQ(*open()->claim({.key = "ann@b", .token = "d", .now = 1001, .repeat = 900}), OnceState::being_answered);
    EXPECT_TRUE(open()->confirm(later));
    EXPECT_EQ(*open()->look({.key = "ANN@b", .token = "e", .now = 1001}), OnceState::open);
    EXPECT_EQ(std::filesystem::status(path()).permissions(), std::filesystem::perms(0640));
}

TEST_P(Stores, RefuseWhatIsNoFile) {
    std::filesystem::create_directory(path());
    auto flat = open_flat_once(os_, path(), 0600, 1000);
    EXPECT_FALSE((*flat)->look({.key = "k", .token = "t", .now = 1}));
    EXPECT_FALSE(open_sqlite_once(os_, path(), 0600));
}

INSTANTIATE_TEST_SUITE_P(Once, Stores, testing::Bool(),
                         [](const auto& given) { return given.param ? "flat" : "sqlite"; });

TEST(SqliteOnce, SaysWhatIsNoDatabase) {
    RealOs os;
    const std::string path = testing::TempDir() + "no-database";
    std::ofstream(path) << std::string(4096, 'x');
    const auto store = open_sqlite_once(os, path, 0600);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().text,
              "file is not a database; of one that was made with once_file_size, "
              "`postern once dump FILE | postern once import NEWFILE` makes one");
    std::filesystem::remove(path);
}

// A database is its user's: whatever it makes of the table, opening it comes to an end and says no.
TEST(SqliteOnce, RefusesWhatIsNotItsTable) {
    const std::string kTable =
        "CREATE TABLE once(address BLOB PRIMARY KEY, sent INTEGER NOT NULL DEFAULT 0,"
        " claim TEXT NOT NULL DEFAULT '', claimed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;";
    const std::string kEndless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c";
    const struct {
        const char* name;
        std::string sql;
        bool want;
    } kCases[] = {
        {"ours", kTable, true},
        {"ours and a table", kTable + "CREATE TABLE mine(x)", true},
        {"endless view",
         "CREATE VIEW once AS SELECT x AS address, x AS sent, '' AS claim, 0 AS claimed FROM (" + kEndless + ")",
         false},
        {"other table", "CREATE TABLE once(address, sent, claim, claimed)", false},
        {"other letters", "CREATE TABLE ONCE(address, sent, claim, claimed)", false},
        {"trigger", kTable + "CREATE TRIGGER t AFTER INSERT ON once BEGIN DELETE FROM once; END", false},
        {"index", kTable + "CREATE INDEX i ON once(hex(zeroblob(sent)))", false},
        {"trigger in disguise",
         kTable + "CREATE TRIGGER t AFTER INSERT ON once BEGIN DELETE FROM once; END; PRAGMA writable_schema=ON;"
                  "UPDATE sqlite_master SET type='table', tbl_name='t' WHERE name='t'",
         false},
    };
    const std::string path = testing::TempDir() + "once-foreign";
    RealOs os;
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        std::filesystem::remove(path);
        sqlite3* db = nullptr;
        const SqliteLibrary* const api = *sqlite_library();
        ASSERT_EQ(api->open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr), SQLITE_OK);
        ASSERT_EQ(api->exec(db, c.sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << api->errmsg(db);
        api->close_v2(db);
        const auto store = open_sqlite_once(os, path, 0600);
        EXPECT_EQ(store.has_value(), c.want) << (store ? "" : store.error().text);
    }
    std::filesystem::remove(path);
}

// The second line: a statement that runs away is stopped.
TEST(SqliteDatabase, NoStatementIsEndless) {
    const std::string path = testing::TempDir() + "once-endless";
    RealOs os;
    const auto database = *SqliteDatabase::open(os, path, 0600);
    SqliteDatabase::Statement endless(
        *database, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c");
    EXPECT_NE(endless.step(), SQLITE_ROW);
    EXPECT_EQ(database->failed().value().text, "a statement on this database does not come to an end");
    std::filesystem::remove(path);
}

// --- Exim's flat file ---

std::string record(std::int64_t when, const std::string& text) { return format_flat_once({{when, text}}); }

TEST(FlatOnce, Format) {
    EXPECT_EQ(record(0x0102, "a@b"), std::string("\x02\x01\0\0\0\0\0\0a@b\0", 12));
    const std::string two = record(1, "a@b") + record(2, "c@d");
    EXPECT_EQ(parse_flat_once(two).size(), 2u);
    EXPECT_EQ(format_flat_once(parse_flat_once(two)), two);
    EXPECT_EQ(parse_flat_once(two + "torn tail").size(), 2u);
    EXPECT_EQ(parse_flat_once("short").size(), 0u);
}

struct FlatFile {
    FlatFile() {
        fake.put_directory("/home/joe", 0700, 1000, 8);
        fake.run_as(1000, 8);
    }
    std::unique_ptr<OnceStore> open(std::int64_t most = 1000) {
        return *open_flat_once(os, "/home/joe/once", 0600, most);
    }
    void answer(const std::string& key, std::int64_t now, std::int64_t most) {
        EXPECT_EQ(*open(most)->claim({.key = key, .token = "t", .now = now}), OnceState::open);
        EXPECT_TRUE(open(most)->confirm({.key = key, .token = "t", .now = now}));
    }
    FakeClock clock;
    FakeOs fake{clock};
    FaultOs os{fake};
};

TEST(FlatOnce, KeepsTheNewestThatFit) {
    FlatFile file;
    for (int i = 0; i < 10; ++i) file.answer("a" + std::to_string(i) + "@b", i + 1, 40);
    EXPECT_EQ(file.fake.content("/home/joe/once"), record(8, "a7@b") + record(9, "a8@b") + record(10, "a9@b"));
    file.answer("long-" + std::string(50, 'x'), 11, 40);
    EXPECT_EQ(file.fake.content("/home/joe/once"), record(11, "long-" + std::string(50, 'x')));
    EXPECT_EQ(file.fake.locks_held(), 0u);
}

// Replies that are never sent, from any number of senders.
TEST(FlatOnce, ClaimsCount) {
    FlatFile file;
    file.answer("a@b", 1, 40);
    for (int i = 0; i < 10; ++i) {
        const OnceQuestion question{.key = "c" + std::to_string(i) + "@d", .token = "t", .now = 2};
        EXPECT_EQ(*file.open(40)->claim(question), OnceState::open);
        EXPECT_EQ(*file.open(40)->claim(question), OnceState::open);
    }
    EXPECT_EQ(file.fake.content("/home/joe/once"),
              record(2, "\1t\1c7@d") + record(2, "\1t\1c8@d") + record(2, "\1t\1c9@d"));
}

TEST(FlatOnce, KeepsOwnerGroupAndMode) {
    const struct {
        const char* name;
        uid_t uid;
        gid_t gid;
    } kCases[] = {{"ours", 1000, 8}, {"a group that we are not in", 1000, 99}, {"another user's", 2000, 99}};
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        FlatFile file;
        file.fake.put_file("/home/joe/once", record(1, "a@b") + record(1, "c@d"), 0666, c.uid, c.gid);
        file.answer("e@f", 2, 30);
        EXPECT_EQ(file.fake.content("/home/joe/once"), record(1, "c@d") + record(2, "e@f"));
        const FileStat stat = *file.fake.stat(AtPath("/home/joe/once"), Follow::no);
        EXPECT_EQ(stat.uid, c.uid);
        EXPECT_EQ(stat.gid, c.gid);
        EXPECT_EQ(stat.permissions, mode_t{0666});
    }
}

TEST(FlatOnce, DoesNotReadWhatIsFarTooLarge) {
    FlatFile file;
    const std::string bytes(std::size_t{4 << 20} + 1, '\0');
    file.fake.put_file("/home/joe/once", bytes, 0600, 1000, 8);
    const auto open = file.open()->look({.key = "a@b", .token = "t", .now = 1});
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().text, "the file is far larger than once_file_size: move it away");
    EXPECT_TRUE(file.open(1 << 20)->look({.key = "a@b", .token = "t", .now = 1}));
}

TEST(FlatOnce, CleansUpBehindExim) {
    FlatFile file;
    file.fake.put_file("/home/joe/once", record(5, "a@b") + std::string("xample.org\0rest of a longer record", 35),
                       0600, 1000, 8);
    file.answer("c@d", 6, 1000);
    EXPECT_EQ(file.fake.content("/home/joe/once"), record(5, "a@b") + record(6, "c@d"));
}

// once_file_size was set later: what the database knows is not lost.
TEST(FlatOnce, RefusesDatabases) {
    const struct {
        std::string start;
        const char* want;
    } kCases[] = {
        {std::string("SQLite format 3\0", 16), "this is an SQLite database"},
        {std::string("\0\0\0\0\0\0\0\0\0\0\0\0\x61\x15\x06\0", 16), "this is Exim's Berkeley DB file"},
        {"TDB file\n", "this is a database of another kind"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.want);
        FlatFile file;
        const std::string bytes = c.start + std::string(100, '\0');
        file.fake.put_file("/home/joe/once", bytes, 0600, 1000, 8);
        const OnceQuestion question{.key = "a@b", .token = "t", .now = 1};
        const auto open = file.open()->look(question);
        ASSERT_FALSE(open);
        EXPECT_EQ(open.error().text.rfind(c.want, 0), 0u) << open.error().text;
        EXPECT_FALSE(file.open()->claim(question));
        EXPECT_FALSE(file.open()->confirm(question));
        EXPECT_EQ(file.fake.content("/home/joe/once"), bytes);
    }
}

TEST(FlatOnce, RecordsWithoutTextAreNoneAndOldClaimsGo) {
    FlatFile file;
    file.fake.put_file("/home/joe/once", record(5, "") + record(6, "\1t\1lost@b") + record(kClaimLasts, "\1t\1held@b"),
                       0600, 1000, 8);
    file.answer("c@d", kClaimLasts + 6, 30);
    EXPECT_EQ(file.fake.content("/home/joe/once"), record(kClaimLasts, "\1t\1held@b") + record(kClaimLasts + 6, "c@d"));
}

// Whatever fails, the file is the old or the new one, and a claim is never lost silently.
TEST(FlatOnce, Faults) {
    for (int nth = 1; nth < 60; ++nth) {
        FlatFile file;
        file.answer("a@b", 1, 1000);
        const std::string before = file.fake.content("/home/joe/once");
        file.os.fail_at(nth, EIO);
        const Result<OnceState> claimed = file.open()->claim({.key = "c@d", .token = "t", .now = 2});
        file.os.disarm();
        const std::string after = file.fake.content("/home/joe/once");
        const std::string with_claim = before + record(2, "\1t\1c@d");
        EXPECT_TRUE(after == before || after == with_claim) << nth;
        if (claimed) {
            EXPECT_EQ(after, with_claim) << nth;
        }
    }
}

}  // namespace
}  // namespace postern
