// SPDX-License-Identifier: Apache-2.0
// Files by hand, to damage them; those of the real library are in tests/fuzz/corpus/berkeley, and
// tests/compat/test_once_takeover.py reads what exim4 and perl's DB_File write.
#include "hints/berkeley_db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using R = DbRecord;

constexpr std::size_t kPage = 512;

class DbFile {
public:
    enum class Form { hash, btree };
    explicit DbFile(Form form) : form_(form) {
        page(form == Form::hash ? 8 : 9);
        put<std::uint32_t>(12, form == Form::hash ? 0x061561 : 0x053162);
        put<std::uint32_t>(16, 9);
        put<std::uint32_t>(20, kPage);
    }
    // A page of items that are already in the file's form.
    void items(std::uint8_t type, const std::vector<std::string>& all) {
        const std::size_t start = page(type);
        std::size_t end = kPage, slot = 26;
        for (const std::string& item : all) {
            end -= item.size();
            bytes.replace(start + end, item.size(), item);
            put<std::uint16_t>(start + slot, static_cast<std::uint16_t>(end));
            slot += 2;
        }
        put<std::uint16_t>(start + 20, static_cast<std::uint16_t>(all.size()));
    }
    void overflow(std::uint32_t next, const std::string& part) {
        const std::size_t start = page(7);
        put<std::uint32_t>(start + 16, next);
        put<std::uint16_t>(start + 22, static_cast<std::uint16_t>(part.size()));
        bytes.replace(start + 26, part.size(), part);
    }
    [[nodiscard]] std::string plain(const std::string& text) const {
        return form_ == Form::hash ? "\1" + text : number<std::uint16_t>(text.size()) + "\1" + text;
    }
    [[nodiscard]] std::string elsewhere(std::uint32_t page, std::uint32_t size) const {
        const std::string start = form_ == Form::hash ? std::string("\3\0\0\0", 4) : std::string("\0\0\3\0", 4);
        return start + number<std::uint32_t>(page) + number<std::uint32_t>(size);
    }
    template <class Number>
    void put(std::size_t at, Number value) {
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }
    template <class Number>
    static std::string number(std::size_t value) {
        const auto typed = static_cast<Number>(value);
        return {reinterpret_cast<const char*>(&typed), sizeof typed};
    }
    std::string bytes;

private:
    std::size_t page(std::uint8_t type) {
        const std::size_t start = bytes.size();
        bytes.resize(start + kPage);
        put(start + 25, type);
        put(32, static_cast<std::uint32_t>(start / kPage));
        return start;
    }
    Form form_;
};

class BerkeleyDb : public testing::TestWithParam<DbFile::Form> {
protected:
    [[nodiscard]] static std::uint8_t records() { return GetParam() == DbFile::Form::hash ? 13 : 5; }
    DbFile file_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Forms, BerkeleyDb, testing::Values(DbFile::Form::hash, DbFile::Form::btree),
                         [](const auto& test) { return test.param == DbFile::Form::hash ? "Hash" : "Btree"; });

TEST_P(BerkeleyDb, RecordsOfAllPages) {
    file_.items(records(), {file_.plain("a"), file_.plain("1"), file_.plain(""), file_.plain("2")});
    file_.items(0, {file_.plain("free"), file_.plain("page")});
    file_.items(3, {file_.plain("inner"), file_.plain("node")});
    file_.items(records(), {file_.elsewhere(5, 490), file_.plain("3")});
    file_.overflow(6, std::string(486, 'x'));
    file_.overflow(0, "tail");
    const auto read = parse_berkeley_db(file_.bytes);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_THAT(*read, ElementsAre(R{"a", "1"}, R{"", "2"}, R{std::string(486, 'x') + "tail", "3"}));
    EXPECT_EQ(db_kind(file_.bytes), DbKind::berkeley);
}

TEST_P(BerkeleyDb, NoRecords) { EXPECT_THAT(*parse_berkeley_db(file_.bytes), ElementsAre()); }

TEST_P(BerkeleyDb, DamageIsNamed) {
    file_.items(records(), {file_.plain("a"), file_.plain("1"), file_.elsewhere(2, 8), file_.plain("2")});
    file_.overflow(3, "1234");
    file_.overflow(0, "5678");
    const DbFile whole = file_;
    ASSERT_TRUE(parse_berkeley_db(whole.bytes));
    const struct {
        const char* name;
        std::function<void(DbFile&)> damage;
        const char* want;
    } kCases[] = {
        {"version", [](DbFile& f) { f.put<std::uint32_t>(16, 10); }, "version that is not known (10)"},
        {"page size", [](DbFile& f) { f.put<std::uint32_t>(20, 500); }, "page 0"},
        {"tiny pages", [](DbFile& f) { f.put<std::uint32_t>(20, 16); }, "page 0"},
        {"type", [](DbFile& f) { f.put<std::uint8_t>(25, 1); }, "page 0"},
        {"encrypted", [](DbFile& f) { f.put<std::uint8_t>(24, 1); }, "encryption"},
        {"checksums", [](DbFile& f) { f.put<std::uint8_t>(26, 1); }, "encryption, checksums"},
        {"cut", [](DbFile& f) { f.bytes.pop_back(); }, "pages are missing"},
        {"very long", [](DbFile& f) { f.put<std::uint32_t>(32, UINT32_MAX); }, "pages are missing"},
        {"odd", [](DbFile& f) { f.put<std::uint16_t>(kPage + 20, 3); }, "page 1"},
        {"many", [](DbFile& f) { f.put<std::uint16_t>(kPage + 20, 400); }, "page 1"},
        {"offset", [](DbFile& f) { f.put<std::uint16_t>(kPage + 26, 9999); }, "page 1"},
        {"offset in the table", [](DbFile& f) { f.put<std::uint16_t>(kPage + 28, 3); }, "page 1"},
        {"no such page", [](DbFile& f) { f.put<std::uint32_t>(2 * kPage + 16, 77); }, "page"},
        {"ring", [](DbFile& f) { f.put<std::uint32_t>(2 * kPage + 16, 2); }, nullptr},
        {"empty part", [](DbFile& f) { f.put<std::uint16_t>(2 * kPage + 22, 0); }, "page 2"},
        {"long part", [](DbFile& f) { f.put<std::uint16_t>(2 * kPage + 22, 487); }, "page 2"},
        {"more than said", [](DbFile& f) { f.put<std::uint16_t>(3 * kPage + 22, 5); }, "page"},
        {"no overflow", [](DbFile& f) { f.put<std::uint8_t>(2 * kPage + 25, 13); }, "page"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        DbFile damaged = whole;
        c.damage(damaged);
        const auto read = parse_berkeley_db(damaged.bytes);
        if (c.want == nullptr) continue;  // it only has to come to an end
        ASSERT_FALSE(read);
        EXPECT_THAT(read.error().text, HasSubstr(c.want));
    }
}

// A memory bomb: 100 times the same item, which fills the page.
TEST(BerkeleyDbTree, ItemsDoNotOverlap) {
    DbFile file(DbFile::Form::btree);
    file.items(5, {file.plain(std::string(200, 'x'))});
    const std::uint16_t at = kPage - 203;
    for (std::size_t i = 0; i < 100; ++i) file.put<std::uint16_t>(kPage + 26 + 2 * i, at);
    file.put<std::uint16_t>(kPage + 20, 100);
    const auto read = parse_berkeley_db(file.bytes);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text, "damaged Berkeley DB file: page 1");
}

TEST(BerkeleyDbTree, DeletedRecordsAreNone) {
    DbFile file(DbFile::Form::btree);
    std::string gone = file.plain("gone");
    gone[2] = static_cast<char>(0x81);
    file.items(5, {gone, file.plain("1"), file.plain("there"), file.plain("2")});
    EXPECT_THAT(*parse_berkeley_db(file.bytes), ElementsAre(R{"there", "2"}));
}

TEST(DbKinds, ByTheFirstBytes) {
    DbFile swapped(DbFile::Form::hash);
    swapped.put<std::uint32_t>(12, __builtin_bswap32(0x061561));
    const struct {
        std::string bytes;
        DbKind want;
    } kCases[] = {
        {std::string("SQLite format 3\0", 16), DbKind::sqlite},
        {"TDB file\n", DbKind::tdb},
        {"\xcd\x9a\x57\x13", DbKind::gdbm},
        {"\x13\x57\x9a\xd0", DbKind::gdbm},
        {swapped.bytes, DbKind::berkeley_foreign},
        {std::string("\x61\x15\x06\0", 4), DbKind::berkeley_foreign},
        {"", DbKind::none},
        {"1600000000 a@b\n", DbKind::none},
    };
    for (const auto& c : kCases) EXPECT_EQ(db_kind(c.bytes), c.want) << c.bytes.substr(0, 20);
}

}  // namespace
}  // namespace postern
