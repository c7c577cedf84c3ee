// SPDX-License-Identifier: Apache-2.0
// app/message_preview.h – the message that `postern explain` and -bem talk about: read from standard input (or a file),
// never spooled. Header lines are read as reception reads them, but nothing is rewritten. -bem gets the ones that
// reception would add, and counts as Exim does then: what was in the file, without them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/workplace.h"
#include "write/message_writer.h"

namespace postern {

class ByteSource;

class MessagePreview {
public:
    // Nothing is read from a terminal: then there is a message without header lines and body.
    [[nodiscard]] static Result<MessagePreview> from_standard_input(Workplace& place, const std::string& sender);
    [[nodiscard]] static MessagePreview empty(Workplace& place, const std::string& sender) {
        return from_text(place, {}, sender);
    }
    [[nodiscard]] static Result<MessagePreview> from_file(Workplace& place, const std::string& path,
                                                          const std::string& sender);

    [[nodiscard]] const Message& message() const { return message_; }
    [[nodiscard]] const BodyView& body() const { return *body_; }
    [[nodiscard]] BodySource source() const { return {}; }             // plans never read the body
    [[nodiscard]] bool has_no_headers() const { return no_headers_; }  // before any were added
    // $message_size and $message_linecount for -be and -bem.
    [[nodiscard]] std::int64_t size() const { return size_; }
    [[nodiscard]] std::int64_t lines() const { return lines_; }

private:
    [[nodiscard]] static MessagePreview from_text(Workplace& place, std::string_view text, const std::string& sender);
    MessagePreview(Workplace& place, const std::string& sender);
    [[nodiscard]] std::optional<std::string> read_headers(ByteSource& source, bool dot_ends);
    void set_body(std::string body);

    Message message_;
    std::shared_ptr<const BodyView> body_;
    std::int64_t size_ = 0, lines_ = 0;
    bool no_headers_ = true;
};

}  // namespace postern
