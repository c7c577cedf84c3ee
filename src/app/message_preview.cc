// SPDX-License-Identifier: Apache-2.0
#include "app/message_preview.h"

#include <unistd.h>
#include <algorithm>

#include "intake/byte_source.h"
#include "intake/header_section.h"
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

// How many bytes -bem takes for the body: a line with a single dot ends it, also without a newline.
std::size_t length_to_dot(std::string_view body) {
    if (body == "." || body.starts_with(".\n")) return 0;
    const std::size_t line = body.find("\n.\n");
    if (line != std::string_view::npos) return line + 1;
    return body.ends_with("\n.") ? body.size() - 1 : body.size();
}

// -bem counts lines in which there is something; a dot that ends the body at once is something.
std::int64_t count_lines(std::string_view text, std::size_t body) {
    std::int64_t lines = body == 0 && !text.empty() ? 1 : 0;
    char before = '\n';
    for (const char c : text.substr(0, body)) {
        if (before == '\n' && c != '\n') ++lines;
        before = c;
    }
    return lines;
}

std::string remaining(ByteSource& source) {
    std::string out;
    if (source.has_ungot()) out += *source.get();
    out += source.block();
    return out;
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
    POSTERN_TRY_ASSIGN(const std::string text, read_all(place.os(), STDIN_FILENO, kMostPreviewed));
    return from_text(place, text, sender);
}

Result<MessagePreview> MessagePreview::from_file(Workplace& place, const std::string& path, const std::string& sender) {
    POSTERN_TRY_ASSIGN(const std::string text, read_file(place.os(), path, kMostPreviewed));
    const bool dot_ends = !place.line().ignore_dot;
    MessagePreview preview(place, sender);
    ByteSource source{std::string_view(text)};
    // The line that showed the end of the headers is counted, but not kept.
    const std::optional<std::string> end = preview.read_headers(source, dot_ends);
    std::string body = end ? remaining(source) : std::string();
    const std::size_t length = dot_ends ? length_to_dot(body) : body.size();
    preview.message_.body_linecount = count_lines(body, length);
    body.resize(length);
    preview.set_body(std::move(body));
    preview.size_ = text.empty() ? 1 : preview.size_ + preview.message_.body_size;
    preview.lines_ = text.empty() ? 1 : preview.lines_ + preview.message_.body_linecount;
    add_missing_headers(place, preview.message_);
    return preview;
}

MessagePreview MessagePreview::from_text(Workplace& place, std::string_view text, const std::string& sender) {
    MessagePreview preview(place, sender);
    ByteSource source(text);
    const std::optional<std::string> end = preview.read_headers(source, false);
    std::string body = end && *end != "\n" ? *end : std::string();
    body += remaining(source);
    preview.message_.body_linecount = std::ranges::count(body, '\n');
    preview.set_body(std::move(body));
    return preview;
}

MessagePreview::MessagePreview(Workplace& place, const std::string& sender) {
    message_.sender = sender;
    message_.login = place.caller().login;
    message_.uid = place.caller().uid;
    message_.gid = place.caller().gid;
    message_.local = true;
    message_.ident = message_.login;
}

// Gives the line that is no header: blank, or the beginning of the body. Nothing: the message ends with its headers.
std::optional<std::string> MessagePreview::read_headers(ByteSource& source, bool dot_ends) {
    HeaderSectionReader reader(source, {}, dot_ends);
    HeaderSectionReader::Item item = reader.next();
    for (; item == HeaderSectionReader::Item::header; item = reader.next()) {
        std::string& line = reader.text();
        size_ += static_cast<std::int64_t>(line.size());
        lines_ += std::ranges::count(line, '\n');
        const HeaderType type = classify_header(line).type;
        message_.headers.push_back({type, std::move(line)});
    }
    no_headers_ = message_.headers.empty();
    if (item == HeaderSectionReader::Item::end_of_message) return std::nullopt;
    size_ += static_cast<std::int64_t>(reader.text().size());
    ++lines_;
    return std::move(reader.text());
}

void MessagePreview::set_body(std::string body) {
    message_.body_size = static_cast<std::int64_t>(body.size());
    message_.body_zerocount = std::ranges::count(body, '\0');
    body_ = std::make_shared<TextBody>(std::move(body));
}

}  // namespace postern
