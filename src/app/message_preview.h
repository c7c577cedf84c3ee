// SPDX-License-Identifier: Apache-2.0
// app/message_preview.h – the message that `postern explain` and -bem talk about: read from standard input (or a file),
// never spooled. Header lines are taken as they are, nothing is rewritten; -bem gets the ones that reception would add.
#pragma once

#include <memory>
#include <string>

#include "app/workplace.h"
#include "write/message_writer.h"

namespace postern {

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
    [[nodiscard]] BodySource source() const { return {}; }  // plans never read the body

private:
    [[nodiscard]] static MessagePreview from_text(Workplace& place, std::string text, const std::string& sender);
    Message message_;
    std::shared_ptr<const BodyView> body_;
};

}  // namespace postern
