// SPDX-License-Identifier: Apache-2.0
#include "spool/done_tree.h"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

using Strings = std::vector<std::string>;

TEST(DoneTree, SmallOnes) {
    EXPECT_EQ(format_done_tree({}), "XX\n");
    EXPECT_EQ(format_done_tree({"b"}), "NN b\n");
    EXPECT_EQ(format_done_tree({"a", "b"}), "NY a\nNN b\n");
    EXPECT_EQ(format_done_tree({"a", "b", "c"}), "YY b\nNN a\nNN c\n");
    EXPECT_EQ(format_done_tree({"a", "c", "b"}), "YY b\nNN a\nNN c\n");
    EXPECT_EQ(format_done_tree({"b", "b"}), "NN b\n");
}

Strings read_back(const std::string& lines) {
    DoneTreeReader reader;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        EXPECT_FALSE(reader.complete());
        EXPECT_TRUE(reader.add(lines.substr(at, end - at)));
        at = end + 1;
    }
    EXPECT_TRUE(reader.complete());
    return reader.insertion_order();
}

TEST(DoneTree, WhatWasReadIsBuiltAgainAndGrowsInTheSameWay) {
    unsigned state = 1;
    const auto random = [&state] { return state = state * 1103515245U + 12345U; };
    Strings done;
    for (int i = 0; i < 300; ++i) {
        done.push_back(std::to_string(random() >> 8));
        const std::string tree = format_done_tree(done);
        Strings reread = read_back(tree);
        EXPECT_EQ(format_done_tree(reread), tree);
        // One run marks three more addresses; it must not matter that the first ones were read from a file.
        Strings longer = done;
        for (const char* extra : {"5", "x", "31"}) {
            reread.emplace_back(extra);
            longer.emplace_back(extra);
        }
        EXPECT_EQ(format_done_tree(reread), format_done_tree(longer));
    }
}

TEST(DoneTreeReader, RefusesWhatIsNoTree) {
    for (const char* line : {"", "YN", "XN a", "NNa", "recipient@x"}) EXPECT_FALSE(DoneTreeReader().add(line)) << line;
    DoneTreeReader reader;
    EXPECT_TRUE(reader.add("YN a"));
    EXPECT_FALSE(reader.add("XX"));
    EXPECT_FALSE(reader.complete());
}

}  // namespace
}  // namespace postern
