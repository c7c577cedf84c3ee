// SPDX-License-Identifier: Apache-2.0
#include "app/message_preview.h"

#include <unistd.h>
#include <algorithm>

#include "intake/intake.h"
#include "mail/address.h"
#include "mail/message_id.h"

namespace postern {
namespace {

constexpr std::size_t kMostPreviewed = 64U << 20;

class TextBody final : public BodyView {
public:
    explicit TextBody(std::string text) : text_(std::move(text)) {}
    Result<std::string> read(std::int64_t offset, std::size_t count) const override {
        if (offset < 0 || static_cast<std::size_t>(offset) >= text_.size()) return std::string();
        return text_.substr(static_cast<std::size_t>(offset), count);
    }

private:
    std::string text_;
};

// Takes one header line with its continuation lines off the front; empty at the blank line or at body text.
std::string take_header(std::string_view& rest) {
    if (header_name_length(rest) == 0) return {};
    std::size_t end = 0;
    do {
        const std::size_t newline = rest.find('\n', end);
        end = newline == std::string_view::npos ? rest.size() : newline + 1;
    } while (end < rest.size() && (rest[end] == ' ' || rest[end] == '\t'));
    std::string line(rest.substr(0, end));
    if (!line.ends_with('\n')) line += '\n';
    rest.remove_prefix(end);
    return line;
}

// What reception would add to a message that lacks them.
void add_missing_headers(Workplace& place, Message& message) {
    const MainOptions& main = place.configuration().main;
    const TimePoint now = place.clock().now();
    const auto add = [&message](std::string_view name, HeaderType type, const std::string& value) {
        if (!find_header(message.headers, name))
            message.headers.push_back({type, std::string(name) + ": " + value + "\n"});
    };
    const std::string id = make_message_id(now, static_cast<std::uint64_t>(place.os().pid()), {});
    add("Message-Id", HeaderType::message_id, "<E" + id + "@" + main.primary_hostname.value + ">");
    const std::string name = full_name_of(place.expander(), main, place.caller().gecos, place.caller().login);
    const std::string address = place.caller_address();
    add("From", HeaderType::from,
        name.empty() ? address : fix_phrase(name, main.headers_charset.value) + " <" + address + ">");
    add("Date", HeaderType::other, full_date(now, main.timezone.value == "UTC"));
}

}  // namespace

Result<MessagePreview> MessagePreview::from_standard_input(Workplace& place, const std::string& sender) {
    if (::isatty(STDIN_FILENO) != 0) return from_text(place, {}, sender);
    POSTERN_TRY_ASSIGN(std::string text, read_all(place.os(), STDIN_FILENO, kMostPreviewed));
    return from_text(place, std::move(text), sender);
}

Result<MessagePreview> MessagePreview::from_file(Workplace& place, const std::string& path, const std::string& sender) {
    POSTERN_TRY_ASSIGN(std::string text, read_file(place.os(), path, kMostPreviewed));
    MessagePreview preview = from_text(place, std::move(text), sender);
    add_missing_headers(place, preview.message_);
    return preview;
}

MessagePreview MessagePreview::from_text(Workplace& place, std::string text, const std::string& sender) {
    MessagePreview preview;
    Message& message = preview.message_;
    message.sender = sender;
    message.login = place.caller().login;
    message.uid = place.caller().uid;
    message.gid = place.caller().gid;
    message.local = true;
    message.ident = message.login;
    std::string_view rest = text;
    for (std::string line = take_header(rest); !line.empty(); line = take_header(rest)) {
        message.headers.push_back({classify_header(line).type, std::move(line)});
    }
    if (rest.starts_with('\n')) rest.remove_prefix(1);
    message.body_size = static_cast<std::int64_t>(rest.size());
    message.body_linecount = std::ranges::count(rest, '\n');
    preview.body_ = std::make_shared<TextBody>(std::string(rest));
    return preview;
}

}  // namespace postern
