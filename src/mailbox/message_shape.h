// SPDX-License-Identifier: Apache-2.0
// mailbox/message_shape.h – by what the record of a message in a file of many is known again: whole, torn, or whole but
// touched by a mail reader.
//
// Readers rewrite a mailbox: messages move, and get or lose lines like Status: and X-UID:. What is left then is the
// lasting part: all bytes but those header lines and the newlines at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/checksum.h"
#include "write/message_writer.h"

namespace postern {

// Sums the lasting part of a message that comes in pieces, up to `limit` bytes of it.
class LastingSum {
public:
    explicit LastingSum(std::uint64_t limit = UINT64_MAX) : limit_(limit) {}
    void add(std::string_view bytes);
    [[nodiscard]] bool full() const { return sum_.count() == limit_; }
    [[nodiscard]] std::uint64_t count() const { return sum_.count(); }
    [[nodiscard]] std::uint64_t value() const { return sum_.value(); }

private:
    enum class At : std::uint8_t { line_start, name, kept_line, dropped_line, body };
    [[nodiscard]] std::size_t take_name(std::string_view bytes);
    void keep(std::string_view bytes);

    Checksum sum_;
    std::uint64_t limit_, newlines_ = 0;  // newlines that count only if something follows
    std::string name_;                    // of the header line, while it is not decided
    At at_ = At::line_start;
    bool dropping_ = false;  // the last header line, for its continuation
};

struct MessageShape {
    static constexpr std::size_t kShortHead = 256, kLongHead = 1024;

    std::uint64_t size = 0, sum = 0;
    std::uint64_t lasting_size = 0, lasting_sum = 0;
    std::string head;  // the first bytes, kLongHead at most
    std::uint64_t own_from =
        0;  // no other message has as many first bytes in common with it: its id is there; 0: unknown
    std::int64_t reported = 0;  // the size that the log shows: S=
};

// Learns a shape from the bytes as they will be written.
class ShapeSink final : public ByteSink {
public:
    explicit ShapeSink(std::string message_id) : message_id_(std::move(message_id)) {}
    [[nodiscard]] Status write(std::string_view bytes) override;
    [[nodiscard]] MessageShape shape() const;

private:
    std::string message_id_, head_;
    Checksum sum_;
    LastingSum lasting_;
};

}  // namespace postern
