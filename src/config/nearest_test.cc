// SPDX-License-Identifier: Apache-2.0
#include "config/nearest.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(EditDistanceTest, CountsEdits) {
    struct Case {
        std::string a, b;
        std::size_t want;
    };
    for (const Case& c :
         {Case{"", "", 0}, Case{"a", "", 1}, Case{"file", "file", 0}, Case{"fiel", "file", 1}, Case{"fil", "file", 1},
          Case{"files", "file", 1}, Case{"fire", "file", 1}, Case{"quta", "quota", 1}, Case{"abcdef", "fedcba", 4}}) {
        EXPECT_EQ(edit_distance(c.a, c.b, 3), c.want) << c.a << " " << c.b;
        EXPECT_EQ(edit_distance(c.b, c.a, 3), c.want) << c.b << " " << c.a;
    }
}

TEST(NearestNamesTest, OnlyWhatCanBeMeant) {
    const std::vector<std::string_view> known = {"directory", "directory_mode", "file", "mode", "quota", "user"};
    EXPECT_EQ(nearest_names("qouta", known), "quota");
    EXPECT_EQ(nearest_names("directry", known), "directory");
    EXPECT_EQ(nearest_names("mod", known), "mode");
    EXPECT_EQ(nearest_names("xyzzy", known), "");
    EXPECT_EQ(nearest_names("aaab", {"aaaa", "aaac", "aabb", "aaad"}), "aaaa, aaac, aabb") << "three at most";
}

}  // namespace
}  // namespace postern
