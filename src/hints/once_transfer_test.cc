// SPDX-License-Identifier: Apache-2.0
#include "hints/once_transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

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

}  // namespace
}  // namespace postern
