// SPDX-License-Identifier: Apache-2.0
#include "hints/once_transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "hints/sqlite_database.h"
#include "sys/real_os.h"

namespace postern {
namespace {

using testing::ElementsAre;
using R = FlatOnceRecord;

TEST(OnceText, Forms) {
    EXPECT_THAT(*parse_once_input("5 a@b\n6 Ann Other <c@d>\n"), ElementsAre(R{5, "a@b"}, R{6, "Ann Other <c@d>"}));
    EXPECT_THAT(*parse_once_input(
                    "VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n 61406200\n 0500000000000000\nDATA=END\n"),
                ElementsAre(R{5, "a@b"}));
    EXPECT_THAT(*parse_once_input(
                    "VERSION=3\nformat=print\nHEADER=END\n a@b\\00\n \\05\\00\\00\\00\\00\\00\\00\\00\nDATA=END\n"),
                ElementsAre(R{5, "a@b"}));
    EXPECT_THAT(*parse_once_input(""), ElementsAre());
    EXPECT_EQ(format_once_text({{5, "a@b"}, {6, "x\n y"}}), "5 a@b\n6 x  y\n");
}

TEST(OnceText, Errors) {
    for (const char* text :
         {"a@b\n", "x a@b\n", "VERSION=3\nHEADER=END\n 6\n 05\nDATA=END\n", "VERSION=3\nHEADER=END\n 61\n",
          "VERSION=3\nHEADER=END\n 61\n 05\nDATA=END\n", "VERSION=3\n"})
        EXPECT_FALSE(parse_once_input(text)) << text;
}

TEST(OnceTransfer, ThereAndBack) {
    RealOs os;
    const std::string path = testing::TempDir() + "once-transfer.db";
    std::filesystem::remove(path);
    ASSERT_TRUE(import_once(os, path, {{5, "a@b"}, {7, "c@d"}}));
    ASSERT_TRUE(import_once(os, path, {{9, "a@b"}, {6, "c@d"}}));
    EXPECT_THAT(*read_once(os, path), ElementsAre(R{9, "a@b"}, R{7, "c@d"}));
    std::filesystem::remove(path);
    EXPECT_FALSE(read_once(os, path));
}

TEST(OnceTransfer, LooksWithoutTouching) {
    RealOs os;
    const std::string path = testing::TempDir() + "once-looked-at.db";
    std::filesystem::remove(path);
    {
        const auto database = *SqliteDatabase::open(os, path, 0600);
        ASSERT_TRUE(database->run("CREATE TABLE mine(x)"));
    }
    const auto content = [&] {
        std::ifstream in(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const std::string before = content();
    const auto read = read_once(os, path);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text, "an SQLite database without a table `once`: not a database of once");
    EXPECT_EQ(content(), before);
    EXPECT_FALSE((*SqliteDatabase::open(os, path, std::nullopt))->run("DROP TABLE mine"));
    std::filesystem::remove(path);
}

// A crash after the old file got its other name: the import can be repeated. A file of that name is never lost.
TEST(OnceTransfer, ReplacingIsRepeated) {
    const std::string directory = testing::TempDir() + "once-replace";
    for (const bool same : {true, false}) {
        SCOPED_TRACE(same);
        std::filesystem::remove_all(directory);
        std::filesystem::create_directory(directory);
        const std::string path = directory + "/once", old = path + ".exim";
        std::ofstream(path) << "Exim's";
        same ? std::filesystem::create_hard_link(path, old) : void(std::ofstream(old) << "another");
        RealOs os;
        EXPECT_EQ(replace_once(os, path, {{5, "a@b"}}).has_value(), same);
        std::string kept;
        std::getline(std::ifstream(same ? old : path), kept);
        EXPECT_EQ(kept, "Exim's");
        if (same) {
            EXPECT_THAT(*read_once(os, path), ElementsAre(R{5, "a@b"}));
        }
        EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    }
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace postern
