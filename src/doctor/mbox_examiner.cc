// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "doctor/examiners.h"
#include "doctor/mailbox_lines.h"
#include "doctor/message_digest.h"

namespace postern {
namespace {

constexpr std::string_view kFrom = "From ";

// ' ': anything; 'A': letter, '0': digit, '_': digit or blank.
bool has_shape(std::string_view text, std::string_view shape) {
    if (text.size() < shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const char c = text[i];
        const bool fits = shape[i] == 'A'   ? is_alpha(c)
                          : shape[i] == '0' ? is_digit(c)
                          : shape[i] == '_' ? is_digit(c) || c == ' '
                                            : c == shape[i];
        if (!fits) return false;
    }
    return true;
}

bool is_header_line(std::string_view line) {
    const auto end = std::ranges::find_if_not(line, [](char c) { return is_graph(c) && c != ':'; });
    return end != line.begin() && end != line.end() && *end == ':';
}

class MboxExaminer {
public:
    MboxExaminer(MailboxLines lines, Report& report) : lines_(std::move(lines)), report_(report) {}

    Status examine() {
        for (;;) {
            POSTERN_TRY_ASSIGN(const auto line, lines_.next());
            if (!line) break;
            add(*line);
        }
        finish();
        return {};
    }

private:
    void add(const MailboxLines::Line& line) {
        if (line.begins && begin_line(line)) {
            last_ = {line.begins, line.ends, line.blank()};
            return;
        }
        if (const auto zeros = find_zeros(line.text); zeros && !zeros_reported_) {
            zeros_reported_ = true;  // once a message
            found(MailboxFault::zeros, line.offset + static_cast<std::int64_t>(*zeros));
        }
        digest_.add(line);
        last_ = {line.begins, line.ends, line.blank()};
    }

    // True: it begins a message.
    bool begin_line(const MailboxLines::Line& line) {
        if (glued_at_ && is_header_line(line.text)) found(MailboxFault::glued_from_line, *glued_at_);
        glued_at_.reset();
        if (!line.text.starts_with(kFrom)) {
            if (!in_message_ && !foreign_reported_ && !line.blank()) {
                foreign_reported_ = true;
                found(MailboxFault::foreign_text, line.offset);
            }
            look_for_glued(line);
            return false;
        }
        const bool dated = is_from_line(line.text);
        if (!dated) found(MailboxFault::loose_from_line, line.offset, true);
        const bool after_blank = !last_ || last_->blank;
        if (!dated && !after_blank) return false;
        if (!after_blank && in_message_) found(MailboxFault::torn_message, line.offset);
        end_message();
        in_message_ = true;
        message_at_ = line.offset;
        ++report_.messages;
        return true;
    }

    // "torFrom joe Sun Nov 22 03:00:00 2026": what somebody who quotes a message puts in front of it is no tear.
    void look_for_glued(const MailboxLines::Line& line) {
        const std::size_t at = line.text.find(kFrom);
        if (!in_message_ || at == std::string_view::npos || !is_from_line(line.text.substr(at))) return;
        if (line.text.find_first_not_of("> \t|:\"'") >= at) return;
        glued_at_ = line.offset + static_cast<std::int64_t>(at);
    }

    void end_message() {
        if (in_message_) {
            const std::string here = fmt::format("at {}", message_at_);
            if (const auto first = seen_.first_place(digest_, here))
                report_.add({.fault = MailboxFault::duplicate_message,
                             .file = {},
                             .offset = message_at_,
                             .detail = wording::duplicate_of(*first)});
        }
        digest_ = {};
        zeros_reported_ = false;
    }

    void finish() {
        end_message();
        if (!last_ || !in_message_) return;
        if (!last_->ends) {
            found(MailboxFault::missing_newline, message_at_);
        } else if (!last_->blank) {
            found(MailboxFault::torn_end, message_at_);
        }
    }

    void found(MailboxFault fault, std::int64_t offset, bool note = false) {
        report_.add({.fault = fault, .note = note, .file = {}, .offset = offset, .detail = {}});
    }

    struct Last {
        bool begins, ends, blank;
    };

    MailboxLines lines_;
    Report& report_;
    SeenMessages seen_;
    MessageDigest digest_;
    std::optional<Last> last_;
    std::optional<std::int64_t> glued_at_;
    std::int64_t message_at_ = 0;
    bool in_message_ = false, foreign_reported_ = false, zeros_reported_ = false;
};

}  // namespace

bool is_from_line(std::string_view line) {
    constexpr std::size_t kLongestSender = 1000;
    if (!line.starts_with(kFrom)) return false;
    line = line.substr(0, kLongestSender);
    for (std::size_t blank = line.find(' ', kFrom.size()); blank != std::string_view::npos;
         blank = line.find(' ', blank + 1)) {
        if (has_shape(line.substr(blank + 1), "AAA AAA _0 00:00")) return true;
    }
    return false;
}

Status examine_mbox(Os& os, int fd, std::int64_t size, Report& report) {
    return MboxExaminer(MailboxLines(os, fd, 0, size), report).examine();
}

}  // namespace postern
