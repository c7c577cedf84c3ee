// SPDX-License-Identifier: Apache-2.0
#include "doctor/message_digest.h"

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::string_view kIdHeader = "message-id:";
constexpr std::size_t kLongestId = 2000, kZeroRun = 512;

}  // namespace

void MessageDigest::add(const MailboxLines::Line& line) {
    if (in_header_) return add_header(line);
    if (line.blank()) {
        ++blank_lines_;
        return;
    }
    for (; blank_lines_ > 0; --blank_lines_) body_.add("\n");
    body_.add(line.ends ? trim_right(line.text) : line.text);
    if (line.ends) body_.add("\n");
}

void MessageDigest::add_header(const MailboxLines::Line& line) {
    if (line.blank()) {
        in_header_ = false;
        return;
    }
    const std::string_view text = line.text;
    if (line.begins && !text.starts_with(' ') && !text.starts_with('\t')) {
        in_id_ = id_.empty() && istarts_with(text, kIdHeader);
        if (in_id_) id_ = trim(text.substr(kIdHeader.size(), kLongestId));
    } else if (in_id_ && id_.size() < kLongestId) {
        id_ += trim(text.substr(0, kLongestId));
    }
}

std::optional<MessageDigest::Key> MessageDigest::key() const {
    if (id_.empty()) return std::nullopt;
    return Key{checksum(id_), body_.value(), body_.count()};
}

std::optional<std::string> SeenMessages::first_place(const MessageDigest& message, std::string here) {
    const auto key = message.key();
    if (!key) return std::nullopt;
    if (const auto known = places_.find(*key); known != places_.end()) return known->second;
    if (places_.size() < kMost) places_.emplace(*key, std::move(here));
    return std::nullopt;
}

std::optional<std::size_t> find_zeros(std::string_view piece) {
    static const std::string kRun(kZeroRun, '\0');
    const std::size_t first = piece.find('\0');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t run = piece.find(kRun, first);
    return run == std::string_view::npos ? std::nullopt : std::optional(run);
}

}  // namespace postern
