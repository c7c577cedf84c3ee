// SPDX-License-Identifier: Apache-2.0
// mailbox/mbox_intent.h – the intent records of an append to a file of many messages, and what they say about that file
// later: the message is there, a torn piece of it is, or nothing.
//
// A record is made under the lock, right before the first byte: file, old size, shape of the message. All looking here
// is done under the lock as well, through the descriptor that holds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/intent_log.h"
#include "mailbox/message_shape.h"
#include "sys/os.h"

namespace postern {

struct MboxIntent {
    std::string path;          // as configured
    std::uint64_t inode = 0;   // not the device: its number may be another after a reboot
    std::uint64_t offset = 0;  // the file's size before
    std::string lead;          // written before the message: a newline that ends a torn line, or what MBX has there
    MessageShape shape;
    bool ours = false;

    [[nodiscard]] std::uint64_t begin() const { return offset + lead.size(); }
    [[nodiscard]] std::uint64_t end() const { return begin() + shape.size; }
};

[[nodiscard]] std::string mbox_intent_text(const MboxIntent& intent);
[[nodiscard]] std::vector<MboxIntent> earlier_mbox_intents(const std::vector<EarlierIntent>& earlier,
                                                           std::string_view path);

class MboxFinder {
public:
    MboxFinder(Os& os, int fd, const FileStat& file) : os_(os), fd_(fd), file_(file) {}

    // The one of ours whose message is in the file: where it was to be, or, as a reader left it, anywhere.
    [[nodiscard]] Result<const MboxIntent*> whole(const std::vector<MboxIntent>& intents) const;
    // Where to cut the file so that a torn piece of one of ours is gone; nullopt if there is none at its end, or one
    // that might be somebody else's.
    [[nodiscard]] Result<std::optional<std::int64_t>> torn(const std::vector<MboxIntent>& intents) const;

private:
    [[nodiscard]] bool is_file_of(const MboxIntent& intent) const { return intent.inode == file_.inode; }
    [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(file_.size); }
    [[nodiscard]] Result<bool> is_in_place(const MboxIntent& intent) const;
    [[nodiscard]] Result<bool> is_like(const MboxIntent& intent, std::uint64_t at) const;
    [[nodiscard]] Result<std::uint64_t> copies(const MboxIntent& intent) const;
    [[nodiscard]] Result<bool> is_torn_piece(const MboxIntent& intent) const;
    [[nodiscard]] Result<std::string_view> block(std::string& buffer, std::uint64_t at, std::uint64_t end) const;

    Os& os_;
    int fd_;
    const FileStat& file_;
};

}  // namespace postern
