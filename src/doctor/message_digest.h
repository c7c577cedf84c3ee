// SPDX-License-Identifier: Apache-2.0
// doctor/message_digest.h – what makes two messages the same: Message-ID and a sum over the body. Lines at the end that
// are empty do not count, for the formats differ there. Who makes two that are alike on purpose only makes the doctor
// say so: nothing is ever removed for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/checksum.h"
#include "doctor/mailbox_lines.h"

namespace postern {

class MessageDigest {
public:
    void add(const MailboxLines::Line& line);
    using Key = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
    [[nodiscard]] std::optional<Key> key() const;  // nothing: no Message-ID, nothing to compare

private:
    void add_header(const MailboxLines::Line& line);

    bool in_header_ = true, in_id_ = false;
    std::string id_;
    Checksum body_;
    std::uint64_t blank_lines_ = 0;
};

// The messages of one folder. At most kMost are remembered; more are not compared.
class SeenMessages {
public:
    static constexpr std::size_t kMost = 500'000;
    // Where the same message was seen first; else it is remembered as being `here`.
    [[nodiscard]] std::optional<std::string> first_place(const MessageDigest& message, std::string here);

private:
    std::map<MessageDigest::Key, std::string> places_;
};

// A run of zeros that no mail program writes.
[[nodiscard]] std::optional<std::size_t> find_zeros(std::string_view piece);

}  // namespace postern
