// SPDX-License-Identifier: Apache-2.0
// What the disk shows after a power cut.
#include <algorithm>

#include "support/fake_os.h"
#include "support/fake_os_inode.h"

namespace postern {

void FakeOs::sync_everything() {
    for (const InodePtr& node : all_inodes()) node->now_synced();
}

// The machine starts again with the tree as it is now.
void FakeOs::restart() {
    const auto nodes = all_inodes();
    for (const InodePtr& node : nodes) {
        node->names = 0;
        if (node->kind == FileKind::fifo) node->content.clear();
    }
    process_.descriptors.clear();
    locks_.clear();
    process_.directory = root_;
    const auto count = [](const auto& self, const InodePtr& directory) -> void {
        for (const auto& [name, node] : directory->entries) {
            ++node->names;
            if (!node->is_directory()) continue;
            node->parent = directory;
            self(self, node);
        }
    };
    count(count, root_);
    sync_everything();
}

void FakeOs::power_cut(Survives survives) {
    const auto nodes = all_inodes();  // keeps what only synced entries name
    for (const InodePtr& node : nodes) {
        if (survives != Survives::data && node->kind == FileKind::regular) node->content = node->synced_content;
        if (survives != Survives::entries) node->entries = node->synced_entries;
    }
    restart();
}

// --- every state that a disk may show ---

// All that was ever, as far as the disk may know, below one of the paths.
std::vector<FakeOs::InodePtr> FakeOs::nodes_below(const std::vector<std::string>& paths) const {
    std::vector<InodePtr> found;
    const auto add = [&](const auto& self, const InodePtr& node) -> void {
        if (!node || std::ranges::find(found, node) != found.end()) return;
        found.push_back(node);
        for (const auto* entries : {&node->entries, &node->synced_entries}) {
            for (const auto& [name, below] : *entries) self(self, below);
        }
        for (const auto& change : node->unsynced_changes) {
            for (const auto& part : change) self(self, part.node);
        }
    };
    for (const std::string& path : paths) add(add, look(path));
    return found;
}

// Of each page the old or the new bytes, and, whatever became of them, any size that the file had or that ends a page.
std::vector<std::string> FakeOs::possible_contents(const Inode& file, std::size_t page) {
    const std::string &before = file.synced_content, &after = file.content;
    std::vector<std::string> out{before};
    if (before == after) return out;
    const std::size_t longest = std::max({before.size(), after.size(), std::size_t{1}});
    std::vector<std::size_t> sizes{before.size(), after.size()};
    sizes.insert(sizes.end(), file.unsynced_sizes.begin(), file.unsynced_sizes.end());
    const auto [least, most] = std::ranges::minmax(sizes);
    for (std::size_t end = page; end < most; end += page) {
        if (end > least) sizes.push_back(end);
    }
    std::vector<std::size_t> changed;  // pages
    std::string old_bytes = before, new_bytes = after;
    old_bytes.resize(longest, '\0');
    new_bytes.resize(longest, '\0');
    for (std::size_t at = 0; at < longest; at += page) {
        if (old_bytes.compare(at, page, new_bytes, at, page) != 0) changed.push_back(at);
    }
    for (std::size_t choice = 0; choice < std::size_t{1} << changed.size(); ++choice) {
        std::string bytes = old_bytes;
        for (std::size_t i = 0; i < changed.size(); ++i) {
            if ((choice >> i & 1U) != 0) bytes.replace(changed[i], page, new_bytes, changed[i], page);
        }
        for (const std::size_t size : sizes) {
            std::string content = bytes;
            content.resize(size, '\0');
            out.push_back(std::move(content));
        }
    }
    std::ranges::sort(out);
    const auto doubles = std::ranges::unique(out);
    out.erase(doubles.begin(), doubles.end());
    return out;
}

std::size_t FakeOs::power_cut_states(const Disk& disk) const {
    std::size_t count = 1;
    for (const InodePtr& node : nodes_below(disk.below)) {
        if (node->is_directory()) {
            count *= node->unsynced_changes.size() + 1;
        } else if (node->kind == FileKind::regular) {
            count *= possible_contents(*node, disk.page).size();
        }
    }
    return count;
}

void FakeOs::power_cut_to(std::size_t state, const Disk& disk) {
    const auto everything = all_inodes();
    const auto choose = [&](std::size_t options) {
        const std::size_t choice = state % options;
        state /= options;
        return choice;
    };
    for (const InodePtr& node : nodes_below(disk.below)) {
        if (node->is_directory()) {
            const std::size_t done = choose(node->unsynced_changes.size() + 1);
            node->entries = node->synced_entries;
            for (std::size_t i = 0; i < done; ++i) {
                for (const auto& [name, entry] : node->unsynced_changes[i]) {
                    if (entry) {
                        node->entries[name] = entry;
                    } else {
                        node->entries.erase(name);
                    }
                }
            }
        } else if (node->kind == FileKind::regular) {
            const auto contents = possible_contents(*node, disk.page);
            node->content = contents[choose(contents.size())];
        }
    }
    restart();
}

}  // namespace postern
