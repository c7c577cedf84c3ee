// SPDX-License-Identifier: Apache-2.0
// spool/done_tree.h – the non-recipients of a -H file. Exim writes them as the pre-order walk of an AVL tree keyed by
// the addresses' bytes, one line a node: "YN joe@x.y" (has a left child, has no right one), or "XX" for none. The same
// sequence of insertions makes the same tree, so that a -H that nobody changed stays the same file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

// The lines, each with its newline.
[[nodiscard]] std::string format_done_tree(const std::vector<std::string>& in_order_of_insertion);

// Reads a tree line by line. Afterwards insertion_order() is a sequence whose insertion makes exactly the tree that was
// read (if it was one of Exim's): breadth first, which never needs a rotation.
class DoneTreeReader {
public:
    // False: this line can't be part of a tree. The tree is complete when complete() is true.
    [[nodiscard]] bool add(std::string_view line);
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] std::vector<std::string> insertion_order() const;

private:
    struct Node {
        std::string address;
        int depth = 0;
    };
    std::vector<Node> nodes_;   // in pre-order: within one depth that is from left to right
    std::vector<int> pending_;  // depths of the children that have been promised
    bool complete_ = false;
};

}  // namespace postern
