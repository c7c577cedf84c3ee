// SPDX-License-Identifier: Apache-2.0
#include "spool/done_tree.h"

#include <algorithm>

namespace postern {
namespace {

constexpr int kNone = -1;

class AvlTree {
public:
    explicit AvlTree(const std::vector<std::string>& keys) : keys_(keys), nodes_(keys.size()) {
        for (std::size_t i = 0; i < keys.size(); ++i) root_ = insert(root_, static_cast<int>(i));
    }

    [[nodiscard]] std::string lines() const {
        std::string out;
        std::vector<int> todo;
        if (root_ != kNone) todo.push_back(root_);
        while (!todo.empty()) {
            const int at = todo.back();
            todo.pop_back();
            const Node& here = node(at);
            out += here.left == kNone ? 'N' : 'Y';
            out += here.right == kNone ? 'N' : 'Y';
            out += ' ';
            for (const char c : keys_[static_cast<std::size_t>(at)]) out += c == '\n' ? ' ' : c;
            out += '\n';
            if (here.right != kNone) todo.push_back(here.right);
            if (here.left != kNone) todo.push_back(here.left);
        }
        return out;
    }

private:
    struct Node {
        int left = kNone, right = kNone, height = 1;
    };
    [[nodiscard]] Node& node(int i) { return nodes_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] const Node& node(int i) const { return nodes_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] int height(int i) const { return i == kNone ? 0 : node(i).height; }
    void measure(int i) { node(i).height = 1 + std::max(height(node(i).left), height(node(i).right)); }
    [[nodiscard]] int lean(int i) const { return height(node(i).left) - height(node(i).right); }

    int rotate_right(int top) {
        const int pivot = node(top).left;
        node(top).left = node(pivot).right;
        node(pivot).right = top;
        measure(top);
        measure(pivot);
        return pivot;
    }
    int rotate_left(int top) {
        const int pivot = node(top).right;
        node(top).right = node(pivot).left;
        node(pivot).left = top;
        measure(top);
        measure(pivot);
        return pivot;
    }

    // Depth of the recursion is the height of the tree.
    int insert(int top, int fresh) {
        if (top == kNone) return fresh;
        const int order = keys_[static_cast<std::size_t>(fresh)].compare(keys_[static_cast<std::size_t>(top)]);
        if (order == 0) return top;
        if (order < 0) {
            node(top).left = insert(node(top).left, fresh);
        } else {
            node(top).right = insert(node(top).right, fresh);
        }
        measure(top);
        if (lean(top) > 1) {
            if (lean(node(top).left) < 0) node(top).left = rotate_left(node(top).left);
            return rotate_right(top);
        }
        if (lean(top) < -1) {
            if (lean(node(top).right) > 0) node(top).right = rotate_right(node(top).right);
            return rotate_left(top);
        }
        return top;
    }

    const std::vector<std::string>& keys_;
    std::vector<Node> nodes_;
    int root_ = kNone;
};

}  // namespace

std::string format_done_tree(const std::vector<std::string>& in_order_of_insertion) {
    return in_order_of_insertion.empty() ? "XX\n" : AvlTree(in_order_of_insertion).lines();
}

bool DoneTreeReader::add(std::string_view line) {
    if (complete_) return false;
    if (nodes_.empty() && line.starts_with("XX")) {
        complete_ = true;
        return true;
    }
    const auto flag = [&](std::size_t i) { return line[i] == 'Y' || line[i] == 'N'; };
    if (line.size() < 3 || !flag(0) || !flag(1) || line[2] != ' ') return false;
    int depth = 0;
    if (!pending_.empty()) {
        depth = pending_.back();
        pending_.pop_back();
    }
    nodes_.push_back({std::string(line.substr(3)), depth});
    if (line[1] == 'Y') pending_.push_back(depth + 1);
    if (line[0] == 'Y') pending_.push_back(depth + 1);
    complete_ = pending_.empty();
    return true;
}

std::vector<std::string> DoneTreeReader::insertion_order() const {
    std::vector<const Node*> order;
    order.reserve(nodes_.size());
    for (const Node& node : nodes_) order.push_back(&node);
    std::sort(order.begin(), order.end(),
              [](const Node* a, const Node* b) { return a->depth < b->depth || (a->depth == b->depth && a < b); });
    std::vector<std::string> out;
    out.reserve(order.size());
    for (const Node* node : order) out.push_back(node->address);
    return out;
}

}  // namespace postern
